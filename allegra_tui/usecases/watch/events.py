"""What a watch tells besides what its runs tell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from allegra_tui.usecases import events


class How(StrEnum):
    """How new mail is noticed."""

    IDLE = "idle"
    """The server says so (RFC 2177)."""
    DIRECTORY = "directory"
    """The Maildir's directory changes."""
    POLL = "poll"
    """Somebody looks, by the interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The watch began, with these mailboxes."""

    mailboxes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A mailbox works: for the first time, or again."""

    mailbox: str
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A mailbox waits for mail; at the latest it is looked into at `next_run`."""

    mailbox: str
    how: How
    next_run: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The connection that waited for news is gone; a new one is made after so many seconds."""

    mailbox: str
    error: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """A run went wrong, `failures` of them in a row; the next one is due after so many seconds."""

    mailbox: str
    error: str
    failures: int
    seconds: float
    next_run: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """A run met a defect of the program. The other mailboxes go on."""

    mailbox: str
    trace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Another intake is at work on a mailbox; it is looked into once that is done."""

    mailbox: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """Nothing is taken in, from any mailbox or from this one, until somebody changes something."""

    mailbox: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """The settings changed: which mailboxes are watched from now on, no longer, or otherwise than before."""

    added: Sequence[str] = ()
    removed: Sequence[str] = ()
    changed: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """The settings cannot be read at the moment; what was known before goes on."""

    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The watch ended as it was asked to. `unfinished` mailboxes had something in hand that did not end in time."""

    unfinished: Sequence[str]


WatchEvent = (
    events.Event | Started | Connected | Waiting | Lost | Backoff | Defect | Held | Paused | Reloaded | Trouble | Ended
)
Hear = Callable[[WatchEvent], None]
