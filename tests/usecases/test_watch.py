"""Watch: delivery to issue, polling, settings that change, trouble that passes and trouble that stays."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.store import leases, mailboxes
from allegra_tui.usecases import lease as owner
from allegra_tui.usecases import status
from allegra_tui.usecases.events import MailboxDone, MessageDone, Progress
from allegra_tui.usecases.watch import mailbox as watching_mailbox
from allegra_tui.usecases.watch.backoff import FIRST_SECONDS, LONGEST_SECONDS, Delays
from allegra_tui.usecases.watch.events import (
    Backoff,
    Connected,
    Defect,
    Held,
    How,
    Lost,
    Paused,
    Reloaded,
    Started,
    Waiting,
)
from allegra_tui.usecases.watch.supervisor import END_SECONDS
from tests.servers.dovecot import DovecotAccount, running
from tests.servers.scripted import FakeImap, Talk, scripted
from tests.usecases.conftest import Intake, letter
from tests.usecases.watching import watched


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are looked at often, so that no test waits for that."""
    monkeypatch.setattr("allegra_tui.usecases.watch.supervisor.LOOK_SECONDS", 0.1)
    monkeypatch.setattr("allegra_tui.usecases.watch.supervisor.TICK_SECONDS", 0.05)


def maildir(path: Path) -> Path:
    """Make an empty Maildir."""
    for name in ("new", "cur", "tmp"):
        (path / name).mkdir(parents=True)
    return path


def drop(path: Path, subject: str) -> None:
    """Deliver a message into a Maildir as a delivery agent does."""
    name = f"{time.time_ns()}.test"
    (path / "tmp" / name).write_bytes(letter(subject))
    (path / "tmp" / name).rename(path / "new" / name)


def test_a_message_is_an_issue_within_two_seconds_under_idle(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox(), account.password)
    with watched(intake) as watch:
        assert watch.wait_for(Connected).how is How.IDLE
        took = []
        for number in range(5):
            delivered = time.monotonic()
            account.deliver(letter(f"Number {number}"))
            took.append(watch.told_at(f"Number {number}") - delivered)
    took.sort()
    print(f"\nseconds from delivery to issue under IDLE: {', '.join(f'{one:.2f}' for one in took)}")
    assert took[len(took) // 2] < 2
    assert [issue.title for issue in intake.issues()] == [f"Number {number}" for number in range(5)]
    assert account.messages() == []


def test_pop3_is_polled_and_a_maildir_watched(intake: Intake, account: DovecotAccount, tmp_path: Path) -> None:
    pop3 = account.mailbox("pop3", Protocol.POP3, poll_seconds=1)
    intake.add(pop3, account.password)
    path = maildir(tmp_path / "mail")
    intake.add(Mailbox(name="local", protocol=Protocol.MAILDIR, path=str(path), leave_on_server=True))
    with watched(intake) as watch:
        how = {watch.wait_for(Connected, number).mailbox: watch.wait_for(Connected, number).how for number in (1, 2)}
        assert how == {"pop3": How.POLL, "local": How.DIRECTORY}
        account.deliver(letter("By POP3"))
        drop(path, "By hand")
        watch.told_at("By POP3")
        watch.told_at("By hand")
        assert watch.wait_for(Waiting, matching=lambda event: event.mailbox == "pop3").how is How.POLL
    assert account.messages() == []


def test_a_lease_is_held_for_a_run_alone(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox(), account.password)
    with watched(intake) as watch:
        watch.wait_for(Waiting)
        with intake.store.read() as tx:
            assert leases.every(tx) == []
        (found,) = status.every(intake.store)
        assert (found.state, found.holder, found.error) == (status.Health.OK, None, None)
        assert found.next_run is not None
        account.deliver(letter("While somebody else fetches"))
        assert intake.fetch().mailboxes[0].error is None  # whoever comes first takes it
        account.deliver(letter("The watch again"))
        watch.told_at("The watch again")
    assert len(intake.issues()) == 2


def test_mail_that_comes_while_another_intake_is_at_work_is_taken_after_it(
    intake: Intake, account: DovecotAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching_mailbox, "HELD_SECONDS", 0.2)
    box = intake.add(account.mailbox(), account.password)
    with watched(intake) as watch:
        watch.wait_for(Waiting)
        with intake.store.write() as tx:
            other = replace(owner.own(box.id, tx.now()), host="elsewhere")
            assert leases.acquire(tx, other, dead=owner.dead) is None
        account.deliver(letter("Wait"))
        assert "elsewhere" in watch.wait_for(Held).holder
        with intake.store.write() as tx:
            leases.release(tx, other)
        watch.told_at("Wait")
    assert len(watch.of(Held)) == 1


def test_settings_that_change_are_followed(intake: Intake, account: DovecotAccount, tmp_path: Path) -> None:
    path = maildir(tmp_path / "mail")
    with watched(intake) as watch:
        assert watch.wait_for(Started).mailboxes == []
        box = intake.add(Mailbox(name="local", protocol=Protocol.MAILDIR, path=str(path)))
        assert watch.wait_for(Reloaded).added == ["local"]
        watch.wait_for(Connected)
        imap = intake.add(account.mailbox("post"), account.password)
        assert watch.wait_for(Reloaded, 2).added == ["post"]
        watch.wait_for(Connected, 2)
        intake.change(replace(box, enabled=False))
        assert watch.wait_for(Reloaded, 3).removed == ["local"]
        drop(path, "Too late")
        intake.set(poll_seconds=77)
        assert watch.wait_for(Reloaded, 4).changed == ["post"]
        intake.set(enabled=False)
        assert watch.wait_for(Paused).mailbox is None
        account.deliver(letter("Later"))
        intake.set(enabled=True, allowed_pattern="[a-")
        assert "pattern" in watch.wait_for(Paused, 2).reason
        intake.set(allowed_pattern="")
        watch.told_at("Later")
        with intake.store.write() as tx:
            mailboxes.answer(tx, imap.id, answered=False)  # it was met before, so nobody is asked any more
        intake.change(replace(box, enabled=True))
        watch.told_at("Too late")
    assert [event.mailbox for event in watch.of(MessageDone)] == ["post", "local"]


def test_nothing_is_taken_before_the_first_contact_is_answered(intake: Intake, account: DovecotAccount) -> None:
    account.deliver(letter("Old"))
    box = intake.add(account.mailbox(), account.password)
    with intake.store.write() as tx:
        mailboxes.answer(tx, box.id, answered=False)
    with watched(intake) as watch:
        assert watch.wait_for(Paused).mailbox == "box"
        assert status.every(intake.store)[0].last_attempt is None
        with intake.store.write() as tx:
            mailboxes.answer(tx, box.id, answered=True)
        watch.told_at("Old")


def test_a_server_that_goes_and_comes_back(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allegra_tui.usecases.watch.backoff.FIRST_SECONDS", 0.3)
    with running() as server:
        account = server.account()
        intake.add(account.mailbox(), account.password)
        with watched(intake) as watch:
            watch.wait_for(Waiting)
            server.stop()
            watch.wait_for(Lost)
            assert watch.wait_for(Backoff, 2).failures == 2
            (found,) = status.every(intake.store)
            assert (found.state, found.alarming) == (status.Health.ERROR, True)
            assert found.next_run is not None
            account.deliver(letter("Meanwhile"))
            server.start()
            watch.told_at("Meanwhile")
            watch.wait_for(Connected, 2)
            account.deliver(letter("And on"))
            watch.told_at("And on")
        (found,) = status.every(intake.store)
        assert (found.state, found.consecutive_errors) == (status.Health.OK, 0)


class Refusing(FakeImap):
    """Refuses every log-in."""

    def complete(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name == "LOGIN":
            talk.send(f"{tag} NO wrong password\r\n".encode())
        else:
            super().complete(talk, tag, name, command)


def test_a_refused_log_in_is_not_repeated_quickly_and_a_new_password_is_tried_at_once(
    intake: Intake, account: DovecotAccount
) -> None:
    box = intake.add(account.mailbox(), "wrong")
    with watched(intake) as watch:
        assert watch.wait_for(Backoff).seconds > 200
        right = intake.directory / "right.password"
        right.write_text(account.password)
        right.chmod(0o600)
        intake.change(replace(box, secret=replace(box.secret, value=(str(right),))))
        watch.wait_for(Connected)


def test_what_a_person_mends_elsewhere_is_tried_at_once(intake: Intake, tmp_path: Path) -> None:
    intake.set(default_project=None)
    path = maildir(tmp_path / "mail")
    drop(path, "Waiting")
    intake.add(Mailbox(name="local", protocol=Protocol.MAILDIR, path=str(path)))
    with watched(intake) as watch:
        assert "default project" in (watch.wait_for(MailboxDone).error or "")
        intake.set(default_project="INBOX")
        watch.told_at("Waiting")


def test_a_reload_that_was_asked_for_looks_into_every_mailbox_at_once(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox(protocol=Protocol.POP3), account.password)
    with watched(intake) as watch:
        watch.wait_for(Waiting)
        account.deliver(letter("Look now"))
        watch.watch.reload()
        watch.told_at("Look now")
        reloaded = watch.wait_for(Reloaded)
        assert not [*reloaded.added, *reloaded.changed, *reloaded.removed]


@pytest.mark.parametrize("method", ["list", "wait"])
def test_a_defect_in_one_mailbox_leaves_the_others_alone(
    intake: Intake, account: DovecotAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    path = maildir(tmp_path / "mail")
    intake.add(Mailbox(name="local", protocol=Protocol.MAILDIR, path=str(path)))
    intake.add(account.mailbox("post"), account.password)

    def broken(*_: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(f"allegra_tui.sources.maildir.MaildirSource.{method}", broken)
    with watched(intake) as watch:
        defect = watch.wait_for(Defect)
        assert defect.mailbox == "local"
        assert "ZeroDivisionError" in defect.trace
        assert watch.wait_for(Backoff).error.startswith("a defect of the program: ZeroDivisionError")
        account.deliver(letter("Unharmed"))
        watch.told_at("Unharmed")
        assert len(watch.of(Defect)) == 1  # it waits for its turn


def test_delays_double_are_spread_capped_and_begin_anew() -> None:
    delays = Delays(random.Random(1))
    found = [delays.failure("connect", 300) for _ in range(40)]
    for number, delay in enumerate(found):
        base = min(FIRST_SECONDS * 2**number, LONGEST_SECONDS)
        assert 0.75 * base <= delay <= 1.25 * base
    assert len(set(found)) == len(found)
    delays.success()
    assert delays.failure("connect", 300) < 10
    assert 225 <= Delays(random.Random(1)).failure("login", 300) <= 375
    assert Delays(random.Random(1)).failure("connect", 7200) < 10
    patient = Delays(random.Random(1))
    assert max(patient.failure("login", 7200) for _ in range(9)) <= 1.25 * 7200


class Idling(FakeImap):
    """Offers IDLE and answers it with these words; none, and it says nothing from then on."""

    capabilities = "IMAP4rev1 UIDPLUS IDLE"

    def __init__(self, answer: str = "") -> None:
        super().__init__()
        self._answer = answer
        self.asked = 0

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name != "IDLE":
            super().answer(talk, tag, name, command)
            return
        self.asked += 1
        if not self._answer:
            talk.send(b"+ idling\r\n")
            talk.silence()
        talk.send(f"{tag} {self._answer}\r\n".encode())


def test_a_server_that_refuses_idle_is_polled_and_not_asked_again(intake: Intake) -> None:
    script = Idling("NO not for you")
    with scripted(script) as server:
        intake.add(server.mailbox(poll_seconds=1), "secret")
        with watched(intake) as watch:
            watch.wait_for(Waiting, 4)
            assert [event.how for event in watch.of(Connected)] == [How.IDLE, How.POLL]
            assert watch.of(Backoff) == []
    assert script.asked == 1


def test_a_connection_that_leads_nowhere_is_replaced_without_an_error(intake: Intake) -> None:
    with scripted(Idling(), Idling(), FakeImap({1: letter("Behind it")})) as server:
        intake.add(server.mailbox(poll_seconds=1, leave_on_server=True), "secret")
        with watched(intake) as watch:
            watch.told_at("Behind it")
            assert watch.of(Backoff) == []
            assert not [event for event in watch.of(MailboxDone) if event.error]


class Clock:
    """Hours pass with every look at it."""

    def __init__(self, hours: float) -> None:
        self._step = hours * 3600
        self._now = 0.0

    def __call__(self) -> float:
        self._now += self._step
        return self._now


def test_attempts_follow_the_clock_they_are_given(intake: Intake) -> None:
    with scripted(Refusing()) as server:
        intake.add(server.mailbox(), "secret")
        with watched(intake, clock=Clock(1)) as watch:
            assert watch.wait_for(Backoff, 6).failures == 6
            assert watch.wait_for(Backoff, 6).seconds <= 1.25 * LONGEST_SECONDS


def test_fifty_mailboxes(intake: Intake, tmp_path: Path) -> None:
    paths = [maildir(tmp_path / f"mail{number}") for number in range(50)]
    for number, path in enumerate(paths):
        intake.add(Mailbox(name=f"box{number}", protocol=Protocol.MAILDIR, path=str(path)))
        drop(path, f"First {number}")
    with watched(intake) as watch:
        watch.wait_for(Connected, 50)
        for number, path in enumerate(paths):
            drop(path, f"Second {number}")
        watch.wait_for(MessageDone, 100)
        assert watch.reports[-1].stalled == []
        assert watch.reports[-1].text.startswith("50 mailboxes")
    assert len(intake.issues()) == 100
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("watch ")]


class Hanging(FakeImap):
    """Behaves until it is searched, then says nothing."""

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name == "SEARCH":
            talk.silence()
        super().answer(talk, tag, name, command)


@pytest.fixture
def hanging(intake: Intake) -> Iterator[None]:
    """A mailbox whose server hangs in the middle of a run."""
    with ExitStack() as stack:
        server = stack.enter_context(scripted(Hanging()))
        intake.add(server.mailbox(read_timeout=60), "secret")
        yield


@pytest.mark.usefixtures("hanging")
def test_a_mailbox_that_shows_no_sign_of_life_is_reported(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching_mailbox, "_SPARE_SECONDS", 0.0)
    monkeypatch.setattr("allegra_tui.usecases.watch.wanted._patience", lambda *_: 0.5)
    with watched(intake) as watch:
        end = time.monotonic() + 30
        while not watch.reports or watch.reports[-1].stalled != ["box"]:
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.mark.usefixtures("hanging")
def test_the_end_does_not_wait_for_a_server(intake: Intake) -> None:
    with watched(intake) as watch:
        watch.wait_for(Progress, matching=lambda event: event.step.startswith("folder"))
    assert watch.ended_in < END_SECONDS + 2
    with intake.store.read() as tx:
        assert leases.every(tx) == []
