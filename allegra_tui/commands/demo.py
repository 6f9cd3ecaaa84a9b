"""`allegra-tui demo`: sample mail on a server of its own, in a throw-away data directory."""

from argparse import Namespace

from allegra_tui.commands.declare import Parser, refuse


def declare(parser: Parser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Start an IMAP server with sample mail on this machine and open the console on a throw-away data directory: "
        "some mail is taken in already, more waits in three mailboxes to be fetched (7, then f). Every trace is "
        "removed at the end. Needs the extra: pip install 'allegra-tui[demo]'."
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--headless", action="store_true", help="without the console: fetch, print the issues and the refused messages"
    )
    refuse(parser, lambda args: "--json goes with --headless" if args.json and not args.headless else None)


def run(args: Namespace) -> int:
    """Run the demo."""
    from allegra_tui.demo import run as demo

    return demo.headless(as_json=args.json) if args.headless else _console()


def _console() -> int:
    """Open the console on the demo's data. Raises `TerminalError` before anything is started, and `DemoError`."""
    from allegra_tui.commands.output import note
    from allegra_tui.console import run, terminal
    from allegra_tui.demo.run import ended_cleanly, finish_undisturbed
    from allegra_tui.demo.session import session

    terminal.check()
    note("Starting a mail server with sample mail on this machine …")
    with ended_cleanly(), session() as demo:
        try:
            return run(demo.data_dir.root)
        finally:
            finish_undisturbed()
