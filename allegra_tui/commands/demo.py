"""`allegra-tui demo`: sample mail on a server of its own, in a throw-away data directory."""

from argparse import Namespace

from allegra_tui.commands.declare import Parser


def declare(parser: Parser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Start an IMAP server with sample mail, fetch from it into a throw-away data directory, print the issues and "
        "the refused messages, and remove every trace. Needs the extra: pip install 'allegra-tui[demo]'."
    )
    parser.set_defaults(run=run)
    parser.add_argument("--headless", action="store_true", required=True, help="without the console")


def run(args: Namespace) -> int:
    """Run the demo."""
    from allegra_tui.demo.run import headless

    return headless(as_json=args.json)
