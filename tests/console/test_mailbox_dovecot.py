"""From an empty data directory to the first issue, typed into a real terminal, against a real Dovecot."""

from pathlib import Path

import pytest

from allegra_tui.model.settings import Protocol, Security
from allegra_tui.store import issues, mailboxes
from tests.console.boxes import at, stored, with_password
from tests.console.conftest import Play
from tests.console.story import Story
from tests.console.terminal import Terminal, open_console
from tests.console.world import World, letter
from tests.servers.dovecot import Dovecot, DovecotAccount
from tests.servers.ports import HOST

pytestmark = pytest.mark.place("mailboxes")


def typed(terminal: Terminal, *keys: str) -> None:
    """Press keys one after the other, as a person does."""
    for key in keys:
        terminal.send(key)
        terminal.quiet(0.1)


def test_from_nothing_to_the_first_issue(
    world: World, empty_dir: Path, dovecot: Dovecot, account: DovecotAccount
) -> None:
    account.deliver_all([letter("Printer on fire"), letter("Login fails", "The page says no.")])
    port = str(dovecot.port(Protocol.IMAP, Security.SSL))
    with open_console(empty_dir) as terminal:
        terminal.wait_for(b"9Settings")
        typed(terminal, "3")
        terminal.wait_for(b"No mailbox yet.")
        typed(terminal, "a")
        terminal.wait_for(b"Pinned certificate")
        typed(terminal, "support", "tab", "tab", "tab", HOST, "tab", "tab", "\x15", port, "tab", account.username)
        typed(terminal, "tab", "tab", "tab", account.password, "\x13")
        terminal.wait_for(b"t looks at this certificate")
        fingerprint = dovecot.issued.sha256.upper()
        terminal.wait_for(":".join(fingerprint[at : at + 2] for at in range(0, 32, 2)).encode())
        typed(terminal, "t")
        terminal.wait_for(b"Trust this certificate?")
        typed(terminal, "y")
        terminal.wait_for(b"What to take of the mail that is there")
        terminal.wait_for(b"support holds 2 messages")
        assert len(account.messages()) == 2
        typed(terminal, "enter")
        terminal.wait_for(b"support will take all mail")
        typed(terminal, "7")
        terminal.wait_for(b"What becomes of each message is shown here.")
        typed(terminal, "f")
        terminal.wait_for(b"2 created")
        typed(terminal, "2")
        terminal.wait_for(b"2 issues")
        terminal.wait_for(b"Printer on fire")
        assert terminal.process.poll() is None
    assert account.password.encode() not in bytes(terminal.output)
    assert account.messages() == []
    with world.store() as store, store.read() as tx:
        (mailbox,) = mailboxes.every(tx)
        assert mailbox.pin == dovecot.issued.sha256
        first = issues.line(tx, 1)
    assert first is not None
    assert first.title == "Printer on fire"


def test_folders_are_chosen_from_the_servers(world: World, account: DovecotAccount, small_console: Play) -> None:
    account.folder_path("Archive")
    with_password(world, account.mailbox("box", move_to="Done"), account.password)

    async def tell(story: Story) -> None:
        await story.press("3", "e", "ctrl+o")
        await story.has("Take mail from", "Archive", "INBOX")
        await story.press("home", "enter")
        await story.has("Folder *                Archive")
        await at(story, "move_to")
        await story.press("ctrl+o")
        await story.has("Move taken mail to")
        await story.press("end", "enter", "ctrl+s")
        await story.has("Mailbox box saved")

    small_console(tell)
    box, _ = stored(world, "box")
    assert (box.folder, box.move_to) == ("Archive", "INBOX")


def test_a_renewed_certificate_is_trusted_beside_the_old_pin(
    world: World, dovecot: Dovecot, account: DovecotAccount, small_console: Play
) -> None:
    account.deliver(letter("Printer on fire"))
    with_password(world, account.mailbox("box", ca_pem=None, pin="ab" * 32), account.password)

    async def tell(story: Story) -> None:
        await story.press("3", "t")
        await story.has("x tls", "the server's certificate is not the pinned one", "t looks at this certificate")
        await story.press("t")
        await story.has("pinned until now", "AB:AB:AB:AB:AB:AB:AB:AB   ")
        await story.press("n")
        assert stored(world, "box")[0].pin == "ab" * 32
        await story.press("t", "y")
        await story.has("+ folder", "INBOX holds 1 message", "The connection works")

    small_console(tell)
    assert stored(world, "box")[0].pin == dovecot.issued.sha256
    assert [message.flags for message in account.messages()] == [frozenset()]
