"""A fetch that is killed again and again, until one ends by itself: nothing lost, nothing doubled, nothing spoilt."""

import contextlib
import itertools
import random
import sqlite3
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from allegra_tui import mail
from allegra_tui.model.issue import Comment, Issue
from allegra_tui.model.settings import Protocol
from allegra_tui.model.verdict import Outcome, Reason
from allegra_tui.store import blobs
from tests.bench import mix
from tests.servers.dovecot import DovecotAccount
from tests.usecases import children
from tests.usecases.conftest import Intake, letter

MESSAGES, KILLS = 300, 8
LONG_MESSAGES, LONG_KILLS = 2_000, 150
RENUMBERED = 6
"""So many kills, and the folder is renumbered."""
THEIRS = [letter(f"Theirs {number}") for number in range(3)]


@pytest.mark.parametrize("leave", [False, True], ids=["delete", "leave"])
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
def test_a_fetch_killed_at_random_loses_and_doubles_nothing(
    intake: Intake, account: DovecotAccount, protocol: Protocol, leave: bool, long_run: bool
) -> None:
    messages = list(mix.messages(LONG_MESSAGES if long_run else MESSAGES))
    kills = LONG_KILLS if long_run else KILLS
    intake.register(*mix.SENDERS)
    intake.add(account.mailbox(protocol=protocol, leave_on_server=leave, first_contact="new"), account.password)
    _append_old(account, THEIRS, r"\Deleted \Seen")
    assert children.run_to_end(children.fetch, intake.directory) == 0
    _fetch_killing(intake, account, messages, kills, renumbering=protocol is Protocol.IMAP)

    _assert_whole(intake, messages)
    theirs = {message.raw: message.flags for message in account.messages() if message.raw in THEIRS}
    assert theirs == dict.fromkeys(THEIRS, frozenset({r"\Deleted", r"\Seen"})), "marked by somebody else"
    assert len(account.messages()) == len(THEIRS) + (len(messages) if leave else 0)
    assert "pending" not in intake.settled()


def _append_old(account: DovecotAccount, messages: Sequence[bytes], flags: str) -> None:
    with account.imap("INBOX") as other:
        for raw in messages:
            other.append("INBOX", f"({flags})", '"01-Jan-2020 10:00:00 +0000"', raw)


def _fetch_killing(
    intake: Intake, account: DovecotAccount, messages: Sequence[bytes], kills: int, *, renumbering: bool
) -> None:
    """Fetch while mail keeps arriving, and kill so many fetches at random moments; let the last one end by itself.

    With `renumbering` the folder gets another UIDVALIDITY and other UIDs now and then.
    """
    chance = random.Random(len(messages))
    arriving = iter(messages)
    patience = 0.3
    killed = 0
    while killed < kills:
        if renumbering and killed % RENUMBERED == RENUMBERED - 1:
            _wait_until_nobody_reads(account)
            account.renumber()
        account.deliver_all(list(itertools.islice(arriving, len(messages) // kills + 1)))
        process = children.start(children.fetch, intake.directory)
        process.join(chance.uniform(0, patience))
        if process.exitcode is None:
            process.kill()
            process.join()
            killed += 1
            patience *= 1.1
        else:
            assert process.exitcode == 0
            patience *= 0.7  # so that the next one is killed at work, however quick the machine is
    account.deliver_all(list(arriving))
    assert children.run_to_end(children.fetch, intake.directory) == 0
    assert children.run_to_end(children.fetch, intake.directory) == 0


def _assert_whole(intake: Intake, messages: Sequence[bytes]) -> None:
    """Every message has one row, what it asked for exists once, and every file has the bytes it came with."""
    rows = intake.rows()
    expected = {mail.envelope(raw).content_hash: mail.parse(raw) for raw in messages}
    assert sorted(row.content_hash for row in rows) == sorted(expected)
    assert {row.outcome for row in rows} <= {Outcome.CREATED, Outcome.COMMENTED, Outcome.REJECTED, Outcome.IGNORED}
    made: dict[int | None, Sequence[str]] = {}
    for issue in intake.issues():
        written: list[Issue | Comment] = [issue, *issue.comments]
        for one in written:
            assert one.message_id not in made, "two issues or comments from one message"
            made[one.message_id] = sorted(file.sha256 for file in one.attachments)
    assert made == {
        row.id: sorted(file.sha256 for file in expected[row.content_hash].attachments)
        for row in rows
        if row.outcome in (Outcome.CREATED, Outcome.COMMENTED)
    }
    with intake.store.read() as tx:
        for name in set(itertools.chain(*made.values())):
            assert sha256(blobs.get(tx, name) or b"").hexdigest() == name
    with sqlite3.connect(intake.store.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_a_message_that_kills_the_program_fails_at_its_third_attempt(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox(), account.password)
    before, after = (letter(f"Letter {number}") for number in (1, 2))
    account.deliver_all([before, letter("Poison", headers=[children.MARKER.decode()]), after])
    codes: list[int] = []
    while not codes or codes[-1] == 9:
        codes.append(children.run_to_end(children.poisoned, intake.directory))
        assert len(codes) < 9, "it never ends"
    assert codes[-1] == 1
    assert len(codes) <= 4
    first, poison, last = intake.rows()
    assert (first.outcome, last.outcome) == (Outcome.CREATED, Outcome.CREATED)
    assert (poison.outcome, poison.reason) == (Outcome.FAILED, Reason.THIRD_ATTEMPT)
    assert [b"X-Poison" in message.raw for message in account.messages()] == [True]
    assert children.run_to_end(children.poisoned, intake.directory) == 0
    assert len(intake.rows()) == 3


def test_a_message_is_not_blamed_for_what_killed_the_program(intake: Intake, account: DovecotAccount) -> None:
    intake.add(account.mailbox(), account.password)
    account.deliver(letter("In hand", headers=[children.MARKER.decode()]))
    for attempts in (0, 1, 2):
        process = children.start(children.stalled, intake.directory)
        while [row.attempts for row in intake.rows()] != [attempts]:
            time.sleep(0.02)
        process.kill()
        process.join()
    assert children.run_to_end(children.fetch, intake.directory) == 0
    assert [(row.outcome, row.reason) for row in intake.rows()] == [(Outcome.CREATED, None)]
    assert account.messages() == []


@pytest.mark.parametrize("leave", [False, True], ids=["delete", "leave"])
def test_messages_renumbered_after_a_crash_are_recognised(intake: Intake, account: DovecotAccount, leave: bool) -> None:
    messages = [*mix.messages(40, seed=3), letter("In hand", headers=[children.MARKER.decode()])]
    intake.register(*mix.SENDERS)
    intake.add(account.mailbox(leave_on_server=leave), account.password)
    account.deliver_all(messages)
    process = children.start(children.stalled, intake.directory)
    while sum(row.outcome is not Outcome.RECEIVED for row in intake.rows()) < 20:
        time.sleep(0.02)
    process.kill()
    process.join()
    _wait_until_nobody_reads(account)
    account.renumber()
    assert children.run_to_end(children.fetch, intake.directory) == 0
    assert children.run_to_end(children.fetch, intake.directory) == 0
    _assert_whole(intake, messages)
    assert len(account.messages()) == (len(messages) if leave else 0)


def _wait_until_nobody_reads(account: DovecotAccount) -> None:
    """Wait until the server has noticed that its client is gone: each session is a child called `imap`."""
    server = account.dovecot._process
    assert server is not None
    names = ["imap"]
    while "imap" in names:
        time.sleep(0.02)
        names = []
        for pid in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                names.append(Path(f"/proc/{pid}/comm").read_text().strip())
