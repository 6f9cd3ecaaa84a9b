"""Text to read, progress and steps, as they are drawn."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from allegra_tui.console.printable import Printable
from allegra_tui.console.widgets.choice import Choice
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.progress import ProgressLine, StepList, StepState
from allegra_tui.console.widgets.text_view import MOST, TextLine, TextView, text_lines, wrap
from allegra_tui.text import cells


class Host(App[None]):
    """One widget."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget

    @property
    def lines(self) -> list[str]:
        """What is shown, without empty lines at the end."""
        shown = [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]
        while shown and not shown[-1]:
            shown.pop()
        return shown


def play(widget: Widget, tell: Callable[[Host, Pilot[None]], Awaitable[None]]) -> None:
    """Tell a story on 30 columns and 6 lines."""

    async def run() -> None:
        host = Host(widget)
        async with host.run_test(size=(30, 6)) as pilot:
            widget.focus()
            await pilot.pause()
            await tell(host, pilot)

    asyncio.run(run())


def test_text_is_wrapped_scrolled_and_copied() -> None:
    view = TextView(text_lines("[b]one[/b] two three four five six seven\n> old\n\x1b[2Jlast"))

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        assert host.lines == ["[b]one[/b] two three four five", "six seven", "> old", "\u241b[2Jlast"]
        await pilot.press("y")
        assert host.clipboard == "[b]one[/b] two three four five six seven\n> old\n\u241b[2Jlast"
        view.show([TextLine(f"line {number}") for number in range(100)], hits=re.compile("line 5"))
        await pilot.press("G")
        assert host.lines[-1] == "line 99"
        await pilot.press("n")
        assert host.lines[0] == "line 5"
        await pilot.press("n")
        assert host.lines[0] == "line 50"
        await pilot.press("N")
        assert host.lines[0] == "line 5"

    play(view, tell)


def test_source_is_not_wrapped() -> None:
    view = TextView([TextLine("0123456789" * 10)], wrapped=False)

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        assert host.lines == ["01234567890123456789012345678~"]
        await pilot.press("right")
        assert host.lines[0].startswith("8901234567")

    play(view, tell)


def test_very_long_text_says_what_is_missing() -> None:
    shown = text_lines("x" * MOST + "yyy")
    assert shown[-1].text == "... and 3 more characters, which are not shown"


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])), st.integers(2, 40))
def test_wrapping_keeps_every_character_and_the_width(text: str, width: int) -> None:
    parts = list(wrap(text, width))
    assert all(cells(part) <= width for part in parts)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")


def test_progress_is_a_bar_once_the_total_is_known() -> None:
    line = ProgressLine("support [x]")

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        line.update("connecting")
        await pilot.pause()
        assert host.lines == [" support [x]       connecting"]
        line.styles.padding = 0
        line.update("taking", 5, 10)
        await pilot.pause()
        assert host.lines[0].startswith("support [x]       [##########")

    play(line, tell)


def test_steps_tell_how_they_ended() -> None:
    steps = StepList("resolve", "connect")

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        steps.set("resolve", StepState.OK, "::1")
        steps.set("connect", StepState.FAILED, "\x1b]0;x\x07")
        await pilot.pause()
        assert host.lines == [" + resolve  ok       ::1", " x connect  failed   \u241b]0;x\u2407"]

    play(steps, tell)


def test_a_choice_changes_by_arrows_and_alone_where_there_is_no_room() -> None:
    choice = Choice([("a", "[a]"), ("b", "b"), ("c", "c" * 30)], "a")

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        assert host.lines == [" < [a] >"]
        await pilot.press("left", "right", "right")
        assert choice.value == "b"
        choice.offer([("a", "a"), ("b", "b")])
        await pilot.press("space")
        assert host.lines == [" [a]  b"]

    play(choice, tell)


def test_a_heading_shortens_its_left_side() -> None:
    heading = Heading("Issues with [/x] \x1b and much more to say", "12 issues")

    async def tell(host: Host, pilot: Pilot[None]) -> None:
        assert host.lines == [" Issues with [/x] ~ 12 issues"]

    play(heading, tell)


@given(st.text())
def test_nothing_unprintable_passes_the_net(text: str) -> None:
    from rich.segment import Segment
    from textual.color import Color

    (shown,) = Printable().apply([Segment(text)], Color(0, 0, 0))
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ud800-\udfff]", shown.text)
