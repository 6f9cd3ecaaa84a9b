"""What people and other programs do to a mailbox and the database while a run is at work."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from allegra_tui.model.settings import Protocol
from allegra_tui.secrets import Vault
from allegra_tui.store import mailboxes, sqlite
from allegra_tui.usecases import configure, lease
from allegra_tui.usecases.errors import Refused
from allegra_tui.usecases.events import Event, MessageDone
from allegra_tui.usecases.intake import fetch
from tests.servers.faulty import Answer, Command, Fault, Maildrop, faulty
from tests.servers.faulty.talk import Talk
from tests.usecases.conftest import Intake, letter

BOTH = pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
LETTERS = [letter(f"Letter {number}") for number in range(1, 4)]


class When(Fault):
    """Does something, once, before a command at one of these places is carried out."""

    def __init__(self, act: Callable[[], object], *places: str) -> None:
        self._act: Callable[[], object] | None = act
        self._places = places

    async def hear(self, talk: Talk, command: Command) -> Answer | None:
        if command.place in self._places and self._act is not None:
            act, self._act = self._act, None
            act()
        return None


@BOTH
@pytest.mark.parametrize("places", [("SELECT", "STAT"), ("bodies",)])
def test_another_account_is_met_anew_though_a_run_on_the_former_one_goes_on(
    intake: Intake, protocol: Protocol, places: tuple[str, ...]
) -> None:
    other = Maildrop([letter("Old")], user="other")
    with faulty(protocol, Maildrop(LETTERS)) as server, faulty(protocol, other) as elsewhere:
        box = intake.add(server.mailbox(), "secret")
        moved = replace(box, port=elsewhere.mailbox().port, username="other", first_contact="new")
        server.fault = When(lambda: intake.change(moved), *places)
        report = intake.fetch().mailboxes[0]
        assert report.error is None or "account was changed" in report.error
        with intake.store.read() as tx:
            state = mailboxes.state(tx, box.id)
        assert (state.epoch, state.contacted, state.last_success) == (2, False, None)
        assert intake.fetch().mailboxes[0].error is None
        assert len(other.inbox.messages) == 1
    taken = [f"Letter {number}" for number in (1, 2, 3)] if places == ("bodies",) else []
    assert [issue.title for issue in intake.issues()] == taken


def test_a_run_that_has_to_wait_does_not_begin_on_a_former_account(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty(Protocol.IMAP, Maildrop(LETTERS)) as server, faulty(Protocol.IMAP, Maildrop(user="other")) as other:
        first = intake.add(server.mailbox(), "secret")
        second = intake.add(replace(other.mailbox(), name="second"), "secret")
        monkeypatch.setattr("allegra_tui.usecases.intake.run.SIDE_BY_SIDE", 1)
        server.fault = When(lambda: intake.change(replace(second, folder="Elsewhere")), "bodies")
        reports = {report.name: report for report in intake.fetch(first.name, "second").mailboxes}
        assert reports[first.name].received == 3
        assert "account was changed" in (reports["second"].skipped or "")
        assert other.connections == 0


def test_a_mailbox_is_not_removed_while_it_is_fetched(intake: Intake) -> None:
    told: list[str] = []

    def remove() -> None:
        with pytest.raises(Refused) as caught:
            configure.remove_mailbox(intake.store, "box", who="ann")
        told.append(str(caught.value))

    with faulty(Protocol.IMAP, Maildrop(), When(remove, "SELECT")) as server:
        intake.add(server.mailbox(), "secret")
        assert intake.fetch().mailboxes[0].error is None
        assert "is being fetched by process" in told[0]
        assert configure.remove_mailbox(intake.store, "box", who="ann")


def test_a_lease_that_cannot_be_renewed_once_ends_no_run(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.1)
    monkeypatch.setattr("allegra_tui.usecases.intake.run.WAIT_SECONDS", 0.05)
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)

    def occupy() -> None:
        with closing(sqlite3.connect(intake.store.path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(1)
            connection.execute("ROLLBACK")

    with faulty(Protocol.IMAP, Maildrop(LETTERS), When(occupy, "SEARCH")) as server:
        intake.add(server.mailbox(), "secret")
        done = intake.fetch()
        assert (done.created, done.mailboxes[0].error) == (3, None)


def test_what_an_earlier_run_left_is_not_handled_to_its_end_when_a_run_is_to_stop(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty(Protocol.IMAP, Maildrop(LETTERS)) as server:
        intake.add(server.mailbox(), "secret")
        with monkeypatch.context() as patched:
            patched.setattr("allegra_tui.usecases.intake.handle.Handler.handle", lambda *_: [])
            intake.fetch()
        assert {row.outcome for row in intake.rows()} == {"received"}
        stop = threading.Event()

        def hear(event: Event) -> None:
            if isinstance(event, MessageDone):
                stop.set()
                time.sleep(2 * 0.05)

        monkeypatch.setattr("allegra_tui.usecases.intake.run.WAIT_SECONDS", 0.01)
        done = fetch(intake.store, Vault(intake.directory / "secret.key"), emit=hear, stop=stop)
        assert done.created == 1
        assert server.connections == 1
        assert intake.fetch().created == 2
        assert server.maildrop.inbox.messages == []


@BOTH
@pytest.mark.parametrize("asked", [True, False], ids=["asked to", "after its time"])
def test_a_run_that_ends_between_batches_settles_what_it_took_and_that_is_no_error(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, protocol: Protocol, asked: bool
) -> None:
    monkeypatch.setattr("allegra_tui.usecases.intake.run.WAIT_SECONDS", 0.01)
    stop = threading.Event()

    def hear(event: Event) -> None:
        if isinstance(event, MessageDone) and asked:
            stop.set()

    with faulty(protocol, Maildrop(letter(f"Letter {number}") for number in range(500))) as server:
        box = intake.add(server.mailbox(), "secret")
        if not asked:
            server.fault = When(lambda: time.sleep(0.5), "bodies")
            intake.change(replace(box, run_seconds=0.5))
        report = fetch(intake.store, Vault(intake.directory / "secret.key"), emit=hear, stop=stop).mailboxes[0]
        assert (report.error, report.more) == (None, True)
        assert 0 < report.deleted == report.received < 500
        assert len(server.maildrop.inbox.messages) == 500 - report.deleted


@BOTH
def test_a_server_that_takes_its_time_for_each_message_does_not_hold_a_run_up(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, protocol: Protocol
) -> None:
    class Slow(Fault):
        async def answer(self, talk: Talk, command: Command, answer: Answer) -> Answer:
            if command.place == "bodies":
                await asyncio.sleep(0.1)
            return answer

    monkeypatch.setattr("allegra_tui.usecases.intake.selection.BATCH_SECONDS", 0.15)
    monkeypatch.setattr("allegra_tui.sources.imap_download._MESSAGES", 1)
    with faulty(protocol, Maildrop(letter(f"Letter {number}") for number in range(20)), Slow()) as server:
        intake.add(server.mailbox(run_seconds=0.3), "secret")
        report = intake.fetch().mailboxes[0]
        assert (report.error, report.more) == (None, True)
        assert 0 < report.deleted == report.received < 20
