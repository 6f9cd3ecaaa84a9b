"""The top line: the places, their numbers, and where one is."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from allegra_tui.text import cells

if TYPE_CHECKING:
    from allegra_tui.console.app import Console


class PlaceBar(Widget):
    """Shows all places, shortened as the width demands; the current one stands out."""

    ALLOW_SELECT: ClassVar[bool] = False
    DEFAULT_CSS = """
    PlaceBar { dock: top; height: 1; width: 1fr; background: $panel; color: $foreground; }
    PlaceBar:ansi { background: ansi_default; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._ends: list[tuple[int, str]] = []

    @property
    def _app(self) -> "Console":
        return cast("Console", self.app)

    def render(self) -> RenderResult:
        """Draw the places."""
        titles, space, gap = self._layout(self.size.width)
        parts: list[tuple[str, str] | str] = []
        self._ends = []
        used = 0
        for place, title in zip(self._app.places, titles, strict=True):
            text = f"{place.key}{space}{title}"
            parts += [(text, "bold reverse" if place.name == self._app.place else ""), gap]
            used += cells(text + gap)
            self._ends.append((used, place.name))
        return Content.assemble(*parts)

    def _layout(self, width: int) -> tuple[list[str], str, str]:
        """Return the longest titles that fit, what stands between number and title, and between places."""
        places = self._app.places
        full, short = [place.title for place in places], [place.short for place in places]
        for titles, space, gap in ((full, " ", "  "), (full, "", " "), (short, "", " ")):
            if sum(map(cells, titles)) + (1 + len(space) + len(gap)) * len(places) - len(gap) <= width:
                return titles, space, gap
        letters = max(1, (width + 1 - 2 * len(places) - max(map(cells, full))) // max(1, len(places) - 1))
        return (
            [place.title if place.name == self._app.place else place.short[:letters] for place in places],
            "",
            " ",
        )

    def on_click(self, event: events.Click) -> None:
        """Go where was clicked."""
        for end, name in self._ends:
            if event.x < end:
                self._app.go(name)
                return
