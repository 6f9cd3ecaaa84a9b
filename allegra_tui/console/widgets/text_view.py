"""Text to read: a message, its source, an explanation. Foreign text is safe here."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from allegra_tui.console.plain_text import show_plain
from allegra_tui.console.widgets.columns import fit
from allegra_tui.console.widgets.hits import segments
from allegra_tui.text import cells, clip, display, display_lines

MOST = 1_000_000
"""Characters of one text that are shown."""

MOST_OF_A_NAME = 400
"""Cells of a subject or a name that are shown above a text: what has more would push all else off the screen."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A displayable line and its style: one of `TextView.STYLES`, or nothing."""

    text: str
    style: str = ""
    hang: int = 0
    """Cells by which what is wrapped of it is indented."""


def text_lines(text: str, style: str = "") -> list[TextLine]:
    """Return foreign text as lines; those of quoted history are set apart. Of very long text, the beginning."""
    shown = display_lines(text[:MOST]).expandtabs().split("\n")
    lines = [TextLine(line, style or ("quote" if line.startswith(">") else "")) for line in shown]
    if len(text) > MOST:
        lines.append(TextLine(f"... and {len(text) - MOST:,} more characters, which are not shown", "muted"))
    return lines


def short(text: str) -> str:
    """Return a foreign subject or name for one line, `~` at the end where it is too long to be one."""
    return clip(display(text), MOST_OF_A_NAME)


class TextView(ScrollView, can_focus=True):
    """Shows lines, wrapped at the width unless told otherwise."""

    STYLES: ClassVar[tuple[str, ...]] = ("title", "muted", "quote", "good", "bad", "warning", "hit")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"text-view--{name}" for name in STYLES}
    DEFAULT_CSS = """
    TextView {
        width: 1fr; height: 1fr; overflow-x: hidden; scrollbar-size: 0 0; background: $background;
        & > .text-view--title { text-style: bold; color: $text-primary; }
        & > .text-view--muted { color: $text-muted; }
        & > .text-view--quote { color: $text-muted; }
        & > .text-view--good { color: $text-success; }
        & > .text-view--bad { color: $text-error; }
        & > .text-view--warning { color: $text-warning; }
        & > .text-view--hit { text-style: bold underline; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_by(1)", "down", id="text.down", tooltip="A line down", show=False),
        Binding("up,k", "scroll_by(-1)", "up", id="text.up", tooltip="A line up", show=False),
        Binding("pagedown", "scroll_page(1)", "page down", id="text.page_down", tooltip="A page down", show=False),
        Binding("pageup", "scroll_page(-1)", "page up", id="text.page_up", tooltip="A page up", show=False),
        Binding("ctrl+d", "scroll_page(0.5)", "half down", id="text.half_down", tooltip="Half a page", show=False),
        Binding("ctrl+u", "scroll_page(-0.5)", "half up", id="text.half_up", tooltip="Half a page up", show=False),
        Binding("home,g", "scroll_to_line(0)", "start", id="text.start", tooltip="To the start", show=False),
        Binding("end,G", "scroll_to_line(-1)", "end", id="text.end", tooltip="To the end", show=False),
        Binding("left", "scroll_sideways(-8)", "left", id="text.left", tooltip="To the left", show=False),
        Binding("right", "scroll_sideways(8)", "right", id="text.right", tooltip="To the right", show=False),
        Binding("n", "next_hit(1)", "next hit", id="text.next_hit", tooltip="The next hit of the search", show=False),
        Binding("N", "next_hit(-1)", "last hit", id="text.last_hit", tooltip="The hit before", show=False),
        Binding("y", "copy", "copy", id="text.copy", tooltip="Copy the text to the clipboard of your terminal"),
        Binding("Y", "plain", "plain", id="text.plain", tooltip="Show it as plain text, to mark and copy", show=False),
    ]

    def __init__(
        self,
        lines: Sequence[TextLine] = (),
        *,
        wrapped: bool = True,
        id: str | None = None,  # noqa: A002  (Textual's name)
    ) -> None:
        super().__init__(id=id)
        self._lines = lines
        self._wrapped = wrapped
        self._shown: Sequence[TextLine] = ()
        self._hits: re.Pattern[str] | None = None

    @property
    def text(self) -> str:
        """All lines, as they are copied."""
        return "\n".join(line.text for line in self._lines)

    def show(self, lines: Sequence[TextLine], *, hits: re.Pattern[str] | None = None, keep_place: bool = False) -> None:
        """Show other lines from their start, what `hits` finds marked."""
        self._lines, self._hits = lines, hits
        if not keep_place:
            self.scroll_to(0, 0, animate=False)
        self._layout_lines()
        self.refresh_bindings()

    def on_resize(self) -> None:
        """Wrap again."""
        self._layout_lines()

    def _layout_lines(self) -> None:
        width = max(1, self.size.width)
        if self._wrapped:
            self._shown = [
                TextLine(part, line.style) for line in self._lines for part in wrap(line.text, width, line.hang)
            ]
        else:
            self._shown = self._lines
        self.virtual_size = Size(1, len(self._shown))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line."""
        width, index = self.size.width, self.scroll_offset.y + y
        if index >= len(self._shown):
            return Strip([Segment(" " * width, self.rich_style)], width)
        line = self._shown[index]
        style = self.get_component_rich_style(f"text-view--{line.style}") if line.style else self.rich_style
        text = fit(line.text[self._left :], width)
        hit = style + self.get_component_rich_style("text-view--hit", partial=True)
        return Strip(segments(text, style, self._hits, hit), width)

    _left = 0

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what does something."""
        if action == "next_hit":
            return self._hits is not None
        return action != "scroll_sideways" or not self._wrapped

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by lines."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)

    def action_scroll_page(self, pages: float) -> None:
        """Scroll by pages."""
        self.scroll_to(y=self.scroll_offset.y + int(pages * self.size.height), animate=False)

    def action_scroll_to_line(self, line: int) -> None:
        """Go to a line; -1 is the last."""
        self.scroll_to(y=line if line >= 0 else len(self._shown), animate=False)

    def action_scroll_sideways(self, columns: int) -> None:
        """Show what is right or left of the view."""
        self._left = max(0, self._left + columns)
        self.refresh()

    def action_next_hit(self, step: int) -> None:
        """Go to the next line with a hit, round the end."""
        hits, here = self._hits, self.scroll_offset.y
        found = [number for number, line in enumerate(self._shown) if hits and hits.search(line.text)]
        if found:
            later = [number for number in found if (number > here if step > 0 else number < here)]
            target = (later[0] if step > 0 else later[-1]) if later else (found[0] if step > 0 else found[-1])
            self.scroll_to(y=target, animate=False)

    def action_copy(self) -> None:
        """Copy the text by OSC 52."""
        self.app.copy_to_clipboard(self.text)
        self.notify("Copied, if your terminal takes it (OSC 52). Y shows it as plain text.", markup=False)

    def action_plain(self) -> None:
        """Show the text outside the console."""
        self.run_worker(self._show_plain(), group="plain", exclusive=True)

    async def _show_plain(self) -> None:
        if not await show_plain(self.app, self.text):
            self.notify("This terminal cannot be left for a while.", severity="error", markup=False)


def wrap(text: str, width: int, hang: int = 0) -> Iterable[str]:
    """Cut a displayable line into pieces of at most `width` cells, at spaces where there are any, all but the first
    indented by `hang`. Takes time in proportion to the line, however long it is."""
    indent, room, start = "", width, 0
    while (end := _fitting(text, start, room)) < len(text):
        space = text.rfind(" ", start, end + 1)
        at_space = space > start and not text[start:space].isspace()
        yield indent + text[start : space if at_space else end]
        start = space + 1 if at_space else end
        if 0 < 2 * hang <= width:
            indent, room = " " * hang, width - hang
    yield indent + text[start:]


def _fitting(text: str, start: int, room: int) -> int:
    """Return where the characters from `start` on that fit into `room` cells end; at least one does."""
    if text[start : start + room].isascii():
        return min(len(text), start + room)
    end, used = start, 0
    while end < len(text) and (used := used + cells(text[end])) <= room:
        end += 1
    return min(len(text), max(start + 1, end))
