"""`allegra-tui restore`: a backup becomes the database."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode, Parser

if TYPE_CHECKING:
    from allegra_tui.usecases.restore import Restored


def declare(parser: Parser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Put a backup in the place of the database, after reading it through, while nobody uses the data directory. "
        "The database that was there is kept under another name. Copies made with sqlite3 are taken, too."
    )
    parser.set_defaults(run=run)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--replace", action="store_true", help="also where the database holds something")


def run(args: Namespace) -> int:
    """Restore a backup, and tell what follows from it."""
    from allegra_tui.commands import output, running
    from allegra_tui.usecases.actor import who
    from allegra_tui.usecases.restore import restore
    from allegra_tui.usecases.workspace import Workspace

    with running.stopping() as stop, running.meter(stop) as progress:
        try:
            done = restore(Workspace(args.data_dir), args.file, replace=args.replace, who=who(), progress=progress)
        except running.Stopped:
            output.note("Stopped: nothing was changed.")
            return stop.exit_code
    if args.json:
        output.emit(
            {
                "database": str(done.database),
                "made": done.made,
                "messages": done.messages,
                "issues": done.issues,
                "kept": str(done.aside) if done.aside else None,
                "messages_since": done.since.messages if done.since else None,
                "removed_since": done.since.removed if done.since else None,
                "next_issue": done.next_issue,
                "key": done.key,
                "key_kept": str(done.key_aside) if done.key_aside else None,
                "passwords_closed": done.closed,
            }
        )
    else:
        _print(done)
    return ExitCode.DONE


def _print(done: "Restored") -> None:
    from allegra_tui.commands import output

    of = f", as of {output.local(done.made)}" if done.made else ""
    output.say(f"{done.database}: restored{of}")
    output.say(f"{output.plural(done.messages, 'message')}, {output.plural(done.issues, 'issue')}")
    if done.aside:
        output.block(f"The database that was there is kept: {done.aside}", "", hanging=2)
    if done.key_aside:
        output.block(f"The key file that was there is kept: {done.key_aside}", "", hanging=2)
    if done.since and done.since.messages:
        output.say()
        output.block(
            f"{output.plural(done.since.messages, 'message')} came after the backup. Of these, {done.since.removed} "
            "were removed from their servers: only the database that is kept holds them. The others are met again as "
            "new, and become issues again.",
            "",
        )
    if done.aside and done.since is None:
        output.block("The database that was there cannot be read: what came after the backup is not known.", "")
    if done.next_issue:
        output.block(f"The next issue is #{done.next_issue}, so that no number is given twice.", "")
    if done.closed:
        output.say()
        output.block(
            f"{output.plural(done.closed, 'stored password')} cannot be used: put the key file that belongs to the "
            "backup in place, or set the passwords again (allegra-tui mailbox password NAME).",
            "",
        )
    output.say()
    output.block("Now see how the servers compare with it, before anything is fetched: allegra-tui reconcile", "")
