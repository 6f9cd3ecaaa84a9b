"""Issues with comments and files, and their lists."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from allegra_tui.model.issue import IssueLine, State
from allegra_tui.model.journal import Place
from allegra_tui.store import Store, StoreError, Transaction, blobs, issues, tables
from allegra_tui.store.issues import IssueFilter, IssueSort
from tests.store import make

_START = datetime(2026, 1, 1, tzinfo=UTC)


def test_an_issue_comes_back_whole(store: Store, place: Place) -> None:
    with store.write() as tx:
        row, _ = make.created(tx, place, make.message("1"))
        number = issues.create(
            tx,
            project="sup",
            title="Printer",
            description="Broken.\n> quoted",
            visible_text="Broken.",
            submitter=make.ANNA,
            message_id=row,
        )
        comment = issues.comment(
            tx, number, text="Still.\n-- \nB", visible_text="Still.", submitter=make.NOBODY, message_id=row
        )
        issues.attach(tx, [make.attachment(b"one", "1.txt"), make.attachment(b"two", "2.txt")], issue=number)
        issues.attach(tx, [replace(make.attachment(b"one", "3.txt"), inline=True)], issue=number, comment=comment)
        issues.attach(tx, [], issue=number)
        found = issues.get(tx, number)
        assert found is not None
        assert (found.number, found.project, found.title, found.state) == (number, "SUP", "Printer", State.OPEN)
        assert (found.description, found.visible_text) == ("Broken.\n> quoted", "Broken.")
        assert (found.submitter, found.message_id) == (make.ANNA, row)
        assert [(file.filename, blobs.get(tx, file.sha256)) for file in found.attachments] == [
            ("1.txt", b"one"),
            ("2.txt", b"two"),
        ]
        assert found.attachments[0].size == 3
        (added,) = found.comments
        assert (added.id, added.text, added.visible_text) == (comment, "Still.\n-- \nB", "Still.")
        assert (added.submitter, added.message_id) == (make.NOBODY, row)
        assert [(file.filename, file.inline) for file in added.attachments] == [("3.txt", True)]
        assert found.created < added.created
        assert found.created < found.updated <= tx.now()


def test_numbers_are_global_and_never_used_again(store: Store, place: Place) -> None:
    with store.write() as tx:
        assert issues.next_number(tx) == 1
        assert [make.issue(tx, project=project) for project in ("SUP", "DEV", "SUP")] == [1, 2, 3]
        assert issues.next_number(tx) == 4
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("DELETE FROM issue_texts WHERE number = 3")
        connection.execute("DELETE FROM issues WHERE number = 3")
    with store.write() as tx:
        assert make.issue(tx) == 4


def test_an_issue_needs_its_project(store: Store, place: Place) -> None:
    with store.write() as tx:
        number = make.issue(tx)
        with pytest.raises(StoreError, match="no project NONE"):
            make.issue(tx, project="none")
        with pytest.raises(StoreError, match="no project NONE"):
            issues.move(tx, [number], "none")
        assert issues.count(tx, IssueFilter()) == 1


def test_a_comment_opens_a_closed_issue(store: Store, place: Place) -> None:
    with store.write() as tx:
        number = make.issue(tx)
        issues.set_state(tx, [number], State.CLOSED)
        closed = issues.line(tx, number)
        assert closed is not None
        assert closed.state is State.CLOSED
        make.comment(tx, number)
        opened = issues.line(tx, number)
        assert opened is not None
        assert opened.state is State.OPEN
        assert opened.updated > closed.updated


def test_who_takes_part(store: Store, place: Place) -> None:
    with store.write() as tx:
        number = make.issue(tx)
        other = make.issue(tx, submitter=make.NOBODY)
        make.comment(tx, number, submitter=replace(make.ANNA, address="bert@example.org"))
        assert issues.takes_part(tx, number, "anna@EXAMPLE.org")
        assert issues.takes_part(tx, number, "Bert@example.org")
        assert not issues.takes_part(tx, number, "carl@example.org")
        assert not issues.takes_part(tx, other, "anna@example.org")
        assert not issues.takes_part(tx, 99, "anna@example.org")


def test_many_are_moved_and_closed_at_once(store: Store, place: Place) -> None:
    with store.write() as tx:
        numbers = [make.issue(tx) for _ in range(1200)]
        issues.move(tx, numbers[:1100], "dev")
        issues.set_state(tx, numbers[100:], State.CLOSED)
        issues.move(tx, [], "dev")
        issues.set_state(tx, [], State.CLOSED)
        assert issues.count(tx, IssueFilter(project="DEV", state=State.OPEN)) == 100
        assert issues.count(tx, IssueFilter(project="SUP", state=State.CLOSED)) == 100
        assert [line.number for line in issues.lines_of(tx, numbers)] == numbers
        assert issues.lines_of(tx, [5, 9999, 3, 5]) == [issues.line(tx, number) for number in (5, 3, 5)]


def test_what_does_not_exist(store: Store) -> None:
    with store.read() as tx:
        assert issues.get(tx, 1) is None
        assert issues.line(tx, 1) is None
        assert issues.lines(tx, IssueFilter()) == []
        assert issues.lines_of(tx, []) == []
        assert list(issues.export(tx, IssueFilter())) == []


@pytest.fixture
def filled(store: Store, place: Place) -> Store:
    """Twelve issues: the odd ones in DEV, every third closed, every fourth by Bert, number 1 by mail; some words.

    They were created hour by hour and changed in an order of its own, two of them at the same moment.
    """
    with store.write() as tx:
        make.created(tx, place, make.message("1"))
        for number in range(2, 13):
            bert = replace(make.ANNA, address="Bert@example.org")
            project = "DEV" if number % 2 else "SUP"
            make.issue(tx, f"Request {number}", project=project, submitter=make.ANNA if number % 4 else bert)
        issues.move(tx, [1], "DEV")
        issues.set_state(tx, [3, 6, 9, 12], State.CLOSED)
        for number in range(1, 13):
            created = _START + timedelta(hours=number)
            changed = _START + timedelta(days=30, minutes=min(number * 5 % 12, 10))
            values = {"created": created, "updated": changed}
            tx.execute(update(tables.issues).where(tables.issues.c.number == number).values(values))
    return store


_FILTERS = [
    (IssueFilter(), {*range(1, 13)}),
    (IssueFilter(project="dev"), {1, 3, 5, 7, 9, 11}),
    (IssueFilter(state=State.CLOSED), {3, 6, 9, 12}),
    (IssueFilter(project="SUP", state=State.OPEN), {2, 4, 8, 10}),
    (IssueFilter(mailbox="system"), {1}),
    (IssueFilter(mailbox="none"), set()),
    (IssueFilter(project="NONE"), set()),
    (IssueFilter(sender="bert@EXAMPLE.org"), {4, 8, 12}),
    (IssueFilter(since=_START + timedelta(hours=10)), {10, 11, 12}),
    (IssueFilter(until=_START + timedelta(hours=3)), {1, 2}),
    (IssueFilter(since=_START + timedelta(hours=2), until=_START + timedelta(hours=5), project="DEV"), {3}),
    (IssueFilter(search="request"), {*range(2, 13)}),
    (IssueFilter(search="request", project="DEV"), {3, 5, 7, 9, 11}),
    (IssueFilter(search="request", state=State.CLOSED, sender="bert@example.org"), {12}),
    (IssueFilter(search="request", project="NONE"), set()),
    (IssueFilter(search="request unknown"), set()),
    (IssueFilter(search="  "), set()),
]


def _pages(tx: Transaction, chosen: IssueFilter, size: int) -> list[IssueLine]:
    found: list[IssueLine] = []
    while page := issues.lines(tx, chosen, limit=size, before=found[-1] if found else None):
        assert len(page) <= size
        found += page
    return found


@pytest.mark.parametrize("sort", IssueSort)
@pytest.mark.parametrize(("chosen", "expected"), _FILTERS)
def test_every_view_of_a_filter_agrees(filled: Store, chosen: IssueFilter, expected: set[int], sort: IssueSort) -> None:
    chosen = replace(chosen, sort=sort)
    with filled.read() as tx:
        everything = issues.lines_of(tx, range(1, 13))
        key = {
            IssueSort.NUMBER: lambda line: line.number,
            IssueSort.UPDATED: lambda line: (line.updated, line.number),
        }[sort]
        wanted = sorted((line for line in everything if line.number in expected), key=key, reverse=True)
        numbers = [line.number for line in wanted]
        assert issues.lines(tx, chosen) == wanted
        assert [_pages(tx, chosen, size) for size in (1, 2, 5, 12, 13)] == [wanted] * 5
        assert list(issues.numbers(tx, chosen)) == numbers
        assert issues.count(tx, chosen) == len(wanted)
        assert [issue.number for issue in issues.export(tx, chosen)] == numbers


def test_an_export_gives_whole_issues(store: Store, place: Place) -> None:
    with store.write() as tx:
        for number in range(1, 121):
            make.issue(tx, f"Request {number}")
            make.comment(tx, number, f"first on {number}")
            make.comment(tx, number, f"second on {number}")
            issues.attach(tx, [make.attachment(b"%d" % number)], issue=number)
    with store.read() as tx:
        exported = list(issues.export(tx, IssueFilter()))
        assert [issue.number for issue in exported] == list(range(120, 0, -1))
        assert exported == [issues.get(tx, issue.number) for issue in exported]
        assert [comment.text for comment in exported[0].comments] == ["first on 120", "second on 120"]
        assert exported[0].attachments[0].sha256 == blobs.digest(b"120")
