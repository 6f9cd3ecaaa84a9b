"""Single changes: checked, audited, and never over somebody else's."""

from dataclasses import replace

import pytest

from allegra_tui.model.settings import Mailbox, Project, RegisteredSender
from allegra_tui.secrets import Vault
from allegra_tui.store import audit, mailboxes, projects, senders, settings
from allegra_tui.usecases import configure
from allegra_tui.usecases.errors import Changed, Conflict, Invalid, NotFound, Refused
from tests.usecases.conftest import Intake

BOX = Mailbox(name="box", host="mail.example.org", username="u")


@pytest.fixture
def vault(intake: Intake) -> Vault:
    return Vault(intake.directory / "secret.key")


def actions(intake: Intake) -> list[tuple[str, str, str]]:
    """What the audit tells, oldest first."""
    with intake.store.read() as tx:
        return [(entry.who, entry.action, entry.subject) for entry in reversed(audit.entries(tx))]


def test_two_consoles_cannot_overwrite_each_other(intake: Intake, vault: Vault) -> None:
    box = configure.add_mailbox(intake.store, vault, BOX, who="anna")
    configure.save_mailbox(intake.store, vault, replace(box, port=10993), was=box, who="anna")
    with pytest.raises(Changed, match="somebody else changed mailbox box") as caught:
        configure.save_mailbox(intake.store, vault, replace(box, folder="X"), was=box, who="bert")
    assert caught.value.current == replace(box, port=10993)
    with intake.store.read() as tx:
        assert mailboxes.find(tx, "box") == replace(box, port=10993)
    assert actions(intake) == [("anna", "add", "mailbox box"), ("anna", "change", "mailbox box")]


def test_the_same_holds_for_settings_projects_and_senders(intake: Intake) -> None:
    with intake.store.read() as tx:
        was, project = settings.load(tx), projects.find(tx, "SUP")
    assert project is not None
    anna = configure.add_sender(intake.store, RegisteredSender(name="Anna", addresses=["a@b.de"]), who="x")
    configure.save_settings(intake.store, replace(was, poll_seconds=9), was=was, who="x")
    configure.save_project(intake.store, replace(project, name="Help"), was=project, who="x")
    configure.save_sender(intake.store, replace(anna, name="Ann"), was=anna, who="x")
    with pytest.raises(Changed):
        configure.save_settings(intake.store, replace(was, poll_seconds=8), was=was, who="y")
    with pytest.raises(Changed):
        configure.save_project(intake.store, replace(project, name="Other"), was=project, who="y")
    with pytest.raises(Changed):
        configure.save_sender(intake.store, replace(anna, name="Other"), was=anna, who="y")
    assert {who for who, _, _ in actions(intake)} == {"x"}


def test_a_wrong_mailbox_is_told_field_by_field_and_not_saved(intake: Intake, vault: Vault) -> None:
    wrong = replace(BOX, host="", username="", project="NOPE", move_to="X", leave_on_server=True)
    with pytest.raises(Invalid) as caught:
        configure.add_mailbox(intake.store, vault, wrong, who="x")
    assert [mistake.place for mistake in caught.value.mistakes] == ["host", "username", "move_to", "project"]
    assert actions(intake) == []


def test_a_password_is_encrypted_and_kept_when_none_is_given(intake: Intake, vault: Vault) -> None:
    box = configure.add_mailbox(intake.store, vault, BOX, password="canary", who="x")
    assert vault.password(box.secret) == "canary"
    configure.save_mailbox(intake.store, vault, replace(box, port=1), was=box, who="x")
    with intake.store.read() as tx:
        stored = configure.find_mailbox(tx, "box")
        told = repr([entry.changes for entry in audit.entries(tx)])
    assert vault.password(stored.secret) == "canary"
    assert "canary" not in told
    assert stored.secret.value[0] not in told
    configure.set_password(intake.store, vault, stored, "", who="x")
    with intake.store.read() as tx:
        assert vault.password(configure.find_mailbox(tx, "box").secret) is None


def test_settings_that_would_break_a_mailbox_are_refused(intake: Intake, vault: Vault) -> None:
    configure.add_mailbox(intake.store, vault, BOX, who="x")
    with intake.store.read() as tx:
        was = settings.load(tx)
    for changed, place in (
        (replace(was, default_project="NOPE"), "default_project"),
        (replace(was, allowed_pattern="(unclosed"), "allowed_pattern"),
    ):
        with pytest.raises(Invalid) as caught:
            configure.save_settings(intake.store, changed, was=was, who="x")
        assert caught.value.mistakes[0].place == place
    with intake.store.read() as tx:
        assert settings.load(tx) == was


def test_projects_in_use_are_not_archived(intake: Intake, vault: Vault) -> None:
    configure.add_mailbox(intake.store, vault, replace(BOX, project="SUP"), who="x")
    with intake.store.read() as tx:
        sup, inbox = projects.find(tx, "SUP"), projects.find(tx, "INBOX")
    assert sup is not None
    assert inbox is not None
    with pytest.raises(Refused, match="still gets mail from box"):
        configure.save_project(intake.store, replace(sup, archived=True), who="x")
    with pytest.raises(Refused, match="is the default project"):
        configure.save_project(intake.store, replace(inbox, archived=True), who="x")
    with pytest.raises(Conflict):
        configure.add_project(intake.store, Project(key="SUP", name="again"), who="x")


def test_a_sender_is_registered_only_if_the_pattern_accepts_every_new_address(intake: Intake) -> None:
    anna = configure.add_sender(intake.store, RegisteredSender(name="Anna", addresses=["a@old.example"]), who="x")
    intake.set(allowed_pattern=r"@new\.example")
    with pytest.raises(Invalid, match=r"b@evil\.org is not registered, the pattern refuses it"):
        configure.add_sender(intake.store, RegisteredSender(name="B", addresses=["b@evil.org"]), who="x")
    changed = replace(anna, addresses=["a@old.example", "a@new.example"])
    configure.save_sender(intake.store, changed, who="x")
    configure.save_sender(intake.store, replace(changed, enabled=False), who="x")
    with pytest.raises(Invalid, match=r"a@old\.example is not registered"):
        configure.save_sender(intake.store, changed, who="x")
    with pytest.raises(Invalid, match="at least one address"):
        configure.save_sender(intake.store, replace(anna, addresses=[]), who="x")
    with pytest.raises(NotFound):
        configure.save_sender(intake.store, replace(anna, id=99), who="x")


def test_senders_are_found_by_name_and_address(intake: Intake) -> None:
    for name, written in (("Anna", "a@b.de"), ("Anna", "c@b.de"), ("Bert", "d@b.de")):
        configure.add_sender(intake.store, RegisteredSender(name=name, addresses=[written]), who="x")
    with intake.store.read() as tx:
        assert configure.find_sender(tx, "bert").addresses == ("d@b.de",)
        assert configure.find_sender(tx, "C@b.de").name == "Anna"
        with pytest.raises(NotFound, match="2 registered senders are called Anna: give an address"):
            configure.find_sender(tx, "Anna")
        with pytest.raises(NotFound):
            configure.find_sender(tx, "Zoe")
        assert len(senders.every(tx)) == 3


def test_a_pattern_that_fails_its_own_addresses_is_not_saved(intake: Intake) -> None:
    with intake.store.read() as tx:
        was = settings.load(tx)
    lists = replace(was, must_accept=("anna@bosch.com", "x@de.bosch.com"), must_refuse=("eve@evil.org", "no address"))
    with pytest.raises(Invalid) as caught:
        configure.save_settings(intake.store, replace(lists, allowed_pattern=r"@bosch\.com|@evil\.org"), who="x")
    assert [mistake.place for mistake in caught.value.mistakes] == ["must_accept[2]", "must_refuse[1]"]
    right = replace(lists, allowed_pattern=r"@(?:.*\.)?bosch\.com")
    configure.save_settings(intake.store, right, was=was, who="x")
    with intake.store.read() as tx:
        assert settings.load(tx) == right
