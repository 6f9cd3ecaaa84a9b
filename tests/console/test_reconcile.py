"""A mailbox against the journal, on its screen: the sum, the names, and the end when it is not wanted any more."""

import os
from pathlib import Path

import pytest

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.paths import DataDir
from allegra_tui.secrets import Vault
from allegra_tui.store.tables import locations
from allegra_tui.usecases.intake import fetch
from tests.console.boxes import HOSTILE, with_password
from tests.console.conftest import Play
from tests.console.post import deliver
from tests.console.story import Story
from tests.console.world import START, World, letter
from tests.servers.dovecot import DovecotAccount
from tests.servers.scripted import Talk, scripted


@pytest.fixture
def maildir(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three messages that were taken and left there, of which one was removed; and a new one. Its path is short."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "box"
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True)
    world.mailbox(Mailbox(name="local", protocol=Protocol.MAILDIR, path="box", leave_on_server=True))
    deliver(path, letter("Printer"), letter("Toner"), letter("[#1] Printer", "More of it."))
    take(world)
    first, second, *_ = sorted((path / "new").iterdir())
    second.unlink()
    deliver(path, letter("New"))
    newest = max((path / "new").iterdir())
    os.utime(newest, (START.timestamp(), START.timestamp()))
    first.rename(path / "cur" / f"{first.name}:2,ST")
    return path


def take(world: World) -> None:
    """Fetch once."""
    with world.store() as store:
        fetch(store, Vault(DataDir(world.root).key), emit=lambda event: None)


def test_the_sum_and_the_names(maildir: Path, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "c")
        await story.looks_like("mailboxes_compare")
        deliver(maildir, letter("Another"))
        await story.press("r")
        await story.has("2  not fetched yet", "=", "4  on the server", "+ All is explained.")
        await story.press("escape")
        await story.has("1 mailbox")

    console(tell, read_only=True)


def test_what_is_not_explained(world: World, maildir: Path, small_console: Play) -> None:
    with world.store() as store, store.write() as tx:
        tx.execute(locations.update().where(locations.c.message_id == 3).values(settle="done", action="delete"))

    async def tell(story: Story) -> None:
        await story.press("3", "c")
        await story.has("! 1  deleted or moved by us, and there nevertheless", "! Not all is explained.")
        await story.has("message 3, commented #1")

    small_console(tell)


def test_a_real_server(world: World, account: DovecotAccount, small_console: Play) -> None:
    with_password(world, account.mailbox("box", leave_on_server=True), account.password)
    account.deliver_all([letter("One"), letter("Two"), letter("Three")])
    take(world)
    account.expunge("2")
    before = account.messages()

    async def tell(story: Story) -> None:
        await story.press("3", "c")
        await story.has("2  made an issue", "2  on the server", "+ All is explained.", "message 2, created #2: Two")

    small_console(tell)
    assert account.messages() == before


def test_it_can_be_cancelled_and_says_what_is_wrong(world: World, small_console: Play) -> None:
    def silent(talk: Talk) -> None:
        talk.silence()

    with scripted(silent) as server:
        with_password(world, server.mailbox(read_timeout=60.0), "secret")

        async def tell(story: Story) -> None:
            await story.press("3")
            story.hit("c")
            await story.until(lambda: "127.0.0.1 is 127.0.0.1" in story.text)
            await story.has("c cancel")
            await story.press("c")
            await story.has("- Cancelled: r compares again.")
            story.hit("r")
            await story.until(lambda: "127.0.0.1 is 127.0.0.1" in story.text)
            await story.press("escape")
            await story.has("1 mailbox")

        assert small_console(tell).failure is None


def test_a_server_that_is_not_there_and_hostile_words(world: World, maildir: Path, small_console: Play) -> None:
    deliver(maildir, letter(HOSTILE.replace("\x9b", "").replace("\u202e", "")))
    take(world)
    for file in maildir.rglob("*.*"):
        file.unlink()

    async def tell(story: Story) -> None:
        await story.press("3", "c")
        await story.has("[@click=app.quit]quit[/]")
        assert not set(story.text) & set("\x1b\x07\x9b\u202e")
        (maildir / "new").rmdir()
        await story.press("r")
        await story.has("box is no Maildir", "! r tries again")

    small_console(tell)
