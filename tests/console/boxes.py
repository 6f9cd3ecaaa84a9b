"""Mailboxes for the stories of the mailboxes screen, and looks at what is stored of them."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from allegra_tui.console.mailboxes.form import MailboxForm
from allegra_tui.model.journal import MailboxState
from allegra_tui.model.settings import Mailbox, Protocol, Security
from allegra_tui.paths import DataDir
from allegra_tui.secrets import Vault
from allegra_tui.store import mailboxes
from tests.console.post import deliver
from tests.console.story import Story
from tests.console.world import START, World, letter

PIN = "ab" * 32
ASCII = "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07[/x] [@click=app.quit]quit[/] [bold"
HOSTILE = "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x9b31m\u202e[/x] [@click=app.quit]quit[/] [bold"


def stored(world: World, name: str) -> tuple[Mailbox, MailboxState]:
    """A mailbox as it is stored, and its state."""
    with world.store() as store, store.read() as tx:
        found = mailboxes.find(tx, name)
        assert found is not None
        return found, mailboxes.state(tx, found.id)


def names(world: World) -> list[str]:
    """The names of all mailboxes."""
    with world.store() as store, store.read() as tx:
        return [mailbox.name for mailbox in mailboxes.every(tx)]


def answered(world: World, mailbox: Mailbox, *, answered: bool) -> None:
    """Say whether somebody said what the first contact takes."""
    with world.store() as store, store.write() as tx:
        mailboxes.answer(tx, mailbox.id, answered=answered)


def with_password(world: World, mailbox: Mailbox, password: str) -> Mailbox:
    """Set a mailbox up with its password."""
    return world.mailbox(replace(mailbox, secret=Vault(DataDir(world.root).key).encrypt(password)))


async def at(story: Story, field: str) -> None:
    """Go to a field of the form."""
    screen = story.app.screen
    assert isinstance(screen, MailboxForm)
    screen.form.focus_field(field)
    await story.settle()


def fill(world: World) -> World:
    """Set up five mailboxes, each in another state."""
    support = world.mailbox(
        Mailbox(name="support", host="mail.example.org", username="issues@example.org", pin=PIN, folder="Grüße")
    )
    world.mailbox(Mailbox(name="old", project="SUP", host="mx.example.org", username="sup", security=Security.NONE))
    pop = Mailbox(name="pop", project="SUP", protocol=Protocol.POP3, host="pop.example.org", username="sup")
    world.mailbox(replace(pop, enabled=False, leave_on_server=True))
    asked = world.mailbox(replace(pop, name="asked", username="other"))
    answered(world, asked, answered=False)
    broken = world.mailbox(replace(pop, name="broken", username="third"))
    with world.store() as store, store.write() as tx:
        went = MailboxState(mailbox_id=support.id, contacted=True, last_attempt=START, last_success=START)
        mailboxes.save_state(tx, went)
        failed = "pop.example.org refuses the log-in of third: no such user; look at user name and password"
        mailboxes.save_state(tx, MailboxState(mailbox_id=broken.id, last_attempt=START, error=failed))
    return world


def asked_maildir(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set up a Maildir of three messages, of which nobody said yet what to take; its path is short."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "box"
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True)
    deliver(path, *(letter(f"Printer {number}") for number in range(3)))
    for days, file in zip((2, 20, 400), sorted((path / "new").iterdir()), strict=True):
        when = (START - timedelta(days=days)).timestamp()
        os.utime(file, (when, when))
    answered(world, world.mailbox(Mailbox(name="local", protocol=Protocol.MAILDIR, path="box")), answered=False)
    return path
