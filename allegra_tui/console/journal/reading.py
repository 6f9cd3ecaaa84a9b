"""A screen that shows a message of the journal beside its list, or in its place."""

from allegra_tui.console.journal import details
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.widgets.text_view import TextLine, TextView
from allegra_tui.usecases import browse_journal
from allegra_tui.usecases.browse_journal import PREVIEW_BYTES, Reading


class ReadingScreen(ConsoleScreen[None]):
    """Shows the wanted message in `view`. Subclasses say which one, and where the view stands."""

    def __init__(self) -> None:
        super().__init__()
        self.view = TextView()
        self.reading: Reading | None = None
        """The message that is shown."""
        self._wanted: int | None = None
        self._whole = False
        """Whether the wanted message was opened, and so is read however large it is."""
        self._read_whole = False
        """Whether the shown one was read so."""
        self._stale = False
        """Whether the shown one changed since."""
        self._busy = False

    def want(self, message_id: int | None, *, whole: bool = False) -> None:
        """Show a message; one is read at a time, so that a held key reads few."""
        self._wanted, self._whole = message_id, whole
        if message_id is None and self.reading is not None:
            self.reading = None
            self.view.show(())
            self.refresh_bindings()
        self._read_wanted()

    def want_again(self) -> None:
        """Read the shown message again."""
        self._stale = True
        self._read_wanted()

    @property
    def _is_shown(self) -> bool:
        same = self.reading is not None and self.reading.row.id == self._wanted
        return same and (self._read_whole or not self._whole)

    def _read_wanted(self) -> None:
        wanted, whole = self._wanted, self._whole
        if wanted is None or self._busy or (self._is_shown and not self._stale):
            return
        self._busy, keep_place, self._stale = True, self._is_shown, False
        store = self.session.store

        def read() -> tuple[Reading, list[TextLine]]:
            found = browse_journal.read_message(store, wanted, most_bytes=None if whole else PREVIEW_BYTES)
            return found, details.lines(found)

        def show(found: tuple[Reading, list[TextLine]]) -> None:
            self._busy = False
            if wanted == self._wanted:
                self.reading, self._read_whole = found[0], whole
                self.view.show(found[1], keep_place=keep_place)
                self.refresh_bindings()
            self._read_wanted()

        self.read(read, show, group="details")

    def trouble(self, error: Exception) -> None:
        """Read the next message even if this one could not be."""
        self._busy = False
        super().trouble(error)
