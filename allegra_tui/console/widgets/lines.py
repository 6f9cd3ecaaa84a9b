"""Several lines of text to type, one thing a line."""

from textual.widgets import TextArea


class Lines(TextArea):
    """As high as its text, up to a limit; tab leaves it."""

    DEFAULT_CSS = """
    Lines, Lines:focus { height: auto; min-height: 1; max-height: 8; border: none; padding: 0 1; background: $panel; }
    Lines:ansi, Lines:ansi:focus { background: ansi_default; border-left: solid ansi_bright_black; }
    """

    def __init__(self, text: str = "", *, placeholder: str = "") -> None:
        super().__init__(text, compact=True, highlight_cursor_line=False, placeholder=placeholder)
        self.cursor_blink = False

    @property
    def value(self) -> str:
        """The text."""
        return self.text

    @value.setter
    def value(self, text: str) -> None:
        if text != self.text:
            self.text = text
