"""The program: parses the arguments first, imports what the command needs after."""

import sys
from collections.abc import Sequence

from allegra_tui import __version__
from allegra_tui.commands.declare import ExitCode, Parser, UsageError, common, subcommands


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code. Raises `SystemExit` for --help and --version alone."""
    given = sys.argv[1:] if arguments is None else list(arguments)
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


def _run(given: list[str]) -> int:
    try:
        args = _parser().parse_args(given)
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
        tell(failure, as_json=args.json)
        return failure.exit_code
    return code


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
    parser.set_defaults(data_dir=None, json=False)
    parser.add_argument("--version", action="version", version=f"allegra-tui {__version__}")
    commands.add_parsers(subcommands(parser))
    return parser


if __name__ == "__main__":
    sys.exit(main())
