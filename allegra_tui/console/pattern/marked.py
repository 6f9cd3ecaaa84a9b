"""A text with places in it: groups of a pattern, what they matched, where the trouble is."""

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from allegra_tui.text import cells, display

Span = tuple[int, int]
GROUP_STYLES = (
    "#121212 on #87afd7",
    "#121212 on #d7af87",
    "#121212 on #87d7af",
    "#121212 on #d787af",
    "#121212 on #d7d787",
)
"""The first group's colour, the second's, and so on from the start again; the same in pattern and address."""
MATCH_STYLE = "underline"


def coloured(text: str, span: Span | None, groups: Sequence[Span | None], start: int = 0) -> Content:
    """Return `text[start:]`, displayable, with the match underlined and each group in its colour, inner ones on top."""
    shown = display(text)
    numbers = group_numbers(len(text), groups)
    parts: list[str | tuple[str, str]] = []
    run, style_of_run = start, ""
    for place in range(start, len(text) + 1):
        style = _style(place, span, numbers) if place < len(text) else "end"
        if style != style_of_run or place == len(text):
            if run < place:
                parts.append((shown[run:place], style_of_run) if style_of_run else shown[run:place])
            run, style_of_run = place, style
    return Content.assemble(*parts)


def group_numbers(length: int, groups: Sequence[Span | None]) -> list[int]:
    """Return for each place the number of the innermost group around it, 0 for none."""
    numbers = [0] * length
    for number, span in enumerate(groups, 1):
        if span is not None:
            for place in range(span[0], min(span[1], length)):
                numbers[place] = number
    return numbers


def _style(place: int, span: Span | None, numbers: Sequence[int]) -> str:
    if numbers[place]:
        return GROUP_STYLES[(numbers[place] - 1) % len(GROUP_STYLES)]
    return MATCH_STYLE if span is not None and span[0] <= place < span[1] else ""


class Marked(Widget):
    """Two lines: the text in colours, and under it what the colours say: the groups' numbers, `=` for the rest of
    the match, `^` for the place of the trouble. Of a text too long for the line, the part around that place."""

    DEFAULT_CSS = """
    Marked { height: 2; width: 1fr; }
    """

    def __init__(self, label: str = "", *, id: str | None = None) -> None:  # noqa: A002  (Textual's name)
        super().__init__(id=id)
        self._label = label
        self._text = ""
        self._span: Span | None = None
        self._groups: Sequence[Span | None] = ()
        self._caret: int | None = None

    def show(
        self, text: str, *, span: Span | None = None, groups: Sequence[Span | None] = (), caret: int | None = None
    ) -> None:
        """Show another text."""
        self._text, self._span, self._groups, self._caret = text, span, groups, caret
        self.refresh()

    def render(self) -> RenderResult:
        """Draw both lines."""
        room = max(1, self.content_size.width - cells(self._label) - 1)
        start = self._start(room)
        numbers = group_numbers(len(self._text), self._groups)
        places = range(start, len(self._text))
        marks = "".join(self._mark(place, numbers) * cells(display(self._text[place])) for place in places)
        if self._caret is not None and self._caret >= len(self._text):
            marks += "^"
        text = coloured(self._text, self._span, self._groups, start)
        cut = Content("~") if start else Content("")
        before = " " * (cells(self._label) + bool(start))
        return Content.assemble((self._label, "$text-muted"), cut, text, "\n", before, (marks[:room], "bold"))

    def _start(self, room: int) -> int:
        """Return from where on the text is shown, so that the place that matters is."""
        if cells(display(self._text)) <= room:
            return 0
        place = self._caret
        if place is None:
            places = [span for span in (self._span, *self._groups) if span is not None]
            place = places[0][0] if places else 0
        return max(0, min(place - room // 2, len(self._text) - room + 1))

    def _mark(self, place: int, numbers: Sequence[int]) -> str:
        if place == self._caret:
            return "^"
        if numbers[place]:
            return str(numbers[place] % 10)
        return "=" if self._span is not None and self._span[0] <= place < self._span[1] else " "
