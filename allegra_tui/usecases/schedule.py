"""When which mailbox is to be polled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allegra_tui.store import Store, settings
from allegra_tui.usecases import browse_mailboxes
from allegra_tui.usecases.status import Health

_READY = (Health.OK, Health.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A mailbox that may be polled: every so many seconds, next at a time; None where it never was."""

    mailbox: str
    seconds: int
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The mailboxes that may be polled, as of `now`."""

    now: datetime
    turns: Sequence[Turn]


def schedule(store: Store) -> Schedule:
    """Return the mailboxes that may be polled: enabled, the first contact answered, no intake at work on them.

    None may while the intake is off or the pattern cannot be used.
    """
    found = browse_mailboxes.every(store)
    with store.read() as tx:
        seconds, now = settings.load(tx).poll_seconds, tx.now()
    ready = [view for view in found.mailboxes if view.status.state in _READY and not view.unanswered]
    return Schedule(
        now=now,
        turns=[
            Turn(mailbox=one.mailbox.name, seconds=one.mailbox.poll_seconds or seconds, at=one.state.next_run)
            for one in ready
        ],
    )
