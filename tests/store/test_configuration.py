"""Settings, projects, senders and mailboxes: what comes back is what was saved, and what is taken is refused."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from allegra_tui import address
from allegra_tui.model.journal import MailboxState, Place
from allegra_tui.model.settings import (
    IntakeSettings,
    Mailbox,
    Project,
    Protocol,
    RegisteredSender,
    Secret,
    SecretKind,
    Security,
)
from allegra_tui.model.verdict import Settle
from allegra_tui.store import (
    Conflict,
    Store,
    StoreError,
    audit,
    journal,
    mailboxes,
    projects,
    senders,
    settings,
    tables,
)
from tests.store import make


def test_settings_have_defaults_until_they_are_saved(store: Store) -> None:
    changed = IntakeSettings(
        enabled=False, allowed_pattern=r"[^@ \t]@bosch\.com", default_project="SUP", poll_seconds=7
    )
    with store.write() as tx:
        assert settings.load(tx) == IntakeSettings()
        settings.save(tx, changed)
    with store.read() as tx:
        assert settings.load(tx) == changed


def test_settings_of_another_version_do_not_matter(store: Store) -> None:
    with store.write() as tx:
        tx.execute(insert(tables.settings), {"name": "colour", "value": "green"})
        assert settings.load(tx) == IntakeSettings()


def test_projects_by_key_whatever_its_case(store: Store) -> None:
    with store.write() as tx:
        added = projects.add(tx, Project(key="sup", name="Support"))
        projects.add(tx, Project(key="OLD", name="Old one", archived=True))
    with store.read() as tx:
        assert added.key == "SUP"
        assert projects.find(tx, "Sup") == added
        assert projects.find(tx, "NONE") is None
        assert [project.key for project in projects.every(tx)] == ["SUP"]
        assert [project.key for project in projects.every(tx, archived=True)] == ["OLD", "SUP"]


def test_a_key_is_taken_once(store: Store) -> None:
    with store.write() as tx:
        first = projects.add(tx, Project(key="SUP", name="Support"))
        other = projects.add(tx, Project(key="DEV", name="Development"))
        with pytest.raises(Conflict, match="project SUP already"):
            projects.add(tx, Project(key="sup", name="Another"))
        with pytest.raises(Conflict, match="project SUP already"):
            projects.save(tx, replace(other, key="Sup"))
        projects.save(tx, replace(first, name="Help desk"))
        assert [project.name for project in projects.every(tx)] == ["Development", "Help desk"]


def test_senders_are_found_by_any_address(store: Store) -> None:
    with store.write() as tx:
        anna = senders.add(tx, RegisteredSender(name="Anna", addresses=["Anna@Example.org", "am@example.com"]))
        gone = senders.add(tx, RegisteredSender(name="Gone", addresses=["gone@example.org"], enabled=False))
        assert anna.id is not None
        assert senders.find(tx, "anna@example.org") == anna
        assert senders.find(tx, "AM@EXAMPLE.COM") == anna
        assert senders.find(tx, "gone@example.org") is None
        assert senders.get(tx, anna.id) == anna
        assert senders.get(tx, 99) is None
        assert senders.by_name(tx, "Gone") == [gone]
        assert senders.every(tx) == [anna]
        assert senders.every(tx, disabled=True) == [anna, gone]


def test_the_key_of_an_address_is_the_one_of_the_grammar() -> None:
    parsed = address.parse("Anna.Meier@Example.ORG")
    assert senders.key(str(parsed)) == address.key(parsed)


def test_an_address_belongs_to_one_sender(store: Store) -> None:
    with store.write() as tx:
        senders.add(tx, RegisteredSender(name="Anna", addresses=["anna@example.org"]))
        bert = senders.add(tx, RegisteredSender(name="Bert", addresses=["bert@example.org"]))
        with pytest.raises(Conflict, match=r"ANNA@example\.org belongs to Anna"):
            senders.add(tx, RegisteredSender(name="Other", addresses=["ANNA@example.org"]))
        with pytest.raises(Conflict, match="belongs to Anna"):
            senders.save(tx, replace(bert, addresses=["anna@example.org"]))
        senders.save(
            tx, replace(bert, name="Berta", addresses=["berta@example.org", "BERT@example.org"], enabled=False)
        )
        assert bert.id is not None
        assert senders.get(tx, bert.id) == RegisteredSender(
            id=bert.id, name="Berta", addresses=("berta@example.org", "BERT@example.org"), enabled=False
        )


def test_a_sender_named_twice_by_one_address_has_it_once(store: Store) -> None:
    with store.write() as tx:
        added = senders.add(tx, RegisteredSender(name="Anna", addresses=["Anna@example.org", "anna@example.org"]))
        assert senders.by_name(tx, "Anna") == [added]
        assert added.addresses == ("Anna@example.org",)


_FULL = Mailbox(
    name="support",
    protocol=Protocol.POP3,
    project="SUP",
    host="mail.example.org",
    port=1995,
    security=Security.STARTTLS,
    username="support",
    secret=Secret(kind=SecretKind.COMMAND, value=("pass", "show", "mail")),
    folder="INBOX",
    leave_on_server=True,
    ca_pem="-----BEGIN CERTIFICATE-----",
    pin="ab" * 32,
    first_contact=30,
    connect_timeout=1.5,
    read_timeout=2.5,
    run_seconds=100,
    poll_seconds=60,
    overdue_seconds=600,
    addresses=("support@example.org",),
    take_auto_generated=True,
    enabled=False,
)


def test_a_mailbox_comes_back_as_it_was_saved(store: Store) -> None:
    with store.write() as tx:
        projects.add(tx, Project(key="SUP", name="Support"))
        added = mailboxes.add(tx, _FULL)
        plain = mailboxes.add(tx, Mailbox(name="plain"))
        assert added == replace(_FULL, id=added.id)
        assert plain == Mailbox(name="plain", id=plain.id)
        assert mailboxes.find(tx, "support") == added
        assert mailboxes.find(tx, "none") is None
        changed = replace(added, project=None, move_to="Done", leave_on_server=False, first_contact="new", port=None)
        mailboxes.save(tx, changed)
        assert added.id is not None
        assert mailboxes.get(tx, added.id) == changed


def test_mailboxes_stand_global_first_then_by_project(store: Store) -> None:
    with store.write() as tx:
        for key in ("SUP", "DEV"):
            projects.add(tx, Project(key=key, name=key))
        for name, project in (("d", "SUP"), ("c", "SUP"), ("b", None), ("e", "DEV"), ("a", None)):
            mailboxes.add(tx, Mailbox(name=name, username=name, project=project))
        assert [mailbox.name for mailbox in mailboxes.every(tx)] == ["a", "b", "e", "c", "d"]


def test_a_name_and_an_account_are_taken_once(store: Store) -> None:
    with store.write() as tx:
        mailboxes.add(tx, Mailbox(name="one", host="mail.example.org", username="issues"))
        other = mailboxes.add(tx, Mailbox(name="two", host="mail.example.org", username="issues", folder="Other"))
        with pytest.raises(Conflict, match="mailbox one already"):
            mailboxes.add(tx, Mailbox(name="one"))
        with pytest.raises(Conflict, match="mailbox one reads this account"):
            mailboxes.add(tx, Mailbox(name="three", host="MAIL.example.org", username="issues", port=1143))
        with pytest.raises(Conflict, match="mailbox one reads this account"):
            mailboxes.save(tx, replace(other, folder="INBOX"))
        mailboxes.save(tx, replace(other, name="deux"))
        assert [mailbox.name for mailbox in mailboxes.every(tx)] == ["deux", "one"]


def test_a_mailbox_needs_its_project(store: Store) -> None:
    with store.write() as tx, pytest.raises(StoreError, match="no project NONE"):
        mailboxes.add(tx, Mailbox(name="one", project="none"))


def test_a_mailbox_keeps_its_state_apart(store: Store, place: Place) -> None:
    moment = datetime(2026, 3, 1, 4, 5, 6, 789, tzinfo=UTC)
    kept = MailboxState(
        mailbox_id=place.mailbox_id,
        epoch=3,
        uidvalidity=4_294_967_295,
        contacted=True,
        last_attempt=moment,
        last_success=moment,
        next_run=moment,
        error="no route to host",
        consecutive_errors=2,
        note="two messages stay marked",
    )
    with store.write() as tx:
        assert mailboxes.state(tx, place.mailbox_id) == MailboxState(mailbox_id=place.mailbox_id)
        mailboxes.save_state(tx, kept)
        mailbox = mailboxes.get(tx, place.mailbox_id)
        assert mailbox is not None
        mailboxes.save(tx, replace(mailbox, enabled=False, port=1143))
        assert mailboxes.state(tx, place.mailbox_id) == kept


def test_another_account_starts_a_new_epoch(store: Store, place: Place) -> None:
    with store.write() as tx:
        row, _ = make.created(tx, place, make.message("1"))
        mailboxes.save_state(tx, MailboxState(mailbox_id=place.mailbox_id, uidvalidity=7, contacted=True, error="x"))
        mailbox = mailboxes.get(tx, place.mailbox_id)
        assert mailbox is not None
        mailboxes.save(tx, replace(mailbox, host="other.example.org"))
        assert mailboxes.state(tx, place.mailbox_id) == MailboxState(mailbox_id=place.mailbox_id, epoch=2)
        assert journal.to_settle(tx, place) == []
        found = journal.get(tx, row)
        assert found is not None
        assert [location.settle for location in found.locations] == [Settle.LEFT]


def test_a_mailbox_with_messages_is_not_removed(store: Store, place: Place) -> None:
    with store.write() as tx:
        other = mailboxes.add(tx, Mailbox(name="other"))
        assert other.id is not None
        journal.receive(tx, place, [make.message("1")])
        assert mailboxes.referenced(tx, place.mailbox_id)
        assert not mailboxes.referenced(tx, other.id)
        with pytest.raises(StoreError, match="disable it instead"):
            mailboxes.remove(tx, place.mailbox_id)
        mailboxes.remove(tx, other.id)
        assert [mailbox.name for mailbox in mailboxes.every(tx)] == ["system"]


def test_files_without_a_mailbox_stand_under_one_that_is_never_fetched(store: Store) -> None:
    with store.write() as tx:
        first = mailboxes.importing(tx)
        assert (first.name, first.enabled) == ("import", False)
        assert mailboxes.importing(tx) == first
        assert mailboxes.every(tx) == []


def test_the_audit_tells_newest_first(store: Store) -> None:
    with store.write() as tx:
        for number in range(5):
            changes = {"name": ("old", number), "addresses": ((), ("a@example.org",))}
            audit.record(tx, who="anna", action="save", subject=f"project {number}", changes=changes)
        newest = audit.entries(tx, limit=2)
        older = audit.entries(tx, before=newest[-1].id)
        assert [entry.subject for entry in newest] == ["project 4", "project 3"]
        assert [entry.subject for entry in older] == ["project 2", "project 1", "project 0"]
        assert older[-1].changes == {"name": ("old", 0), "addresses": ([], ["a@example.org"])}
        assert (older[-1].who, older[-1].action) == ("anna", "save")
        assert older[-1].at <= tx.now()


REGISTER = (
    RegisteredSender(name="Ceo", addresses=("CEO@Example.com", "anna.meier@gmail.com")),
    RegisteredSender(name="Müller", addresses=(str(address.parse("max@müller.de")), "support1@sub.bosch.com")),
    RegisteredSender(name="Gone", enabled=False, addresses=("gone@muller-shop.com",)),
)


@pytest.mark.parametrize(
    ("stranger", "told"),
    [
        ("ceo@exarnple.com", "CEO@Example.com"),
        ("ceo@ехаmple.com", "CEO@Example.com"),
        ("CE0@example.com", "CEO@Example.com"),
        ("eve@exarnple.com", "example.com"),
        ("eve@mail.exarnple.com", "example.com"),
        ("eve@a.b.c.d.e.mail.exarnple.com", "example.com"),
        ("anna.rneier@gmail.com", "anna.meier@gmail.com"),
        ("eve@gmai1.com", "gmail.com"),
        ("max@muller.de", str(address.parse("max@müller.de"))),
        ("gone@rnuller-shop.com", "gone@muller-shop.com"),
        ("ceo@example.com", None),
        ("Ceo@EXAMPLE.com", None),
        ("other@example.com", None),
        ("other@mail.example.com", None),
        ("supportl@it.bosch.com", None),
        ("eve@bosch.com", None),
        ("eve@gmail.com", None),
        ("eve@googlemail.com", None),
        ("eve@com", None),
        ("gone@muller-shop.com", None),
        ("", None),
        ("nobody at all", None),
    ],
)
def test_strangers_who_look_like_registered_senders(store: Store, stranger: str, told: str | None) -> None:
    with store.write() as tx:
        for sender in REGISTER:
            senders.add(tx, sender)
        with suppress(address.AddressError):  # what is no address is compared, too, as people are shown it
            stranger = str(address.parse(stranger))
        assert senders.resembled(tx, stranger) == told


def test_an_address_that_is_changed_is_compared_as_it_is_now(store: Store) -> None:
    with store.write() as tx:
        added = senders.add(tx, RegisteredSender(name="Ceo", addresses=("ceo@example.com",)))
        senders.save(tx, replace(added, addresses=("ceo@bosch.com",)))
        assert senders.resembled(tx, "ceo@exarnple.com") is None
        assert senders.resembled(tx, "ceo@b0sch.com") == "ceo@bosch.com"
