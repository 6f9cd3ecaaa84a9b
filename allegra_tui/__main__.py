"""The program: parses the arguments first, imports what the command needs after."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from types import TracebackType

from allegra_tui import __version__
from allegra_tui.commands.declare import ExitCode, Parser, UsageError, common, subcommands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code. Raises `SystemExit` for --help and --version alone."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    sys.excepthook = _tell_defect
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 shows escapes, and nothing fails
    try:
        return _run(given)
    except BrokenPipeError:
        from allegra_tui.commands.output import silence

        silence()  # the reader has what it wanted
        return ExitCode.DONE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _tell_defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the trace of a defect; what it quotes may be foreign text."""
    from traceback import format_exception

    from allegra_tui.text import display_lines

    sys.stderr.write(display_lines("".join(format_exception(kind, error, trace))))


def _run(given: list[str]) -> int:
    from allegra_tui.text import clean

    try:
        parser = _parser()
        args = parser.parse_args(given)
        if args.run is not _console and (args.read_only or args.no_mouse or args.theme is not None):
            parser.error("--read-only, --no-mouse and --theme are for the console, which opens without a command")
        if args.run is _console and args.json:
            parser.error("--json is for the commands; without one the console opens")
        for check in args.checks:
            check(args)
        if broken := next((text for text in _texts(args) if not text.isascii() and text != clean(text)[0]), None):
            parser.error(f"{broken!r} is no text in this terminal's encoding")
    except UsageError as error:
        from allegra_tui.commands.failure import Failure, tell, wants_json

        if not wants_json(given):
            sys.stderr.write(error.usage)
        tell(Failure("usage", str(error), ExitCode.WRONG), as_json=wants_json(given))
        return ExitCode.WRONG
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:
        from allegra_tui.commands.failure import expected, tell

        failure = expected(error)
        if failure is None:
            raise
        if isinstance(error, OSError):
            from allegra_tui.commands.output import silence

            silence()  # what could not be printed would be tried once more at the end
        tell(failure, as_json=args.json)
        return failure.exit_code
    return code


def _texts(args: Namespace) -> Iterator[str]:
    """Yield the arguments that are texts; names of files may hold any bytes."""
    for name, value in vars(args).items():
        if name != "data_dir":
            yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))


def _console(args: Namespace) -> int:
    from allegra_tui.console import run
    from allegra_tui.paths import data_dir

    directory = data_dir(args.data_dir).root
    code = run(directory, read_only=args.read_only, mouse=not args.no_mouse, theme=args.theme)

    from allegra_tui.console.ending import leave

    return leave(code)


def _parser() -> Parser:
    from allegra_tui import commands

    parser = Parser(
        prog="allegra-tui",
        description="Turn mail from POP3, IMAP and Maildir mailboxes into issues, and administer how.",
        epilog=(
            "exit codes: 0 done (refused mail is no failure), 1 something failed, 2 wrong usage, configuration or "
            "environment, 3 nothing done because another intake holds every mailbox asked for"
        ),
        parents=[common()],
        allow_abbrev=False,
    )
    parser.set_defaults(data_dir=None, json=False, run=_console, checks=())
    parser.add_argument("--version", action="version", version=f"allegra-tui {__version__}")
    console = parser.add_argument_group("the console, which opens without a command")
    console.add_argument("--read-only", action="store_true", help="change nothing, and never poll")
    console.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    console.add_argument("--theme", metavar="NAME", help="the colours, such as allegra-light")
    commands.add_parsers(subcommands(parser, required=False))
    return parser


if __name__ == "__main__":
    sys.exit(main())
