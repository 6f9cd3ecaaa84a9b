"""The configuration file against a store that others change at the same time."""

import threading
from pathlib import Path

from allegra_tui.model.settings import Mailbox
from allegra_tui.secrets import Vault
from allegra_tui.store import Store, mailboxes, projects
from allegra_tui.usecases import configuration, configure
from tests.usecases.conftest import Intake


def test_files_applied_at_once_all_arrive_and_no_change_is_lost(intake: Intake) -> None:
    """Eight processes in effect: each thread has a store of its own."""
    path = intake.store.path
    start = threading.Barrier(4)
    failures: list[Exception] = []

    def apply(number: int) -> None:
        store = Store.open(path)
        try:
            start.wait()
            text = f"[[projects]]\nkey = 'P{number}'\n[[senders]]\nname = 'S{number}'\naddresses = ['s{number}@b.de']\n"
            configuration.apply(store, Vault(path.parent / "secret.key"), text, base=Path.cwd(), who=f"{number}")
        except Exception as error:
            failures.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=apply, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = configuration.current(intake.store)
    assert {project.key for project in found.projects} >= {"P0", "P1", "P2", "P3"}
    assert {sender.name for sender in found.senders} == {"S0", "S1", "S2", "S3"}


def test_a_password_in_the_file_is_encrypted_once(intake: Intake) -> None:
    vault = Vault(intake.directory / "secret.key")
    text = "[[mailboxes]]\nname = 'x'\nhost = 'h'\nusername = 'u'\npassword = 'canary'\n"
    configuration.apply(intake.store, vault, text, base=Path.cwd(), who="x")
    with intake.store.read() as tx:
        first = configure.find_mailbox(tx, "x")
    assert configuration.apply(intake.store, vault, text, base=Path.cwd(), who="x").changes == []
    with intake.store.read() as tx:
        assert configure.find_mailbox(tx, "x") == first
    changed = configuration.apply(intake.store, vault, text.replace("canary", "other"), base=Path.cwd(), who="x")
    assert [change.changes for change in changed.changes] == [{"password": ["encrypted", "encrypted, another one"]}]
    with intake.store.read() as tx:
        assert vault.password(configure.find_mailbox(tx, "x").secret) == "other"


def test_a_file_that_moves_addresses_between_senders_is_applied(intake: Intake) -> None:
    vault = Vault(intake.directory / "secret.key")
    intake.register("a@b.de", "b@b.de")
    intake.register("c@b.de")
    text = (
        "[[senders]]\nname = 'a@b.de'\naddresses = ['a@b.de', 'c@b.de']\n"
        "[[senders]]\nname = 'c@b.de'\naddresses = ['b@b.de']\n"
    )
    configuration.apply(intake.store, vault, text, base=Path.cwd(), who="x")
    found = {sender.name: tuple(sender.addresses) for sender in configuration.current(intake.store).senders}
    assert found == {"a@b.de": ("a@b.de", "c@b.de"), "c@b.de": ("b@b.de",)}


def test_projects_keep_who_they_are(intake: Intake) -> None:
    vault = Vault(intake.directory / "secret.key")
    with intake.store.read() as tx:
        before = projects.find(tx, "SUP")
    configuration.apply(intake.store, vault, "[[projects]]\nkey = 'sup'\nname = 'Help'\n", base=Path.cwd(), who="x")
    with intake.store.read() as tx:
        after = projects.find(tx, "SUP")
    assert before is not None
    assert after is not None
    assert (after.id, after.name) == (before.id, "Help")


def test_a_file_that_names_a_mailbox_answers_its_first_contact(intake: Intake) -> None:
    vault = Vault(intake.directory / "secret.key")
    for name in ("named", "other"):
        box = Mailbox(name=name, host="h", username=name)
        configure.add_mailbox(intake.store, vault, box, settled=False, who="x")
    text = "[[mailboxes]]\nname = 'named'\nhost = 'h'\nusername = 'named'\n"
    assert configuration.apply(intake.store, vault, text, base=Path.cwd(), who="x").changes == []
    with intake.store.read() as tx:
        answered = {box.name: mailboxes.state(tx, box.id).answered for box in mailboxes.every(tx)}
    assert answered == {"named": True, "other": False}
