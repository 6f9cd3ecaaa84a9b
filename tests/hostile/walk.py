"""A person who presses every key of every screen, in a console on a real terminal: `python -m tests.hostile.walk`.

The screens and keys are those that the program itself names, so that a new one is walked from the day it is made.
Writes as JSON which screens and keys it met.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from textual.binding import Binding
from textual.events import Paste
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, TextArea, Tree

from allegra_tui.console.app import Console
from allegra_tui.console.dialogs import Ask, Confirm
from allegra_tui.console.form_screen import FormScreen
from allegra_tui.console.key_order import LIMIT

LEAVE = {"command_palette", "quit", "back", "back_or_quit", "suspend_process", "cancel", "answer(False)", "plain"}
"""What ends a screen or leaves the console; plain text outside it waits for the terminal, see `tests.console`."""
CURSOR = {"down", "up", "pagedown", "pageup", "home", "end", "left", "right", "tab", "shift+tab", "j", "k", "g", "G"}
EVERYWHERE = {"app", "screen", "table", "text"}
"""Whose keys are the same wherever they are: by the first word of their id."""
SETTLED_SECONDS = 1.5
IDLE_TIMES = 3
"""How often in a row nothing has to be under way: what a key brings about may begin a moment later."""


def name_of(screen: Screen[object]) -> str:
    """Tell a kind of screen from others."""
    return f"{type(screen).__module__}.{type(screen).__qualname__}"


class Walk:
    """Goes everywhere once. The program's own keys have an id; those without move a cursor in a widget of Textual's."""

    def __init__(
        self, app: Console, pilot: Pilot[object], *, rows: int, depth: int, typed: str, pictures: Path | None
    ) -> None:
        self.app, self.pilot = app, pilot
        self.rows, self.depth, self.typed, self.pictures = rows, depth, typed, pictures
        self.screens: set[str] = set()
        self.pressed: set[tuple[str, str]] = set()

    async def run(self, only: str | None) -> None:
        """Go to each place, or to one, look at so many rows, and press each key on the first row that offers it."""
        while self.app._session is None:
            await asyncio.sleep(0.01)
        for place in [place for place in self.app.places if only in (None, place.name)]:
            self.app.go(place.name)
            await self.settle()
            base = self.app.screen
            for _ in range(self.rows):
                await self.keys(base, self.depth)
                self.app.go(place.name)
                await self.back_to(base)
                await self.press("down")

    async def keys(self, screen: Screen[object], depth: int) -> None:
        """Press every key of a screen that was not pressed on one of its kind, and come back each time."""
        name = name_of(screen)
        self.screens.add(name)
        self.picture()
        for key in [key for key, active in screen.active_bindings.items() if self._is_wanted(name, key, screen)]:
            active = screen.active_bindings.get(key)
            if active is None or not active.enabled:
                continue
            self.pressed.add(self._known_as(name, active.binding))
            stack = list(self.app.screen_stack)
            await self.press(key)
            if isinstance(self.app.focused, Tree) and key in ("enter", "space"):
                await self.press(key)  # what was folded is unfolded again
            met = self.app.screen
            if met not in stack:
                self.screens.add(name_of(met))
                await self.press("pagedown")
                self.picture()
                if isinstance(met, Ask):
                    await self.type(self.typed)
                    await self.press("enter")
                elif isinstance(met, FormScreen):
                    await self.type("x")
                if depth and self.app.screen not in stack:
                    await self.keys(self.app.screen, depth - 1)
            await self.back_to(screen)
            if self.app.screen is not screen:
                return

    def _is_wanted(self, name: str, key: str, screen: Screen[object]) -> bool:
        binding = screen.active_bindings[key].binding
        action = binding.action.removeprefix("app.").removeprefix("screen.")
        leads_away = action in LEAVE or action.startswith("go(") or key in CURSOR
        return bool(binding.id) and not leads_away and self._known_as(name, binding) not in self.pressed

    def _known_as(self, name: str, binding: Binding) -> tuple[str, str]:
        """Tell a key from others; what is the same on all screens need not be pressed on each."""
        id_ = binding.id or ""
        return ("" if id_.partition(".")[0] in EVERYWHERE else name, id_)

    async def back_to(self, screen: Screen[object]) -> None:
        """Leave what lies over a screen, or the field one types into; what asks is answered with yes."""
        place = next((place.name for place in self.app.places if screen in self._stack(place.name)), None)
        if place is not None and screen not in self.app.screen_stack:
            self.app.go(place)
            await self.settle()
        for _ in range(6):
            here = self.app.screen
            if screen not in self.app.screen_stack or (here is screen and not self._types()):
                return
            await self.press("y" if isinstance(here, Confirm) else "escape")
            for _ in range(50):
                if self.app.screen is not here or here is screen:
                    break
                await asyncio.sleep(0.02)
            else:
                self.app.pop_screen()
                await self.settle()

    def _stack(self, place: str) -> list[Screen[object]]:
        return self.app._screen_stacks.get(place, [])

    def _types(self) -> bool:
        return isinstance(self.app.focused, Input | TextArea)

    def picture(self) -> None:
        """Save the screen as it looks now, where that is asked for."""
        if self.pictures is not None:
            file = self.pictures / f"{len(list(self.pictures.iterdir()))}.svg"
            file.write_text(self.app.export_screenshot(), encoding="utf-8")

    async def press(self, key: str) -> None:
        """Press a key and wait for what follows."""
        await self.pilot.press(key)
        await self.settle()

    async def type(self, text: str) -> None:
        """Put a text into the field in focus."""
        self.app.post_message(Paste(text))
        await self.settle()

    async def settle(self) -> None:
        """Wait until no work is under way; what waits for a hostile server for long is not waited for."""
        end = time.monotonic() + SETTLED_SECONDS
        idle = 0
        while time.monotonic() < end and idle < IDLE_TIMES:
            await self.pilot.pause()
            idle = 0 if self._works() else idle + 1
            await asyncio.sleep(0.01)

    def _works(self) -> bool:
        """Whether a key waits for its turn, or something is under way."""
        since = self.app._key_since
        waits = self.app._keys_waiting or (since is not None and time.monotonic() < since + LIMIT)
        return bool(waits) or not all(worker.is_finished for worker in self.app.workers)


def without_border() -> None:
    """Have nobody make foreign text safe but the net, which knows how already."""
    for module in list(sys.modules.values()):
        if module.__name__.startswith("allegra_tui.") and module.__name__ != "allegra_tui.console.printable":
            for name in ("display", "display_lines"):
                if hasattr(module, name):
                    setattr(module, name, str)


def main(
    root: str,
    told: str,
    typed: str,
    rows: int,
    depth: int,
    place: str | None,
    border: bool,
    pictures: str | None = None,
) -> int:
    """Walk, and tell."""
    app = Console(Path(root))
    setattr(app, "bell", lambda: None)  # noqa: B010  (what rings then is somebody else's)
    if not border:
        without_border()
    walks: list[Walk] = []

    async def begin(pilot: Pilot[object]) -> None:
        to = Path(pictures) if pictures else None
        walks.append(Walk(app, pilot, rows=rows, depth=depth, typed=typed, pictures=to))
        await walks[0].run(place)
        app.exit()

    app.run(auto_pilot=begin)
    app.close()
    met = {"screens": sorted(walks[0].screens), "keys": sorted(map(list, walks[0].pressed))}
    Path(told).write_text(json.dumps({"seconds": time.process_time(), **met}), encoding="utf-8")
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
