"""What is to be watched, as the settings say at a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from allegra_tui.model.settings import IntakeSettings, Mailbox
from allegra_tui.store import Store, mailboxes, projects, settings, sign_ins
from allegra_tui.usecases import policies
from allegra_tui.usecases.policies import PatternUnusable

_SLOWEST = 20_000
"""Bytes a second below which no connection is let live."""


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox to be watched. A change of anything in here begins its watching anew."""

    mailbox: Mailbox
    interval: int
    """Seconds after which it is looked into, whatever is announced."""
    patience: float
    """Seconds that a run may take from one sign of life to the next, by all its time limits."""
    signed_in: datetime | None = None
    """With OAuth2, when somebody signed in."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The mailboxes to be watched, and what their runs depend on besides."""

    boxes: Mapping[int, Box]
    """By id; none while the intake is paused."""
    paused: str | None
    """Why nothing is taken in at all."""
    unanswered: Sequence[str]
    """Mailboxes of which nobody said yet what the first contact takes: nothing is taken before."""
    settings: IntakeSettings
    projects: frozenset[str]
    """Those that are not archived."""


def wanted(store: Store, before: Wanted | None) -> Wanted:
    """Read what is to be watched. Cheap enough to be done every few seconds; `before` spares what did not change."""
    with store.read() as tx:
        intake = settings.load(tx)
        every = mailboxes.every(tx)
        unanswered = mailboxes.unanswered(tx)
        signed_in = {number: found.since for number, found in sign_ins.every(tx).items()}
        active = frozenset(project.key for project in projects.every(tx))
        if before is not None and before.settings == intake:
            paused = before.paused
        else:
            paused = _paused(intake)
            if paused is None:
                try:
                    policies.load(tx)
                except PatternUnusable as error:
                    paused = str(error)
    enabled = [mailbox for mailbox in every if mailbox.enabled]
    return Wanted(
        boxes={}
        if paused
        else {
            mailbox.id: Box(
                mailbox,
                mailbox.poll_seconds or intake.poll_seconds,
                _patience(mailbox, intake),
                signed_in.get(mailbox.id),
            )
            for mailbox in enabled
            if mailbox.id not in unanswered
        },
        paused=paused,
        unanswered=[mailbox.name for mailbox in enabled if mailbox.id in unanswered],
        settings=intake,
        projects=active,
    )


def _paused(intake: IntakeSettings) -> str | None:
    return None if intake.enabled else "the intake is switched off"


def _patience(mailbox: Mailbox, intake: IntakeSettings) -> float:
    limits = mailbox.run_seconds + 2 * (mailbox.connect_timeout + mailbox.read_timeout)
    return limits + intake.max_message_mb * 1024 * 1024 / _SLOWEST
