"""`allegra-tui explain`: what would happen to messages, and why."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from allegra_tui.commands.declare import ExitCode, Parser

if TYPE_CHECKING:
    from allegra_tui.usecases.explain import Explanation

_LINES = 12
"""Lines of a message's text that people are shown."""


def declare(parser: Parser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Say what the intake would do with these messages. Stores nothing, and works without any configuration."
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="message, mbox, Maildir or folder; - is standard input"
    )
    parser.add_argument("--mailbox", metavar="MAILBOX", help="judge as if they had come by this mailbox")


def run(args: Namespace) -> int:
    """Explain every message; a file that cannot be read is told and the rest explained."""
    from allegra_tui.commands import failure, output
    from allegra_tui.usecases.explain import explainer
    from allegra_tui.usecases.workspace import Workspace

    code = ExitCode.DONE
    with Workspace(args.data_dir).if_any() as store, explainer(store, args.mailbox) as explain:
        shown = 0
        for name in args.files:
            before = shown
            try:
                for file, raw in _messages(name):
                    _show(file, explain(raw), as_json=args.json, first=not shown)
                    shown += 1
                if shown == before and not args.json:
                    output.note(f"{name} holds no message; of a folder the files named .eml are read")
            except BrokenPipeError:
                raise
            except OSError as error:
                told = failure.Failure("unreadable", f"{name} cannot be read: {error.strerror}", ExitCode.FAILED)
                failure.tell(told, as_json=args.json)
                code = ExitCode.FAILED
    return code


def _messages(name: str) -> Iterator[tuple[str, bytes]]:
    from allegra_tui.usecases.importing import read_messages

    if name == "-":
        yield name, sys.stdin.buffer.read()
    else:
        yield from read_messages(Path(name))


def _show(file: str, found: "Explanation", *, as_json: bool, first: bool) -> None:
    from allegra_tui.commands import output

    if as_json:
        output.emit(_json(file, found))
        return
    if not first:
        output.say()
    _print(file, found)


def _json(file: str, found: "Explanation") -> dict[str, object]:
    mail, verdict = found.mail, found.verdict
    return {
        "file": file,
        "outcome": verdict.decision,
        "reason": verdict.reason,
        "checks": [{"name": check.name, "passed": check.passed, "detail": check.detail} for check in verdict.checks],
        "sender": {
            "address": str(mail.sender.address) if mail.sender.address else mail.sender.reading,
            "name": mail.sender.name,
            "trusted": mail.sender.trusted,
            "registered": found.registered,
        },
        "project": verdict.project,
        "comment_on": verdict.comment_on,
        "title": mail.title,
        "text": mail.text,
        "visible_text": mail.visible_text,
        "attachments": [
            {
                "filename": attachment.filename,
                "content_type": attachment.content_type,
                "size": attachment.size,
                "sha256": attachment.sha256,
                "inline": attachment.inline,
            }
            for attachment in mail.attachments
        ],
        "message_id": mail.message_id,
        "date": mail.date,
        "machine": mail.machine.kind if mail.machine else None,
        "repairs": list(mail.repairs),
    }


def _print(file: str, found: "Explanation") -> None:
    from allegra_tui.commands.output import Column, block, fields, plural, say, size, table

    mail, verdict = found.mail, found.verdict
    address = str(mail.sender.address) if mail.sender.address else mail.sender.reading
    fields(
        [
            ("File", file),
            ("Outcome", _outcome(found)),
            ("From", f"{mail.sender.name} <{address}>" if mail.sender.name and address else address),
            ("Title", mail.title),
        ]
    )
    say()
    for check in verdict.checks:
        block(f"{'ok' if check.passed else 'NO':<2}  {check.name:<14}  {check.detail}", hanging=22)
    if mail.text:
        say()
        block(mail.visible_text or mail.text, most=_LINES)
    if mail.attachments:
        say()
        say(f"{plural(len(mail.attachments), 'attachment')}:")
        table(
            (Column("FILE"), Column("TYPE", 28), Column("SIZE", 8, right=True)),
            ((part.filename, part.content_type, size(part.size)) for part in mail.attachments),
        )
    if mail.repairs:
        say()
        for repair in mail.repairs:
            block(f"repaired: {repair}", hanging=10)


def _outcome(found: "Explanation") -> str:
    verdict = found.verdict
    if verdict.comment_on is not None and verdict.decision == "comment":
        return f"comment on #{verdict.comment_on}"
    if verdict.decision == "create":
        return f"create an issue in {verdict.project}"
    return f"{verdict.decision} ({verdict.reason})"
