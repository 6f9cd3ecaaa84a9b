"""What is shown until the database is open: the frame, painted before anything heavy is imported."""

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from allegra_tui.console.screen import ConsoleScreen


class OpeningScreen(ConsoleScreen[None]):
    """The frame alone."""

    DEFAULT_CSS = """
    OpeningScreen > Static#opening { height: 1fr; padding: 0 1; color: $text-muted; }
    """

    def body(self) -> ComposeResult:
        """Say what is going on."""
        yield Static(Content("Opening the database..."), id="opening")
