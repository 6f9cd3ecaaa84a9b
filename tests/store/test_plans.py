"""The queries that run often, or over much, find their rows by an index and in order: nothing is read in vain."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from allegra_tui.model.issue import IssueLine, State
from allegra_tui.model.journal import Place
from allegra_tui.model.verdict import Outcome, Review, Settle
from allegra_tui.store import Store, Transaction, baselines, issues, journal, mailboxes, senders
from allegra_tui.store.issues import IssueFilter, IssueSort
from allegra_tui.store.journal import JournalFilter
from tests.store import make

_PLACE = Place(mailbox_id=1, epoch=1, folder="INBOX", uidvalidity=7)
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LAST = IssueLine(number=5, project="SUP", title="", state=State.OPEN, submitter=make.ANNA, created=_NOW, updated=_NOW)
_UPDATED = IssueSort.UPDATED

_ACTS: dict[str, Callable[[Transaction], object]] = {
    "known keys": lambda tx: journal.known_keys(tx, _PLACE),
    "receive": lambda tx: journal.receive(tx, _PLACE, [make.message("1"), make.message("9", "known")]),
    "receive renumbered": lambda tx: journal.receive(
        tx, Place(mailbox_id=1, epoch=2, folder="INBOX", uidvalidity=7), [make.message("9", "known")]
    ),
    "removed keys": lambda tx: journal.removed_keys(tx, _PLACE),
    "highest key": lambda tx: journal.highest_key(tx, _PLACE),
    "unsettled at": lambda tx: journal.unsettled_at(tx, _PLACE),
    "set aside": lambda tx: journal.set_aside(tx, _PLACE, [1, 2]),
    "refused": lambda tx: journal.to_settle(tx, _PLACE, refused=True),
    "waiting": lambda tx: journal.waiting(tx, [1, 2]),
    "original": lambda tx: journal.original(tx, 1),
    "decide": lambda tx: journal.decide(tx, 1, outcome=Outcome.FAILED),
    "thread": lambda tx: journal.message_ids_issue(tx, ["<1@x>", "<2@x>"]),
    "same message elsewhere": lambda tx: journal.elsewhere(tx, 1, ["0" * 64]),
    "same content": lambda tx: journal.same_content(tx, 1, "0" * 64),
    "settle": lambda tx: journal.settle(tx, [1], Settle.DONE),
    "review": lambda tx: journal.set_reviews(tx, [1], Review.DISCARDED),
    "counts by day": lambda tx: journal.outcome_counts(tx, since=tx.now()),
    "mailbox in use": lambda tx: mailboxes.referenced(tx, 1),
    "baseline": lambda tx: (baselines.keys(tx, _PLACE), baselines.any_of(tx, 1, 1)),
    "sender": lambda tx: senders.find(tx, "anna@example.org"),
    "create": make.issue,
    "comment": lambda tx: make.comment(tx, 1),
    "attach": lambda tx: issues.attach(tx, [make.attachment(b"one")], issue=1),
    "registered": lambda tx: senders.registered(tx, "anna@example.org"),
    "resembled": lambda tx: senders.resembled(tx, "anna@mail.example.org"),
    "twin": lambda tx: senders.twin(tx, "anna@example.org", 1),
    "flood": lambda tx: journal.recent(tx, "anna@example.org", _NOW),
    "known issue": lambda tx: issues.has(tx, 1),
    "takes part": lambda tx: issues.takes_part(tx, 1, "anna@example.org"),
    "move": lambda tx: issues.move(tx, [1], "DEV"),
    "close": lambda tx: issues.set_state(tx, [1], State.CLOSED),
    "issue": lambda tx: issues.get(tx, 1),
}
_LISTS: dict[str, Callable[[Transaction], object]] = {
    "leftovers": lambda tx: journal.leftovers(tx, 1),
    "to settle": lambda tx: journal.to_settle(tx, _PLACE),
    "journal": lambda tx: journal.lines(tx, JournalFilter(), before=9),
    "journal of a mailbox": lambda tx: journal.lines(tx, JournalFilter(mailbox="system"), before=9),
    "waiting for a person": lambda tx: journal.count_open(tx, 1),
    "senders seen": journal.senders_seen,
    "forget originals": lambda tx: journal.forget_originals(tx, _NOW),
    "issues": lambda tx: issues.lines(tx, IssueFilter(), before=_LAST),
    "issues by change": lambda tx: issues.lines(tx, IssueFilter(sort=_UPDATED), before=_LAST),
    "open issues": lambda tx: issues.lines(tx, IssueFilter(state=State.OPEN), before=_LAST),
    "open issues by change": lambda tx: issues.lines(tx, IssueFilter(state=State.OPEN, sort=_UPDATED), before=_LAST),
    "a project's issues": lambda tx: issues.lines(tx, IssueFilter(project="SUP"), before=_LAST),
    "a project's by change": lambda tx: issues.lines(tx, IssueFilter(project="SUP", sort=_UPDATED), before=_LAST),
    "a project's open ones": lambda tx: issues.lines(tx, IssueFilter(project="SUP", state=State.OPEN), before=_LAST),
    "a mailbox's issues": lambda tx: issues.lines(tx, IssueFilter(mailbox="system"), before=_LAST),
    "a sender's issues": lambda tx: issues.lines(tx, IssueFilter(sender="anna@example.org"), before=_LAST),
    "search": lambda tx: issues.lines(tx, IssueFilter(search="printer"), before=_LAST),
    "search among the open": lambda tx: issues.lines(tx, IssueFilter(search="printer", state=State.OPEN)),
}
"""What takes the first of many, and so must find them in order."""
_LARGE = "messages|locations|issues|issue_texts|comments|attachments|blobs|blob_parts|baselines|sender_addresses"
_WASTE = re.compile(rf"SCAN ({_LARGE})(?! USING (COVERING )?INDEX)|AUTOMATIC")


@contextmanager
def _watched(tx: Transaction) -> Iterator[list[str]]:
    """Give the statements that run, with their values in them."""
    driver: Any = tx._connection.connection.dbapi_connection
    seen: list[str] = []
    driver.set_trace_callback(seen.append)
    yield seen
    driver.set_trace_callback(None)


def _plans(store: Store, place: Place, act: Callable[[Transaction], object]) -> list[str]:
    """Return the steps of all statements of an act, each with its statement."""
    assert place == _PLACE
    with store.write() as tx:
        make.created(tx, place, make.message("known", message_id="<1@x>"))
        with _watched(tx) as seen:
            act(tx)
    statements = [statement for statement in seen if not statement.startswith("--")]  # what the full-text index does
    assert statements
    with closing(sqlite3.connect(store.path)) as connection:
        return [
            f"{step[3]}: {statement}"
            for statement in statements
            for step in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]


@pytest.mark.parametrize("act", [*_ACTS.values(), *_LISTS.values()], ids=[*_ACTS, *_LISTS])
def test_nothing_large_is_read_in_vain(store: Store, place: Place, act: Callable[[Transaction], object]) -> None:
    assert [step for step in _plans(store, place, act) if _WASTE.match(step)] == []


@pytest.mark.parametrize("act", _LISTS.values(), ids=_LISTS)
def test_nothing_large_is_sorted(store: Store, place: Place, act: Callable[[Transaction], object]) -> None:
    assert [step for step in _plans(store, place, act) if "TEMP B-TREE" in step] == []
