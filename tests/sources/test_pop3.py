"""POP3 on a real Dovecot."""

import random
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.sources import (
    LoginError,
    StepName,
)
from tests.servers.dovecot import Dovecot, DovecotAccount
from tests.sources.using import RAW, bodies, connected, steps


def numbered(count: int) -> list[bytes]:
    return [b"Subject: %d\r\n\r\nBody %d\r\n" % (number, number) for number in range(count)]


def pop3(account: DovecotAccount, **changes: Any) -> Mailbox:
    return account.mailbox(protocol=Protocol.POP3, **changes)


def uids(account: DovecotAccount) -> list[int]:
    return [message.uid for message in account.messages()]


def test_messages_come_whole_with_all_their_dots(account: DovecotAccount) -> None:
    messages = [RAW, b"Subject: dots\r\n\r\n.\r\n..\r\n...\r\n\r\n.\r\n", b"Subject: no body\r\n\r\n", b".x: y\r\n\r\n"]
    account.deliver_all(messages)
    with connected(pop3(account), account.password) as source:
        assert bodies(source) == messages


def test_lines_longer_than_poplib_takes_are_read(account: DovecotAccount) -> None:
    account.deliver(b"Subject: long\r\n\r\n" + b"x" * 500_000 + b"\r\n")
    with connected(pop3(account), account.password) as source:
        assert len(bodies(source)[0]) == 500_019


def test_hundreds_of_messages_come_each_once(account: DovecotAccount) -> None:
    random.seed(3)
    messages = [
        b"Subject: %d\r\n\r\n" % n + random.randbytes(random.choice([9, 40_000])).hex().encode() + b"\r\n"
        for n in range(150)
    ]
    account.deliver_all(messages)
    with connected(pop3(account), account.password) as source:
        assert bodies(source) == messages


def test_a_message_of_thirty_megabytes_takes_little_more_memory_than_itself(account: DovecotAccount) -> None:
    size = 30_000_000
    account.deliver(b"Subject: big\r\n\r\n" + b"0123456789abcd\r\n" * (size // 16))
    with connected(pop3(account), account.password) as source:
        entries = list(source.describe(source.list().keys))
        tracemalloc.start()
        (one,) = source.download(entries)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert len(one.raw) == entries[0].size > size
    assert peak < 2.4 * size


def test_the_keys_last_over_sessions(account: DovecotAccount) -> None:
    account.deliver_all(numbered(3))
    with connected(pop3(account), account.password) as source:
        before = source.list().keys
    account.expunge("1")
    with connected(pop3(account), account.password) as source:
        assert source.list().keys == before[1:]


def test_the_header_alone_is_read(account: DovecotAccount) -> None:
    account.deliver(RAW)
    with connected(pop3(account), account.password) as source:
        assert source.header(source.list().keys[0]) == RAW[: RAW.index(b"Body")]
        assert source.header("gone") == b""


def test_the_date_is_that_of_arrival(account: DovecotAccount) -> None:
    last = b"Received: from a by b; Mon, 02 Nov 2026 10:00:00 +0100\r\n"
    first = b"Received: from x by a; Sun, 01 Nov 2026 10:00:00 +0100\r\n"
    account.deliver(last + first + b"Date: Sat, 31 Oct 2026 10:00:00 +0000\r\n\r\n")
    account.deliver(b"Date: Sat, 31 Oct 2026 10:00:00 -0000\r\n\r\n")
    account.deliver(b"Date: the day after\r\n\r\n")
    with connected(pop3(account), account.password) as source:
        dates = [entry.internal_date for entry in source.describe(source.list().keys, dates=True)]
    assert dates == [datetime(2026, 11, 2, 9, tzinfo=UTC), datetime(2026, 10, 31, 10, tzinfo=UTC), None]


def test_deletions_happen_at_finish(account: DovecotAccount) -> None:
    account.deliver_all(numbered(4))
    with connected(pop3(account), account.password) as source:
        keys = source.list().keys
        source.delete([keys[0], keys[2], "long gone"])
        assert source.finish().done == ["long gone", keys[0], keys[2]]
    assert uids(account) == [2, 4]


def test_closing_carries_nothing_out(account: DovecotAccount) -> None:
    account.deliver_all(numbered(4))
    with connected(pop3(account), account.password) as source:
        source.delete(source.list().keys)
    assert uids(account) == [1, 2, 3, 4]


@pytest.mark.parametrize(("changes", "read_only"), [({}, True), ({"leave_on_server": True}, False)])
def test_messages_that_stay_are_not_marked_as_read(
    account: DovecotAccount, changes: dict[str, bool], read_only: bool
) -> None:
    account.deliver_all(numbered(4))
    account.store_flags("2", r"\Flagged")
    with connected(pop3(account, **changes), account.password, read_only=read_only) as source:
        assert bodies(source) == numbered(4)
        source.finish()
    assert [set(message.flags) for message in account.messages()] == [set(), {r"\Flagged"}, set(), set()]


def test_read_only_deletes_nothing(account: DovecotAccount) -> None:
    account.deliver(RAW)
    with connected(pop3(account), account.password, read_only=True) as source:
        keys = source.list().keys
        source.delete(keys)
        settlement = source.finish()
    assert (settlement.done, list(settlement.refused)) == ([], keys)
    assert uids(account) == [1]


def test_moving_is_refused(account: DovecotAccount) -> None:
    account.deliver(RAW)
    with connected(pop3(account), account.password) as source:
        assert source.folders() == ()
        source.move(source.list().keys, "Done")
        assert len(source.finish().refused) == 1
    assert uids(account) == [1]


def test_the_steps_tell_what_was_found(account: DovecotAccount) -> None:
    account.deliver(RAW)
    taken = steps(pop3(account), account.password)
    assert list(taken) == list(StepName)
    assert taken[StepName.CAPABILITIES].detail == "UIDL, TOP, PIPELINING"
    assert taken[StepName.FOLDER].detail == f"the mailbox holds 1 messages, {len(RAW)} bytes"


def test_a_wrong_password_does_not_cost_the_next_log_in(dovecot: Dovecot) -> None:
    account = dovecot.account()
    with pytest.raises(LoginError):
        steps(pop3(account), "wrong")
    assert StepName.FOLDER in steps(pop3(account), account.password)
