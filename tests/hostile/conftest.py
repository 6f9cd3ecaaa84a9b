"""The poisoned data directory, made once."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from allegra_tui.store import mailboxes
from tests.commands.conftest import cli as cli
from tests.commands.conftest import configured as configured
from tests.commands.conftest import surroundings as surroundings
from tests.console.conftest import empty_dir as empty_dir
from tests.console.conftest import small_console as small_console
from tests.console.conftest import world as world
from tests.console.world import World
from tests.console.world import build as build_world
from tests.hostile import poisoned


@pytest.fixture(scope="session")
def poison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory every text of which is hostile, to copy."""
    root = tmp_path_factory.mktemp("poisoned") / "data"
    with pytest.MonkeyPatch.context() as patch:
        world = build_world(root, patch)
        poisoned.build(world)
        assert poisoned.poison(world) > 1_000
    return root


@pytest.fixture
def hostile_world(poison: Path, tmp_path: Path) -> World:
    """A copy of it for one test."""
    shutil.copytree(poison, tmp_path / "data")
    (tmp_path / "data").chmod(0o700)
    for name in ("new", "cur", "tmp"):
        (tmp_path / "mail-post" / name).mkdir(parents=True)
    world = World(tmp_path / "data")
    with world.store() as store, store.write() as tx:
        (post,) = (mailbox for mailbox in mailboxes.every(tx) if mailbox.name == "post")
        mailboxes.save(tx, replace(post, path=str(tmp_path / "mail-post")))
    return world
