"""What a run tells while it works. Commands print these, the console shows them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from allegra_tui.model.verdict import Check, Outcome, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A mailbox's current step, in words, and how far it is once the count is known."""

    mailbox: str
    step: str
    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDone:
    """What became of a message, once it is committed."""

    mailbox: str
    key: str
    outcome: Outcome
    reason: Reason | None
    detail: str
    issue: int | None
    subject: str
    sender: str
    dry_run: bool = False
    journal: int | None = None
    """The journal row; None in a dry run."""
    checks: Sequence[Check] = field(default=(), repr=False)
    """Those of a dry run; otherwise the journal has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxDone:
    """What a run did with a mailbox. `error` and `skipped` are one line each, for people."""

    name: str
    error: str | None = None
    code: str | None = None
    """The code of the trouble that ended the run; None where it went on to the end, or did not even begin."""
    skipped: str | None = None
    held: bool = False
    """Whether it was skipped because another intake holds it."""
    more: bool = False
    received: int = 0
    left: int = 0
    deleted: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDone:
    """The end of a run: `received` counts what it journaled, the outcomes what it handled, leftovers included."""

    mailboxes: Sequence[MailboxDone]
    received: int
    created: int
    commented: int
    rejected: int
    ignored: int
    duplicate: int
    failed: int
    seconds: float


Event = Progress | MessageDone | MailboxDone | RunDone
Emit = Callable[[Event], None]
