"""The quarantine: release, retry, discard."""

from pathlib import Path
from typing import Any

import pytest

from allegra_tui.model.settings import RegisteredSender
from allegra_tui.model.verdict import Outcome, Reason, Review
from allegra_tui.store import Transaction, audit, issues, journal, senders
from allegra_tui.usecases import review
from allegra_tui.usecases.errors import NotFound, Refused
from allegra_tui.usecases.importing import import_paths
from tests.usecases.conftest import Intake, letter

WHO = "root (SSH from 192.0.2.1)"


def take(intake: Intake, tmp_path: Path, *letters: bytes) -> list[int]:
    """Import letters and return their journal rows."""
    before = len(intake.rows())
    for number, raw in enumerate(letters):
        (tmp_path / f"{number}.eml").write_bytes(raw)
    paths = [tmp_path / f"{number}.eml" for number in range(len(letters))]
    import_paths(intake.store, paths, emit=intake.events.append)
    return [row.id for row in intake.rows()[before:]]


def test_whom_a_sender_resembled_when_registered_stays_in_the_audit(intake: Intake, tmp_path: Path) -> None:
    intake.set(allow_unknown_senders=False)
    with intake.store.write() as tx:
        senders.add(tx, RegisteredSender(name="Ceo", addresses=["ceo@example.com"]))
    rows = take(intake, tmp_path, letter(sender="ceo@exarnple.com"), letter(sender="bob@x.org"))
    review.release(intake.store, rows, who=WHO, register=True)
    with intake.store.read() as tx:
        added = {entry.subject: entry.changes for entry in audit.entries(tx) if entry.action == "add"}
    assert list(added["sender ceo@exarnple.com"]["resembles"]) == [None, "ceo@example.com"]
    assert "resembles" not in added["sender bob@x.org"]


def test_release_makes_the_issue_after_all_and_registers_the_sender(intake: Intake, tmp_path: Path) -> None:
    intake.set(allow_unknown_senders=False)
    rows = take(intake, tmp_path, letter("Please", sender="Eve <eve@x.org>"), letter("Me too", sender="bob@x.org"))
    done = review.release(intake.store, rows[:1], who=WHO, register=True)
    assert [(event.outcome, event.issue) for event in done] == [(Outcome.CREATED, 1)]
    first, second = intake.rows()
    assert (first.outcome, first.review, first.reason, first.issue) == (Outcome.CREATED, Review.RELEASED, None, 1)
    assert (second.outcome, second.review) == (Outcome.REJECTED, Review.OPEN)
    assert intake.issues()[0].submitter.registered
    with intake.store.read() as tx:
        assert [person.name for person in senders.every(tx)] == ["Eve"]
        assert [(entry.action, entry.who) for entry in audit.entries(tx)] == [("release", WHO), ("add", WHO)]


def test_release_into_a_chosen_project(intake: Intake, tmp_path: Path) -> None:
    intake.set(allow_unknown_senders=False)
    rows = take(intake, tmp_path, letter("Please"))
    review.release(intake.store, rows, who=WHO, project="sup")
    assert intake.issues()[0].project == "SUP"
    with pytest.raises(Refused):
        review.release(intake.store, rows, who=WHO)
    assert len(intake.issues()) == 1


def test_a_released_answer_becomes_the_comment_it_was(intake: Intake, tmp_path: Path) -> None:
    take(intake, tmp_path, letter("Root", sender="bob@x.org"))
    intake.set(allow_unknown_senders=False)
    rows = take(intake, tmp_path, letter("Re: [#1] Root", "More.", sender="bob@x.org"))
    assert review.release(intake.store, rows, who=WHO)[0].outcome is Outcome.COMMENTED
    assert [comment.text.strip() for comment in intake.issues()[0].comments] == ["More."]


def test_ignored_and_duplicate_messages_can_be_released(intake: Intake, tmp_path: Path) -> None:
    rows = take(intake, tmp_path, letter("Away", headers=["Auto-Submitted: auto-replied"]), letter("A"), letter("A"))
    review.release(intake.store, [rows[0], rows[2]], who=WHO)
    assert sorted(issue.title for issue in intake.issues()) == ["A", "A", "Away"]


def test_registering_is_refused_where_the_pattern_refuses(intake: Intake, tmp_path: Path) -> None:
    intake.set(allowed_pattern=r"bosch\.com")
    rows = take(intake, tmp_path, letter(sender="eve@x.org"), letter(sender="a@b.c, d@e.f"))
    for row in rows:
        with pytest.raises(Refused, match="cannot be registered"):
            review.release(intake.store, [row], who=WHO, register=True)
    assert (intake.issues(), [row.review for row in intake.rows()]) == ([], [Review.OPEN] * 2)


def test_all_or_none(intake: Intake, tmp_path: Path) -> None:
    intake.set(allow_unknown_senders=False)
    rows = take(intake, tmp_path, letter())
    with pytest.raises(NotFound):
        review.release(intake.store, [*rows, 4711], who=WHO)
    assert intake.issues() == []


def test_retry_handles_a_failed_message_by_todays_settings(intake: Intake, tmp_path: Path) -> None:
    rows = take(intake, tmp_path, letter())
    with intake.store.write() as tx:
        journal.decide(
            tx, rows[0], outcome=Outcome.FAILED, reason=Reason.HANDLING_FAILED, review=Review.OPEN, trace="boom"
        )
    done = review.retry(intake.store, rows, who=WHO)
    assert [event.outcome for event in done] == [Outcome.CREATED]
    row = intake.rows()[0]
    assert (row.outcome, row.review, row.trace) == (Outcome.CREATED, Review.NONE, "")
    with pytest.raises(Refused):
        review.retry(intake.store, rows, who=WHO)


def test_discard_closes_the_review_and_can_be_undone(intake: Intake, tmp_path: Path) -> None:
    intake.set(allow_unknown_senders=False)
    rows = take(intake, tmp_path, letter())
    assert review.discard(intake.store, rows, who=WHO) == rows
    assert intake.rows()[0].review is Review.DISCARDED
    assert review.discard(intake.store, rows, who=WHO) == []
    review.undo_discard(intake.store, rows, who=WHO)
    assert intake.rows()[0].review is Review.OPEN
    with pytest.raises(Refused):
        review.undo_discard(intake.store, rows, who=WHO)


def test_many_are_discarded_a_few_at_a_time_and_none_where_one_is_missing(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "AT_ONCE", 2)
    intake.set(allow_unknown_senders=False)
    rows = take(intake, tmp_path, *(letter(f"Letter {number}") for number in range(5)))
    with pytest.raises(NotFound, match="no message 4711"):
        review.discard(intake.store, [*rows, 4711], who=WHO)
    assert {row.review for row in intake.rows()} == {Review.OPEN}

    heard: list[int] = []
    assert review.discard(intake.store, rows, who=WHO, progress=heard.append) == rows
    assert heard == [2, 4, 5]
    assert {row.review for row in intake.rows()} == {Review.DISCARDED}

    with intake.store.write() as tx:
        journal.set_reviews(tx, rows[-1:], Review.OPEN)
    with pytest.raises(Refused, match="nothing was undone"):
        review.undo_discard(intake.store, rows, who=WHO)
    assert [row.review for row in intake.rows()] == [Review.DISCARDED] * 4 + [Review.OPEN]


def test_a_message_that_fails_again_when_retried_keeps_its_new_trace_and_the_next_is_retried(
    intake: Intake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = issues.create

    def failing(tx: Transaction, *, title: str, **more: Any) -> int:
        if title == "Bad":
            raise OverflowError("too much")
        return create(tx, title=title, **more)

    with monkeypatch.context() as patched:
        patched.setattr(issues, "create", lambda *_, **__: 1 // 0)
        rows = take(intake, tmp_path, letter("Bad"), letter("Good"))
    monkeypatch.setattr(issues, "create", failing)
    done = review.retry(intake.store, rows, who=WHO)
    assert [event.outcome for event in done] == [Outcome.FAILED, Outcome.CREATED]
    bad = intake.rows()[0]
    assert (bad.reason, bad.review) == (Reason.HANDLING_FAILED, Review.OPEN)
    assert "OverflowError: too much" in bad.trace
