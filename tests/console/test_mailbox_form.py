"""The form of a mailbox."""

from dataclasses import replace

import pytest

from allegra_tui.console.mailboxes import describing
from allegra_tui.model.settings import Mailbox, Secret, SecretKind
from allegra_tui.paths import DataDir
from allegra_tui.secrets import Vault
from allegra_tui.store import mailboxes
from tests.console.boxes import at, fill, names, stored
from tests.console.conftest import Play
from tests.console.story import Story
from tests.console.world import World

pytestmark = pytest.mark.place("mailboxes")


@pytest.fixture
def filled(world: World) -> World:
    """Five mailboxes, each in another state."""
    return fill(world)


def test_a_new_mailbox_is_described_and_tested_at_once(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "a")
        await story.looks_like("mailboxes_form")
        await story.type("support")
        await story.press("tab", "tab", "tab")
        await story.type("127.0.0.1")
        await story.press("tab", "tab", "ctrl+u")
        await story.type("1")
        await story.press("tab")
        await story.type("issues")
        await story.press("tab", "tab", "tab")
        await story.type("s3cret")
        await story.press("ctrl+s")
        await story.looks_like("mailboxes_test_refused")
        await story.press("escape")
        await story.has("? answer    support")

    app = console(tell)
    mailbox, state = stored(world, "support")
    assert (mailbox.host, mailbox.effective_port, mailbox.username) == ("127.0.0.1", 1, "issues")
    assert mailbox.secret.kind is SecretKind.STORED
    assert "s3cret" not in str(mailbox.secret.value)
    assert Vault(DataDir(world.root).key).password(mailbox.secret) == "s3cret"
    assert not state.answered
    assert app.failure is None


def test_mistakes_stand_at_their_fields(world: World, console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "a")
        await at(story, "host")
        await story.type("https://mail.example.org")
        await story.press("ctrl+s")
        await story.looks_like("mailboxes_form_mistakes")

    console(tell)
    assert names(world) == []


def test_ports_follow_until_touched(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "a")
        await at(story, "security")
        await story.has("Port                    993")
        await story.press("right")
        await story.has("Port *                  143")
        await at(story, "protocol")
        await story.press("right")
        await story.has("[POP3]", "110")
        await story.lacks("Folder")
        await at(story, "port")
        await story.press("ctrl+u")
        await story.type("1110")
        await at(story, "security")
        await story.press("left")
        await story.has("SSL/TLS", "1110")

    assert small_console(tell).failure is None


def test_fields_that_mean_nothing_are_left_out(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "a")
        await at(story, "protocol")
        await story.press("left")
        await story.has("[Maildir]", "Directory")
        await story.lacks("Host", "Password", "Port", "Folder")
        await story.press("right")
        await story.has("Host", "Password", "Port", "Folder")
        await story.lacks("Directory", "Command")
        await at(story, "security")
        await story.press("left")
        await story.has("none: UNSAFE", "! Unsafe: password and mail travel unencrypted.")
        await story.lacks("Pinned certificate")

    assert small_console(tell).failure is None


def test_the_warning_follows_what_is_done_with_mail(world: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "a")
        await story.has("Mail is DELETED", "Never name a private")
        await at(story, "leave_on_server")
        await story.press("right")
        await story.has("[leave there]")
        await story.lacks("DELETED")
        await story.press("right")
        await story.has("Move to folder", "Mail is moved after it is taken")
        await story.press("ctrl+s")
        await story.has("x it is missing: the folder that taken mail is moved to")

    assert small_console(tell).failure is None


def test_a_blank_password_keeps_the_stored_one(filled: World, small_console: Play) -> None:
    vault = Vault(DataDir(filled.root).key)
    box, _ = stored(filled, "old")
    with filled.store() as store, store.write() as tx:
        mailboxes.save(tx, replace(box, secret=vault.encrypt("kept")))

    async def tell(story: Story) -> None:
        await story.press("3", "G", "k", "e")
        await story.has("Mailbox old", "blank keeps the stored one")
        await story.type("er")
        await story.press("ctrl+s")
        await story.has("Mailbox older saved")

    small_console(tell)
    assert vault.password(stored(filled, "older")[0].secret) == "kept"


def test_a_password_from_elsewhere(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "G", "k", "e")
        await at(story, "password_from")
        await story.press("right", "tab")
        await story.type("pass show 'a b'")
        await story.press("ctrl+s")
        await story.has("Mailbox old saved")

    small_console(tell)
    assert stored(filled, "old")[0].secret == Secret(kind=SecretKind.COMMAND, value=("pass", "show", "a b"))


@pytest.mark.parametrize(
    ("source", "typed", "kind"),
    [
        ("file", {"password_file": "mailpass"}, SecretKind.FILE),
        ("env", {"password_env": "MAIL_PASS"}, SecretKind.ENV),
        ("none", {}, SecretKind.NONE),
        ("stored", {"password": ""}, SecretKind.STORED),
    ],
)
def test_where_the_password_comes_from(source: str, typed: dict[str, str], kind: SecretKind) -> None:
    before = Mailbox(name="box", host="h", username="u", secret=Secret(kind=SecretKind.STORED, value=("x",)))
    shown = {**describing.values_of(before, unanswered=False), "password_from": source, **typed}
    means = describing.shown(shown, contacted=False)
    entry, mistakes = describing.described({key: shown[key] for key in shown if means.get(key, True)}, before)
    assert mistakes == []
    assert (entry.mailbox.secret.kind, entry.password) == (kind, None)


def test_nothing_changes_where_nothing_was_typed(filled: World, small_console: Play) -> None:
    before = {name: stored(filled, name) for name in names(filled)}

    async def tell(story: Story) -> None:
        await story.press("3", "e", "ctrl+s", "G", "e", "ctrl+s")
        await story.has("Mailbox pop saved")

    small_console(tell)
    assert {name: stored(filled, name) for name in names(filled)} == before


def test_the_second_to_save_is_shown_the_difference(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "e")
        await story.type("-x")
        box, _ = stored(filled, "support")
        with filled.store() as store, store.write() as tx:
            mailboxes.save(tx, replace(box, leave_on_server=True))
        await story.press("ctrl+s")
        await story.has("Somebody else saved this meanwhile", "Taken mail: was delete, now leave, yours delete")
        await story.press("enter")
        assert stored(filled, "support")[0].leave_on_server
        await story.press("escape")
        await story.has("Leave without saving?")
        await story.press("y")

    small_console(tell)
    assert stored(filled, "support")[0].leave_on_server


def test_another_account_asks_anew(filled: World, small_console: Play) -> None:
    async def tell(story: Story) -> None:
        await story.press("3", "e")
        await at(story, "host")
        await story.press("ctrl+u")
        await story.type("new.example.org")
        await story.press("ctrl+s")
        await story.has("? answer    support")

    small_console(tell)
    assert not stored(filled, "support")[1].answered
