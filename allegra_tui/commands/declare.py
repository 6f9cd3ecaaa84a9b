"""What every command is declared with. Imports argparse alone, so that --help and usage errors answer at once."""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]  # noqa: SLF001  (argparse has no public name for it)
else:
    Commands = argparse._SubParsersAction  # noqa: SLF001


_DIGITS = 18
"""Of the longest number that is taken; the database holds no longer ones."""
_LAST = datetime.max.replace(tzinfo=UTC)


class ExitCode(IntEnum):
    """How a command ends. Scripts and monitoring rely on the numbers."""

    DONE = 0
    """Done. Refused messages are no failure."""
    FAILED = 1
    """Something failed: a mailbox, a message, a thing that could not be done; or a mailbox is overdue."""
    WRONG = 2
    """Wrong usage, configuration or environment: nothing was begun."""
    BUSY = 3
    """Nothing done because another intake holds every mailbox asked for."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C or a request to end, cleanly."""


class UsageError(Exception):
    """Arguments that cannot be read."""

    def __init__(self, usage: str, message: str) -> None:
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """A parser that leaves it to `main` how a mistake is told."""

    declare: "Callable[[Parser], None] | None" = None
    """Adds the arguments when they are first needed."""

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError` instead of ending the process."""
        raise UsageError(self.format_usage(), message)


class LateCommands(Commands):
    """Commands whose arguments are declared when one of them is chosen: the others cost nothing."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: "str | Sequence[Any] | None",
        option_string: str | None = None,
    ) -> None:
        """Declare the arguments of the command that was named, then parse them."""
        chosen = self.choices.get(values[0]) if values else None
        if isinstance(chosen, Parser) and chosen.declare is not None:
            chosen.declare(chosen)
        super().__call__(parser, namespace, values, option_string)


Run = Callable[[argparse.Namespace], int]


def common() -> Parser:
    """Return the options that may stand before or after a command's name."""
    parser = Parser(add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    parser.add_argument(
        "--data-dir", metavar="DIR", help="holds database and key (default: $ALLEGRA_TUI_DATA_DIR, else the user's own)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    return parser


def subcommands(parser: Parser, *, required: bool = True) -> "Commands":
    """Let a command be chosen."""
    return parser.add_subparsers(action=LateCommands, required=required, metavar="COMMAND", title="commands")


def command(commands: "Commands", name: str, run: Run, summary: str, description: str = "") -> Parser:
    """Declare a command. `run` gets the arguments and returns an `ExitCode`."""
    parser = commands.add_parser(
        name, help=summary, description=description or summary, parents=[common()], allow_abbrev=False
    )
    parser.set_defaults(run=run)
    return parser


def refuse(parser: Parser, wrong: Callable[[argparse.Namespace], str | None]) -> None:
    """Let arguments be refused that contradict each other: `wrong` gets all of them, and says what is wrong.

    argparse's own groups do not see an option that stands before the command's name, such as --json.
    """

    def check(args: argparse.Namespace) -> None:
        if message := wrong(args):
            parser.error(message)

    parser.set_defaults(checks=(*(parser.get_default("checks") or ()), check))


def exclude(parser: Parser, option: str, *others: str) -> None:
    """Let an option not be given together with any of the others."""

    def given(args: argparse.Namespace, name: str) -> bool:
        return bool(getattr(args, name.removeprefix("--").replace("-", "_").lower()))

    def wrong(args: argparse.Namespace) -> str | None:
        clash = [other for other in others if given(args, other)]
        return f"{option} and {clash[0]} exclude each other" if clash and given(args, option) else None

    refuse(parser, wrong)


def add_period(parser: Parser, since: str, until: str) -> None:
    """Declare --since and --until, in this order of time."""
    parser.add_argument("--since", type=moment, metavar="DATE", help=since)
    parser.add_argument("--until", type=end, metavar="DATE", help=until)
    refuse(
        parser,
        lambda args: "--since is after --until" if args.since and args.until and args.since >= args.until else None,
    )


def positive(text: str) -> int:
    """Read an argument that is a number of 1 or more, and small enough to be that of anything stored."""
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 1 or more, of {_DIGITS} digits at most")
    return int(text)


def issue_number(text: str) -> int:
    """Read an issue's number, with or without `#`."""
    return positive(text.removeprefix("#"))


def moment(text: str) -> datetime:
    """Read a day or a moment of the local zone, or one with its zone, as in ISO 8601."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2024-05-31 or 2024-05-31T14:00") from None


def end(text: str) -> datetime:
    """Read the end of a day, or a moment."""
    found = moment(text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return found
    # The last day that there is ends with its last moment.
    return datetime.combine(day + timedelta(days=1), time()).astimezone() if day < date.max else _LAST
