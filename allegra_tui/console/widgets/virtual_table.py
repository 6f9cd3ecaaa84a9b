"""A table of any number of rows. It knows the ids of all, and the rows that are seen or soon may be."""

import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from allegra_tui.console import background
from allegra_tui.console.widgets.columns import Column, fit, line
from allegra_tui.console.widgets.hits import segments
from allegra_tui.console.widgets.rows import Known, Rows

Row = TypeVar("Row")

MOST_MARKED = 10_000
"""Lines that can be marked, unless a table says otherwise."""
_GUTTER = 2
_AHEAD_SECONDS = 0.02
"""After which rows are read that may come into view next: what is seen is drawn and sent before."""


class VirtualTable(ScrollView, Generic[Row], can_focus=True):
    """Shows `Rows`. `cells` turns a row into one displayable line a column (`text.display`).

    The cursor stays on its id when rows come and go. A cursor move draws two lines.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "virtual-table--header",
        "virtual-table--cursor",
        "virtual-table--blurred",
        "virtual-table--hit",
        "virtual-table--waiting",
    }
    DEFAULT_CSS = """
    VirtualTable {
        width: 1fr; height: 1fr; overflow-x: hidden; scrollbar-size: 0 0; background: $background;
        & > .virtual-table--header { color: $text-muted; text-style: bold; }
        & > .virtual-table--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
        & > .virtual-table--blurred { background: $block-cursor-blurred-background; }
        & > .virtual-table--hit { text-style: bold underline; }
        & > .virtual-table--waiting { color: $text-muted; }
        &:ansi > .virtual-table--cursor { text-style: reverse; color: ansi_default; background: ansi_default; }
        &:ansi > .virtual-table--blurred { text-style: bold; }
        &:ansi > .virtual-table--header { text-style: underline; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "down", id="table.down", tooltip="Next line", show=False),
        Binding("up,k", "move(-1)", "up", id="table.up", tooltip="Previous line", show=False),
        Binding("pagedown", "page(1)", "page down", id="table.page_down", tooltip="A page down", show=False),
        Binding("pageup", "page(-1)", "page up", id="table.page_up", tooltip="A page up", show=False),
        Binding("ctrl+d", "page(0.5)", "half down", id="table.half_down", tooltip="Half a page down", show=False),
        Binding("ctrl+u", "page(-0.5)", "half up", id="table.half_up", tooltip="Half a page up", show=False),
        Binding("home,g", "to_start", "first", id="table.first", tooltip="First line", show=False),
        Binding("end,G", "to_end", "last", id="table.last", tooltip="Last line", show=False),
        Binding("enter", "open", "open", id="table.open", tooltip="Open the line under the cursor"),
        Binding("space", "mark", "mark", id="table.mark", tooltip="Mark or unmark this line, and go on"),
        Binding("asterisk", "mark_all", "mark all", id="table.mark_all", tooltip="Mark all lines, or none", show=False),
    ]

    class Moved(Message):
        """The cursor is on another id, or on None because there are no rows."""

        def __init__(self, table: "VirtualTable[Any]", row_id: int | None) -> None:
            super().__init__()
            self.table, self.row_id = table, row_id

        @property
        def control(self) -> "VirtualTable[Any]":
            """The table it is about."""
            return self.table

        def can_replace(self, message: Message) -> bool:
            """Only a table's last place matters."""
            return isinstance(message, VirtualTable.Moved) and message.table is self.table

    class Opened(Message):
        """A person wants to see this row."""

        def __init__(self, table: "VirtualTable[Any]", row_id: int) -> None:
            super().__init__()
            self.table, self.row_id = table, row_id

        @property
        def control(self) -> "VirtualTable[Any]":
            """The table it is about."""
            return self.table

    class Counted(Message):
        """The number of rows, or of marked ones, is another."""

        def __init__(self, table: "VirtualTable[Any]", *, complete: bool) -> None:
            super().__init__()
            self.table, self.complete = table, complete

        @property
        def control(self) -> "VirtualTable[Any]":
            """The table it is about."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        row_cells: Callable[[Row], Sequence[str]],
        failed: Callable[[Exception], object],
        *,
        markable: bool = True,
        most_marked: int = MOST_MARKED,
        id: str | None = None,  # noqa: A002  (Textual's name)
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.marked: set[int] = set()
        self.hits: re.Pattern[str] | None = None
        """What is highlighted in every line."""
        self.empty: Sequence[str] = ()
        """What stands in place of rows where there are none; displayable lines."""
        self._row_cells = row_cells
        self._failed = failed
        self._markable, self._most_marked = markable, most_marked
        self._source: Rows[Row] | None = None
        self._ids: Sequence[int] = array("q")
        self._known: Known[Row] = Known()
        self._cursor = 0
        self._bound_for: int | None = None
        """The id that the cursor goes to as soon as the rows are read, unless a person moves it before."""
        self._reading = False
        self._loaded = False

    # --- what is shown

    @property
    def count(self) -> int:
        """How many rows there are, as far as is known."""
        return len(self._ids)

    @property
    def is_filled(self) -> bool:
        """Whether it is known what rows there are; before, keys would be about nothing."""
        return self._loaded

    @property
    def cursor_id(self) -> int | None:
        """The id under the cursor."""
        return self._ids[self._cursor] if self._ids else None

    @property
    def chosen(self) -> list[int]:
        """The marked ids in the order of the table, else the one under the cursor."""
        if self.marked:
            return [row_id for row_id in self._ids if row_id in self.marked]
        return [] if self.cursor_id is None else [self.cursor_id]

    def row(self, row_id: int) -> Row | None:
        """Return a row, if it is in memory."""
        return self._known.get(row_id)

    def show(self, source: Rows[Row]) -> None:
        """Show other rows from their start: a page at once, the ids of all as soon as they are read."""
        self._source = source
        self._loaded = False
        self._bound_for = None
        limit = 2 * max(20, self.size.height)

        def first(found: Sequence[tuple[int, Row]]) -> None:
            self._cursor = 0
            self.marked.clear()
            self._scroll_to_row(0)
            self._set(array("q", [row_id for row_id, _ in found]), dict(found), complete=len(found) < limit)
            if len(found) == limit:
                self.reload()

        background.run(self, lambda: source.first(limit), first, self._failed, group="ids")

    def reload(self, cursor_id: int | None = None) -> None:
        """Read all ids and the visible rows again. The cursor stays on its id, or goes to the one given."""
        source = self._source
        if source is None:
            return
        self._bound_for = self._bound_for if cursor_id is None else cursor_id
        wanted = self.cursor_id if self._bound_for is None else self._bound_for
        around = 2 * max(20, self.size.height)

        def read() -> tuple["array[int]", int | None, Mapping[int, Row]]:
            ids = source.ids()
            index = ids.index(wanted) if wanted is not None and wanted in ids else None
            near = self._cursor if index is None else index
            return ids, index, source.rows(ids[max(0, near - around) : near + around])

        def show(result: tuple["array[int]", int | None, Mapping[int, Row]]) -> None:
            ids, index, rows = result
            here, bound_for = self.cursor_id, self._bound_for
            self._bound_for = None
            if bound_for is None and here is not None and here != wanted:  # moved while this was read
                index = ids.index(here) if here in ids else None
            self._set_at(index, ids, rows, stay=bound_for is None)

        background.run(self, read, show, self._failed, group="ids")

    def fill(self, rows: Mapping[int, Row], cursor_id: int | None = None) -> None:
        """Show these rows and no others, at once. The cursor stays on its id, or goes to the one given."""
        wanted = self.cursor_id if cursor_id is None else cursor_id
        ids = array("q", rows)
        index = ids.index(wanted) if wanted is not None and wanted in rows else None
        self._set_at(index, ids, rows, stay=cursor_id is None)

    def _set_at(self, index: int | None, ids: "array[int]", rows: Mapping[int, Row], *, stay: bool) -> None:
        """Set the rows and the cursor; to `stay` it keeps its line on the screen."""
        moved = 0 if index is None or not stay else index - self._cursor
        self._set(ids, dict(rows), complete=True, cursor=index)
        if moved:
            self._scroll_to_row(self.scroll_offset.y + moved)
        self._make_visible()

    def _set(self, ids: "array[int]", rows: dict[int, Row], *, complete: bool, cursor: int | None = None) -> None:
        before = self.cursor_id if self._loaded else None
        self._ids, self._known = ids, Known(rows)
        self._cursor = self._cursor if cursor is None else cursor
        self._loaded = True
        if complete and self.marked:
            self.marked.intersection_update(ids)
        self._cursor = max(0, min(self._cursor, len(ids) - 1))
        self.virtual_size = Size(1, len(ids) + 1)
        self.refresh()
        self._ensure()
        self.post_message(self.Counted(self, complete=complete))
        if before is None or before != self.cursor_id:
            self.post_message(self.Moved(self, self.cursor_id))

    # --- rows in memory

    def _visible(self) -> range:
        top = self.scroll_offset.y
        return range(top, min(len(self._ids), top + self._height))

    def _ensure(self) -> None:
        """Read what is missing of the view, the pages beside it, and both ends, where the next key may lead."""
        source = self._source
        if source is None or self._reading:
            return
        height, top, total = self._height, self.scroll_offset.y, len(self._ids)
        near = range(max(0, top - height), min(total, top + 2 * height))
        indexes = {*near, *range(min(height, total)), *range(max(0, total - height), total)}
        wanted = {self._ids[index] for index in indexes}
        missing = self._known.missing(wanted)
        if not missing:
            return
        self._reading = True

        def show(found: Mapping[int, Row]) -> None:
            self._reading = False
            self._known.add(found, missing, wanted)
            if any(self._ids[index] in missing for index in self._visible()):
                self.refresh()
            self._ensure()

        def failed(error: Exception) -> None:
            self._reading = False
            self._failed(error)

        background.run(self, lambda: source.rows(missing), show, failed, group="rows", exclusive=False)

    # --- moving

    @property
    def _height(self) -> int:
        """Lines for rows."""
        return max(1, self.size.height - 1)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row."""
        self._bound_for = None
        index = max(0, min(index, len(self._ids) - 1))
        if index == self._cursor or not self._ids:
            return
        for changed in (self._cursor, index):
            self.refresh_line(changed + 1)
        self._cursor = index
        self._make_visible()
        self.post_message(self.Moved(self, self.cursor_id))

    def _scroll_to_row(self, top: int) -> None:
        """Have this row at the top. Forced, for Textual forbids it until it has laid out a scrollbar of its own."""
        self.scroll_to(y=top, animate=False, force=True)

    def _make_visible(self) -> None:
        if not self.size:  # (told of its size later)
            return
        top = self.scroll_offset.y
        wanted = min(max(top, self._cursor - self._height + 1), self._cursor)
        if wanted != top:
            self._scroll_to_row(wanted)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Read what comes into view, and only then what may come into view next."""
        super().watch_scroll_y(old_value, new_value)
        if all(self._known.get(self._ids[index]) is not None for index in self._visible()):
            self.set_timer(_AHEAD_SECONDS, self._ensure)
        else:
            self._ensure()

    def on_resize(self) -> None:
        """Keep the cursor in view, and know the rows that came into it."""
        self.virtual_size = Size(1, len(self._ids) + 1)
        self._make_visible()
        self._ensure()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide marking where nothing can be done with marked rows."""
        return self._markable or action not in ("mark", "mark_all")

    def action_move(self, step: int) -> None:
        """Go up or down."""
        self.move_to(self._cursor + step)

    def action_page(self, pages: float) -> None:
        """Go up or down by pages; the view moves with the cursor."""
        step = int(pages * self._height)
        top = max(0, min(self.scroll_offset.y + step, len(self._ids) - self._height))
        index = max(0, min(self._cursor + step, len(self._ids) - 1))
        self._scroll_to_row(top)
        self.move_to(index)

    def action_to_start(self) -> None:
        """Go to the first row."""
        self.move_to(0)

    def action_to_end(self) -> None:
        """Go to the last row."""
        self.move_to(len(self._ids) - 1)

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.cursor_id is not None:
            self.post_message(self.Opened(self, self.cursor_id))

    def action_mark(self) -> None:
        """Mark or unmark, and go on."""
        if self.cursor_id is None:
            return
        self.marked ^= {self.cursor_id}
        self.refresh_line(self._cursor + 1)
        self.move_to(self._cursor + 1)
        self.post_message(self.Counted(self, complete=True))

    def action_mark_all(self) -> None:
        """Mark all rows, or none if all are."""
        if len(self._ids) > self._most_marked:
            most = f"{self._most_marked:,}"
            self.notify(f"At most {most} lines are marked at once: filter the list first.", markup=False)
            return
        self.marked = set() if len(self.marked) == len(self._ids) else set(self._ids)
        self.refresh()
        self.post_message(self.Counted(self, complete=True))

    def unmark(self) -> None:
        """Unmark all."""
        if self.marked:
            self.marked = set()
            self.refresh()
            self.post_message(self.Counted(self, complete=True))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; a second click opens."""
        index = self.scroll_offset.y + event.y - 1
        if event.y == 0 or index >= len(self._ids):
            return
        if index == self._cursor and event.chain > 1:
            self.action_open()
        self.move_to(index)

    # --- drawing

    def render_line(self, y: int) -> Strip:
        """Draw a line: the titles, a row, or what stands in place of rows."""
        width = self.size.width
        if y == 0:
            return Strip([Segment(self._titles(width), self._style("header"))], width)
        index = self.scroll_offset.y + y - 1
        if index >= len(self._ids):
            text = self.empty[y - 2] if not self._ids and self._loaded and 0 <= y - 2 < len(self.empty) else ""
            return Strip([Segment(fit(f"  {text}", width), self.rich_style)], width)
        row_id = self._ids[index]
        row = self._known.get(row_id)
        here = index == self._cursor
        if here:
            style = self._style("cursor" if self.has_focus else "blurred")
        else:
            style = self._style("waiting") if row is None else self.rich_style
        gutter = (">" if here else " ") + ("*" if row_id in self.marked else " ")
        if row is None:
            text = fit(f"{gutter}{'gone' if self._known.is_gone(row_id) else '...'}", width)
        else:
            text = gutter + line(self.columns, self._row_cells(row), width - _GUTTER)
        hit = style + self.get_component_rich_style("virtual-table--hit", partial=True)
        return Strip(segments(text, style, self.hits, hit, start=_GUTTER), width)

    def _titles(self, width: int) -> str:
        return " " * _GUTTER + line(self.columns, [column.title for column in self.columns], width - _GUTTER)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"virtual-table--{name}")
