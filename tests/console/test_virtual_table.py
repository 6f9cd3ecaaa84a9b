"""The table of any number of rows."""

import asyncio
import re
from array import array
from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from allegra_tui.console.widgets.columns import Column, fit, line
from allegra_tui.console.widgets.rows import KEPT
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.usecases.errors import Refused


class Numbers:
    """Rows whose ids are the numbers of a list, newest first; tells what was asked for."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.all = array("q", ids)
        self.asked: list[int] = []
        self.broken = False

    def first(self, limit: int) -> Sequence[tuple[int, str]]:
        return [(number, f"row {number}") for number in self.all[:limit]]

    def ids(self) -> "array[int]":
        if self.broken:
            raise Refused("the line is cut")
        return self.all[:]

    def rows(self, ids: Sequence[int]) -> Mapping[int, str]:
        self.asked.extend(ids)
        return {number: f"row {number}" for number in ids if number in self.all}


class Host(App[None]):
    """The table alone."""

    def __init__(self, source: Numbers) -> None:
        super().__init__()
        self.source = source
        self.troubles: list[str] = []
        self.table: VirtualTable[str] = VirtualTable(
            (Column("id", 8, right=True), Column("text")),
            lambda row: (row.split()[1], row),
            lambda error: self.troubles.append(str(error)),
        )

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()
        self.table.show(self.source)

    @property
    def lines(self) -> list[str]:
        """What is shown."""
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]


Tell = Callable[[Host, Pilot[None]], Awaitable[None]]


def play(source: Numbers, tell: Tell) -> Host:
    """Tell a story on a table of 20 rows in view."""

    async def run() -> Host:
        host = Host(source)
        async with host.run_test(size=(40, 21)) as pilot:
            await settle(host, pilot)
            await tell(host, pilot)
        return host

    return asyncio.run(run())


async def settle(host: Host, pilot: Pilot[None], *keys: str) -> None:
    """Press keys and wait for what follows."""
    for key in (*keys, None):
        if key:
            await pilot.press(key)
        for _ in range(100):
            await pilot.pause()
            if all(worker.is_finished for worker in host.workers):
                break
            await asyncio.sleep(0.005)
        await pilot.pause()


def test_few_of_many_rows_are_ever_read() -> None:
    source = Numbers(range(1_000_000, 0, -1))

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        assert host.lines[1] == ">  1000000 row 1000000"
        await settle(host, pilot, "pagedown", "G")
        assert host.lines[-1] == ">        1 row 1"
        await settle(host, pilot, "g")
        assert host.lines[1] == ">  1000000 row 1000000"

    host = play(source, tell)
    assert host.table.count == 1_000_000
    assert len(source.asked) < 300


def test_memory_stays_bounded_however_far_one_pages() -> None:
    source = Numbers(range(5_000))

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        for index in range(0, 5_000, 60):
            host.table.move_to(index)
            await settle(host, pilot)
            assert f"row {index}" in host.lines[-1] or index < 20
        assert len(host.table._known) <= KEPT + 100

    play(source, tell)


def test_the_cursor_stays_on_its_id_when_rows_come_and_go() -> None:
    source = Numbers(range(100, 0, -1))

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        await settle(host, pilot, "down", "down", "down", "space")
        assert host.table.marked == {97}
        assert host.table.cursor_id == 96
        source.all = array("q", [*range(130, 97, -1), *range(96, 0, -1)])
        host.table.reload()
        await settle(host, pilot)
        assert host.table.cursor_id == 96
        assert any(text.startswith(">") and text.endswith("row 96") for text in host.lines)
        assert host.table.marked == set()
        source.all = array("q", [1, 2, 3])
        host.table.reload()
        await settle(host, pilot)
        assert host.table.cursor_id == 3

    play(source, tell)


@pytest.mark.parametrize(("moved", "there"), [(None, 50), (3, 97)])
def test_the_cursor_gets_where_it_is_sent_unless_a_person_moves_it_before(moved: int | None, there: int) -> None:
    source = Numbers(range(100, 0, -1))

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        host.table.reload(50)
        if moved is not None:
            host.table.move_to(moved)
        host.table.reload()  # as whatever changed asks for; it takes the place of the one before
        await settle(host, pilot)
        assert host.table.cursor_id == there

    play(source, tell)


def test_what_is_in_memory_is_shown_at_once() -> None:
    async def tell(host: Host, pilot: Pilot[None]) -> None:
        host.table.fill({number: f"row {number}" for number in (3, 5, 7)}, 5)
        assert (host.table.cursor_id, host.table.count) == (5, 3)
        host.table.fill({number: f"row {number}" for number in range(1, 6)})
        await settle(host, pilot)
        assert host.lines[1:6] == [*(f"         {number} row {number}" for number in range(1, 5)), ">        5 row 5"]
        host.table.fill({})
        assert host.table.cursor_id is None

    play(Numbers([]), tell)


def test_rows_that_are_gone_when_they_are_read() -> None:
    source = Numbers(range(1_000))

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        source.all = array("q", [])
        host.table.move_to(500)
        await settle(host, pilot)
        assert host.lines[-1] == "> gone"

    play(source, tell)


def test_marks() -> None:
    source = Numbers(range(50))

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        await settle(host, pilot, "space", "space", "up", "space")
        assert host.table.chosen == [0]
        await settle(host, pilot, "asterisk")
        assert host.table.chosen == list(range(50))
        await settle(host, pilot, "asterisk")
        assert host.table.chosen == [2]

    play(source, tell)


def test_trouble_is_told_and_the_rows_stay() -> None:
    source = Numbers(range(50))

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        source.broken = True
        host.table.reload()
        await settle(host, pilot)
        assert host.lines[1].endswith("row 0")

    assert play(source, tell).troubles == ["the line is cut"]


def test_no_rows_say_so() -> None:
    source = Numbers([])

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        host.table.empty = ("Nothing here.",)
        host.table.refresh()
        await settle(host, pilot, "down", "G", "enter", "space", "pagedown")
        assert "  Nothing here." in host.lines

    assert play(source, tell).table.cursor_id is None


def test_hits_are_marked() -> None:
    source = Numbers(range(5))

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        host.table.hits = re.compile("row")
        host.table.refresh()
        await settle(host, pilot)
        marked = [
            seg.text
            for strip in host.screen._compositor.render_strips()
            for seg in strip
            if seg.style and seg.style.underline
        ]
        assert marked == ["row"] * 5

    play(source, tell)


def test_the_mouse_moves_the_cursor_and_opens() -> None:
    source = Numbers(range(50))
    opened: list[int] = []

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        await pilot.click(host.table, offset=(5, 4))
        await settle(host, pilot)
        assert host.table.cursor_id == 3
        await pilot.click(host.table, offset=(5, 4), times=2)
        await settle(host, pilot)

    Host.on_virtual_table_opened = lambda self, event: opened.append(event.row_id)  # type: ignore[attr-defined]
    try:
        play(source, tell)
    finally:
        del Host.on_virtual_table_opened  # type: ignore[attr-defined]
    assert opened == [3]


@pytest.mark.parametrize(("width", "expected"), [(20, "   7 abcdefghij     "), (10, "   7 abcd~"), (3, "  ~")])
def test_columns_fill_the_width(width: int, expected: str) -> None:
    columns = (Column("id", 4, right=True), Column("text"))
    assert line(columns, ("7", "abcdefghij"), width) == expected


def test_wide_characters_keep_the_width() -> None:
    assert fit("日本語", 5) == "日本~"
    assert fit("日本語", 4) == "日~ "
