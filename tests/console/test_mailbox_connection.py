"""Test of a connection, trust in a certificate, the first contact."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from allegra_tui.console.mailboxes.trust import TrustDialog
from allegra_tui.console.mailboxes.trying import TestScreen
from allegra_tui.model.journal import MailboxState
from allegra_tui.store import mailboxes
from allegra_tui.usecases.connect import Certificate
from tests.console.boxes import ASCII, HOSTILE, PIN, asked_maildir, at, fill, stored, with_password
from tests.console.conftest import Play
from tests.console.hostile import steering
from tests.console.story import Story
from tests.console.terminal import open_console
from tests.console.world import World
from tests.servers.scripted import FakeImap, Talk, scripted

pytestmark = pytest.mark.place("mailboxes")


@pytest.fixture
def filled(world: World) -> World:
    """Five mailboxes, each in another state."""
    return fill(world)


@pytest.fixture
def maildir(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three messages, of which nobody said yet what to take."""
    return asked_maildir(world, tmp_path, monkeypatch)


def test_the_first_contact_is_asked_and_stored(world: World, maildir: Path, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "f")
        await story.looks_like("mailboxes_first_contact")
        await story.press("down", "down", "down", "enter")
        await story.has("local will take the mail of the last 30 days")
        await story.lacks("? answer")

    console(tell)
    box, state = stored(world, "local")
    assert (box.first_contact, state.answered, state.contacted) == (30, True, False)
    assert len(list((maildir / "new").iterdir())) == 3


def test_another_number_of_days(world: World, maildir: Path, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "t")
        await story.has("+ folder", "The connection works", "What to take of the mail that is there")
        await story.press("end", "enter")
        await story.type("soon")
        await story.press("enter")
        await story.has("A number of days is expected")
        await story.press("ctrl+u")
        await story.type("0")
        await story.press("enter")
        await story.has('"all", "new" or a number of days is expected')
        await story.press("f", "end", "enter")
        await story.type("5")
        await story.press("enter")
        await story.has("local will take the mail of the last 5 days")

    small_console(tell)
    assert stored(world, "local")[0].first_contact == 5


def test_not_answering_leaves_the_question_open(world: World, maildir: Path, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "f", "escape", "enter")
        await story.has("? answer", "Nobody said yet what to take", "not answered yet")

    small_console(tell)
    assert not stored(world, "local")[1].answered


def test_an_empty_mailbox_needs_no_question(world: World, maildir: Path, small_console: Play) -> None:
    for file in (maildir / "new").iterdir():
        file.unlink()

    async def tell(story: Story) -> None:
        await story.press("3", "t")
        await story.has("box holds 0 messages", "The mailbox is empty:")

    small_console(tell)
    assert stored(world, "local")[1].answered


def certificate(sha256: str, problem: str, subject: str = "CN=mail.example.org,O=Example") -> Certificate:
    """What a server may present."""
    return Certificate(
        subject=subject,
        names=["mail.example.org", "imap.example.org"],
        issuer="CN=Example Authority",
        not_before=datetime(2026, 1, 2, tzinfo=UTC),
        not_after=datetime(2027, 1, 2, tzinfo=UTC),
        sha256=sha256,
        problem=problem,
    )


def test_the_trust_dialog_says_why_and_what(filled: World, console: Play) -> None:
    answers: list[bool | None] = []

    async def tell(story: Story) -> None:
        await story.press("3")
        box, _ = stored(filled, "old")
        dialog = TrustDialog(box, certificate("0123456789abcdef" * 4, "self-signed certificate"))
        story.app.push_screen(dialog, answers.append)
        await story.settle()
        await story.looks_like("mailboxes_trust")
        await story.press("enter")

    console(tell)
    assert answers == [False]


def test_a_changed_pin_stands_beside_the_old_one(filled: World, console: Play) -> None:
    answers: list[bool | None] = []

    async def tell(story: Story) -> None:
        await story.press("3")
        box, _ = stored(filled, "support")
        problem = "the server's certificate is not the pinned one"
        story.app.push_screen(TrustDialog(box, certificate("cd" * 32, problem)), answers.append)
        await story.settle()
        await story.looks_like("mailboxes_trust_changed")
        await story.press("y")

    console(tell)
    assert answers == [True]


class Rude(FakeImap):
    """Greets, and refuses the log-in, with what would steer a terminal."""

    greeting = f"* OK {ASCII}\r\n".encode()

    def complete(self, talk: Talk, tag: str, name: str, command: str) -> None:
        """Refuse the log-in."""
        answer = f"{tag} NO {ASCII}" if name == "LOGIN" else f"{tag} OK done"
        talk.send(f"{answer}\r\n".encode())


def test_hostile_words_of_a_server_are_shown_harmless(world: World, console: Play) -> None:
    with scripted(Rude()) as server:
        box = world.mailbox(server.mailbox())
        with world.store() as store, store.write() as tx:
            mailboxes.save_state(tx, MailboxState(mailbox_id=box.id, error=HOSTILE, note=HOSTILE))

        async def tell(story: Story) -> None:
            await story.press("3", "enter")
            await story.has("[/x]", "[@click=app.quit]quit[/]")
            await story.press("t")
            await story.has("x login", "no password")
            await story.press("escape", "e")
            await at(story, "password")
            await story.type("secret")
            await story.press("ctrl+t")
            assert isinstance(story.app.screen, TestScreen)
            await story.has("x login", "[@click=app.quit]quit[/]", "[bold")
            dialog = TrustDialog(replace(box, name=HOSTILE), certificate(PIN, HOSTILE, HOSTILE))
            story.app.push_screen(dialog)
            await story.settle()
            await story.has("Trust this certificate?", "[/x]")
            assert not set(story.text) & set("\x1b\x07\x9b\u202e")

        assert console(tell).failure is None


@pytest.mark.parametrize(("key", "then"), [("c", "Cancelled: r tries again."), ("escape", "1 mailbox")])
def test_a_test_is_ended_by_cancelling_and_by_leaving(world: World, small_console: Play, key: str, then: str) -> None:
    def silent(talk: Talk) -> None:
        talk.silence()

    with scripted(silent) as server:
        world.mailbox(server.mailbox(read_timeout=60.0))

        async def tell(story: Story) -> None:
            await story.press("3")
            story.hit("t")
            await story.has("127.0.0.1 is 127.0.0.1", "> connect", ". login", "c cancel")
            await story.press(key)
            await story.has(then)

        assert small_console(tell).failure is None


def test_what_a_server_says_does_not_steer_the_terminal(world: World, empty_dir: Path) -> None:
    with scripted(Rude()) as server, open_console(empty_dir, size=(120, 36)) as terminal:
        with_password(world, server.mailbox(), "secret")
        terminal.wait_for(b"Settings")
        terminal.send("3")
        terminal.wait_for(b"1 mailbox")
        for key in ("t", "r"):
            terminal.send(key)
            terminal.wait_for(b"look at user name and password", since=len(terminal.output))
            terminal.quiet()
        terminal.send("escape")
        terminal.quiet()
        assert "\u241b]52".encode() in terminal.output
        assert steering(terminal.output) == []
        assert terminal.process.poll() is None
