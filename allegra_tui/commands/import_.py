"""`allegra-tui import`: messages from files, through the same intake."""

from argparse import Namespace
from pathlib import Path

from allegra_tui.commands.declare import Parser


def declare(parser: Parser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Take in .eml files, mbox files, Maildirs, and folders of .eml files. The files stay as they are."
    )
    parser.set_defaults(run=run)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--mailbox", metavar="MAILBOX", help="take it in as if it had come by this mailbox")


def run(args: Namespace) -> int:
    """Import, printing what becomes of each message."""
    from allegra_tui.commands import running
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.importing import import_asked_for
    from allegra_tui.usecases.workspace import Workspace

    with Workspace(args.data_dir).existing() as store:
        return running.run(
            lambda emit: import_asked_for(store, args.paths, mailbox=args.mailbox, emit=emit, who=who()),
            as_json=args.json,
        )
