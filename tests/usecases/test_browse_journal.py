"""The journal as a console reads it."""

from pathlib import Path

import pytest

from allegra_tui.model.verdict import Decision, Outcome, Reason, Review
from allegra_tui.store import journal
from allegra_tui.usecases import browse_journal
from allegra_tui.usecases.browse_journal import JournalFilter
from allegra_tui.usecases.errors import NotFound
from tests.usecases.conftest import Intake, letter
from tests.usecases.test_review import take

FILTERS = (
    JournalFilter(),
    JournalFilter(review=Review.OPEN),
    JournalFilter(review=Review.NONE),
    JournalFilter(outcome=Outcome.REJECTED),
    JournalFilter(outcome=Outcome.CREATED, review=Review.OPEN),
    JournalFilter(outcome=Outcome.CREATED, mailbox="import"),
    JournalFilter(mailbox="import"),
    JournalFilter(mailbox="none"),
    JournalFilter(sender="BOB@x.org"),
    JournalFilter(text="number 1"),
    JournalFilter(text="no such words"),
)


@pytest.fixture
def filled(intake: Intake, tmp_path: Path) -> Intake:
    """Twelve messages, every third refused."""
    intake.set(allow_unknown_senders=False)
    intake.register("bob@x.org")
    letters = [letter(f"Number {number}", sender="eve@x.org" if number % 3 else "bob@x.org") for number in range(12)]
    take(intake, tmp_path, *letters)
    return intake


@pytest.mark.parametrize("chosen", FILTERS, ids=str)
def test_the_first_page_the_ids_and_the_rows_agree(filled: Intake, chosen: JournalFilter) -> None:
    ids = list(browse_journal.message_ids(filled.store, chosen))
    first = browse_journal.first_messages(filled.store, chosen, 5)
    assert ids == sorted(ids, reverse=True)
    assert [line.id for line in first] == ids[:5]
    rows = browse_journal.messages_by_id(filled.store, [*ids, 4711])
    assert sorted(rows) == sorted(ids)
    with filled.store.read() as tx:
        paged: list[int] = []
        while page := journal.lines(tx, chosen, limit=5, before=paged[-1] if paged else None):
            paged += [line.id for line in page]
    assert paged == ids


def test_what_fits_of_many(filled: Intake) -> None:
    ids = browse_journal.message_ids(filled.store, JournalFilter())
    found = browse_journal.fitting(filled.store, ids, lambda line: line.review is Review.OPEN, named=3)
    assert len(found.ids) == 8
    assert [line.id for line in found.first] == list(found.ids)[:3]
    assert found.others == {Outcome.CREATED: 4}


def test_a_large_original_is_read_only_where_it_is_asked_for(filled: Intake) -> None:
    row = filled.rows()[0]
    assert browse_journal.read_message(filled.store, row.id, most_bytes=row.size - 1).mail is None
    read = browse_journal.read_message(filled.store, row.id, most_bytes=row.size)
    assert (read.row, read.mail.subject if read.mail else None) == (row, "Number 0")
    with pytest.raises(NotFound):
        browse_journal.read_message(filled.store, 4711)


def test_judging_again_follows_todays_settings_and_stores_nothing(filled: Intake) -> None:
    refused = filled.rows()[1]
    assert browse_journal.judge_again(filled.store, refused.id).verdict.reason is Reason.UNKNOWN_SENDER
    filled.set(allow_unknown_senders=True)
    again = browse_journal.judge_again(filled.store, refused.id)
    assert (again.verdict.decision, again.verdict.project) == (Decision.CREATE, "INBOX")
    assert again.row == refused == filled.rows()[1]


def test_names_under_which_messages_stand(filled: Intake) -> None:
    assert browse_journal.mailbox_names(filled.store) == ["import"]
