"""A filtered list of any number of rows, and the details of the one under the cursor."""

import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from allegra_tui.console.details_screen import Found, ReadingScreen
from allegra_tui.console.filter_dialog import FilterDialog
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.rows import Rows
from allegra_tui.console.widgets.virtual_table import VirtualTable


class Filter(Protocol):
    """What a person asks for."""

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""

    def words(self) -> str:
        """Say what is shown."""

    def hits(self) -> re.Pattern[str] | None:
        """Return what to mark in the list."""


Chosen = TypeVar("Chosen", bound=Filter)
Row = TypeVar("Row")


class ListScreen(ReadingScreen[Found], Generic[Chosen, Row, Found]):
    """Heading, table and details. Subclasses say where rows and details come from, and bind `filter`, `clear_filter`
    and what else can be done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("J", "beside(1)", "next", id="list.next", tooltip="Read the next one", show=False),
        Binding("K", "beside(-1)", "before", id="list.before", tooltip="Read the one before", show=False),
    ]

    def __init__(self, everything: Chosen, table: VirtualTable[Row]) -> None:
        super().__init__()
        self.chosen = everything
        """The filter in force."""
        self.table = table
        self.heading = Heading()
        self._everything = everything
        self._listed: Chosen | None = None
        """The filter of the rows that are shown."""

    @abstractmethod
    def source(self) -> Rows[Row]:
        """Return where the rows of the filter in force come from."""

    @abstractmethod
    def empty(self) -> Sequence[str]:
        """Return what stands in place of rows where the filter in force finds none."""

    @abstractmethod
    def counted(self, count: str) -> str:
        """Return what the heading says of so many rows."""

    @property
    def listed(self) -> VirtualTable[Row]:
        """The table."""
        return self.table

    def body(self) -> ComposeResult:
        """Heading, list and details."""
        yield self.heading
        self.table.add_class("listed")
        with Horizontal():
            yield self.table
            yield self.view

    # --- the list

    def load(self) -> None:
        """Read the list, from its start where the filter is another one."""
        self.heading.left = self.chosen.words()
        if self._listed == self.chosen:
            self.table.reload()
            self.want_again()
        else:
            self._listed = self.chosen
            self.heading.right = "..."
            self.table.hits = self.chosen.hits()
            self.table.empty = self.empty()
            self.table.show(self.source())
        self.refresh_bindings()

    @on(VirtualTable.Counted)
    def _show_count(self, event: VirtualTable.Counted) -> None:
        marked = f"{len(self.table.marked):,} marked, " if self.table.marked else ""
        self.heading.right = marked + self.counted(f"{self.table.count:,}{'' if event.complete else '+'}")
        self.refresh_bindings()

    def filter_by(self, chosen: Chosen) -> None:
        """Show what another filter finds."""
        self.chosen = chosen
        self.close_details()
        self.load()

    def show_linked(self, chosen: Chosen, record: int | str | None) -> None:
        """Show what a link names: one row, else what a filter finds."""
        if not isinstance(record, int):
            self.filter_by(chosen)
            return
        self.chosen = chosen
        self.load()
        self.table.reload(record)
        self.open(record)

    def ask_filter(self, dialog: FilterDialog[Chosen]) -> None:
        """Ask for another filter."""

        def decided(chosen: Chosen | None) -> None:
            if chosen is not None:
                self.filter_by(chosen)

        self.app.push_screen(dialog, decided)

    def action_clear_filter(self) -> None:
        """Show all."""
        self.filter_by(self._everything)

    # --- the details

    def open(self, row_id: int) -> None:
        """Go to the details of a row, also of one that the table does not know yet."""
        self.open_details()
        self.want(row_id)

    @property
    def meant(self) -> list[int]:
        """What an action is about: the marked rows, else the one that is read, else the one under the cursor."""
        if not self.table.marked and self.is_reading and self.wanted is not None:
            return [self.wanted]
        return self.table.chosen

    @on(VirtualTable.Opened)
    def _open_row(self, event: VirtualTable.Opened) -> None:
        self.open(event.row_id)

    @on(VirtualTable.Moved)
    def _follow_cursor(self) -> None:
        if self.view.display:
            self.want(self.table.cursor_id)

    def on_resize(self) -> None:
        """Fill the details where they come into view."""
        if self.table.cursor_id is not None:
            self.call_after_refresh(self._follow_cursor)

    def action_beside(self, step: int) -> None:
        """Move the cursor, and read what is there."""
        self.table.action_move(step)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        match action:
            case "clear_filter" if self.chosen.everything:
                return False
            case "beside" if not self.view.display:
                return False
        return super().check_action(action, parameters)
