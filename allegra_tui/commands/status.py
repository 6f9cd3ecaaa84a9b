"""`allegra-tui status`: how every mailbox is doing."""

from argparse import Namespace
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode, Parser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allegra_tui.usecases.status import Status


def declare(parser: Parser) -> None:
    """Declare the arguments."""
    parser.description = "Tell how every mailbox is doing. Exit code 1 when one has an error or is overdue."
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print a line a mailbox."""
    from allegra_tui.commands import output
    from allegra_tui.usecases import status
    from allegra_tui.usecases.presence import watching
    from allegra_tui.usecases.workspace import Workspace

    workspace = Workspace(args.data_dir)
    with workspace.existing() as store:
        found = status.every(store)
    if args.json:
        for mailbox in found:
            output.emit(_json(mailbox))
    elif not found:
        output.note("No mailbox is set up yet: allegra-tui mailbox add NAME …")
    else:
        _print(found)
        if watcher := watching(workspace.directory):
            output.say()
            output.say(f"allegra-tui watch is at work: {watcher}")
    return ExitCode.FAILED if any(mailbox.alarming for mailbox in found) else ExitCode.DONE


def _json(mailbox: "Status") -> dict[str, object]:
    return {
        "mailbox": mailbox.mailbox,
        "enabled": mailbox.enabled,
        "state": mailbox.state,
        "last_attempt": mailbox.last_attempt,
        "last_success": mailbox.last_success,
        "error": mailbox.error,
        "consecutive_errors": mailbox.consecutive_errors,
        "next_run": mailbox.next_run,
        "holder": mailbox.holder,
        "overdue": mailbox.overdue,
        "quarantine": mailbox.quarantine,
        "note": mailbox.note,
        "certificate_ends": mailbox.certificate_ends,
        "warning": mailbox.warning,
    }


def _print(found: "Sequence[Status]") -> None:
    from allegra_tui.commands.output import Column, block, local, say, table

    columns = (
        Column("MAILBOX"),
        Column("PROJECT", 10),
        Column("STATE", 8),
        Column("LAST SUCCESS", 16),
        Column("", 7),
        Column("REVIEW", 6, right=True),
    )
    table(
        columns,
        (
            (
                mailbox.mailbox,
                mailbox.project or "(default)",
                mailbox.state,
                local(mailbox.last_success),
                "OVERDUE" if mailbox.overdue else " ",
                mailbox.quarantine,
            )
            for mailbox in found
        ),
    )
    for mailbox in found:
        if mailbox.enabled and mailbox.error:
            times = mailbox.consecutive_errors
            again = [f"{times} times in a row"] if times > 1 else []
            again += [f"next run {local(mailbox.next_run)}"] if mailbox.next_run else []
            say()
            block(f"{mailbox.mailbox}: {mailbox.error}" + (f" ({', '.join(again)})" if again else ""), indent="")
        if mailbox.note:
            say()
            block(f"{mailbox.mailbox}: {mailbox.note}", indent="")
        if mailbox.enabled and mailbox.warning:
            say()
            block(f"{mailbox.mailbox}: {mailbox.warning}", indent="")
        if mailbox.holder:
            say(f"{mailbox.mailbox}: running, {mailbox.holder}")
