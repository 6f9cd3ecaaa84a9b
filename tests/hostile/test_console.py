"""The console over a poisoned data directory: every key of every screen, and the bytes that reach the terminal."""

import json
import pkgutil
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from textual.screen import Screen

from allegra_tui import console
from allegra_tui.console.screens import PLACES
from allegra_tui.model.settings import Mailbox, Security
from allegra_tui.store import mailboxes
from tests.console.terminal import Terminal
from tests.console.world import World
from tests.hostile.server import HostileImap, letters
from tests.hostile.strings import STRINGS, steering_console
from tests.servers.scripted import scripted

PALETTE = "textual.command.CommandPalette"
ELSEWHERE = {
    "allegra_tui.console.opening.OpeningScreen",  # is gone before the first key
    "allegra_tui.console.overview.writers.WritersForm",  # belongs to the first steps, on an empty data directory
    "allegra_tui.console.mailboxes.trust.TrustDialog",  # needs a certificate
    "allegra_tui.console.mailboxes.signing_in.SignInScreen",  # needs a provider
}
"""Screens that this walk does not lead to, but `test_screens`."""


def screens() -> set[str]:
    """Every kind of screen that the console has, as it declares them; those that others are made from are none."""
    found = set()
    for module in pkgutil.walk_packages(console.__path__, f"{console.__name__}."):
        for thing in vars(import_module(module.name)).values():
            if isinstance(thing, type) and issubclass(thing, Screen) and thing.__module__ == module.name:
                found.add(thing)
    return {f"{kind.__module__}.{kind.__qualname__}" for kind in found if not (set(kind.__subclasses__()) & found)}


def walk(
    world: World,
    directory: Path,
    *,
    size: tuple[int, int],
    rows: int,
    depth: int,
    place: str | None = None,
    border: bool = True,
) -> tuple[bytes, Any]:
    """Let the console be walked on a pty; return everything it wrote, and what was met."""
    for number, raw in enumerate(letters()):
        (directory / "mail-post" / "new" / f"{number}.host").write_bytes(raw)
    names = [text.encode("utf-8", "replace").decode().replace('"', "") for text in STRINGS.values()]
    rows_of_file = "".join(f'"{name}";x{number}@bosch.com\n' for number, name in enumerate(names))
    (directory / "senders.csv").write_text(f"name;addresses\n{rows_of_file}", encoding="utf-8")
    asked = {"root": str(world.root), "told": str(directory / "told"), "typed": str(directory / "senders.csv")}
    file = directory / "walk"
    file.write_text(json.dumps({**asked, "rows": rows, "depth": depth, "place": place, "border": border}))
    with (
        scripted(HostileImap(), HostileImap(refuse="LOGIN"), HostileImap()) as server,
        Terminal([sys.executable, "-m", "tests.hostile.walk", str(file)], size=size) as terminal,
    ):
        with world.store() as store, store.write() as tx:
            reached = Mailbox(name=" server", host="127.0.0.1", port=server.port, security=Security.NONE, username="u")
            mailboxes.add(tx, replace(reached, read_timeout=5))
        code = terminal.wait(600)
        assert code == 0, bytes(terminal.output[-3000:]).decode(errors="replace")
    return bytes(terminal.output), json.loads((directory / "told").read_text())


def test_nothing_that_the_console_shows_steers_the_terminal(
    hostile_world: World, tmp_path: Path, long_run: bool
) -> None:
    size, rows, depth = ((120, 36), 24, 2) if long_run else ((80, 24), 8, 1)
    output, met = walk(hostile_world, tmp_path, size=size, rows=rows, depth=depth)
    assert steering_console(output) == []
    assert "\u241b".encode() in output, "nothing hostile was shown at all"
    assert "\u241b]52;c;b3duZWQ=\u2407".encode() in output
    assert b"@click=app.quit" in output
    assert {f"{place.module}.{place.screen}" for place in PLACES} <= set(met["screens"]) <= screens() | {PALETTE}
    if long_run:  # an exact count wants a machine that is not busy
        assert screens() - set(met["screens"]) <= ELSEWHERE


def test_the_net_lets_nothing_through_that_was_forgotten(hostile_world: World, tmp_path: Path, long_run: bool) -> None:
    """Foreign text that reaches a widget as it came is caught on its way out. Here only the net calls `display`."""
    output, met = walk(
        hostile_world, tmp_path, size=(120, 36), rows=6 if long_run else 1, depth=0, place="journal", border=False
    )
    assert steering_console(output) == []
    assert "\u241b]52;c;b3duZWQ=\u2407".encode() in output
    assert "allegra_tui.console.screens.journal.JournalScreen" in met["screens"]
