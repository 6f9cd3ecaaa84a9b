"""Messages, where they were seen, and how a mailbox is doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from allegra_tui.model.certificate import Certificate
from allegra_tui.model.verdict import Check, Outcome, Reason, Review, Settle, SettleAction


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """The numbering in which a location's key is unique: a folder in one UIDVALIDITY (0 where there is none)."""

    mailbox_id: int
    epoch: int
    folder: str
    uidvalidity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a message was seen, and what is to be done with it there."""

    id: int
    message_id: int
    place: Place
    key: str
    settle: Settle
    action: SettleAction
    move_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """What the intake hands to the journal for one downloaded (or refused) message."""

    key: str
    content_hash: str
    raw: bytes = field(repr=False)
    """Original bytes; the header alone where it is not whole."""
    whole: bool = True
    """False where only the header was downloaded, because the message is too large."""
    size: int
    """Bytes on the server."""
    subject: str
    sender: str
    sender_name: str
    message_id: str | None
    date: datetime | None
    action: SettleAction
    move_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """A message as a list shows it."""

    id: int
    mailbox: str
    received: datetime
    subject: str
    sender: str
    sender_name: str
    size: int
    outcome: Outcome
    reason: Reason | None
    detail: str
    review: Review
    issue: int | None
    locations: Sequence[Location] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow(JournalLine):
    """A message with everything known of it but its bytes."""

    mailbox_id: int
    content_hash: str
    message_id: str | None
    date: datetime | None
    checks: Sequence[Check] = ()
    repairs: Sequence[str] = ()
    attempts: int = 0
    trace: str = ""
    resembles: str | None = None
    """The registered address or domain that a stranger's address looks like, by today's register."""
    comment: int | None = None
    duplicate_of: int | None = None
    has_original: bool = True
    """False once retention removed the bytes."""
    whole: bool = True
    """False where the original is the header alone, because the message is too large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxState:
    """How a mailbox is doing; apart from its settings."""

    mailbox_id: int
    epoch: int = 1
    uidvalidity: int | None = None
    answered: bool = True
    """Whether somebody said what the first contact takes; until then nothing is taken of the mail that is there."""
    contacted: bool = False
    """Whether the first contact took place, so that what it skips is known."""
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    next_run: datetime | None = None
    error: str | None = None
    consecutive_errors: int = 0
    note: str | None = None
    """What the administrator should know though nothing failed, such as messages a server will not expunge."""
    certificate: Certificate | None = None
    """What the server presented when it was last trusted, or what was pinned since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who runs the intake of a mailbox at the moment."""

    mailbox_id: int
    host: str
    pid: int
    started: str
    """When the process started, as the kernel tells it, so that a reused pid is not taken for its owner."""
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A change: who did what to what. Holds no secrets."""

    at: datetime
    who: str
    action: str
    subject: str
    changes: Mapping[str, Sequence[object]]
    """For each name that changed the old and the new value."""
    id: int | None = None
