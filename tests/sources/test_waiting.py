"""Waiting for mail: IDLE with servers good and bad, Maildirs, and connections that are gone on with."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.sources import CancelledError, ConnectError, DeadlineError, Source, imap_idle
from tests.servers.dovecot import DovecotAccount
from tests.servers.scripted import FakeImap, FakePop3, Talk, scripted
from tests.sources.using import RAW, bodies, connected

LONG = 20.0
"""Seconds within which everything happens that is waited for, on however busy a machine."""


class Idling(FakeImap):
    """Takes IDLE, says what a test tells it to, and expects DONE."""

    capabilities = "IMAP4rev1 UIDPLUS IDLE"

    def __init__(self, *news: bytes, before: bytes = b"", agrees: bytes = b"+ idling\r\n") -> None:
        super().__init__({1: RAW})
        self.news = list(news)
        """What is said in each IDLE, in turn; silence afterwards."""
        self.before = before
        self.agrees = agrees

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name != "IDLE":
            super().answer(talk, tag, name, command)
            return
        talk.send(self.before + self.agrees.replace(b"TAG", tag.encode()))
        if not self.agrees.startswith(b"+"):
            return
        talk.send(self.news.pop(0).replace(b"TAG", tag.encode()) if self.news else b"")
        assert talk.line() == b"DONE"
        self.complete(talk, tag, name, command)


def commands(received: Sequence[bytes]) -> list[str]:
    """Name what a client sent, without tags."""
    return [line.decode().split()[-1 if line == b"DONE" else 1] for line in received]


def listed(source: Source) -> Source:
    """Look what is there, as an intake does before anybody waits."""
    source.list()
    return source


@pytest.mark.parametrize(
    "news", [b"* 2 EXISTS\r\n", b"* 2 EXISTS\r\n* 1 RECENT\r\n", b"* OK Still here\r\n* 1 EXPUNGE\r\n* 1 EXISTS\r\n"]
)
def test_new_mail_is_told(serve: Callable[..., Source], news: bytes) -> None:
    source = listed(serve(Idling(news)))
    assert source.announces
    assert source.wait(LONG)
    assert bodies(source) == [RAW]  # IDLE ends by itself before the next command


def test_mail_told_before_the_server_agrees_or_beside_another_answer_counts(serve: Callable[..., Source]) -> None:
    assert listed(serve(Idling(before=b"* 2 EXISTS\r\n"))).wait(LONG)

    class Beside(Idling):
        def fetch(self, talk: Talk, uid: int, command: str) -> None:
            talk.send(b"* 2 EXISTS\r\n")
            super().fetch(talk, uid, command)

    source = serve(Beside())
    list(source.describe(source.list().keys))
    assert source.wait(LONG)


@pytest.mark.parametrize(
    "news",
    [
        b"",
        b"* OK Still here\r\n" * 50,
        b"* 1 EXISTS\r\n",
        b"* 1 EXPUNGE\r\n* 0 EXISTS\r\n",
        b"* 1 FETCH (FLAGS (\\Seen))\r\n",
        b"* NO [ALERT] \x1b[31mquota\r\n",
        b"* VANISHED 1\r\n",
        b"* OK half a li",
    ],
)
def test_other_news_is_no_mail(serve: Callable[..., Source], news: bytes) -> None:
    assert not listed(serve(Idling(news))).wait(0.3)


def test_idle_stays_on_between_two_waits_and_ends_with_the_session() -> None:
    with scripted(Idling()) as server:
        with connected(server.mailbox()) as source:
            source.list()
            assert not any(source.wait(0.02) for _ in range(5))
        assert commands(server.received)[-3:] == ["IDLE", "DONE", "LOGOUT"]


def test_idle_is_renewed_before_a_server_would_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert imap_idle.RENEW_SECONDS < 29 * 60
    monkeypatch.setattr(imap_idle, "RENEW_SECONDS", 0.05)
    with scripted(Idling(b"", b"", b"* 2 EXISTS\r\n")) as server:
        with connected(server.mailbox()) as source:
            source.list()
            deadline = time.monotonic() + LONG
            while not source.wait(0.03):
                assert time.monotonic() < deadline
        assert commands(server.received).count("IDLE") >= 3


@pytest.mark.parametrize(
    "answer", [b"TAG NO not today\r\n", b"TAG BAD what?\r\n", b"* OK hm\r\nTAG OK done already\r\n"]
)
def test_a_server_that_refuses_idle_is_left_to_be_looked_at(serve: Callable[..., Source], answer: bytes) -> None:
    source = listed(serve(Idling(agrees=answer)))
    assert not source.wait(LONG)
    assert not source.announces
    assert bodies(source) == [RAW]


def test_a_server_that_ends_idle_at_once_is_not_asked_again_and_one_that_did_so_late_is(
    serve: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = listed(serve(Ending(b"TAG OK time is up\r\n")))
    assert not source.wait(LONG)
    assert not source.announces
    monkeypatch.setattr(imap_idle, "_SHORTEST_IDLE", 0.0)
    source = listed(serve(Ending(b"TAG OK time is up\r\n", b"* 2 EXISTS\r\n")))
    assert source.wait(LONG)
    assert source.announces


class Ending(Idling):
    """Ends its first IDLE by itself."""

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name == "IDLE" and self.news and self.news[0].startswith(b"TAG"):
            talk.send(b"+ idling\r\n" + self.news.pop(0).replace(b"TAG", tag.encode()))
        else:
            super().answer(talk, tag, name, command)


def test_servers_without_idle_and_pop3_announce_nothing(serve: Callable[..., Source]) -> None:
    for script in (FakeImap({1: RAW}), FakePop3([RAW])):
        source = listed(serve(script))
        assert not source.announces
        assert not source.wait(LONG)


@pytest.mark.parametrize(
    "news", [b"* BYE \x1b]0;owned\x07 shutting down\r\n", b"garbage\r\n", b"* 5 EXISTS" + b"0" * 70_000 + b"\r\n"]
)
def test_bye_and_garbage_end_the_connection(serve: Callable[..., Source], news: bytes) -> None:
    source = listed(serve(Idling(news)))
    with pytest.raises(ConnectError):
        source.wait(LONG)


def test_a_connection_that_is_cut_is_noticed(serve: Callable[..., Source]) -> None:
    class Cut(Idling):
        def complete(self, talk: Talk, tag: str, name: str, command: str) -> None:
            super().complete(talk, tag, name, command)
            if name == "SEARCH":
                talk.line()
                talk.hang_up()

    source = listed(serve(Cut()))
    with pytest.raises(ConnectError, match="closed the connection"):
        source.wait(LONG)


def test_a_server_that_floods_is_cut_off(serve: Callable[..., Source]) -> None:
    source = listed(serve(Idling(b"* OK %s\r\n" % (b"x" * 4_000) * 2_000)))
    with pytest.raises(ConnectError, match="far more than it was asked for"):
        source.wait(LONG)


def test_a_server_that_no_longer_answers_is_told_by_the_next_command(serve: Callable[..., Source]) -> None:
    class Mute(Idling):
        def complete(self, talk: Talk, tag: str, name: str, command: str) -> None:
            if name == "IDLE":
                talk.silence()
            super().complete(talk, tag, name, command)

    source = listed(serve(Mute()))
    assert not source.wait(0.05)
    with pytest.raises(DeadlineError):
        source.list()


def test_waiting_is_cancelled_at_once(serve: Callable[..., Source]) -> None:
    source = listed(serve(Idling()))
    threading.Timer(0.1, source.cancel).start()
    with pytest.raises(CancelledError):
        source.wait(LONG)


def test_a_connection_that_stands_is_gone_on_with_and_one_that_broke_is_made_anew() -> None:
    with scripted(Idling(b"* 2 EXISTS\r\n", b"* BYE bye\r\n"), Idling()) as server:
        with connected(server.mailbox()) as source:
            source.list()
            assert source.wait(LONG)
            assert [step.name for step in source.connect()] == ["folder"]
            source.list()
            with pytest.raises(ConnectError):
                source.wait(LONG)
            assert [step.name for step in source.connect()][-1] == "folder"
            assert bodies(source) == [RAW]
        assert commands(server.received).count("LOGIN") == 2


def test_a_connection_that_died_unnoticed_is_made_anew() -> None:
    class Dying(Idling):
        def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
            super().answer(talk, tag, name, command)
            if name == "SEARCH":
                talk.hang_up()

    with scripted(Dying(), Idling()) as server, connected(server.mailbox()) as source:
        source.list()
        assert [step.name for step in source.connect()][-1] == "folder"
        assert bodies(source) == [RAW]


def test_dovecot_tells_of_mail_and_own_deletions_hide_none(account: DovecotAccount) -> None:
    account.deliver_all([RAW, RAW, RAW])
    with connected(account.mailbox(), account.password) as source:
        keys = source.list().keys
        source.delete(keys)
        assert sorted(source.finish().done) == sorted(keys)
        assert not source.wait(0.1)
        account.deliver(RAW)
        assert source.wait(LONG)
        list(source.connect())
        assert bodies(source) == [RAW]
        account.deliver(RAW)
        assert source.wait(LONG)
        list(source.connect())
        assert list(source.finish().done) == []


def test_a_maildir_is_watched(tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    with connected(Mailbox(name="box", protocol=Protocol.MAILDIR, path=str(tmp_path)), None) as source:
        assert source.announces
        source.list()
        assert not source.wait(0.01)
        (tmp_path / "tmp" / "1.a").write_bytes(RAW)
        assert not source.wait(0.01)
        threading.Timer(0.1, os.rename, (tmp_path / "tmp" / "1.a", tmp_path / "new" / "1.a")).start()
        assert source.wait(LONG)
        assert bodies(source) == [RAW]
        assert not source.wait(0.01)
        threading.Timer(0.1, source.cancel).start()
        with pytest.raises(CancelledError):
            source.wait(LONG)
