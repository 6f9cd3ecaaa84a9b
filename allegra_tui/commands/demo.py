"""`allegra-tui demo`: sample mail on a server of its own, in a throw-away data directory."""

from argparse import Namespace
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import command

if TYPE_CHECKING:
    from allegra_tui.commands.declare import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = command(
        commands,
        "demo",
        run,
        "try it out: sample mail, an embedded IMAP server, a throw-away data directory",
        "Start an IMAP server with sample mail, fetch from it into a throw-away data directory, print the issues and "
        "the refused messages, and remove every trace. Needs the extra: pip install 'allegra-tui[demo]'.",
    )
    parser.add_argument("--headless", action="store_true", required=True, help="without the console")


def run(args: Namespace) -> int:
    """Run the demo."""
    from allegra_tui.demo.run import headless

    return headless(as_json=args.json)
