"""The first contact: nothing is taken of the mail that is there before somebody said what."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.secrets import Vault
from allegra_tui.store import mailboxes
from allegra_tui.usecases import configuration, configure, first_contact
from allegra_tui.usecases.errors import Changed, Invalid, Refused
from tests.servers.scripted import FakePop3, Talk, scripted
from tests.usecases.conftest import Intake, letter


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """An empty Maildir."""
    path = tmp_path / "box"
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True)
    return path


@pytest.fixture
def vault(intake: Intake) -> Vault:
    return Vault(intake.directory / "secret.key")


@pytest.fixture
def box(intake: Intake, maildir: Path, vault: Vault) -> Mailbox:
    """A mailbox over the Maildir, of which nobody said yet what to take."""
    new = Mailbox(name="box", protocol=Protocol.MAILDIR, path=str(maildir))
    return configure.add_mailbox(intake.store, vault, new, settled=False, who="ann")


def deliver(maildir: Path, count: int, *, days: int = 0) -> None:
    """Put messages into the Maildir that came so long ago."""
    for _ in range(count):
        number = len(list((maildir / "new").iterdir()))
        file = maildir / "new" / f"{number}.host"
        file.write_bytes(letter(f"Printer {number}"))
        stat = file.stat()
        os.utime(file, (stat.st_atime, stat.st_mtime - timedelta(days=days, hours=1).total_seconds()))


def is_open(intake: Intake, name: str = "box") -> bool:
    """Whether somebody is still to be asked."""
    with intake.store.read() as tx:
        return first_contact.is_open(mailboxes.state(tx, configure.find_mailbox(tx, name).id))


def stored(intake: Intake, name: str = "box") -> Mailbox:
    """The mailbox as it is stored."""
    with intake.store.read() as tx:
        return configure.find_mailbox(tx, name)


def test_nothing_is_taken_before_somebody_answered(intake: Intake, maildir: Path, vault: Vault, box: Mailbox) -> None:
    deliver(maildir, 2)
    done = intake.fetch()
    assert done.received == 0
    assert "nobody said yet what to take" in (done.mailboxes[0].error or "")
    assert "mailbox edit box --first-contact" in (done.mailboxes[0].error or "")
    assert len(list((maildir / "new").iterdir())) == 2
    first_contact.answer(intake.store, vault, box, "all", who="ann")
    assert not is_open(intake)
    assert intake.fetch().created == 2


def test_an_empty_mailbox_needs_no_answer(intake: Intake, maildir: Path, box: Mailbox) -> None:
    assert intake.fetch().mailboxes[0].error is None
    deliver(maildir, 1)
    assert intake.fetch().created == 1


def test_what_is_held_is_counted_by_age(intake: Intake, maildir: Path, vault: Vault, box: Mailbox) -> None:
    assert first_contact.held(intake.store, vault, box).oldest is None
    for days in (2, 400, 20):
        deliver(maildir, 1, days=days)
    held = first_contact.held(intake.store, vault, box)
    assert (held.count, held.within(7), held.within(30), held.within(1000)) == (3, 1, 2, 3)
    assert held.oldest == min(held.arrived)
    assert (held.now - held.arrived[0]).days == 400
    assert len(list((maildir / "new").iterdir())) == 3


def test_an_answer_is_checked(intake: Intake, vault: Vault, box: Mailbox) -> None:
    with pytest.raises(Invalid, match="number of days"):
        first_contact.answer(intake.store, vault, box, 0, who="ann")
    outdated = replace(box, poll_seconds=7)
    with pytest.raises(Changed):
        first_contact.answer(intake.store, vault, outdated, "new", who="ann")
    assert is_open(intake)
    intake.fetch()
    with pytest.raises(Refused, match="is over"):
        first_contact.answer(intake.store, vault, box, "new", who="ann")


def test_other_changes_are_no_answer(intake: Intake, vault: Vault, box: Mailbox) -> None:
    configure.save_mailbox(intake.store, vault, replace(box, poll_seconds=60), who="ann")
    assert is_open(intake)
    configure.save_mailbox(intake.store, vault, replace(stored(intake), first_contact="new"), who="ann")
    assert not is_open(intake)


def test_a_configuration_file_settles_it(intake: Intake, vault: Vault, box: Mailbox) -> None:
    text = f'[[mailboxes]]\nname = "box"\nprotocol = "maildir"\npath = "{box.path}"\nfirst_contact = 7\n'
    configuration.apply(intake.store, vault, text, base=intake.directory, who="ann")
    assert not is_open(intake)
    assert stored(intake).first_contact == 7


def test_another_account_asks_anew_once_one_was_met(intake: Intake, vault: Vault, box: Mailbox, tmp_path: Path) -> None:
    first_contact.answer(intake.store, vault, box, "all", who="ann")
    elsewhere = replace(box, path=str(tmp_path / "elsewhere"))
    configure.save_mailbox(intake.store, vault, elsewhere, who="ann")
    assert not is_open(intake), "nothing was met yet, so the answer stands"
    configure.save_mailbox(intake.store, vault, box, who="ann")
    intake.fetch()
    configure.save_mailbox(intake.store, vault, elsewhere, who="ann")
    assert is_open(intake)


class Renaming(FakePop3):
    """Gives all its messages new names when told to."""

    generation = 1

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        """Answer one command."""
        if name == "UIDL":
            names = (f"{number} g{self.generation}-{number}\r\n" for number in range(1, len(self.messages) + 1))
            self.lines(talk, "".join(names).encode())
        else:
            super().answer(talk, name, numbers)


def dated(subject: str, second: int) -> bytes:
    """A message that came at a known time."""
    return letter(subject, headers=[f"Received: from a by b; Mon, 02 Nov 2026 09:00:{second:02} +0000"])


def test_renamed_messages_are_asked_about_until_somebody_answers(intake: Intake, vault: Vault) -> None:
    server = Renaming([dated("Old", 1), dated("Older", 2)])
    with scripted(server) as running:
        mailbox = running.mailbox(Protocol.POP3, first_contact="new", leave_on_server=True)
        intake.add(mailbox, "secret")
        assert intake.fetch().received == 0
        server.generation = 2
        server.messages.append(dated("New", 3))
        assert "new names" in (intake.fetch().mailboxes[0].error or "")
        assert is_open(intake)
        assert "nobody said yet" in (intake.fetch().mailboxes[0].error or "")
        first_contact.answer(intake.store, vault, stored(intake), "all", who="ann")
        assert intake.fetch().created == 3
