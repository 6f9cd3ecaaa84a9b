"""The net under everything that is drawn: no character reaches the terminal that could steer it."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from allegra_tui.text import display


class Printable(LineFilter):
    """Replaces what must not reach a terminal. Foreign text is made safe before it becomes a widget's value; this
    catches what was forgotten."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments, those that hold anything unprintable replaced."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment if segment.control or segment.text.isprintable() else segment._replace(text=display(segment.text))
            for segment in segments
        ]
