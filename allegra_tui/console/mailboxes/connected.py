"""A screen that talks to a mailbox's server, or to its provider, in the background."""

from collections.abc import Callable

from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.widgets.text_view import TextView
from allegra_tui.model.settings import Mailbox


class ConnectedScreen(ConsoleScreen[None]):
    """Its connection ends when the person says so, when the screen is left, and when the console ends."""

    DEFAULT_CSS = "ConnectedScreen TextView { padding: 0 1; }"

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__()
        self._mailbox = mailbox
        self._view = TextView()
        self._ended = False
        """Whether it was told to end, and not by the server."""
        self._cancel: Callable[[], None] = _nothing

    def on_mount(self) -> None:
        """Stop when the console ends."""
        self.console.at_end(self._stop)
        self._view.focus()

    def on_unmount(self) -> None:
        """Stop when the screen is left."""
        self._stop()

    def _opened(self, cancel: Callable[[], None]) -> None:
        """Keep what ends the connection. Called in the thread."""
        self._cancel = cancel
        if self._ended:
            cancel()

    def _over(self) -> None:
        """There is nothing to end any more."""
        self._cancel = _nothing

    def action_stop(self) -> None:
        """Stop, and stay on the screen."""
        self._stop()

    def _stop(self) -> None:
        self._ended = True
        self._cancel()

    async def action_back(self) -> None:
        """Leave."""
        self.leave()


def _nothing() -> None:
    """There is no connection to end."""
