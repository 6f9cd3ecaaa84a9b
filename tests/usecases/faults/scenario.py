"""What every fault has to leave true: nothing lost, nothing doubled, nothing of others touched, and an end in time."""

import functools
import itertools
import re
import ssl
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from allegra_tui import mail
from allegra_tui.model.journal import JournalLine
from allegra_tui.model.settings import Mailbox, Protocol, Security
from allegra_tui.model.verdict import Outcome, Settle
from allegra_tui.store import issues, journal, mailboxes
from allegra_tui.usecases.events import MailboxDone
from tests.servers.faulty import Fault, FaultyServer, Maildrop, faulty
from tests.usecases.conftest import Intake, letter

SKIPPED = (letter("Theirs", "Marked by somebody else."), letter("Kept", "Read and flagged by somebody else."))
"""Was there before the first contact, so that the intake never has a reason to touch it: UIDs 1 and 2."""
TAKEN = tuple(letter(f"Letter {number}", f"{number}\r\n.dots\r\n..dots\r\n") for number in range(3, 9))
"""What is to be taken in: UIDs 3 to 8. Faults about one message are about UID 5."""
BAD = 5
_FLAGS = {SKIPPED[0]: {r"\Deleted"}, SKIPPED[1]: {r"\Seen", r"\Flagged"}, TAKEN[1]: {r"\Seen"}, TAKEN[3]: {r"\Flagged"}}
_numbers = itertools.count(1)


class First(Enum):
    """What the run under the fault takes."""

    ALL = auto()
    GOOD = auto()
    """All but the message the fault is about, which is named in the mailbox's error."""
    NONE = auto()
    SOME = auto()
    """As much as comes: the fault leaves it open."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A fault, and what the run under it has to tell."""

    name: str
    fault: Callable[[Maildrop], Fault] = lambda _: Fault()
    first: First = First.ALL
    error: str | None = None
    """What is in the mailbox's error, as a regular expression; None where there is to be none."""
    note: str | None = None
    """What is in the mailbox's note when the mailbox is set to delete."""
    seconds: float = 20
    """The server's limit for an answer: short where the fault is to wait for it."""
    capabilities: str = ""
    security: Security = Security.NONE
    between: Callable[[Maildrop], None] | None = None
    """What happens on the server before it behaves again."""
    changes: dict[str, Any] = field(default_factory=dict)
    """Fields of the mailbox while the fault lasts."""
    later: tuple[str, ...] = ()
    """Titles of what arrives with that."""
    deleting: bool = False
    """Whether the fault only shows where messages are to be deleted."""
    skipping: bool = True
    """Whether there was mail before the first contact, which is to be skipped."""
    plain_only: bool = False
    """Whether it makes no sense where messages are left on the server."""
    vanished: frozenset[int] = frozenset()
    """UIDs that somebody else takes away before they are read."""
    unread: bool = True
    """Whether flags are as they were: where they can be, over POP3 by TOP."""

    def __str__(self) -> str:
        return self.name


class World:
    """A mailbox with mail in it and its server. Scenarios share a database: each has its mailbox in it."""

    def __init__(self, scenario: Scenario, intake: Intake, server: FaultyServer, mailbox: Mailbox) -> None:
        self.scenario = scenario
        self.intake = intake
        self.server = server
        self.mailbox = mailbox

    def fetch(self) -> MailboxDone:
        """Run an intake. It ends in time, and what always has to hold holds after it."""
        began = time.monotonic()
        (report,) = self.intake.fetch(self.mailbox.name).mailboxes
        assert time.monotonic() - began < 30
        self.assert_unharmed()
        return report

    def assert_unharmed(self) -> None:
        """Check R1 (nothing is missing in both places), R2 (nothing twice), R4 and R5 (nothing of others touched)."""
        inbox = self.server.maildrop.inbox.messages
        rows = self.rows()
        gone = {TAKEN[uid - 3] for uid in self.scenario.vanished}
        present = {_title(raw) for raw in TAKEN if raw not in gone}
        assert present <= {row.subject for row in rows} | {_title(stored.raw) for stored in inbox}, "lost"
        titles = Counter(self.titles())
        assert set(titles.values()) <= {1}, "doubled"
        assert Counter(row.subject for row in rows if row.outcome is Outcome.CREATED) == titles
        if self.scenario.skipping:
            assert {stored.raw for stored in inbox} >= set(SKIPPED), "somebody else's message is gone"
        for stored in inbox:
            assert stored.flags - self._ours(stored.raw) == _FLAGS.get(stored.raw, set()) - self._ours(stored.raw)

    def _ours(self, raw: bytes) -> set[str]:
        """Flags that the intake may set on a message."""
        stays = raw in SKIPPED or self.mailbox.leave_on_server
        deleted = set() if stays else {r"\Deleted"}
        return deleted if stays and self.scenario.unread else deleted | {r"\Seen"}

    def rows(self) -> list[JournalLine]:
        """What the journal has of this mailbox."""
        with self.intake.store.read() as tx:
            return journal.lines(tx, journal.JournalFilter(mailbox=self.mailbox.name))

    def titles(self) -> list[str]:
        """Titles of the issues that were made of it."""
        with self.intake.store.read() as tx:
            return [line.title for line in issues.lines(tx, issues.IssueFilter(mailbox=self.mailbox.name))]

    def note(self) -> str:
        """What the administrator is told of the mailbox though nothing failed."""
        with self.intake.store.read() as tx:
            return mailboxes.state(tx, self.mailbox.id).note or ""


def play(scenario: Scenario, protocol: Protocol, intake: Intake, leave: bool, tls: tuple[ssl.SSLContext, str]) -> None:
    """Run under the fault, then against the healed server, then once more: there is nothing left to do."""
    context, ca_pem = tls
    number = next(_numbers)
    maildrop = Maildrop(user=f"user{number}")
    encrypted = scenario.security is not Security.NONE
    with faulty(protocol, maildrop, tls=context if encrypted else None) as server:
        settings = server.mailbox(
            scenario.security,
            leave_on_server=leave,
            first_contact="new" if scenario.skipping else "all",
            read_timeout=20,
            ca_pem=ca_pem,
        )
        healthy = intake.add(replace(settings, name=f"box{number}"), maildrop.password)
        world = World(scenario, intake, server, healthy)
        _fill(maildrop, SKIPPED if scenario.skipping else (), datetime(2020, 1, 1, tzinfo=UTC))
        assert intake.fetch(healthy.name).mailboxes[0].error is None
        maildrop.inbox.uidnext = 3
        _fill(maildrop, TAKEN, datetime(2026, 11, 2, tzinfo=UTC))

        usual = server.capabilities
        server.heard.clear()
        server.fault = scenario.fault(maildrop)
        server.capabilities = scenario.capabilities or usual
        intake.change(replace(healthy, read_timeout=scenario.seconds, **scenario.changes))
        _assert_told(scenario, world, world.fetch())

        server.heal()
        server.capabilities = usual
        intake.change(healthy)
        if scenario.between:
            scenario.between(maildrop)
        there = Counter(stored.raw for stored in maildrop.inbox.messages)
        assert world.fetch().error is None
        expected = [f"Letter {uid}" for uid in range(3, 9) if uid not in scenario.vanished]
        assert sorted(world.titles()) == sorted([*expected, *scenario.later])
        again = world.fetch()
        assert (again.error, again.received) == (None, 0)
        left = Counter(stored.raw for stored in maildrop.inbox.messages)
        assert left == there if leave else left == Counter(SKIPPED if scenario.skipping else ())
        assert Settle.PENDING not in {location.settle for row in world.rows() for location in row.locations}


@functools.cache
def _title(raw: bytes) -> str:
    return mail.envelope(raw).subject


def _fill(maildrop: Maildrop, messages: Sequence[bytes], arrived: datetime) -> None:
    for raw in messages:
        stored = maildrop.inbox.add(raw, arrived=arrived)
        stored.flags |= _FLAGS.get(raw, set())


def _assert_told(scenario: Scenario, world: World, report: MailboxDone) -> None:
    """Check what the run under the fault took, and what it told of it."""
    error, titles = report.error or "", set(world.titles())
    leave = world.mailbox.leave_on_server
    if scenario.error is None or (scenario.deleting and leave):
        assert not error
    else:
        assert re.search(scenario.error, error), error
    if scenario.note and not leave:
        note = world.note()
        assert re.search(scenario.note, note), note
    if scenario.security is not Security.NONE and scenario.first is First.NONE:
        assert not [line for line in world.server.heard if world.server.maildrop.password.encode() in line]
    present = {f"Letter {uid}" for uid in range(3, 9) if uid not in scenario.vanished}
    match scenario.first:
        case First.ALL:
            assert titles == present
        case First.GOOD:
            assert titles == present - {f"Letter {BAD}"}
            assert re.search(rf"message (uidl-1-)?{BAD}\b", error), error
        case First.NONE:
            assert titles == set()
        case First.SOME:
            assert titles <= present
