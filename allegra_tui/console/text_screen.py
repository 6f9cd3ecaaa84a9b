"""A text on a screen of its own: an original, an explanation, something to copy."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult

from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.text_view import TextLine, TextView, text_lines


class TextScreen(ConsoleScreen[None]):
    """Shows what `read` returns, which is called in a thread."""

    HELP_TEXT = (
        "A text to read. Where your terminal does not take what y copies, Y shows it as plain text, to mark there."
    )

    def __init__(
        self, title: str, read: Callable[[], Sequence[TextLine] | str], *, wrapped: bool = True, right: str = ""
    ) -> None:
        super().__init__()
        self._title, self._right = title, right
        self._read = read
        self._view = TextView(wrapped=wrapped)

    def body(self) -> ComposeResult:
        """Title and text."""
        yield Heading(self._title, self._right)
        yield self._view

    def load(self) -> None:
        """Read the text."""

        def read() -> Sequence[TextLine]:
            found = self._read()
            return text_lines(found) if isinstance(found, str) else found

        self.read(read, self._view.show)
