"""A person at the console, told as a test: keys pressed, and what is then on the screen."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from textual.events import Key, Paste
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot

from allegra_tui.console.app import Console
from allegra_tui.console.key_order import LIMIT

STORED = Path(__file__).parent / "screens"
_SECONDS = 60.0
"""After which what is waited for is thought never to come."""
_PATIENCE = 15.0
"""How long a screen may take to become what it has to be."""
_TOLD_SECONDS = 3_600.0
"""How long a notice stays: a screen does not depend on how soon it is looked at."""
_DRAWN_SECONDS = 0.5
_SOON = 0.002
_QUIET_ROUNDS = 2
"""Rounds of all queues without anything to do, after which nothing is under way: work that just ended may have brought
something on."""


@dataclass
class Story:
    """A running console of a given size."""

    app: Console
    pilot: Pilot[None]
    size: tuple[int, int]
    update: bool
    compared: list[str] = field(default_factory=list)

    async def press(self, *keys: str) -> None:
        """Press keys, named as in a Binding, and wait for all that follows from each."""
        for key in keys:
            self.hit(key)
            await self.settle()

    def hit(self, key: str) -> None:
        """Press a key that begins something longer, and wait for nothing."""
        name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
        self.app.post_message(Key(name, key_to_character(name)))

    async def type(self, text: str) -> None:
        """Put a text into the field in focus, as a terminal pastes it, and wait."""
        self.app.post_message(Paste(text))
        await self.settle()

    async def settle(self) -> None:
        """Wait until no key and no work is under way and everything it brought is drawn. What a timer brings later is
        waited for by `until`."""
        limit = monotonic() + _SECONDS
        quiet = 0
        while quiet < _QUIET_ROUNDS:
            await self._round()
            working = [worker.name for worker in self.app.workers if not worker.is_finished]
            if working:
                await asyncio.sleep(_SOON)
            quiet = 0 if working or self._under_way() else quiet + 1
            if monotonic() > limit:
                raise TimeoutError(f"still at work: {working}\n{self.text}")

    async def _round(self) -> None:
        """Let everything do what it has to do now, and draw."""
        await self.pilot._wait_for_screen()
        await self.app.animator.wait_until_complete()
        self.app.screen._on_timer_update()
        await asyncio.sleep(0)

    def _under_way(self) -> bool:
        since = self.app._key_since
        if self.app._keys_waiting or (since is not None and monotonic() < since + LIMIT):
            return True
        if self.app.screen._callbacks:  # those of a screen that is covered wait until it is shown again
            return True
        nodes = (node for screen in self.app.screen_stack for node in screen.walk_children(with_self=True))
        return any(node.message_queue_size for node in (self.app, *nodes))

    async def drawn(self) -> None:
        """Wait until the screen is as it stays: for a picture, which is compared with nothing."""
        await asyncio.sleep(_DRAWN_SECONDS)
        await self.settle()

    async def until(self, there: Callable[[], bool]) -> None:
        """Wait for something that is under way."""
        limit = monotonic() + _SECONDS
        while not there():
            await self._round()
            await asyncio.sleep(_SOON)
            if monotonic() > limit:
                raise TimeoutError(f"it did not come:\n{self.text}")

    @property
    def text(self) -> str:
        """The screen as plain text, without the spaces at the ends of lines."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    async def has(self, *parts: str) -> None:
        """Assert that all of these come to be on the screen."""
        await self._eventually(lambda: all(part in self.text for part in parts))
        for part in parts:
            assert part in self.text, f"{part!r} is not on the screen:\n{self.text}"

    async def lacks(self, *parts: str) -> None:
        """Assert that none of these stays on the screen."""
        await self._eventually(lambda: not any(part in self.text for part in parts))
        for part in parts:
            assert part not in self.text, f"{part!r} is on the screen:\n{self.text}"

    async def looks_like(self, name: str) -> None:
        """Compare the screen with the stored one of this name and size; `--update-screens` stores it."""
        file = STORED / f"{name}.{self.size[0]}x{self.size[1]}.txt"
        if self.update:
            await self.drawn()
            STORED.mkdir(exist_ok=True)
            file.write_text(self.text + "\n", encoding="utf-8")
        self.compared.append(name)
        shown = self.text + "\n"
        assert file.exists(), f"{file.name} is not stored yet: look at the screen, then use --update-screens\n{shown}"
        stored = file.read_text(encoding="utf-8")
        await self._eventually(lambda: self.text + "\n" == stored)
        shown = self.text + "\n"
        assert shown == stored, f"the screen differs from {file.name}:\n{shown}"

    async def _eventually(self, there: Callable[[], bool]) -> None:
        """Give what a timer or a layout still brings the time to come; the assertion that follows tells."""
        limit = monotonic() + _PATIENCE
        while not there() and monotonic() < limit:
            await self._round()
            await asyncio.sleep(_SOON)


Tell = Callable[[Story], Awaitable[None]]


def play(
    data_dir: Path,
    tell: Tell,
    *,
    size: tuple[int, int] = (80, 24),
    update: bool = False,
    read_only: bool = False,
    theme: str | None = None,
    place: str | None = None,
) -> Console:
    """Open the console on a data directory, tell the story, close it, and return the app as it was left."""

    async def run() -> Console:
        Console.NOTIFICATION_TIMEOUT = _TOLD_SECONDS
        app = Console(data_dir, read_only=read_only, theme=theme)
        app.place = place or app.place
        async with app.run_test(size=size, notifications=True) as pilot:
            story = Story(app, pilot, size, update)
            await story.settle()
            await tell(story)
        return app

    app = asyncio.run(run())
    app.close()
    return app
