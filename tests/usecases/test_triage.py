"""Triage in bulk, and one level of undo."""

from collections.abc import Callable

import pytest

from allegra_tui.model.issue import IssueLine, State, Submitter
from allegra_tui.store import audit, issues
from allegra_tui.usecases import triage
from allegra_tui.usecases.errors import NotFound, Refused
from tests.usecases.conftest import Intake

ANNA = Submitter(address="anna@b.de", name="Anna", registered=True)


@pytest.fixture
def lines(intake: Intake) -> Callable[[], dict[int, tuple[str, State]]]:
    """Make issues 1 and 2 in INBOX and 3 in SUP; returns what tells where they are."""
    with intake.store.write() as tx:
        for project in ("INBOX", "INBOX", "SUP"):
            issues.create(
                tx, project=project, title="x", description="", visible_text="", submitter=ANNA, message_id=None
            )

    def look() -> dict[int, tuple[str, State]]:
        with intake.store.read() as tx:
            found: list[IssueLine] = issues.lines_of(tx, [1, 2, 3])
        return {line.number: (line.project, line.state) for line in found}

    return look


Look = Callable[[], dict[int, tuple[str, State]]]


def test_move_and_undo(intake: Intake, lines: Look) -> None:
    before = lines()
    done = triage.move(intake.store, [1, 2, 3, 1], "sup", who="anna")
    assert set(done.after) == {1, 2}, "the third was there already"
    assert {project for project, _ in lines().values()} == {"SUP"}
    triage.undo(intake.store, done, who="bert")
    assert lines() == before
    with intake.store.read() as tx:
        told = [(entry.who, entry.action, entry.subject, entry.changes) for entry in audit.entries(tx, limit=2)]
    assert told[0] == ("bert", "undo move", "issues #1 #2", {"project": ("SUP", "INBOX")})


def test_close_reopen_and_undo(intake: Intake, lines: Look) -> None:
    closed = triage.close(intake.store, [1, 3], who="x")
    assert [state for _, state in lines().values()] == [State.CLOSED, State.OPEN, State.CLOSED]
    assert set(triage.close(intake.store, [1, 2], who="x").after) == {2}
    triage.undo(intake.store, closed, who="x")
    assert [state for _, state in lines().values()] == [State.OPEN, State.CLOSED, State.OPEN]
    assert set(triage.reopen(intake.store, [1, 2, 3], who="x").after) == {2}


def test_undo_is_refused_as_a_whole_if_one_changed_since(intake: Intake, lines: Look) -> None:
    done = triage.move(intake.store, [1, 2], "SUP", who="x")
    with intake.store.write() as tx:
        issues.comment(tx, 2, text="more", visible_text="more", submitter=ANNA, message_id=None)
    moved = lines()
    with pytest.raises(Refused, match="#2 changed since: nothing was undone"):
        triage.undo(intake.store, done, who="x")
    assert lines() == moved
    closed = triage.close(intake.store, [3], who="x")
    triage.undo(intake.store, closed, who="x")
    with pytest.raises(Refused):
        triage.undo(intake.store, closed, who="x")


def test_all_or_none(intake: Intake, lines: Look) -> None:
    before = lines()
    with pytest.raises(NotFound, match="there is no issue #7, #9"):
        triage.move(intake.store, [1, 9, 7], "SUP", who="x")
    with pytest.raises(NotFound, match="there is no project NOPE"):
        triage.move(intake.store, [1], "NOPE", who="x")
    assert lines() == before
    with intake.store.read() as tx:
        assert audit.entries(tx) == []
