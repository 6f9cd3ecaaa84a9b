"""What became of messages, what is still to be done on servers, and how long originals stay."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from allegra_tui.model.journal import JournalRow, Place
from allegra_tui.model.verdict import Check, CheckName, Outcome, Reason, Review, Settle, SettleAction
from allegra_tui.store import Store, Transaction, blobs, issues, journal
from allegra_tui.store.journal import retention
from tests.store import make

_CHECKS = (
    Check(name=CheckName.SIZE, passed=True, detail="12 KB"),
    Check(name=CheckName.PATTERN, passed=False, detail="bosch.com only", reason=Reason.PATTERN),
)


def _receive(tx: Transaction, place: Place, *keys: str) -> list[int]:
    return [one.id for one in journal.receive(tx, place, [make.message(key) for key in keys])]


def _row(tx: Transaction, message_id: int) -> JournalRow:
    row = journal.get(tx, message_id)
    assert row is not None
    return row


def test_a_decision_is_kept_whole(store: Store, place: Place) -> None:
    with store.write() as tx:
        refused, taken = _receive(tx, place, "1", "2")
        journal.decide(
            tx,
            refused,
            outcome=Outcome.REJECTED,
            reason=Reason.PATTERN,
            detail="not \ud800 allowed",
            checks=_CHECKS,
            repairs=["charset guessed"],
            review=Review.OPEN,
            trace="Traceback \0",
        )
        number = make.issue(tx, message_id=taken)
        comment = make.comment(tx, number, message_id=taken)
        journal.decide(tx, taken, outcome=Outcome.COMMENTED, issue=number, comment=comment)
        row = _row(tx, refused)
        assert (row.outcome, row.reason, row.review) == (Outcome.REJECTED, Reason.PATTERN, Review.OPEN)
        assert (row.checks, row.repairs) == (_CHECKS, ("charset guessed",))
        assert (row.detail, row.trace) == ("not \ufffd allowed", "Traceback \ufffd")
        assert (row.issue, row.comment) == (None, None)
        row = _row(tx, taken)
        assert (row.outcome, row.issue, row.comment) == (Outcome.COMMENTED, number, comment)


def test_what_waits_to_be_handled(store: Store, place: Place) -> None:
    with store.write() as tx:
        first, second, third = _receive(tx, place, "3", "2", "1")
        assert journal.leftovers(tx, place.mailbox_id) == [first, second, third]
        journal.decide(tx, second, outcome=Outcome.IGNORED, reason=Reason.BOUNCE)
        assert journal.leftovers(tx, place.mailbox_id) == [first, third]
        assert journal.leftovers(tx, place.mailbox_id + 1) == []
        assert journal.waiting(tx, [first, second, 99]) == {first}
        assert [journal.count_attempt(tx, first) for _ in range(3)] == [1, 2, 3]
        assert (_row(tx, first).attempts, _row(tx, third).attempts) == (3, 0)


@pytest.mark.parametrize(
    ("outcome", "reason", "settled"),
    [
        (Outcome.CREATED, None, True),
        (Outcome.COMMENTED, None, True),
        (Outcome.REJECTED, Reason.PATTERN, True),
        (Outcome.REJECTED, Reason.TOO_LARGE, False),
        (Outcome.IGNORED, Reason.BOUNCE, True),
        (Outcome.FAILED, Reason.PARSE_FAILED, False),
        (Outcome.FAILED, None, False),
    ],
)
def test_what_may_be_deleted_from_the_server(
    store: Store, place: Place, outcome: Outcome, reason: Reason | None, settled: bool
) -> None:
    with store.write() as tx:
        message, _ = _receive(tx, place, "1", "waiting")
        assert journal.to_settle(tx, place) == []
        journal.decide(tx, message, outcome=outcome, reason=reason)
        assert [location.key for location in journal.to_settle(tx, place)] == (["1"] if settled else [])
        (location,) = _row(tx, message).locations
        assert location.settle is (Settle.PENDING if settled else Settle.LEFT)


def test_a_failed_message_handled_later_stays_on_the_server(store: Store, place: Place) -> None:
    with store.write() as tx:
        (message,) = _receive(tx, place, "1")
        journal.decide(tx, message, outcome=Outcome.FAILED, reason=Reason.HANDLING_FAILED, review=Review.OPEN)
        journal.decide(tx, message, outcome=Outcome.CREATED, review=Review.RELEASED)
        assert journal.to_settle(tx, place) == []


def test_settled_locations_are_not_asked_for_again(store: Store, place: Place) -> None:
    with store.write() as tx:
        moved = make.message("3", action=SettleAction.MOVE)
        for message in (make.message("1"), make.message("2"), moved):
            make.created(tx, place, message)
        first, second, third = journal.to_settle(tx, place)
        assert (third.action, third.move_to, third.place) == (SettleAction.MOVE, "Processed", place)
        journal.settle(tx, [first.id, second.id], Settle.DONE)
        journal.settle(tx, [third.id], Settle.REFUSED)
        journal.settle(tx, [], Settle.DONE)
        assert journal.to_settle(tx, place) == []
        settles = [location.settle for row in (1, 2, 3) for location in _row(tx, row).locations]
        assert settles == [Settle.DONE, Settle.DONE, Settle.REFUSED]


def test_what_is_pending_elsewhere_is_dropped(store: Store, place: Place) -> None:
    renumbered = replace(place, uidvalidity=8)
    with store.write() as tx:
        for message in (make.message("1"), make.message("2")):
            make.created(tx, place, message)
        make.created(tx, renumbered, make.message("3"))
        assert journal.drop_pending(tx, renumbered) == 2
        assert journal.drop_pending(tx, renumbered) == 0
        assert journal.to_settle(tx, place) == []
        assert [location.key for location in journal.to_settle(tx, renumbered)] == ["3"]
        assert journal.drop_pending(tx, replace(place, epoch=9)) == 1


def test_a_thread_is_found_by_the_nearest_message_that_made_something(store: Store, place: Place) -> None:
    with store.write() as tx:
        _, first = make.created(tx, place, make.message("1", message_id="<1@x>"))
        _, second = make.created(tx, place, make.message("2", message_id="<2@x>"))
        (refused,) = journal.receive(tx, place, [make.message("3", message_id="<3@x>")])
        journal.decide(tx, refused.id, outcome=Outcome.REJECTED, reason=Reason.PATTERN)
        assert journal.message_ids_issue(tx, ["<2@x>", "<1@x>"]) == second
        assert journal.message_ids_issue(tx, ["<none@x>", "<3@x>", "<1@x>", "<2@x>"]) == first
        assert journal.message_ids_issue(tx, ["<3@x>"]) is None
        assert journal.message_ids_issue(tx, []) is None
        many = [f"<{number}@y>" for number in range(40_000)]
        assert journal.message_ids_issue(tx, [*many, "<1@x>"]) == first


def test_of_messages_with_one_message_id_the_oldest_counts(store: Store, place: Place) -> None:
    with store.write() as tx:
        _, first = make.created(tx, place, make.message("1", message_id="<1@x>"))
        make.created(tx, place, make.message("2", message_id="<1@x>"))
        assert journal.message_ids_issue(tx, ["<1@x>"]) == first


def _stored_blobs(store: Store) -> int:
    with closing(sqlite3.connect(store.path)) as connection:
        (blob_count,) = connection.execute("SELECT count(*) FROM blobs").fetchone()
        (part_count,) = connection.execute("SELECT count(DISTINCT blob_id) FROM blob_parts").fetchone()
    assert blob_count == part_count
    return int(blob_count)


def test_originals_are_forgotten_after_their_time(store: Store, place: Place) -> None:
    with store.write() as tx:
        done, _ = make.created(tx, place, make.message("1"))
        waiting, refused = _receive(tx, place, "2", "3")
        journal.decide(tx, refused, outcome=Outcome.REJECTED, reason=Reason.PATTERN, review=Review.OPEN)
        now = tx.now()
        assert journal.forget_originals(tx, _row(tx, done).received) == 0
        assert journal.forget_originals(tx, now) == 1
        assert journal.forget_originals(tx, now) == 0
        assert journal.original(tx, done) is None
        assert (_row(tx, done).has_original, _row(tx, done).outcome) == (False, Outcome.CREATED)
        assert journal.original(tx, waiting) == make.message("2").raw
        journal.set_reviews(tx, [refused], Review.DISCARDED)
        assert journal.forget_originals(tx, now) == 1
    assert _stored_blobs(store) == 1


def test_forgetting_spares_what_is_still_used(store: Store, place: Place) -> None:
    """The same bytes may be an attachment, or the original of a message that is kept."""
    logo, shared = b"logo", b"shared original"
    with store.write() as tx:
        done, number = make.created(tx, place, make.message("1", raw=logo))
        other, _ = make.created(tx, place, make.message("2", raw=shared))
        (kept,) = journal.receive(tx, place, [make.message("3", raw=shared)])
        issues.attach(tx, [make.attachment(logo)], issue=number)
        assert journal.forget_originals(tx, tx.now()) == 2
        assert blobs.get(tx, blobs.digest(logo)) == logo
        assert (journal.original(tx, done), journal.original(tx, other)) == (None, None)
        assert journal.original(tx, kept.id) == shared
    assert _stored_blobs(store) == 2


def test_forgetting_goes_in_steps(store: Store, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STEP", 2)
    with store.write() as tx:
        for key in "12345":
            make.created(tx, place, make.message(key))
        later = tx.now() + timedelta(days=1)
        assert [journal.forget_originals(tx, later) for _ in range(4)] == [2, 2, 1, 0]
    assert _stored_blobs(store) == 0
