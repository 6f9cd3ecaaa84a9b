"""IMAP servers that keep one waiting or never end: everything has a limit, and can be cancelled."""

import threading
import time
from collections.abc import Callable

import pytest

from allegra_tui.sources import (
    CancelledError,
    ConnectError,
    DeadlineError,
    Source,
    SourceError,
    open_source,
)
from tests.servers.scripted import FakeImap, Script, Talk, scripted
from tests.sources.using import connected, given

MESSAGES = {uid: b"Subject: %d\r\n\r\nBody\r\n" % uid for uid in (3, 5, 8, 9)}


def drip(talk: Talk) -> None:
    """A byte now and then: each in time, all of them never."""
    talk.send(b"* OK ready\r\n* ")
    while True:
        talk.send(b"x")
        time.sleep(0.05)


def endless_line(talk: Talk) -> None:
    talk.send(b"* OK ")
    while True:
        talk.send(b"x" * 65_536)


def endless_answers(talk: Talk) -> None:
    talk.send(b"* OK ready\r\n")
    while True:
        talk.send(b"* 1 EXISTS\r\n" * 5_000)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (Talk.silence, DeadlineError),
        (drip, DeadlineError),
        (endless_line, ConnectError),
        (endless_answers, SourceError),
        (Talk.close, ConnectError),
        (lambda talk: talk.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"), ConnectError),
        (lambda talk: talk.send(b"* BYE too many connections\r\n"), ConnectError),
        (lambda talk: talk.send(b"\xff\xfe\x00\r\n"), ConnectError),
    ],
    ids=["silence", "drip", "endless line", "endless answers", "hang up", "http", "bye", "garbage"],
)
def test_a_greeting_that_is_none_ends_soon(script: Script, error: type[SourceError]) -> None:
    with scripted(script) as server:
        began = time.monotonic()
        with pytest.raises(error) as caught, connected(server.mailbox()):
            pass
        assert time.monotonic() - began < 30  # and not never
        assert f"127.0.0.1:{server.port}" in str(caught.value)
        assert len(str(caught.value)) < 500


def test_letters_where_imap_has_none_are_told_in_words() -> None:
    class Foreign(FakeImap):
        capabilities = "IMAP4rev1 X-\u202egnp"

    with scripted(Foreign()) as server, pytest.raises(ConnectError) as caught, connected(server.mailbox()):
        pass
    assert str(caught.value).endswith(" sent what is not IMAP: other letters where it has ASCII alone")


def test_a_hundred_thousand_messages_are_listed(serve: Callable[..., Source]) -> None:
    class Huge(FakeImap):
        def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
            if name == "SELECT":
                talk.send(b"* 100000 EXISTS\r\n* OK [UIDVALIDITY 1] lasting\r\n")
                self.complete(talk, tag, name, command)
            elif name == "SEARCH":
                uids = b" ".join(b"%d" % uid for uid in range(4_000_100_000, 4_000_000_000, -1))
                talk.send(b"* SEARCH " + uids + b"\r\n")
                self.complete(talk, tag, name, command)
            else:
                super().answer(talk, tag, name, command)

    began = time.process_time()
    keys = serve(Huge(), read_timeout=60).list().keys
    assert (len(keys), keys[0], keys[-1]) == (100_000, "4000000001", "4000100000")
    assert time.process_time() - began < 2


def test_cancel_ends_what_waits(serve: Callable[..., Source]) -> None:
    waiting = threading.Event()

    class Waiting(FakeImap):
        def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
            if name == "SEARCH":
                waiting.set()
                talk.silence()
            super().answer(talk, tag, name, command)

    source = serve(Waiting(MESSAGES), read_timeout=60)

    def cancel() -> None:
        waiting.wait(30)
        source.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    began = time.monotonic()
    with pytest.raises(CancelledError):
        source.list()
    thread.join()
    assert time.monotonic() - began < 20
    with pytest.raises(CancelledError):
        source.list()
    source.close()


def test_cancel_ends_a_greeting_that_does_not_come() -> None:
    with scripted(Talk.silence) as server:
        mailbox = server.mailbox(read_timeout=60)
        with open_source(mailbox, given("secret")) as source:
            timer = threading.Timer(0.2, source.cancel)
            timer.start()
            with pytest.raises(CancelledError):
                list(source.connect())
            timer.join()
