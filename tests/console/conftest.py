"""Fixtures for stories at the console.

A story is an async function over a `Story`; the `console` fixture tells it in an 80x24 and in a 120x36 terminal:

    def test_opens_an_issue(world: World, console: Play) -> None:
        world.receive(letter("Printer"))

        async def tell(story: Story) -> None:
            await story.press("2", "enter")
            story.looks_like("issue")

        console(tell)
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from allegra_tui.console.app import Console
from tests.console.story import Tell, play
from tests.console.world import World, build


class Play(Protocol):
    """Tells a story on the world's data directory."""

    def __call__(self, tell: Tell, *, read_only: bool = False, theme: str | None = None) -> Console: ...


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same zone and terminal for everybody."""
    for name in ("NO_COLOR", "TEXTUAL", "TEXTUAL_THEME", "SSH_CONNECTION", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def empty_dir(tmp_path: Path) -> Path:
    """A data directory that does not exist yet."""
    return tmp_path / "data"


@pytest.fixture
def world(empty_dir: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A data directory with the projects INBOX (the default) and SUP, open to every sender."""
    return build(empty_dir, monkeypatch)


@pytest.fixture(params=[(80, 24), (120, 36)], ids=["80x24", "120x36"])
def console(request: pytest.FixtureRequest, empty_dir: Path) -> Play:
    """Tells a story in a small and in a large terminal: the test runs twice."""
    return _player(empty_dir, request.param, request)


@pytest.fixture
def small_console(request: pytest.FixtureRequest, empty_dir: Path) -> Play:
    """Tells a story at 80x24 alone."""
    return _player(empty_dir, (80, 24), request)


def _player(data_dir: Path, size: tuple[int, int], request: pytest.FixtureRequest) -> Play:
    update = bool(request.config.getoption("--update-screens"))

    def told(tell: Tell, *, read_only: bool = False, theme: str | None = None) -> Console:
        return play(data_dir, tell, size=size, update=update, read_only=read_only, theme=theme)

    return told
