"""The line under the places: what is shown, and how much of it."""

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from allegra_tui.text import cells, clip, display


class Heading(Widget):
    """Words at the left, such as the filter in force, and at the right, such as a count. Both may be foreign text."""

    DEFAULT_CSS = """
    Heading { height: 1; width: 1fr; padding: 0 1; text-style: bold; color: $text-primary; }
    """

    left = reactive("")
    right = reactive("")

    def __init__(self, left: str = "", right: str = "") -> None:
        super().__init__()
        self.set_reactive(Heading.left, left)
        self.set_reactive(Heading.right, right)

    def render(self) -> RenderResult:
        """Draw both; the left one gives way."""
        right = display(self.right)
        left = clip(display(self.left), max(1, self.content_size.width - cells(right) - 1))
        return Content(left + " " * (self.content_size.width - cells(left) - cells(right)) + right)
