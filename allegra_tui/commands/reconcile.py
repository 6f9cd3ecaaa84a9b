"""`allegra-tui reconcile`: what the servers hold, message by message, against the journal."""

from argparse import Namespace
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode, Parser, positive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from allegra_tui.usecases.comparison import Kind
    from allegra_tui.usecases.reconcile import Named, Reconciliation

_LIMIT = 10


def declare(parser: Parser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Compare what these mailboxes hold, or all that are enabled, with the journal: the server's count as the sum "
        "of what became of each message. Nothing is changed, neither here nor there. Exit code 1 when a mailbox cannot "
        "be read, or when something is there that the journal does not explain."
    )
    parser.set_defaults(run=run)
    parser.add_argument("mailboxes", nargs="*", metavar="MAILBOX")
    parser.add_argument(
        "--limit",
        type=positive,
        metavar="N",
        help=f"name so many messages of each kind at most (default: {_LIMIT}, with --json all)",
    )


def run(args: Namespace) -> int:
    """Compare one mailbox after the other."""
    from allegra_tui.commands import output
    from allegra_tui.usecases.browse import mailboxes_of
    from allegra_tui.usecases.reconcile import reconcile
    from allegra_tui.usecases.workspace import EXPECTED, Workspace

    workspace = Workspace(args.data_dir)
    most = args.limit or (None if args.json else _LIMIT)
    failed = False
    with workspace.unchanged() as store:
        boxes = mailboxes_of(store, args.mailboxes)
        if not args.mailboxes:
            boxes = [mailbox for mailbox in boxes if mailbox.enabled]
        for number, mailbox in enumerate(boxes):
            try:
                found = reconcile(store, workspace.vault, mailbox, named=most)
            except EXPECTED as error:
                failed = True
                if args.json:
                    output.emit({"event": "mailbox", "mailbox": mailbox.name, "error": str(error)})
                else:
                    output.block(f"{mailbox.name}: {error}", "")
                continue
            failed = failed or not found.comparison.explained
            if args.json:
                _emit(found)
            else:
                if number:
                    output.say()
                _print(found)
    if not boxes:
        output.note("No mailbox is enabled: allegra-tui mailbox list")
    return ExitCode.FAILED if failed else ExitCode.DONE


def _emit(found: "Reconciliation") -> None:
    from allegra_tui.commands import output
    from allegra_tui.usecases.comparison import UNEXPLAINED

    compared = found.comparison
    output.emit(
        {
            "event": "mailbox",
            "mailbox": found.mailbox,
            "error": None,
            "server": compared.server,
            "counts": compared.counts,
            "gone": len(compared.gone),
            "settled": compared.settled,
            "journal": compared.seen,
            "foreign_marks": compared.foreign_marks,
            "renamed": found.renamed,
            "contacted": found.contacted,
            "holder": found.holder,
            "explained": compared.explained,
        }
    )
    for kind, messages in found.named.items():
        for one in messages:
            line = one.line
            output.emit(
                {
                    "event": "message",
                    "mailbox": found.mailbox,
                    "kind": kind,
                    "explained": kind not in UNEXPLAINED,
                    "key": one.key,
                    "id": line.id if line else None,
                    "outcome": line.outcome if line else None,
                    "issue": line.issue if line else None,
                    "subject": line.subject if line else None,
                    "size": one.size,
                    "date": one.date,
                }
            )


def _print(found: "Reconciliation") -> None:
    from allegra_tui.commands import output
    from allegra_tui.usecases.comparison import UNEXPLAINED, WORDS
    from allegra_tui.usecases.reconcile import remarks

    compared = found.comparison
    room = len(f"{compared.server:,}") + 2
    output.say(f"{found.mailbox}:")
    for kind, count in compared.counts.items():
        output.say(f"{count:>{room},}  {'! ' if kind in UNEXPLAINED else ''}{WORDS[kind]}")
    output.say(f"{compared.server:>{room},}  on the server" + (", all explained" if compared.explained else ""))
    for remark in remarks(found):
        output.block(remark, "  ")
    for kind, messages in found.named.items():
        total = len(compared.gone) if kind == "gone" else len(compared.keys[kind])
        _print_named(kind, messages, total)


def _print_named(kind: "Kind", messages: "Sequence[Named]", total: int) -> None:
    from allegra_tui.commands import output
    from allegra_tui.text import cells, clip, display
    from allegra_tui.usecases.comparison import WORDS
    from allegra_tui.usecases.reconcile import about

    output.say(f"  {WORDS[kind]}:")
    for one in messages:
        start = f"    {clip(display(one.key), 24)}  "
        output.say(start + clip(display(about(one, output.local, output.size)), max(20, output.width() - cells(start))))
    if total > len(messages):
        output.say(f"    and {total - len(messages):,} more: --limit")
