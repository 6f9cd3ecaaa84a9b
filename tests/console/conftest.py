"""Fixtures for stories at the console.

A story is an async function over a `Story`; the `console` fixture tells it in an 80x24 and in a 120x36 terminal:

    def test_opens_an_issue(world: World, console: Play) -> None:
        world.receive(letter("Printer"))

        async def tell(story: Story) -> None:
            await story.press("2", "enter")
            await story.looks_like("issue")

        console(tell)

With `pytestmark = pytest.mark.place("issues")` the console is opened there, and no other screen need be drawn before.
"""

import gc
import time
from collections.abc import Hashable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Protocol

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from allegra_tui.console.app import Console
from allegra_tui.console.screens import PLACES
from tests.console.story import Tell, play
from tests.console.world import World, build


class Play(Protocol):
    """Tells a story on the world's data directory."""

    def __call__(self, tell: Tell, *, read_only: bool = False, theme: str | None = None) -> Console: ...


@pytest.fixture(scope="session", autouse=True)
def _styles_read_once() -> Iterator[None]:
    """Every story opens an app, and each parses the same style sheets, several times: a fifth of its work."""
    known: dict[object, list[RuleSet]] = {}
    parse = Stylesheet._parse_rules

    def parse_once(sheet: Stylesheet, *source: Hashable, **about: Hashable) -> list[RuleSet]:
        key = (source, tuple(about.items()), tuple(sheet._variables.items()))
        if key not in known:
            known[key] = parse(sheet, *source, **about)  # type: ignore[arg-type]
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _modules_stay() -> Iterator[None]:
    """Apps are thrown away by the hundred; what the modules hold need not be walked through each time."""
    for place in PLACES:
        import_module(place.module)
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


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
    mark = request.node.get_closest_marker("place")
    place: str | None = mark.args[0] if mark else None

    def told(tell: Tell, *, read_only: bool = False, theme: str | None = None) -> Console:
        return play(data_dir, tell, size=size, update=update, read_only=read_only, theme=theme, place=place)

    return told
