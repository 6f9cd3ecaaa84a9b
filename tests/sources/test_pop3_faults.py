"""POP3 servers that misbehave, or know little, as the source tells it; see `tests.usecases.faults` for what follows."""

import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.model.settings import Protocol
from allegra_tui.sources import (
    CancelledError,
    ConnectError,
    DeadlineError,
    FolderError,
    LoginError,
    RefusedError,
    Source,
    SourceError,
)
from allegra_tui.sources.pop3_listing import distinct
from tests.servers.scripted import FakePop3, Script, Talk, scripted
from tests.sources.using import RAW, bodies, download_all, steps


def numbered(count: int) -> list[bytes]:
    return [b"Subject: %d\r\n\r\nBody %d\r\n" % (number, number) for number in range(count)]


class AtQuit(FakePop3):
    """Does something else than answering QUIT with +OK."""

    def __init__(self, at_quit: Callable[[Talk], None]) -> None:
        super().__init__(numbered(3))
        self._at_quit = at_quit

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        self._at_quit(talk) if name == "QUIT" else super().answer(talk, name, numbers)


@pytest.mark.parametrize(
    ("at_quit", "error"),
    [
        (Talk.hang_up, ConnectError),
        (Talk.silence, DeadlineError),
        (lambda talk: talk.send(b"-ERR some deleted messages not removed\r\n"), SourceError),
    ],
    ids=["hang up", "silence", "error"],
)
def test_without_an_answer_to_quit_nothing_is_certain(
    serve: Callable[..., Source], at_quit: Callable[[Talk], None], error: type[SourceError]
) -> None:
    source = serve(AtQuit(at_quit))
    source.delete(source.list().keys[:2])
    with pytest.raises(error, match="QUIT"):
        source.finish()


def test_a_server_that_hangs_up_at_quit_is_forgiven_where_nothing_was_to_be_deleted(
    serve: Callable[..., Source],
) -> None:
    source = serve(AtQuit(Talk.hang_up))
    source.delete(["gone"])
    assert source.finish().done == ["gone"]


class NoUidl(FakePop3):
    """A server of old: no capabilities, no UIDL."""

    capabilities = None

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        talk.send(b"-ERR what?\r\n") if name == "UIDL" else super().answer(talk, name, numbers)


def test_without_uidl_messages_are_known_by_header_and_size(serve: Callable[..., Source]) -> None:
    first, second = numbered(2)
    messages = [first, second, first, first + b"more\r\n"]
    keys = serve(NoUidl(messages)).list().keys
    assert len(set(keys)) == 4
    assert keys[2] == f"{keys[0]}#2"
    assert bodies(serve(NoUidl(messages))) == messages
    assert serve(NoUidl([second, first])).list().keys == [keys[1], keys[0]]


def test_without_uidl_and_top_there_is_no_telling_messages_apart(serve: Callable[..., Source]) -> None:
    class Neither(NoUidl):
        def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
            talk.send(b"-ERR what?\r\n") if name == "TOP" else super().answer(talk, name, numbers)

    with pytest.raises(FolderError, match="use IMAP"):
        serve(Neither(numbered(1))).list()


def test_the_same_uidl_twice_names_two_messages(serve: Callable[..., Source]) -> None:
    class Same(FakePop3):
        def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
            if name == "UIDL":
                self.lines(talk, b"1 same\r\n2 same\r\n3 other\r\nnonsense\r\n")
            else:
                super().answer(talk, name, numbers)

    source = serve(Same(numbered(3)))
    assert source.list().keys == ["same", "same#2", "other"]
    assert bodies(source) == numbered(3)


class Broken(FakePop3):
    """Does something wrong with the second message."""

    def __init__(self, wrong: Callable[[Talk, bytes], None], *, ahead: bool) -> None:
        super().__init__(numbered(4))
        self._wrong = wrong
        self.capabilities = ("UIDL", "USER", "PIPELINING") if ahead else ("UIDL", "USER")

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        if name == "RETR" and numbers == [2]:
            self._wrong(talk, self.messages[1])
        else:
            super().answer(talk, name, numbers)


def refuse(talk: Talk, raw: bytes) -> None:
    talk.send(b"-ERR cannot read it\r\n")


def hang_up(talk: Talk, raw: bytes) -> None:
    talk.send(b"+OK\r\n" + raw)
    talk.hang_up()


def test_a_message_much_shorter_than_announced_is_cut_and_one_a_little_shorter_is_not(
    serve: Callable[..., Source],
) -> None:
    class Estimating(FakePop3):
        def size(self, number: int) -> int:
            return 2 * super().size(number) if number == 1 else super().size(number) + 20

    downloads = download_all(serve(Estimating([b"Subject: x\r\n\r\n" + b"x" * 200 + b"\r\n"] * 2)))
    assert "cut short" in str(downloads["id1"].problem)
    assert downloads["id2"].problem is None


def test_deletions_are_marked_again_after_a_reconnection(serve: Callable[..., Source]) -> None:
    first, second = Broken(hang_up, ahead=False), Broken(hang_up, ahead=False)
    source = serve(first, second)
    entries = list(source.describe(source.list().keys))
    source.delete(["id1"])
    assert len(list(source.download(entries))) == 4
    assert source.finish().done == ["id1"]
    assert second.deleted == {1}


def test_top_that_is_not_whole_is_not_relied_on(serve: Callable[..., Source]) -> None:
    class Trimming(FakePop3):
        def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
            if name == "TOP":
                self.lines(talk, self.messages[numbers[0] - 1].partition(b"Body")[0])
            else:
                super().answer(talk, name, numbers)

    assert bodies(serve(Trimming(numbered(3)), leave_on_server=True)) == numbered(3)


def test_a_refused_header_is_told_and_the_connection_goes_on(serve: Callable[..., Source]) -> None:
    class NoTop(FakePop3):
        def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
            refuse(talk, b"") if name == "TOP" else super().answer(talk, name, numbers)

    source = serve(NoTop(numbered(2)))
    with pytest.raises(RefusedError, match="cannot read it"):
        source.header("id1")
    assert bodies(source) == numbered(2)


def test_a_locked_mailbox_is_not_blamed_on_the_password() -> None:
    class Locked(FakePop3):
        def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
            talk.send(b"-ERR [IN-USE] locked\r\n") if name == "PASS" else super().answer(talk, name, numbers)

    with scripted(Locked()) as server, pytest.raises(SourceError, match="for now") as caught:
        steps(server.mailbox(Protocol.POP3))
    assert not isinstance(caught.value, LoginError)


def test_plain_is_used_where_user_is_not_offered() -> None:
    class Modern(FakePop3):
        capabilities = ("UIDL", "TOP", "SASL PLAIN")

        def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
            if name == "AUTH":
                talk.send(b"+ \r\n")
                talk.line()
            super().answer(talk, name, numbers)

    with scripted(Modern(numbered(1))) as server:
        steps(server.mailbox(Protocol.POP3))
        assert b"AHVzZXIAc2VjcmV0" in server.received


def test_lines_that_end_with_lf_alone_are_read(serve: Callable[..., Source]) -> None:
    class Unix(FakePop3):
        def lines(self, talk: Talk, body: bytes) -> None:
            stuffed = b"".join(
                b"." + line if line.startswith(b".") else line for line in body.splitlines(keepends=True)
            )
            talk.send(b"+OK\n" + stuffed.replace(b"\r\n", b"\n") + b".\n")

    assert bodies(serve(Unix([RAW]))) == [RAW.replace(b"\r\n", b"\n")]


def drip(talk: Talk) -> None:
    talk.send(b"+OK")
    while True:
        talk.send(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize(
    "script",
    [
        Talk.silence,
        drip,
        Talk.close,
        lambda talk: talk.send(b"\xff\x00\r\n"),
        lambda talk: talk.send(b"+OK " + b"x" * 100_000),
    ],
    ids=["silence", "drip", "hang up", "garbage", "long line"],
)
def test_a_greeting_that_is_none_ends_soon(script: Script) -> None:
    with scripted(script) as server:
        began = time.monotonic()
        with pytest.raises((ConnectError, DeadlineError)) as caught:
            steps(server.mailbox(Protocol.POP3))
        assert time.monotonic() - began < 30  # and not never
        assert f"127.0.0.1:{server.port}" in str(caught.value)


def test_cancel_ends_what_waits(serve: Callable[..., Source]) -> None:
    class Waiting(FakePop3):
        def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
            if name == "RETR":
                timer.start()
                talk.silence()
            super().answer(talk, name, numbers)

    source = serve(Waiting(numbered(1)), read_timeout=60)
    timer = threading.Timer(0.1, source.cancel)
    with pytest.raises(CancelledError):
        download_all(source)
    timer.join()


@given(st.lists(st.sampled_from(["a", "a#2", "b"])))
def test_keys_are_distinct_and_keep_every_number(names: list[str]) -> None:
    numbers = distinct(dict(enumerate(names, start=1)))
    assert sorted(numbers.values()) == list(range(1, len(names) + 1))
