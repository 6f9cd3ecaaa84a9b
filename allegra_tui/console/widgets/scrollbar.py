"""Scroll bars in box drawing characters, which every terminal and font shows."""

from math import ceil
from typing import Any

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBarRender


class LineScrollBar(ScrollBarRender):
    """A thin line, thick where the view is; the mouse moves it as it moves any other."""

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Any = None,
        bar_color: Any = None,
    ) -> Segments:
        """Return the bar of `size` cells."""
        start, end = 0, size
        if virtual_size > window_size > 0:
            length = max(1, ceil(size * window_size / virtual_size))
            start = round((size - length) * min(1.0, position / (virtual_size - window_size)))
            end = start + length
        marks = [
            _mark(
                vertical,
                bar_color,
                back_color,
                "scroll_up" if cell < start else "grab" if cell < end else "scroll_down",
            )
            for cell in range(size)
        ]
        if vertical:
            return Segments(marks, new_lines=True)
        return Segments([*marks, Segment.line()] * thickness)


def _mark(vertical: bool, color: Color, background: Color, action: str) -> Segment:
    thin, thick = ("\u2502", "\u2503") if vertical else ("\u2500", "\u2501")
    style = Style(color=color, bgcolor=background, meta={"@mouse.down": action})
    return Segment(thick if action == "grab" else thin, style)
