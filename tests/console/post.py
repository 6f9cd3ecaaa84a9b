"""Mailboxes of the world: Maildirs, whose keys are the same each time."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.paths import DataDir
from allegra_tui.secrets import Vault
from allegra_tui.usecases.intake import fetch
from tests.console.world import World

_numbers: dict[Path, Iterator[int]] = {}


def add_mailbox(
    world: World, name: str, *, project: str | None = None, leave_on_server: bool = False, enabled: bool = True
) -> Path:
    """Set up a mailbox over a new Maildir and return its path."""
    path = world.root.parent / f"mail-{name}"
    for part in ("new", "cur", "tmp"):
        (path / part).mkdir(parents=True)
    world.mailbox(
        Mailbox(
            name=name,
            protocol=Protocol.MAILDIR,
            path=str(path),
            project=project,
            leave_on_server=leave_on_server,
            enabled=enabled,
        )
    )
    return path


def deliver(maildir: Path, *letters: bytes) -> None:
    """Put messages into a Maildir, in their order."""
    numbers = _numbers.setdefault(maildir, itertools.count(1))
    for letter in letters:
        (maildir / "new" / f"{next(numbers):04}.host").write_bytes(letter)


def take(world: World, name: str, maildir: Path, *letters: bytes) -> None:
    """Have messages fetched, an hour later than what came before."""
    world.now += timedelta(hours=1)
    deliver(maildir, *letters)
    with world.store() as store:
        fetch(store, Vault(DataDir(world.root).key), names=(name,), emit=lambda _: None)
