"""Who did what: everything a person changes is told, in bulk by few entries, and found again."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from allegra_tui.model.issue import Submitter
from allegra_tui.model.settings import Mailbox, Project, RegisteredSender
from allegra_tui.secrets import Vault
from allegra_tui.sources.source import Certificate
from allegra_tui.store import audit, issues
from allegra_tui.store.audit import TOGETHER
from allegra_tui.usecases import (
    actor,
    browse,
    browse_audit,
    configuration,
    configure,
    connect,
    first_contact,
    keys,
    registering,
    review,
    triage,
)
from allegra_tui.usecases.backup import back_up
from allegra_tui.usecases.browse_audit import AuditFilter
from allegra_tui.usecases.importing import import_asked_for, import_paths
from allegra_tui.usecases.registering import Row
from allegra_tui.usecases.workspace import Workspace
from tests.usecases.conftest import Intake, letter

ANNA = Submitter(address="anna@b.de", name="Anna", registered=True)
BOX = Mailbox(name="support", host="mail.example.org", username="support")
CERTIFICATE = Certificate(
    subject="CN=x",
    names=(),
    issuer="CN=x",
    not_before=datetime(2026, 1, 1, tzinfo=UTC),
    not_after=datetime(2027, 1, 1, tzinfo=UTC),
    sha256="ab" * 32,
    problem="self-signed certificate",
)


def told(intake: Intake, chosen: AuditFilter | None = None) -> list[tuple[str, str]]:
    """What was done to what, oldest first."""
    found = list(browse_audit.entries(intake.store, chosen or AuditFilter()))
    return [(entry.action, entry.subject) for entry in reversed(found)]


def make_issues(intake: Intake, count: int) -> list[int]:
    with intake.store.write() as tx:
        return [
            issues.create(
                tx, project="INBOX", title="x", description="", visible_text="", submitter=ANNA, message_id=None
            )
            for _ in range(count)
        ]


def receive(intake: Intake, count: int) -> list[int]:
    """Have messages in quarantine."""
    intake.set(allow_unknown_senders=False)
    for number in range(count):
        (intake.directory / f"{number:04}.eml").write_bytes(letter(f"Number {number}"))
    import_paths(intake.store, sorted(intake.directory.glob("*.eml")), emit=intake.events.append)
    return [row.id for row in intake.rows()]


def _every_act(intake: Intake) -> dict[str, Callable[[], object]]:
    """All that a person can change, and the entry by which it is told."""
    store, vault = intake.store, Vault(intake.directory / "secret.key")
    settings = browse.intake_settings(store)
    box = configure.add_mailbox(store, vault, BOX, password="c4n4ry", settled=False, who="x")
    sender = configure.add_sender(store, RegisteredSender(name="Bert", addresses=["bert@b.de"]), who="x")
    numbers = make_issues(intake, 3)
    refused = receive(intake, 3)
    workspace = Workspace(intake.directory)

    def stored() -> Mailbox:
        return browse.mailboxes_of(store, ["support"])[0]

    def toml() -> object:
        text = '[[projects]]\nkey = "NEW"\n'
        return configuration.apply(store, vault, text, base=intake.directory, who="anna")

    return {
        "add project ADD": lambda: configure.add_project(store, Project(key="ADD", name="Add"), who="anna"),
        "change project SUP": lambda: configure.save_project(store, Project(key="SUP", name="S", id=2), who="anna"),
        "add mailbox other": lambda: configure.add_mailbox(
            store, vault, replace(BOX, name="other", username="other"), who="anna"
        ),
        "answer mailbox support": lambda: first_contact.answer(store, vault, stored(), "all", who="anna"),
        "change mailbox support": lambda: configure.set_password(store, vault, stored(), "c4n4ry-2", who="anna"),
        "trust mailbox support": lambda: connect.pin(store, vault, stored(), CERTIFICATE, who="anna"),
        "remove mailbox support": lambda: configure.remove_mailbox(store, box.name, who="anna"),
        "add sender Anna": lambda: configure.add_sender(
            store, RegisteredSender(name="Anna", addresses=["anna@b.de"]), who="anna"
        ),
        "change sender Bert": lambda: configure.save_sender(store, replace(sender, enabled=False), who="anna"),
        "add sender Cleo": lambda: registering.register(
            store, [Row(1, "Cleo", ["cleo@b.de"])], dry_run=False, who="anna"
        ),
        "change intake": lambda: configure.save_settings(
            store, replace(settings, allowed_pattern=r"[^@ \t]@b\.de"), who="anna"
        ),
        "add project NEW": toml,
        "rotate key": lambda: keys.rotate(store, vault, who="anna"),
        "move issues #1 #2": lambda: triage.move(store, numbers[:2], "SUP", who="anna"),
        "close issue #3": lambda: triage.close(store, numbers[2:], who="anna"),
        "release message 1": lambda: review.release(store, refused[:1], who="anna"),
        "discard messages 2 3": lambda: review.discard(store, refused[1:], who="anna"),
        "import mailbox import": lambda: import_asked_for(
            store, [intake.directory / "0000.eml"], emit=intake.events.append, who="anna"
        ),
        f"backup file {intake.directory / 'copy'}": lambda: back_up(workspace, intake.directory / "copy", who="anna"),
    }


def test_everything_a_person_changes_is_told_and_no_secret(intake: Intake) -> None:
    for name, act in _every_act(intake).items():
        if name == "rotate key":
            configure.add_mailbox(
                intake.store,
                Vault(intake.directory / "secret.key"),
                replace(BOX, name="keyed", username="keyed"),
                password="c4n4ry-3",
                who="x",
            )
        act()
        newest = next(iter(browse_audit.entries(intake.store, AuditFilter(), limit=1)))
        assert (f"{newest.action} {newest.subject}", newest.who) == (name, "anna")
    everything = repr(list(browse_audit.entries(intake.store, AuditFilter())))
    assert "c4n4ry" not in everything
    assert "gAAAA" not in everything


def test_undoing_is_told_as_well(intake: Intake) -> None:
    done = triage.close(intake.store, make_issues(intake, 2), who="anna")
    triage.undo(intake.store, done, who="bert")
    messages = receive(intake, 2)
    review.discard(intake.store, messages, who="anna")
    review.undo_discard(intake.store, messages, who="bert")
    assert told(intake) == [
        ("close", "issues #1 #2"),
        ("undo close", "issues #1 #2"),
        ("discard", "messages 1 2"),
        ("undo discard", "messages 1 2"),
    ]


def test_in_bulk_a_few_entries_tell_of_all(intake: Intake) -> None:
    numbers = make_issues(intake, 2 * TOGETHER + 1)
    triage.move(intake.store, numbers[:3], "SUP", who="anna")
    triage.move(intake.store, numbers, "SUP", who="anna")
    assert len(told(intake)) == 1 + 2, "the three were there already"
    triage.close(intake.store, numbers, who="anna")
    closed = told(intake, AuditFilter(action="close"))
    assert [subject.count("#") for _, subject in closed] == [TOGETHER, TOGETHER, 1]
    assert closed[-1] == ("close", f"issue #{numbers[-1]}")


def test_many_released_messages_are_told_by_few_entries_and_each_is_found(intake: Intake) -> None:
    messages = receive(intake, TOGETHER + 2)
    done = review.release(intake.store, messages, who="anna", register=True)
    made = [event.issue for event in done]
    assert made == list(range(1, TOGETHER + 3))
    newest, many, sender = browse_audit.entries(intake.store, AuditFilter())
    assert (newest.action, newest.subject) == ("release", f"messages {messages[-2]} {messages[-1]}")
    assert newest.changes == {"outcome": ("rejected", "created"), "issue": (None, made[-2:])}
    assert many.changes["issue"] == (None, made[:TOGETHER])
    assert (sender.action, sender.subject) == ("add", "sender anna@bosch.com"), "all are hers"
    for message in (messages[0], messages[-1]):
        (found,) = browse_audit.entries(intake.store, AuditFilter(text=f"message {message}"))
        assert found.action == "release"


def test_released_messages_with_different_outcomes_are_told_apart(intake: Intake) -> None:
    first, second = receive(intake, 2)
    ignored = intake.directory / "ignored.eml"
    ignored.write_bytes(letter("Away", headers=["Auto-Submitted: auto-replied"]))
    import_paths(intake.store, [ignored], emit=intake.events.append)
    third = intake.rows()[-1].id
    review.release(intake.store, [first, third, second], who="anna")
    newest, before = browse_audit.entries(intake.store, AuditFilter())
    assert (before.subject, before.changes["issue"]) == (f"messages {first} {second}", (None, [1, 3]))
    assert (newest.subject, newest.changes) == (
        f"message {third}",
        {"outcome": ("ignored", "created"), "issue": (None, 2)},
    )


def test_many_imported_senders_are_told_by_few_entries_and_each_is_found(intake: Intake) -> None:
    configure.add_sender(intake.store, RegisteredSender(name="Old", addresses=["old@b.de"]), who="x")
    people = [Row(number, f"Person {number:03}", [f"p{number}@b.de"]) for number in range(TOGETHER + 1)]
    registering.register(intake.store, [*people, Row(99, "Old", ["older@b.de"])], dry_run=False, who="anna")
    changed, last, many = list(browse_audit.entries(intake.store, AuditFilter(who="anna")))
    assert (changed.subject, changed.changes) == (
        "sender Old",
        {"addresses": (["old@b.de"], ["old@b.de", "older@b.de"])},
    )
    assert last.subject == f"sender Person {TOGETHER:03}"
    assert many.subject.startswith("senders Person 000; Person 001; ")
    assert many.changes["Person 001"] == (None, ["p1@b.de"])
    for text in ("sender Person 001", "Person 001", "p1@b.de", "Sender person 001"):
        assert list(browse_audit.entries(intake.store, AuditFilter(text=text))) == [many]


def test_many_senders_of_a_file_are_told_by_few_entries_and_what_else_changed_by_one_each(intake: Intake) -> None:
    vault = Vault(intake.directory / "secret.key")
    configure.add_sender(intake.store, RegisteredSender(name="Old", addresses=["old@b.de"]), who="x")
    people = [(f"Person {number}", f"p{number}@b.de", "true") for number in range(3)]
    people += [("Off", "off@b.de", "false"), ("Old", "older@b.de", "true")]
    text = "\n".join(
        f'[[senders]]\nname = "{name}"\naddresses = ["{written}"]\nenabled = {on}\n' for name, written, on in people
    )
    configuration.apply(intake.store, vault, text, base=intake.directory, who="anna")
    assert sorted(told(intake, AuditFilter(who="anna"))) == [
        ("add", "sender Off"),
        ("add", "senders Person 0; Person 1; Person 2"),
        ("change", "sender Old"),
    ]
    (off,) = browse_audit.entries(intake.store, AuditFilter(text="sender Off"))
    assert off.changes["enabled"] == (None, False)


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (AuditFilter(who="anna"), 2),
        (AuditFilter(who="192.0.2"), 1),
        (AuditFilter(who="100%"), 0),
        (AuditFilter(action="close"), 1),
        (AuditFilter(text="#1"), 1),
        (AuditFilter(text="issue #12"), 1),
        (AuditFilter(text="#2"), 0),
        (AuditFilter(text="message 17"), 1),
        (AuditFilter(text="message 7"), 0),
        (AuditFilter(text="supp"), 1),
        (AuditFilter(text="Grün"), 1),
        (AuditFilter(text="_"), 0),
        (AuditFilter(since=datetime.now(UTC) + timedelta(days=1)), 0),
        (AuditFilter(until=datetime.now(UTC) - timedelta(days=1)), 0),
        (AuditFilter(since=datetime(2020, 1, 1, tzinfo=UTC), who="anna", action="close"), 1),
    ],
)
def test_what_is_looked_for_is_found(intake: Intake, chosen: AuditFilter, found: int) -> None:
    with intake.store.write() as tx:
        state = {"state": ("open", "closed")}
        audit.record_alike(tx, who="anna", action="close", kind="issue", numbers=[1, 12], changes=state)
        audit.record_alike(tx, who="anna", action="discard", kind="message", numbers=[17, 27], changes={})
        audit.record(
            tx, who="bert from 192.0.2.7", action="change", subject="mailbox support", changes={"x": ("Grün", "Blau")}
        )
    entries = list(browse_audit.entries(intake.store, chosen))
    assert len(entries) == found
    ids = list(browse_audit.entry_ids(intake.store, chosen))
    assert ids == [entry.id for entry in entries]
    assert browse_audit.entries_by_id(intake.store, [*ids, 999]) == {entry.id: entry for entry in entries}
    assert browse_audit.actions(intake.store) == ["change", "close", "discard"]


def test_pages_of_many(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse_audit, "_PAGE", 3)
    with intake.store.write() as tx:
        for number in range(8):
            audit.record(tx, who="anna", action="add", subject=f"project {number}", changes={})
    assert [entry.id for entry in browse_audit.entries(intake.store, AuditFilter())] == list(range(8, 0, -1))
    assert [entry.id for entry in browse_audit.entries(intake.store, AuditFilter(), limit=4)] == [8, 7, 6, 5]


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nobody ran sudo, nobody came by SSH, and nobody logged in; the file says who did."""
    for name in ("SUDO_USER", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(actor, "_LOGIN", tmp_path / "loginuid")
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    return tmp_path / "loginuid"


def test_who_it_is(surroundings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert actor.who() == "uid 4000000", "the system does not tell who logged in"
    surroundings.write_text("4294967295")
    assert actor.who() == "uid 4000000", "nobody did"
    surroundings.write_text("rubbish")
    assert actor.who() == "uid 4000000"
    surroundings.write_text("4000001\n")
    assert actor.who() == "uid 4000001 as uid 4000000", "as by su"
    monkeypatch.setenv("SUDO_USER", "anna")
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 22")
    assert actor.who() == "anna as uid 4000000 from 192.0.2.7"
    monkeypatch.setenv("SUDO_USER", "an\udcffna")
    assert "\udcff" not in actor.who()
