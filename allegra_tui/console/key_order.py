"""Keys take effect one after the other, however fast they come.

A line with jitter, or a paste without brackets, delivers several keys at once. Textual hands each to the widget in
focus at that moment, while bindings such as tab or / run only when their key has bubbled up: the keys after them would
reach the wrong field, or get lost before a dialog, or the first row of a list, is there.
"""

from collections import deque
from time import monotonic
from typing import Protocol, TypeVar, runtime_checkable

from textual.app import App
from textual.events import Event, Key
from textual.message import Message

Result = TypeVar("Result")

LIMIT = 0.25
"""Seconds after which a key is thought done whatever happened to the widget that had it."""
FILLING_LIMIT = 1.0
"""Seconds that keys wait at most until a list in focus knows what it holds; what they are about cannot be had then."""
_SOON = 0.01


@runtime_checkable
class List(Protocol):
    """A widget with a cursor on one of many things."""

    @property
    def is_filled(self) -> bool:
        """Whether it is known what there is."""


class KeyPassed(Message):
    """Bubbles behind a key: when it arrives at the app, every widget is done with that key."""


class KeysInOrder(App[Result]):
    """An app that hands out the next key when the one before is done, and the screen it opened is there."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._keys_waiting: deque[Key] = deque()
        self._key_since: float | None = None
        """Since when a key is under way."""
        self._filling: tuple[List, float] | None = None
        """The list whose first rows keys waited for at last, and since when."""

    async def on_event(self, event: Event) -> None:
        """Queue keys; everything else goes its way."""
        if isinstance(event, Key) and not event.is_forwarded:
            self._keys_waiting.append(event)
            await self._next_key()
        else:
            await super().on_event(event)

    async def on_key_passed(self) -> None:
        """Hand out the next key."""
        self._key_since = None
        await self._next_key()

    async def _next_key(self) -> None:
        if not self._keys_waiting or not self.screen_stack:  # without screens the app is ending
            return
        if self._key_since is not None and (rest := self._key_since + LIMIT - monotonic()) > 0:
            self.set_timer(rest + _SOON, self._next_key)
        elif not self.screen.is_mounted or self._is_filling():
            self.set_timer(_SOON, self._next_key)
        else:
            self._key_since = monotonic()
            holder = self.focused or self.screen
            await super().on_event(self._keys_waiting.popleft())
            if not holder.post_message(KeyPassed()):
                await self.on_key_passed()

    def _is_filling(self) -> bool:
        """Whether the list in focus is still to be told what it holds."""
        focused: object = self.focused
        if not isinstance(focused, List) or focused.is_filled:
            self._filling = None
            return False
        if self._filling is None or self._filling[0] is not focused:
            self._filling = (focused, monotonic())
        return monotonic() < self._filling[1] + FILLING_LIMIT
