"""The situation at a glance: the mailboxes, what waits for a person, what came in the last days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from allegra_tui.model.settings import IntakeSettings
from allegra_tui.model.verdict import Outcome
from allegra_tui.store import Store, Transaction, journal, mailboxes, senders, settings
from allegra_tui.usecases import browse_mailboxes, policies
from allegra_tui.usecases.browse_mailboxes import MailboxView
from allegra_tui.usecases.policies import PatternUnusable

DAYS = 14
"""Days of the history, today included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything but the history; cheap enough to be read every few seconds."""

    boxes: browse_mailboxes.Overview
    intake: IntakeSettings
    pattern_trouble: str | None
    """Why the stored pattern cannot be used, so that nothing is taken in."""
    senders: int
    """How many are registered."""
    waiting: int
    """Messages whose review is open, those from files included."""
    now: datetime = field(compare=False)

    @property
    def mailboxes(self) -> Sequence[MailboxView]:
        """All mailboxes."""
        return self.boxes.mailboxes

    @property
    def default_project(self) -> str | None:
        """The default project, unless it is archived or gone."""
        key = self.boxes.default_project
        return key if key in {project.key for project in self.boxes.projects} else None

    @property
    def fetched(self) -> bool:
        """Whether any mailbox was ever read to the end."""
        return any(view.status.last_success is not None for view in self.mailboxes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What became of the messages received on a day, of the system's zone."""

    day: date
    counts: Mapping[Outcome, int]


def situation(store: Store) -> Situation:
    """Read how everything is."""
    boxes = browse_mailboxes.every(store)
    with store.read() as tx:
        trouble: str | None = None
        try:
            policies.load(tx)
        except PatternUnusable as error:
            trouble = str(error)
        return Situation(
            boxes=boxes,
            intake=settings.load(tx),
            pattern_trouble=trouble,
            senders=len(senders.ids(tx)),
            now=tx.now(),
            waiting=sum(view.status.quarantine for view in boxes.mailboxes) + _waiting_imports(tx),
        )


def history(store: Store) -> Sequence[Day]:
    """Count what became of the messages of the last `DAYS` days, the oldest day first."""
    with store.read() as tx:
        today = tx.now().astimezone().date()
        first = today - timedelta(days=DAYS - 1)
        found = journal.outcome_counts(tx, since=datetime(first.year, first.month, first.day).astimezone())
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return [
        Day(day=day, counts={outcome: found[day, outcome] for outcome in Outcome if (day, outcome) in found})
        for day in days
    ]


def _waiting_imports(tx: Transaction) -> int:
    box = mailboxes.find(tx, mailboxes.IMPORTING)
    return journal.count_open(tx, box.id) if box else 0
