"""Issues as the table shows them."""

from array import array
from collections.abc import Mapping, Sequence

from allegra_tui.console.widgets.columns import Column
from allegra_tui.disguise import caption
from allegra_tui.model.issue import IssueLine, State
from allegra_tui.text import display
from allegra_tui.usecases import lists
from allegra_tui.usecases.lists import IssueFilter
from allegra_tui.usecases.session import Session

COLUMNS = (
    Column("number", 8, right=True),
    Column("project", 8),
    Column("state", 6),
    Column("title"),
    Column("from", 20, from_width=96),
    Column("changed", 10, from_width=66),
)


class IssueRows:
    """The issues of a filter."""

    def __init__(self, session: Session, chosen: IssueFilter) -> None:
        self._store, self._chosen = session.store, chosen

    def first(self, limit: int) -> Sequence[tuple[int, IssueLine]]:
        """Return the first issues."""
        return [(line.number, line) for line in lists.first_issues(self._store, self._chosen, limit)]

    def ids(self) -> "array[int]":
        """Return all numbers."""
        return lists.issue_numbers(self._store, self._chosen)

    def rows(self, ids: Sequence[int]) -> Mapping[int, IssueLine]:
        """Return issues by number."""
        return lists.issues_by_number(self._store, ids)


def issue_cells(line: IssueLine) -> Sequence[str]:
    """Return what the columns show of an issue."""
    return (
        f"#{line.number}",
        display(line.project),
        "open" if line.state is State.OPEN else "closed",
        display(line.title),
        display(caption(line.submitter.name, line.submitter.address)),
        f"{line.updated.astimezone():%Y-%m-%d}",
    )
