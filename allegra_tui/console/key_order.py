"""Keys take effect one after the other, however fast they come.

A line with jitter, or a paste without brackets, delivers several keys at once. Textual hands each to the widget in
focus at that moment, while bindings such as tab or / run only when their key has bubbled up: the keys after them would
reach the wrong field, or get lost before a dialog is there.
"""

from collections import deque
from time import monotonic
from typing import TypeVar

from textual.app import App
from textual.events import Event, Key
from textual.message import Message

Result = TypeVar("Result")

LIMIT = 0.25
"""Seconds after which a key is thought done whatever happened to the widget that had it."""
_SOON = 0.01


class KeyPassed(Message):
    """Bubbles behind a key: when it arrives at the app, every widget is done with that key."""


class KeysInOrder(App[Result]):
    """An app that hands out the next key when the one before is done, and the screen it opened is there."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._keys_waiting: deque[Key] = deque()
        self._key_since: float | None = None
        """Since when a key is under way."""

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
        if not self._keys_waiting:
            return
        if self._key_since is not None and (rest := self._key_since + LIMIT - monotonic()) > 0:
            self.set_timer(rest + _SOON, self._next_key)
        elif not self.screen.is_mounted:
            self.set_timer(_SOON, self._next_key)
        else:
            self._key_since = monotonic()
            holder = self.focused or self.screen
            await super().on_event(self._keys_waiting.popleft())
            if not holder.post_message(KeyPassed()):
                await self.on_key_passed()
