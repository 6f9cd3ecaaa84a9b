"""`allegra-tui fetch`: one intake run."""

from argparse import Namespace

from allegra_tui.commands.declare import ExitCode, Parser


def declare(parser: Parser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Take the new mail of these mailboxes in, or of all that are enabled, and end. Refused mail is no failure."
    )
    parser.set_defaults(run=run)
    parser.add_argument("mailboxes", nargs="*", metavar="MAILBOX")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="read through the whole pipeline and change nothing, neither here nor on the servers",
    )


def run(args: Namespace) -> int:
    """Fetch, printing what becomes of each message."""
    from allegra_tui.commands import running
    from allegra_tui.usecases import keys
    from allegra_tui.usecases.browse import mailboxes_of
    from allegra_tui.usecases.intake import fetch, fetch_dry
    from allegra_tui.usecases.workspace import Workspace

    workspace = Workspace(args.data_dir)
    with workspace.unchanged() if args.dry_run else workspace.existing() as store:
        asked = [mailbox for mailbox in mailboxes_of(store, args.mailboxes) if mailbox.enabled]
        trouble = keys.trouble(workspace.vault, asked)
        act = fetch_dry if args.dry_run else fetch
        with running.stopping() as stop:
            code = running.run(
                lambda emit: act(store, workspace.vault, names=args.mailboxes, emit=emit, stop=stop), as_json=args.json
            )
    if trouble is not None:
        # The other mailboxes were served all the same; this one line is about the whole data directory.
        running.tell(trouble, as_json=args.json)
        return ExitCode.WRONG
    return stop.exit_code or code
