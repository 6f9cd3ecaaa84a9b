"""Messages as the table shows them."""

from array import array
from collections.abc import Mapping, Sequence

from allegra_tui.console.journal import words
from allegra_tui.console.widgets.columns import Column
from allegra_tui.disguise import caption
from allegra_tui.model.journal import JournalLine
from allegra_tui.model.verdict import Review
from allegra_tui.text import display
from allegra_tui.usecases import browse_journal
from allegra_tui.usecases.browse_journal import JournalFilter
from allegra_tui.usecases.session import Session

COLUMNS = (
    Column("received", 14, from_width=70),
    Column("outcome", 11),
    Column("issue or why", 16),
    Column("review", 9, from_width=110),
    Column("sender", 16, from_width=70),
    Column("subject"),
    Column("mailbox", 12, from_width=110),
)


class JournalRows:
    """The messages of a filter, the newest first."""

    def __init__(self, session: Session, chosen: JournalFilter) -> None:
        self._store, self._chosen = session.store, chosen

    def first(self, limit: int) -> Sequence[tuple[int, JournalLine]]:
        """Return the newest messages."""
        return [(line.id, line) for line in browse_journal.first_messages(self._store, self._chosen, limit)]

    def ids(self) -> "array[int]":
        """Return all ids."""
        return browse_journal.message_ids(self._store, self._chosen)

    def rows(self, ids: Sequence[int]) -> Mapping[int, JournalLine]:
        """Return messages by their ids."""
        return browse_journal.messages_by_id(self._store, ids)


def journal_cells(line: JournalLine) -> Sequence[str]:
    """Return what the columns show of a message."""
    return (
        f"{line.received.astimezone():%y-%m-%d %H:%M}",
        words.outcome(line.outcome),
        words.result(line.issue, line.reason),
        "" if line.review is Review.NONE else line.review,
        display(caption("", line.sender) or line.sender_name),
        display(line.subject),
        display(line.mailbox),
    )
