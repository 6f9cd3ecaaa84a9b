"""A person at the console, told as a test: keys pressed, and what is then on the screen."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from textual.events import Paste
from textual.pilot import Pilot

from allegra_tui.console.app import Console

STORED = Path(__file__).parent / "screens"


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
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Put a text into the field in focus, as a terminal pastes it, and wait."""
        self.app.post_message(Paste(text))
        await self.settle()

    async def settle(self) -> None:
        """Wait until no work is under way and everything it brought is drawn."""
        for _ in range(200):
            await self.pilot.pause()
            running = [worker for worker in self.app.workers if not worker.is_finished]
            if not running:
                await self.pilot.pause()
                if all(worker.is_finished for worker in self.app.workers):
                    return
            else:
                await asyncio.sleep(0.01)
        names = [worker.name for worker in self.app.workers if not worker.is_finished]
        raise TimeoutError(f"still at work: {names}")

    @property
    def text(self) -> str:
        """The screen as plain text, without the spaces at the ends of lines."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def has(self, *parts: str) -> None:
        """Assert that all of these are on the screen."""
        for part in parts:
            assert part in self.text, f"{part!r} is not on the screen:\n{self.text}"

    def lacks(self, *parts: str) -> None:
        """Assert that none of these is on the screen."""
        for part in parts:
            assert part not in self.text, f"{part!r} is on the screen:\n{self.text}"

    def looks_like(self, name: str) -> None:
        """Compare the screen with the stored one of this name and size; `--update-screens` stores it."""
        file = STORED / f"{name}.{self.size[0]}x{self.size[1]}.txt"
        shown = self.text + "\n"
        if self.update:
            STORED.mkdir(exist_ok=True)
            file.write_text(shown, encoding="utf-8")
        self.compared.append(name)
        assert file.exists(), f"{file.name} is not stored yet: look at the screen, then use --update-screens\n{shown}"
        assert shown == file.read_text(encoding="utf-8"), f"the screen differs from {file.name}:\n{shown}"


Tell = Callable[[Story], Awaitable[None]]


def play(
    data_dir: Path,
    tell: Tell,
    *,
    size: tuple[int, int] = (80, 24),
    update: bool = False,
    read_only: bool = False,
    theme: str | None = None,
) -> Console:
    """Open the console on a data directory, tell the story, close it, and return the app as it was left."""

    async def run() -> Console:
        app = Console(data_dir, read_only=read_only, theme=theme)
        async with app.run_test(size=size, notifications=True) as pilot:
            story = Story(app, pilot, size, update)
            await story.settle()
            await tell(story)
        return app

    app = asyncio.run(run())
    app.close()
    return app
