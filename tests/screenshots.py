"""Makes the pictures in `screenshots/` from the demo: `python -m tests.screenshots [DIRECTORY]`.

The same program makes the same pictures: the clock stands still, the mailboxes are read one after the other, and
nothing of the machine is in them.
"""

import asyncio
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from allegra_tui.console.app import Console
from allegra_tui.console.screens import PLACES
from allegra_tui.console.themes import DARK
from allegra_tui.demo import server
from allegra_tui.demo.session import Demo, session
from allegra_tui.store.database import Transaction
from allegra_tui.usecases.intake import run as intake
from tests.console.story import Story

DIRECTORY = Path(__file__).parent.parent / "screenshots"
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LARGE, SMALL = (120, 36), (80, 24)
PORT = 14300
"""Of the demo's mail server, because the mailboxes show it."""

SCENES: dict[str, Sequence[str]] = {
    "issues": ("g", *["j"] * 15),
    "fetch": ["k"] * 10,
    "pattern": (
        *("a", "karolina@nordwind.example", "enter"),
        *("k.vogt@bad.muehlbach.example", "enter"),
        *("eve@nordwind.example.evil.example", "enter", "escape"),
    ),
    "journal": ("o",),
}
"""What is pressed at a place before its picture is taken: keys, and addresses that are typed. Elsewhere nothing is."""
_FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
_FONT_FAMILY = re.compile(r"font-family:[^;\"]+")
_LEADING = re.compile(r"^\s+", re.MULTILINE)
_ID = re.compile(r"terminal-\d+")
"""A sum over the whole text, with the seconds in it."""
_SECONDS = re.compile(r"(?<=done&#160;in&#160;)\d+\.\d(?=&#160;s)")


def main(directory: Path = DIRECTORY) -> None:
    """Make all pictures anew."""
    directory.mkdir(exist_ok=True)
    for old in directory.glob("*.svg"):
        old.unlink()
    with _unchanging() as clock, session(NOW) as demo:
        clock.append(NOW)
        asyncio.run(_large(demo, directory))
        asyncio.run(_small(demo, directory))


async def _large(demo: Demo, directory: Path) -> None:
    """Fetch what waits, then visit every place, and the audit that is found from each of them."""
    app = _console(demo)
    async with app.run_test(size=LARGE) as pilot:
        story = Story(app, pilot, LARGE, update=False)
        await story.settle()
        await story.press("7", "f")
        for place in PLACES:
            for key in (place.key, *SCENES.get(place.name, ())):
                await (story.type(key) if "@" in key else story.press(key))
            await _save(story, directory / f"{place.name}.svg")
        await story.press("A")
        await _save(story, directory / "audit.svg")
    app.close()


async def _small(demo: Demo, directory: Path) -> None:
    """The issues in the smallest terminal that everything is made for."""
    app = _console(demo)
    async with app.run_test(size=SMALL) as pilot:
        story = Story(app, pilot, SMALL, update=False)
        await story.settle()
        await story.press("2", *SCENES["issues"])
        await _save(story, directory / "issues-80x24.svg")
    app.close()


def _console(demo: Demo) -> Console:
    return Console(demo.data_dir.root, theme=DARK.name)


async def _save(story: Story, file: Path) -> None:
    await story.drawn()
    file.write_text(_steady(story.app.export_screenshot(), file.stem), encoding="utf-8")
    file.chmod(0o644)  # the program lets nobody else read what it writes
    print(file.name)


def _steady(svg: str, name: str) -> str:
    """Let a picture use a font of whoever looks at it, and load none; and leave out what differs from run to run."""
    svg = _FONT_FAMILY.sub("font-family: monospace", _FONT_FACE.sub("", svg))
    svg = _ID.sub(f"terminal-{name}", _SECONDS.sub("0.4", svg))
    # Some programs drop the blanks that a text begins with, unless told.
    return _LEADING.sub("", svg.replace("<svg ", '<svg xml:space="preserve" ', 1))


@contextmanager
def _unchanging() -> Iterator[list[datetime]]:
    """Hold still what differs from run to run. The last of the times given is the time; it begins a day earlier."""
    clock = [NOW - timedelta(days=1)]
    with ExitStack() as held:
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("TEXTUAL")}
        for name in ("NO_COLOR", "SSH_CONNECTION", "SUDO_USER"):
            surroundings.pop(name, None)
        held.enter_context(patch.dict(os.environ, {**surroundings, "TERM": "xterm-256color", "TZ": "UTC"}, clear=True))
        time.tzset()
        held.enter_context(patch.object(Transaction, "now", lambda tx: clock[-1]))
        held.enter_context(patch.object(intake, "SIDE_BY_SIDE", 1))
        held.enter_context(patch.object(server, "_free_port", lambda: PORT))
        yield clock


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
