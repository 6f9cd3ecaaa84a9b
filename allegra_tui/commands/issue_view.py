"""An issue as people read it in a terminal."""

from collections.abc import Sequence

from allegra_tui import disguise
from allegra_tui.commands.output import block, fields, local, say, size
from allegra_tui.model.issue import Issue, StoredAttachment, Submitter


def show(issue: Issue) -> None:
    """Print the whole issue."""
    say(f"#{issue.number}  {issue.title}")
    fields(
        [
            ("Project", issue.project),
            ("State", issue.state),
            ("From", _person(issue.submitter)),
            ("Created", local(issue.created)),
            ("Updated", local(issue.updated)),
        ]
    )
    _text(issue.description, issue.attachments)
    for comment in issue.comments:
        say()
        say(f"{local(comment.created)}  {_person(comment.submitter)}")
        _text(comment.text, comment.attachments)


def _person(submitter: Submitter) -> str:
    address = submitter.address or "no address"
    known = "" if submitter.registered else " (not registered)"
    if told := disguise.remarks(address, submitter.resembles):
        known += f" ({told})"
    return f"{submitter.name} <{address}>{known}" if submitter.name else f"{address}{known}"


def _text(text: str, attachments: Sequence[StoredAttachment]) -> None:
    if text:
        say()
        block(text)
    if attachments:
        say()
    for file in attachments:
        say(f"  [{file.filename}  {file.content_type}  {size(file.size)}]")
