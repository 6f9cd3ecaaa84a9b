"""An issue to read: texts, files, and how it came here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allegra_tui import disguise
from allegra_tui.console.widgets.text_view import TextLine, short, text_lines
from allegra_tui.model.issue import Comment, Issue, StoredAttachment, Submitter
from allegra_tui.model.journal import JournalRow
from allegra_tui.text import display
from allegra_tui.usecases import browse
from allegra_tui.usecases.errors import NotFound
from allegra_tui.usecases.session import Session


@dataclass(frozen=True, slots=True)
class Details:
    """An issue and the messages it was made of, by their journal ids."""

    issue: Issue
    messages: dict[int, JournalRow]

    @property
    def files(self) -> list[StoredAttachment]:
        """All attachments, in the order in which they are shown."""
        return [*self.issue.attachments, *(file for comment in self.issue.comments for file in comment.attachments)]


def sources(details: Details) -> list[tuple[int, str]]:
    """Return the messages an issue was made of, by their journal ids, and what each became; the first one first."""
    issue = details.issue
    found = [(issue.message_id, f"the issue, {moment(issue.created)}, {_who(issue.submitter)}")]
    found += [
        (comment.message_id, f"comment {position}, {moment(comment.created)}, {_who(comment.submitter)}")
        for position, comment in enumerate(issue.comments, 1)
    ]
    return [(message_id, words) for message_id, words in found if message_id is not None]


def read(session: Session, number: int) -> Details:
    """Read an issue with its messages. Raises `NotFound`."""
    issue = browse.issue(session.store, number)
    messages = {}
    for message_id in (issue.message_id, *(comment.message_id for comment in issue.comments)):
        if message_id is not None:
            try:
                messages[message_id] = browse.message(session.store, message_id)
            except NotFound:  # retention removed it; the issue stays
                continue
    return Details(issue, messages)


def lines(details: Details, *, quoted: bool, why: bool) -> list[TextLine]:
    """Return the issue as lines; with `quoted` whole texts, not without quoted history; with `why` all checks."""
    issue = details.issue
    shown = [
        TextLine(short(f"#{issue.number} {issue.title}"), "title"),
        TextLine(f"{issue.state}, {display(issue.project)}, changed {moment(issue.updated)}", "muted"),
        TextLine(f"from {_who(issue.submitter)}, {moment(issue.created)}", "muted"),
        TextLine(""),
        *_text(issue.description, issue.visible_text, quoted=quoted),
        *_files(issue.attachments, 1),
    ]
    number = 1 + len(issue.attachments)
    for position, comment in enumerate(issue.comments, 1):
        shown += [TextLine(""), *_comment(comment, position, len(issue.comments), number, quoted=quoted)]
        number += len(comment.attachments)
    for row in details.messages.values():
        shown += [TextLine(""), *_origin(row, why=why)]
    return shown


def moment(when: datetime) -> str:
    """Return a time in the local zone."""
    return f"{when.astimezone():%Y-%m-%d %H:%M}"


def size(count: int) -> str:
    """Return a number of bytes for people."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def _comment(comment: Comment, position: int, count: int, number: int, *, quoted: bool) -> Sequence[TextLine]:
    return [
        TextLine(f"Comment {position} of {count}", "title"),
        TextLine(f"from {_who(comment.submitter)}, {moment(comment.created)}", "muted"),
        TextLine(""),
        *_text(comment.text, comment.visible_text, quoted=quoted),
        *_files(comment.attachments, number),
    ]


def _text(whole: str, visible: str, *, quoted: bool) -> Sequence[TextLine]:
    if quoted or whole == visible:
        return text_lines(whole) if whole.strip() else [TextLine("(no text)", "muted")]
    hidden = len(whole.splitlines()) - len(visible.splitlines())
    note = TextLine(f"... {max(1, hidden)} quoted lines are hidden: t shows them", "muted")
    return [*text_lines(visible), note] if visible.strip() else [note]


def _files(files: Sequence[StoredAttachment], first: int) -> Sequence[TextLine]:
    return [TextLine("")] * bool(files) + [
        TextLine(f"[{number}] {display(file.filename)}  {size(file.size)}  {display(file.content_type)}")
        for number, file in enumerate(files, first)
    ]


def _origin(row: JournalRow, *, why: bool) -> Sequence[TextLine]:
    """Tell how a message came to be taken: the verdict's checks."""
    title = f"Message {row.id} by mailbox {display(row.mailbox)}: {row.outcome}"
    if not why:
        return [TextLine(f"{title}; w shows why", "muted")]
    column = max((len(check.name) for check in row.checks), default=0)
    return [
        TextLine(title, "title"),
        TextLine(f"received {moment(row.received)}, {size(row.size)}, sender {short(row.sender)}", "muted"),
        *(
            TextLine(
                f"{'+' if check.passed else 'x'} {check.name:<{column}}  {display(check.detail)}",
                "" if check.passed else "bad",
            )
            for check in row.checks
        ),
        *(TextLine(f"! repaired: {display(repair)}", "warning") for repair in row.repairs),
    ]


def _who(submitter: Submitter) -> str:
    address = short(submitter.address or "no address")
    name = short(submitter.name)
    known = "registered" if submitter.registered else "not registered"
    if told := disguise.remarks(submitter.address, submitter.resembles):
        known += f"; {short(told)}"
    return f"{name} <{address}> ({known})" if name and name != address else f"{address} ({known})"
