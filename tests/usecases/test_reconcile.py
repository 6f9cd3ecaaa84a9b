"""Real servers against the journal: the count is the sum of all that is there, and what is missing has a name."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from allegra_tui.model.settings import Mailbox, Protocol, SecretKind
from allegra_tui.secrets import SecretError, Vault
from allegra_tui.sources import CancelledError
from allegra_tui.store import journal, mailboxes
from allegra_tui.store.tables import locations
from allegra_tui.usecases.comparison import Kind
from allegra_tui.usecases.reconcile import Reconciliation, reconcile, remarks
from tests.servers import dovecot as servers
from tests.servers.dovecot import DovecotAccount
from tests.usecases.conftest import Intake, letter

BOTH = pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])


def look(intake: Intake, box: Mailbox, named: int | None = None) -> Reconciliation:
    with intake.store.read() as tx:
        stored = mailboxes.get(tx, box.id)
    assert stored is not None
    return reconcile(intake.store, Vault(intake.directory / "secret.key"), stored, named=named)


@BOTH
def test_everything_that_is_there_adds_up(intake: Intake, account: DovecotAccount, protocol: Protocol) -> None:
    intake.set(allowed_pattern=r"[^@ \t]@bosch\.com", max_message_mb=1)
    box = intake.add(account.mailbox(protocol=protocol, leave_on_server=True), account.password)
    account.deliver_all(
        [
            letter("One"),
            letter("Re: [#1] One", "More of it."),
            letter("Two", sender="eve@elsewhere.org"),
            letter("Out of office", headers=["Auto-Submitted: auto-replied"]),
            letter("One"),
            letter("Large", "x" * 1_100_000),
        ]
    )
    intake.fetch()
    account.deliver_all([letter("Three"), letter("Four")])
    before = account.messages()
    found = look(intake, box)
    counts = found.comparison.counts
    assert counts == {
        Kind.CREATED: 1, Kind.COMMENTED: 1, Kind.REJECTED: 1, Kind.IGNORED: 1, Kind.DUPLICATE: 1, Kind.TOO_LARGE: 1,
        Kind.NEW: 2,
    }  # fmt: skip
    assert sum(counts.values()) == found.comparison.server == len(before)
    assert found.comparison.explained
    assert [one.size for one in found.named[Kind.NEW]] == [len(message.raw) for message in before[-2:]]
    assert all(one.date is not None for one in found.named[Kind.NEW])
    assert account.messages() == before, "nothing there was touched"
    assert len(look(intake, box, named=1).named[Kind.NEW]) == 1
    assert intake.fetch().received == 2
    assert look(intake, box).comparison.counts[Kind.CREATED] == 3


@BOTH
def test_what_somebody_else_removed_is_named(intake: Intake, account: DovecotAccount, protocol: Protocol) -> None:
    box = intake.add(account.mailbox(protocol=protocol, leave_on_server=True), account.password)
    account.deliver_all([letter("One"), letter("Two"), letter("Three")])
    intake.fetch()
    account.expunge("2")
    found = look(intake, box)
    assert found.comparison.counts == {Kind.CREATED: 2}
    (gone,) = found.named[Kind.GONE]
    assert gone.line is not None
    assert (gone.line.subject, gone.line.issue) == ("Two", 2)
    assert found.comparison.explained
    assert "The journal has 3 from there: 2 there, 1 removed by somebody else." in remarks(found)


@BOTH
def test_what_was_deleted_as_asked_is_there_no_more(
    intake: Intake, account: DovecotAccount, protocol: Protocol
) -> None:
    box = intake.add(account.mailbox(protocol=protocol), account.password)
    account.deliver_all([letter("One"), letter("Two")])
    intake.fetch()
    found = look(intake, box)
    assert (found.comparison.counts, found.comparison.settled, found.named) == ({}, 2, {})
    assert not found.renamed


def test_the_first_contacts_choice(intake: Intake, account: DovecotAccount) -> None:
    box = intake.add(account.mailbox(first_contact="new"), account.password)
    account.deliver_all([letter("One"), letter("Two")])
    never = look(intake, box)
    assert (never.comparison.counts, never.contacted) == ({Kind.NEW: 2}, False)
    assert "Nothing was fetched yet: the first fetch takes what box says under first_contact." in remarks(never)
    intake.fetch()
    account.deliver(letter("Three"))
    assert look(intake, box).comparison.counts == {Kind.SKIPPED: 2, Kind.NEW: 1}


def test_pending_marked_and_returned(intake: Intake, account: DovecotAccount) -> None:
    box = intake.add(account.mailbox(leave_on_server=True), account.password)
    account.deliver_all([letter("One"), letter("Two"), letter("Three"), letter("Four"), letter("Five")])
    intake.fetch()
    with intake.store.write() as tx:  # as a killed run leaves them, and one that was put back
        for key, settle in (("1", "pending"), ("2", "pending"), ("3", "refused"), ("4", "done")):
            tx.execute(locations.update().where(locations.c.key == key).values(settle=settle, action="delete"))
    account.store_flags("2,5", r"\Deleted")
    found = look(intake, box)
    assert found.comparison.counts == {
        Kind.PENDING: 1, Kind.MARKED: 1, Kind.REFUSED: 1, Kind.RETURNED: 1, Kind.CREATED: 1,
    }  # fmt: skip
    assert not found.comparison.explained
    assert found.comparison.foreign_marks == 1
    assert [one.key for one in found.named[Kind.RETURNED]] == ["4"]
    told = " ".join(remarks(found))
    assert "takes what is new of it" in told
    assert "Marked as deleted by somebody else, and not expunged: 1." in told


def test_without_uidplus_what_is_marked_is_told(intake: Intake) -> None:
    with servers.running("imap_capability = IMAP4rev1 IDLE") as server:
        account = server.account()
        box = intake.add(account.mailbox(), account.password)
        account.deliver_all([letter("One"), letter("Two")])
        intake.fetch()
        found = look(intake, box)
        assert found.comparison.counts == {Kind.MARKED: 2}
        assert found.comparison.explained


def test_another_numbering(intake: Intake, account: DovecotAccount) -> None:
    box = intake.add(account.mailbox(leave_on_server=True), account.password)
    account.deliver_all([letter("One"), letter("Two")])
    intake.fetch()
    account.renumber()
    found = look(intake, box)
    assert (found.comparison.counts, found.renamed, list(found.named)) == ({Kind.NEW: 2}, True, [Kind.NEW])
    intake.fetch()
    again = look(intake, box)
    assert (again.comparison.counts, again.renamed) == ({Kind.CREATED: 2}, False)


def test_what_a_fetch_passed_over(intake: Intake, account: DovecotAccount) -> None:
    box = intake.add(account.mailbox(leave_on_server=True), account.password)
    account.deliver_all([letter("One"), letter("Two")])
    intake.fetch()
    with intake.store.write() as tx:  # as after the restore of a database that was damaged
        tx.execute(locations.delete().where(locations.c.key == "1"))
    found = look(intake, box)
    assert found.comparison.counts == {Kind.CREATED: 1, Kind.PASSED_OVER: 1}
    assert [one.key for one in found.named[Kind.PASSED_OVER]] == ["1"]
    assert not found.comparison.explained


def test_a_maildir(intake: Intake, tmp_path: Path) -> None:
    maildir = tmp_path / "mail"
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
    box = intake.add(Mailbox(name="local", protocol=Protocol.MAILDIR, path=str(maildir), leave_on_server=True))
    for number in range(3):
        (maildir / "new" / f"{number}.a.b").write_bytes(letter(f"Number {number}"))
    intake.fetch()
    (maildir / "new" / "0.a.b").rename(maildir / "cur" / "0.a.b:2,ST")
    (maildir / "new" / "1.a.b").unlink()
    (maildir / "new" / "3.a.b").write_bytes(letter("New"))
    found = look(intake, box)
    assert found.comparison.counts == {Kind.CREATED: 2, Kind.NEW: 1}
    assert ([one.key for one in found.named[Kind.GONE]], found.comparison.foreign_marks) == (["1.a.b"], 1)
    (maildir / "cur" / "3.a.b:2,S").write_bytes(letter("The same name twice"))
    assert look(intake, box).comparison.counts[Kind.UNLISTED] == 1


def test_it_can_be_cancelled_and_tells_what_it_lacks(intake: Intake, account: DovecotAccount) -> None:
    box = intake.add(account.mailbox(), account.password)
    account.deliver(letter("One"))
    vault = Vault(intake.directory / "secret.key")
    with pytest.raises(CancelledError):
        reconcile(intake.store, vault, box, opened=lambda cancel: cancel())
    missing = replace(box, secret=replace(box.secret, kind=SecretKind.ENV, value=("NO_SUCH_VARIABLE",)))
    with pytest.raises(SecretError, match=re.escape("NO_SUCH_VARIABLE")):
        reconcile(intake.store, vault, missing)
    steps: list[str] = []
    reconcile(intake.store, vault, box, progress=steps.append)
    assert steps[-2:] == ["listing", "naming"]


def test_the_standing_of_every_message_is_read_in_their_order(intake: Intake, account: DovecotAccount) -> None:
    box = intake.add(account.mailbox(leave_on_server=True), account.password)
    account.deliver_all([letter(f"Number {number}") for number in range(12)])
    intake.fetch()
    with intake.store.read() as tx:
        row = journal.get(tx, 1)
        assert row is not None
        assert list(journal.standings(tx, row.locations[0].place)) == [str(number) for number in range(1, 13)]
        assert journal.standings(tx, replace(row.locations[0].place, mailbox_id=box.id, uidvalidity=7)) == {}
