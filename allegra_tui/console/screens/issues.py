"""Issues: browse, search, triage."""

from array import array
from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult

from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.widgets.columns import Column
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.issue import IssueLine, State
from allegra_tui.store import Store
from allegra_tui.text import display
from allegra_tui.usecases import lists
from allegra_tui.usecases.lists import IssueFilter

COLUMNS = (
    Column("number", 8, right=True),
    Column("project", 8),
    Column("state", 6),
    Column("title"),
    Column("from", 18, from_width=70),
    Column("changed", 16),
)


class IssueRows:
    """The issues of a filter, for the table."""

    def __init__(self, store: Store, chosen: IssueFilter) -> None:
        self._store, self._chosen = store, chosen

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
        display(line.submitter.name or line.submitter.address or ""),
        f"{line.updated.astimezone():%Y-%m-%d %H:%M}",
    )


class IssuesScreen(ConsoleScreen[None]):
    """The list of issues."""

    def body(self) -> ComposeResult:
        """Heading and table."""
        yield Heading("All issues")
        yield VirtualTable(COLUMNS, issue_cells, self.trouble)

    def on_mount(self) -> None:
        self.query_one(VirtualTable).show(IssueRows(self.session.store, IssueFilter()))

    def load(self) -> None:
        self.query_one(VirtualTable).reload()

    @on(VirtualTable.Counted)
    def _counted(self, event: VirtualTable.Counted) -> None:
        table = event.table
        self.query_one(Heading).right = f"{table.count:,} issues" if event.complete else "..."
