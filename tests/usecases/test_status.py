"""How mailboxes are doing, and who asks."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.secrets import Vault
from allegra_tui.store import Transaction, leases, mailboxes
from allegra_tui.usecases import actor, attention, configure, status
from allegra_tui.usecases import lease as owner
from allegra_tui.usecases.browse_fetch import fetchable
from allegra_tui.usecases.overview import situation
from allegra_tui.usecases.status import Health
from tests.usecases.conftest import Intake


def test_the_states_of_a_mailbox(intake: Intake) -> None:
    box = intake.add(Mailbox(name="box", protocol=Protocol.MAILDIR, path="/nowhere"))
    (found,) = status.every(intake.store)
    assert (found.state, found.alarming, found.last_success) == (Health.OK, False, None)
    long_ago = datetime.now(UTC) - timedelta(days=1)
    with intake.store.write() as tx:
        mailboxes.save_state(tx, replace(mailboxes.state(tx, box.id), last_success=long_ago, error="no answer"))
    (found,) = status.every(intake.store)
    assert (found.state, found.overdue, found.alarming) == (Health.ERROR, True, True)
    intake.set(enabled=False)
    (found,) = status.every(intake.store)
    assert (found.state, found.overdue) == (Health.PAUSED, False)
    intake.set(enabled=True)
    intake.change(replace(box, enabled=False))
    (found,) = status.every(intake.store)
    assert (found.state, found.overdue, found.alarming) == (Health.DISABLED, False, False)


def test_a_mailbox_that_never_had_a_success_is_overdue_too(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    new = Mailbox(name="box", protocol=Protocol.MAILDIR, path="/nowhere", project="SUP")
    vault = Vault(intake.directory / "secret.key")
    configure.add_mailbox(intake.store, vault, new, who="anna")
    assert [found.overdue for found in status.every(intake.store)] == [False]
    later = datetime.now(UTC) + timedelta(seconds=3601)
    monkeypatch.setattr(Transaction, "now", lambda tx: later)
    (found,) = status.every(intake.store)
    assert (found.overdue, found.alarming, found.last_success) == (True, True, None)
    (concern,) = [one for one in attention.concerns(situation(intake.store)) if one.mailbox == "box"]
    assert concern.text == "box: nobody has fetched its mail yet"


def test_a_run_of_a_process_that_died_is_not_running(intake: Intake) -> None:
    box = intake.add(Mailbox(name="box", protocol=Protocol.MAILDIR, path="/nowhere"))
    with intake.store.write() as tx:
        alive = owner.own(box.id, tx.now())
        leases.acquire(tx, alive, dead=owner.dead)
    (found,) = status.every(intake.store)
    assert (found.state, found.holder) == (Health.RUNNING, f"process {os.getpid()} on {alive.host}")
    with intake.store.write() as tx:
        leases.release(tx, alive)
        leases.acquire(tx, replace(alive, started="1/1"), dead=owner.dead)
    (found,) = status.every(intake.store)
    assert (found.state, found.holder) == (Health.OK, None)
    assert [one.holder for one in fetchable(intake.store)] == [None]


@pytest.mark.parametrize(
    ("sudo_user", "connection", "expected"),
    [
        (None, None, "{account}"),
        ("anna", None, "anna as {account}"),
        ("anna", "192.0.2.7 5000 192.0.2.1 22", "anna as {account} from 192.0.2.7"),
        (None, "2001:db8::7 5000 ::1 22", "{account} from 2001:db8::7"),
        ("an\x00na", None, "an\ufffdna as {account}"),
    ],
)
def test_who_asks(
    monkeypatch: pytest.MonkeyPatch, sudo_user: str | None, connection: str | None, expected: str
) -> None:
    import pwd

    environment = {"SUDO_USER": sudo_user, "SSH_CONNECTION": connection}
    monkeypatch.setattr(os, "environ", {name: value for name, value in environment.items() if value})
    assert actor.who() == expected.format(account=pwd.getpwuid(os.geteuid()).pw_name)


def test_an_account_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)
    assert actor.who() == "uid 4000000000"
