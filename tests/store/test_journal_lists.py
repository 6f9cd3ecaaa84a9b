"""The journal as people read it."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from allegra_tui.model.journal import Place
from allegra_tui.model.settings import Mailbox
from allegra_tui.model.verdict import Outcome, Reason, Review
from allegra_tui.store import Store, Transaction, journal, mailboxes, tables
from allegra_tui.store.journal import JournalFilter
from tests.store import make


def _ids(tx: Transaction, **chosen: object) -> list[int]:
    return [line.id for line in journal.lines(tx, JournalFilter(**chosen))]  # type: ignore[arg-type]


@pytest.fixture
def filled(store: Store, place: Place) -> Store:
    """Messages 1 to 4 in `system`: created, rejected and open, failed and open, waiting; 5 in `other`: discarded."""
    with store.write() as tx:
        other = mailboxes.add(tx, Mailbox(name="other"))
        assert other.id is not None
        make.created(tx, place, make.message("1", subject="Printer 100%_done"))
        elsewhere = Place(mailbox_id=other.id, epoch=1, folder="INBOX", uidvalidity=1)
        journal.receive(
            tx,
            place,
            [
                make.message("2", sender="Bert@Example.org", subject="Spam"),
                make.message("3", sender="", subject="Grüße"),
                make.message("4", sender="carl@example.com"),
            ],
        )
        journal.receive(tx, elsewhere, [make.message("5", sender="bert@example.org")])
        journal.decide(tx, 2, outcome=Outcome.REJECTED, reason=Reason.PATTERN, review=Review.OPEN)
        journal.decide(tx, 3, outcome=Outcome.FAILED, reason=Reason.PARSE_FAILED, review=Review.OPEN)
        journal.decide(tx, 5, outcome=Outcome.REJECTED, reason=Reason.PATTERN, review=Review.DISCARDED)
    return store


def test_filters(filled: Store) -> None:
    with filled.read() as tx:
        assert _ids(tx) == [5, 4, 3, 2, 1]
        assert _ids(tx, mailbox="system") == [4, 3, 2, 1]
        assert _ids(tx, mailbox="none") == []
        assert _ids(tx, outcome=Outcome.REJECTED) == [5, 2]
        assert _ids(tx, outcome=Outcome.REJECTED, mailbox="system") == [2]
        assert _ids(tx, review=Review.OPEN) == [3, 2]
        assert _ids(tx, review=Review.DISCARDED) == [5]
        assert _ids(tx, sender="BERT@example.org") == [5, 2]
        assert _ids(tx, text="printer") == [5, 4, 1]
        assert _ids(tx, text="100%_") == [1]
        assert _ids(tx, text="%") == [1]
        assert _ids(tx, text="ANNA", mailbox="system", outcome=Outcome.CREATED, review=Review.NONE) == [1]
        assert _ids(tx, text="'; DROP TABLE messages; --") == []


def test_pages_follow_one_another(filled: Store) -> None:
    with filled.read() as tx:
        first = journal.lines(tx, JournalFilter(), limit=2)
        second = journal.lines(tx, JournalFilter(), limit=2, before=first[-1].id)
        third = journal.lines(tx, JournalFilter(), limit=2, before=second[-1].id)
        assert [line.id for line in (*first, *second, *third)] == [5, 4, 3, 2, 1]
        assert [location.key for location in third[0].locations] == ["1"]
        assert [(line.mailbox, line.subject, line.outcome, line.issue) for line in third] == [
            ("system", "Printer 100%_done", Outcome.CREATED, 1)
        ]


def test_what_waits_for_a_person(filled: Store, place: Place) -> None:
    with filled.write() as tx:
        assert journal.count_open(tx, place.mailbox_id) == 2
        journal.set_reviews(tx, [2], Review.DISCARDED)
        assert journal.count_open(tx, place.mailbox_id) == 1
        assert journal.count_open(tx, place.mailbox_id + 1) == 0


def test_senders_seen(filled: Store) -> None:
    with filled.read() as tx:
        assert journal.senders_seen(tx) == ["anna@example.org", "bert@example.org", "carl@example.com"]
        assert len(journal.senders_seen(tx, limit=2)) == 2


def test_what_does_not_exist(store: Store) -> None:
    with store.read() as tx:
        assert journal.get(tx, 1) is None
        assert journal.original(tx, 1) is None
        assert journal.lines(tx, JournalFilter()) == []
        assert journal.senders_seen(tx) == []


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The system's zone is one with daylight saving."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("berlin")
def test_outcomes_are_counted_by_local_day(filled: Store, place: Place) -> None:
    """Around the end of summer time: 25 October 2025 is UTC+2, the 27th UTC+1, and the 26th has 25 hours."""
    moments = {
        1: datetime(2025, 10, 25, 21, 59, 59, tzinfo=UTC),
        2: datetime(2025, 10, 25, 22, 0, tzinfo=UTC),
        3: datetime(2025, 10, 26, 22, 59, 59, tzinfo=UTC),
        4: datetime(2025, 10, 26, 23, 0, tzinfo=UTC),
        5: datetime(2025, 10, 26, 12, 0, tzinfo=UTC),
    }
    with filled.write() as tx:
        for message, moment in moments.items():
            tx.execute(update(tables.messages).where(tables.messages.c.id == message).values(received=moment))
        day = date(2025, 10, 26)
        since = moments[1] - timedelta(hours=1)
        assert journal.outcome_counts(tx, since=since) == {
            (day - timedelta(1), Outcome.CREATED): 1,
            (day, Outcome.REJECTED): 2,
            (day, Outcome.FAILED): 1,
            (day + timedelta(1), Outcome.RECEIVED): 1,
        }
        assert journal.outcome_counts(tx, since=moments[5], mailbox_id=place.mailbox_id) == {
            (day, Outcome.FAILED): 1,
            (day + timedelta(1), Outcome.RECEIVED): 1,
        }
