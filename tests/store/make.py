"""Messages, issues and files for the tests, with nothing to say but what matters there."""

import hashlib
from datetime import UTC, datetime

from allegra_tui.model.issue import Submitter
from allegra_tui.model.journal import NewMessage, Place
from allegra_tui.model.mail import Attachment
from allegra_tui.model.verdict import Outcome, SettleAction
from allegra_tui.store import Transaction, issues, journal

NOISE_BYTES = 2_000_000
ANNA = Submitter(address="Anna@example.org", name="Anna", registered=True)
NOBODY = Submitter(address=None, name="", registered=False)


def message(
    key: str,
    content: str | None = None,
    *,
    action: SettleAction = SettleAction.DELETE,
    whole: bool = True,
    subject: str = "Printer",
    sender: str = "Anna@example.org",
    message_id: str | None = None,
    date: datetime | None = datetime(2026, 5, 1, 12, tzinfo=UTC),
    raw: bytes | None = None,
) -> NewMessage:
    """A downloaded message; equal `content` makes equal content hashes."""
    content = key if content is None else content
    return NewMessage(
        key=key,
        content_hash=hashlib.sha256(content.encode()).hexdigest(),
        raw=f"Subject: {subject}\r\n\r\n{content}".encode(errors="replace") if raw is None else raw,
        whole=whole,
        size=1000,
        subject=subject,
        sender=sender,
        sender_name="Anna",
        message_id=message_id,
        date=date,
        action=action,
        move_to="Processed" if action is SettleAction.MOVE else None,
    )


def issue(
    tx: Transaction,
    title: str = "Printer",
    description: str = "It does not print.",
    *,
    project: str = "SUP",
    submitter: Submitter = ANNA,
    message_id: int | None = None,
) -> int:
    """Make an issue and return its number."""
    return issues.create(
        tx,
        project=project,
        title=title,
        description=description,
        visible_text=description,
        submitter=submitter,
        message_id=message_id,
    )


def comment(
    tx: Transaction,
    number: int,
    text: str = "Still broken.",
    *,
    submitter: Submitter = ANNA,
    message_id: int | None = None,
) -> int:
    """Add a comment and return its id."""
    return issues.comment(tx, number, text=text, visible_text=text, submitter=submitter, message_id=message_id)


def created(tx: Transaction, place: Place, arrived: NewMessage) -> tuple[int, int]:
    """Receive a message and make an issue of it; its journal row and the issue's number."""
    (received,) = journal.receive(tx, place, [arrived])
    number = issue(tx, arrived.subject, message_id=received.id)
    journal.decide(tx, received.id, outcome=Outcome.CREATED, issue=number)
    return received.id, number


def attachment(data: bytes, filename: str = "note.txt") -> Attachment:
    """A file of a message."""
    return Attachment(filename=filename, content_type="text/plain", data=data, sha256=hashlib.sha256(data).hexdigest())


def noise(number: int) -> bytes:
    """Return bytes that do not compress, different for each number."""
    return b"".join(hash((number, index)).to_bytes(8, "big", signed=True) for index in range(NOISE_BYTES // 8))
