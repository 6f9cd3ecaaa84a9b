"""`allegra-tui backup`: everything in one file, made while the program runs."""

from argparse import Namespace
from pathlib import Path

from allegra_tui.commands.declare import ExitCode, Parser


def declare(parser: Parser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Write settings, issues, journal and originals as they are at this moment into one file, while others go on "
        "reading and writing, and read it through. It is an SQLite database, readable by its owner alone. Nothing is "
        "overwritten. The key that the stored passwords are encrypted with is left out."
    )
    parser.set_defaults(run=run)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--with-key", action="store_true", help="put the key in: whoever has the file then has the passwords"
    )


def run(args: Namespace) -> int:
    """Make a backup."""
    from allegra_tui.commands import output, running
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.backup import back_up
    from allegra_tui.usecases.workspace import Workspace

    with running.stopping() as stop, running.meter(stop) as progress:
        try:
            done = back_up(Workspace(args.data_dir), args.file, with_key=args.with_key, who=who(), progress=progress)
        except running.Stopped:
            output.note("Stopped: nothing is left of the backup.")
            return stop.exit_code
    if args.json:
        output.emit(
            {
                "file": str(done.path),
                "size": done.size,
                "made": done.made,
                "schema": done.schema,
                "messages": done.messages,
                "issues": done.issues,
                "with_key": done.with_key,
            }
        )
    else:
        output.say(f"{done.path}: {output.size(done.size)}, read through and whole")
        output.say(f"{output.plural(done.messages, 'message')}, {output.plural(done.issues, 'issue')}")
        if done.with_key:
            output.note("It holds the key: keep it where nobody gets at the mailboxes' passwords.")
    if done.unaudited:
        output.note(f"The audit does not tell of this backup: {done.unaudited}")
    return ExitCode.DONE
