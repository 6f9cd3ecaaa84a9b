"""Keys typed before a screen is there: they are meant for it, and reach it in order.

A line with jitter delivers several keys at once. The first opens a dialog, and Textual has handed the others to the
widget in focus by then: they would be lost.
"""

from weakref import WeakKeyDictionary

from textual.events import Key
from textual.screen import Screen


class TypingAhead:
    """Remembers which screen each key was handed to."""

    def __init__(self) -> None:
        self._screens: WeakKeyDictionary[Key, Screen[object]] = WeakKeyDictionary()

    def handed(self, key: Key, screen: Screen[object]) -> None:
        """Note the screen that gets a key."""
        self._screens[key] = screen

    def belongs(self, key: Key, screen: Screen[object]) -> bool:
        """Whether a key that no widget took was typed for this screen, not for the one it lies on."""
        return self._screens.pop(key, screen) is screen
