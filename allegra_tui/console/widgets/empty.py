"""What an empty list says in place of its rows."""

from textual.content import Content
from textual.widgets import Static

from allegra_tui.text import display_lines


class Empty(Static):
    """Says what a list is for and which key fills it. Hidden until told otherwise."""

    DEFAULT_CSS = """
    Empty { height: 1fr; width: 1fr; padding: 1 2; color: $text-muted; display: none; }
    """

    def say(self, text: str | None) -> None:
        """Show a text in place of the list, or with None the list again."""
        self.display = text is not None
        if text is not None:
            self.update(Content(display_lines(text)))
