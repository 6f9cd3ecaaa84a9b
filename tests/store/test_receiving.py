"""One row for every message, one location for every place where it is seen."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from allegra_tui.model.journal import JournalRow, NewMessage, Place
from allegra_tui.model.settings import Mailbox
from allegra_tui.model.verdict import Outcome, Reason, Review, Settle, SettleAction
from allegra_tui.store import Store, Transaction, journal, mailboxes
from tests.store import make

_LEAVE = SettleAction.LEAVE


def _row(tx: Transaction, message_id: int) -> JournalRow:
    row = journal.get(tx, message_id)
    assert row is not None
    return row


def _settles(tx: Transaction, message_id: int) -> list[tuple[str, Settle]]:
    return [(location.key, location.settle) for location in _row(tx, message_id).locations]


def test_a_message_is_kept_as_it_came(store: Store, place: Place) -> None:
    berlin = datetime(2026, 5, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    arrived = make.message("17", "text", action=SettleAction.MOVE, message_id="<1@example.org>", date=berlin)
    with store.write() as tx:
        (received,) = journal.receive(tx, place, [arrived])
        assert (received.key, received.outcome, received.renumbered) == ("17", Outcome.RECEIVED, False)
        row = _row(tx, received.id)
        assert journal.original(tx, received.id) == arrived.raw
        assert (row.mailbox, row.mailbox_id, row.size) == ("system", place.mailbox_id, 1000)
        assert (row.subject, row.sender, row.sender_name) == ("Printer", "Anna@example.org", "Anna")
        assert (row.outcome, row.reason, row.review) == (Outcome.RECEIVED, None, Review.NONE)
        assert (row.message_id, row.content_hash) == ("<1@example.org>", arrived.content_hash)
        assert row.date == datetime(2026, 5, 1, 12, tzinfo=UTC)
        assert timedelta(0) <= tx.now() - row.received < timedelta(minutes=1)
        (location,) = row.locations
        assert (location.id, location.place, location.key) == (received.location_id, place, "17")
        assert (location.settle, location.action, location.move_to) == (Settle.PENDING, SettleAction.MOVE, "Processed")


def test_the_results_stand_in_the_order_of_the_messages(store: Store, place: Place) -> None:
    with store.write() as tx:
        journal.receive(tx, place, [make.message("1", "known")])
        batch = [
            make.message("5"),
            make.message("6", "known"),
            make.message("4"),
            make.message("3"),
            make.message("5b"),
        ]
        received = journal.receive(tx, place, batch)
        assert [one.key for one in received] == ["5", "6", "4", "3", "5b"]
        for message, one in zip(batch, received, strict=True):
            assert journal.original(tx, one.id) == message.raw
        assert journal.receive(tx, place, []) == []


def test_a_known_key_is_left_out(store: Store, place: Place) -> None:
    with store.write() as tx:
        journal.receive(tx, place, [make.message("1"), make.message("2")])
        again = journal.receive(tx, place, [make.message("2"), make.message("3"), make.message("1", "other content")])
        assert [one.key for one in again] == ["3"]
        assert journal.known_keys(tx, place) == {"1", "2", "3"}
        assert journal.known_keys(tx, replace(place, uidvalidity=8)) == set()


def test_a_message_sent_twice_is_a_duplicate(store: Store, place: Place) -> None:
    with store.write() as tx:
        first, number = make.created(tx, place, make.message("1", "same"))
        (again,) = journal.receive(tx, place, [make.message("2", "same")])
        assert (again.outcome, again.duplicate_of, again.issue) == (Outcome.DUPLICATE, first, number)
        row = _row(tx, again.id)
        assert (row.outcome, row.reason, row.review) == (Outcome.DUPLICATE, Reason.DUPLICATE, Review.NONE)
        assert (row.duplicate_of, row.issue, row.detail) == (first, number, again.detail)
        assert f"message {first}" in row.detail
        assert _settles(tx, again.id) == [("2", Settle.PENDING)]
        assert [location.key for location in journal.to_settle(tx, place)] == ["1", "2"]


def test_two_equal_ones_in_a_batch(store: Store, place: Place) -> None:
    with store.write() as tx:
        first, second, third = journal.receive(tx, place, [make.message(key, "same") for key in "123"])
        assert [first.outcome, second.outcome, third.outcome] == [Outcome.RECEIVED, *[Outcome.DUPLICATE] * 2]
        assert (second.duplicate_of, third.duplicate_of) == (first.id, first.id)
        assert len({first.id, second.id, third.id}) == 3


def test_a_duplicate_shows_the_issue_that_was_made_later(store: Store, place: Place) -> None:
    with store.write() as tx:
        first, again = journal.receive(tx, place, [make.message("1", "same"), make.message("2", "same")])
        assert _row(tx, again.id).issue is None
        number = make.issue(tx, message_id=first.id)
        journal.decide(tx, first.id, outcome=Outcome.CREATED, issue=number)
        assert _row(tx, again.id).issue == number
        assert [line.issue for line in journal.lines(tx, journal.JournalFilter())] == [number, number]


def test_a_renumbered_message_keeps_its_row(store: Store, place: Place) -> None:
    renumbered = replace(place, uidvalidity=8)
    with store.write() as tx:
        row, number = make.created(tx, place, make.message("1"))
        (again,) = journal.receive(tx, renumbered, [make.message("901", "1")])
        assert (again.id, again.renumbered, again.outcome, again.issue) == (row, True, Outcome.DUPLICATE, number)
        assert again.duplicate_of is None
        assert _settles(tx, row) == [("1", Settle.PENDING), ("901", Settle.PENDING)]
        assert [location.key for location in journal.to_settle(tx, renumbered)] == ["901"]
        assert [line.id for line in journal.lines(tx, journal.JournalFilter())] == [row]


def test_renumbered_duplicates_keep_their_rows(store: Store, place: Place) -> None:
    """Three copies under new numbers are the three rows there are, and a fourth is new."""
    with store.write() as tx:
        before = journal.receive(tx, place, [make.message(key, "same") for key in "123"])
        after = journal.receive(tx, replace(place, epoch=2), [make.message(key, "same") for key in "6789"])
        assert [one.id for one in after[:3]] == [one.id for one in before]
        assert [one.renumbered for one in after] == [True, True, True, False]
        assert after[3].duplicate_of == before[0].id


def test_a_message_that_waits_is_renumbered_while_it_waits(store: Store, place: Place) -> None:
    renumbered = replace(place, uidvalidity=8)
    with store.write() as tx:
        (one,) = journal.receive(tx, place, [make.message("1")])
        journal.receive(tx, renumbered, [make.message("901", "1")])
        assert journal.leftovers(tx, place.mailbox_id) == [one.id]
        assert journal.to_settle(tx, renumbered) == []
        journal.decide(tx, one.id, outcome=Outcome.IGNORED, reason=Reason.BOUNCE)
        assert [location.key for location in journal.to_settle(tx, renumbered)] == ["901"]


def test_a_renumbered_message_that_failed_stays(store: Store, place: Place) -> None:
    renumbered = replace(place, uidvalidity=8)
    with store.write() as tx:
        (one,) = journal.receive(tx, place, [make.message("1")])
        journal.decide(tx, one.id, outcome=Outcome.FAILED, reason=Reason.PARSE_FAILED)
        journal.receive(tx, renumbered, [make.message("901", "1")])
        assert _settles(tx, one.id) == [("1", Settle.LEFT), ("901", Settle.LEFT)]


def test_a_message_that_is_too_large_stays(store: Store, place: Place) -> None:
    header = make.message("1", whole=False, raw=b"Subject: film\r\n\r\n")
    with store.write() as tx:
        (one,) = journal.receive(tx, place, [header])
        assert one.outcome is Outcome.RECEIVED
        assert _row(tx, one.id).whole is False
        assert journal.original(tx, one.id) == header.raw
        journal.decide(tx, one.id, outcome=Outcome.REJECTED, reason=Reason.TOO_LARGE, review=Review.OPEN)
        assert _settles(tx, one.id) == [("1", Settle.LEFT)]
        renumbered = replace(place, uidvalidity=8)
        journal.receive(tx, renumbered, [replace(header, key="2")])
        assert journal.to_settle(tx, place) + journal.to_settle(tx, renumbered) == []


def test_what_is_left_on_the_server_is_never_settled(store: Store, place: Place) -> None:
    with store.write() as tx:
        row, _ = make.created(tx, place, make.message("1", "same", action=_LEAVE))
        (again,) = journal.receive(tx, place, [make.message("2", "same", action=_LEAVE)])
        assert _settles(tx, row) + _settles(tx, again.id) == [("1", Settle.LEFT), ("2", Settle.LEFT)]
        assert journal.to_settle(tx, place) == []


def test_mailboxes_do_not_know_each_others_messages(store: Store, place: Place) -> None:
    with store.write() as tx:
        other = mailboxes.add(tx, Mailbox(name="other"))
        assert other.id is not None
        row, number = make.created(tx, place, make.message("1"))
        (copy,) = journal.receive(tx, replace(place, mailbox_id=other.id), [make.message("1")])
        assert copy.outcome is Outcome.RECEIVED
        content_hash = make.message("1").content_hash
        assert journal.elsewhere(tx, other.id, [content_hash]) == {content_hash: [("system", number)]}
        assert journal.elsewhere(tx, place.mailbox_id, [content_hash]) == {content_hash: [("other", None)]}
        found = journal.same_content(tx, place.mailbox_id, content_hash)
        assert found is not None
        assert found.id == row
        assert journal.same_content(tx, place.mailbox_id, "0" * 64) is None


def test_the_database_itself_refuses_doubles(store: Store, place: Place) -> None:
    with store.write() as tx:
        journal.receive(tx, place, [make.message("1"), make.message("2")])
    with closing(sqlite3.connect(store.path)) as connection:
        for double in (
            "UPDATE messages SET content_hash = (SELECT content_hash FROM messages WHERE id = 1)",
            "UPDATE locations SET key = '1'",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
                connection.execute(double)


@pytest.mark.parametrize(
    "hostile",
    [
        {"subject": "nul \0 and \ud800", "sender": "\udcff@example.org", "message_id": "<\udc80>"},
        {"date": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))},
        {"date": datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12)))},
        {"raw": b""},
        {"message_id": ""},
    ],
)
def test_odd_values_never_stop_a_batch(store: Store, place: Place, hostile: dict[str, object]) -> None:
    odd: NewMessage = make.message("1", **hostile)  # type: ignore[arg-type]
    with store.write() as tx:
        received = journal.receive(tx, place, [odd, make.message("2")])
        assert [one.key for one in received] == ["1", "2"]
        row = _row(tx, received[0].id)
        assert "\0" not in row.subject
        row.subject.encode()
