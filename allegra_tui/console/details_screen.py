"""A screen with details beside its list, or in its place."""

import re
from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from textual.widget import Widget

from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.widgets.text_view import TextLine, TextView

Found = TypeVar("Found")


class DetailsScreen(ConsoleScreen[None]):
    """A list and the details of one thing in it: beside each other from 110 columns on, one of them below."""

    DEFAULT_CSS = """
    DetailsScreen TextView { display: none; padding: 0 1; }
    DetailsScreen.-reading .listed { display: none; }
    DetailsScreen.-reading TextView { display: block; }
    DetailsScreen.-wide .listed { display: block; }
    DetailsScreen.-wide TextView { display: block; width: 1fr; border-left: solid $panel; }
    DetailsScreen.-wide TextView:focus { border-left: solid $primary; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.view = TextView()

    @property
    @abstractmethod
    def listed(self) -> Widget:
        """The list. What gives way to the details where there is no room for both has the class `listed`."""

    @property
    def is_reading(self) -> bool:
        """Whether the details were opened."""
        return self.has_class("-reading")

    def open_details(self) -> None:
        """Go to the details."""
        self.add_class("-reading")
        self.view.focus()

    def close_details(self) -> None:
        """Go back to the list."""
        self.remove_class("-reading")
        self.listed.focus()

    def leave(self) -> bool:
        """Back from the details to the list, then to where the person came from."""
        if not self.is_reading:
            return super().leave()
        self.close_details()
        return True


class ReadingScreen(DetailsScreen, Generic[Found]):
    """Reads the details of the wanted thing, one thing at a time, so that a held key reads few."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: int | None = None
        """The thing whose details are to be shown."""
        self.found: Found | None = None
        """What is known of the thing that is shown."""
        self._shown: int | None = None
        self._stale = False
        """Whether what is shown changed since."""
        self._busy = False

    @abstractmethod
    def reader(self, wanted: int) -> Callable[[], tuple[Found, Sequence[TextLine]]]:
        """Return what reads a thing, in a thread, and tells it in lines."""

    @property
    def hits(self) -> re.Pattern[str] | None:
        """What is marked in the lines."""
        return None

    def want(self, wanted: int | None, *, anew: bool = False) -> None:
        """Show a thing, or nothing; with `anew` it is read again where it is shown already."""
        self.wanted = wanted
        self._stale = self._stale or anew
        if wanted is None and self._shown is not None:
            self.found = self._shown = None
            self.view.show(())
            self.refresh_bindings()
        self._read_wanted()

    def want_again(self) -> None:
        """Read again what is shown."""
        self.want(self.wanted, anew=True)

    def _read_wanted(self) -> None:
        wanted = self.wanted
        if wanted is None or self._busy or (wanted == self._shown and not self._stale):
            return
        self._busy, self._stale = True, False
        self.read(self.reader(wanted), partial(self._show_details, wanted), group="details")

    def _show_details(self, wanted: int, read: tuple[Found, Sequence[TextLine]]) -> None:
        self._busy = False
        if wanted == self.wanted:
            same, self._shown = wanted == self._shown, wanted
            self.found, lines = read
            self.view.show(lines, hits=self.hits, keep_place=same)
            self.refresh_bindings()
        self._read_wanted()

    def trouble(self, error: Exception) -> None:
        """Read the next thing even if this one could not be."""
        self._busy = False
        super().trouble(error)
