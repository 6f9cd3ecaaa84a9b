"""IMAP servers that misbehave, as the source tells it; what becomes of it is in `tests.usecases.faults`."""

import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allegra_tui.sources import (
    ConnectError,
    Entry,
    FolderError,
    RefusedError,
    Source,
)
from allegra_tui.sources.imap_session import uid_sets
from tests.servers.scripted import SIZE, FakeImap, Scripted, Talk, scripted
from tests.sources.using import RAW, bodies, connected, download_all

MESSAGES = {uid: b"Subject: %d\r\n\r\nBody\r\n" % uid for uid in (3, 5, 8, 9)}


class Broken(FakeImap):
    """Does something wrong with the body of UID 5."""

    def __init__(self, wrong: Callable[[Talk, bytes], None]) -> None:
        super().__init__(MESSAGES)
        self._wrong = wrong

    def body(self, talk: Talk, uid: int, name: str, raw: bytes) -> None:
        if uid == 5 and name == "BODY[]":
            self._wrong(talk, raw)
        else:
            super().body(talk, uid, name, raw)


def cut(talk: Talk, raw: bytes) -> None:
    talk.send(b"* 5 FETCH (UID 5 BODY[] {10}\r\n" + raw[:10] + b")\r\n")


def gigantic(talk: Talk, raw: bytes) -> None:
    talk.send(b"* 5 FETCH (UID 5 BODY[] {4294967296}\r\n" + raw)


def bye(talk: Talk, raw: bytes) -> None:
    talk.send(b"* BYE \x1b]0;owned\x07 internal error\r\n")


def test_a_cut_message_keeps_what_came(serve: Callable[..., Source]) -> None:
    one = download_all(serve(Broken(cut)))["5"]
    assert one.raw == MESSAGES[5][:10]
    assert one.problem == f"cut short: 10 of {len(MESSAGES[5])} bytes came"


def test_a_size_that_was_only_estimated_does_not_make_a_message_cut(serve: Callable[..., Source]) -> None:
    class Estimating(FakeImap):
        def fetch(self, talk: Talk, uid: int, command: str) -> None:
            if SIZE in command:
                talk.send(f"* {uid} FETCH (UID {uid} RFC822.SIZE 4000)\r\n".encode())
            else:
                super().fetch(talk, uid, command)

    assert bodies(serve(Estimating(MESSAGES))) == list(MESSAGES.values())


def test_a_gigantic_literal_costs_no_memory(serve: Callable[..., Source]) -> None:
    source = serve(Broken(gigantic))
    entries = list(source.describe(source.list().keys))
    tracemalloc.start()
    downloads = {one.key: one for one in source.download(entries)}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "4294967296" in str(downloads["5"].problem)
    assert peak < 5_000_000


def test_no_to_a_whole_fetch_costs_only_the_message_it_is_about(serve: Callable[..., Source]) -> None:
    class Refusing(FakeImap):
        def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
            if name == "FETCH" and "BODY" in command and ("5" in command.split()[2] or ":" in command.split()[2]):
                talk.send(f"{tag} NO [SERVERBUG] cannot read it\r\n".encode())
            else:
                super().answer(talk, tag, name, command)

    source = serve(Refusing(MESSAGES))
    downloads = download_all(source)
    assert list(downloads) == ["3", "5", "8", "9"]
    assert downloads["5"].problem == "the server refuses it: [SERVERBUG] cannot read it"
    assert [downloads[key].raw for key in ("3", "8", "9")] == [MESSAGES[uid] for uid in (3, 8, 9)]
    with pytest.raises(RefusedError, match="SERVERBUG"):
        source.header("5")
    assert source.header("3") == b"Subject: 3\r\n\r\n"


def test_replies_out_of_order_unsolicited_repeated_and_quoted_are_told_apart(serve: Callable[..., Source]) -> None:
    class Chatty(FakeImap):
        def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
            if name != "FETCH" or SIZE in command:
                super().answer(talk, tag, name, command)
                return
            talk.send(b"* 99 EXISTS\r\n* 5 FETCH (FLAGS (\\Seen))\r\n* 7 FETCH (UID 7 FLAGS ())\r\n")
            talk.send(b'* 4 FETCH (BODY[] "Subject: quoted \\"it\\"" UID 9 FLAGS (\\Seen))\r\n* OK still here\r\n')
            for uid in (8, 3, 5, 3):
                self.body(talk, uid, "BODY[]", MESSAGES[uid])
            self.body(talk, 77, "BODY[]", b"never asked for")
            talk.send(b"* 2 EXPUNGE\r\n")
            self.complete(talk, tag, name, command)

    source = serve(Chatty(MESSAGES))
    found = [(one.key, one.raw) for one in source.download([Entry(key=str(uid), size=10) for uid in MESSAGES])]
    expected = {str(uid): raw for uid, raw in MESSAGES.items()} | {"9": b'Subject: quoted "it"'}
    assert [key for key, _ in found] == ["3", "5", "8", "9"]
    assert dict(found) == expected


def test_messages_come_in_their_order_whatever_the_server_answers_first(serve: Callable[..., Source]) -> None:
    class Backwards(FakeImap):
        """Answers the last of three FETCHes first."""

        def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
            if name != "FETCH" or SIZE in command:
                super().answer(talk, tag, name, command)
                return
            held.append((tag, command))
            if len(held) == 3:
                for one, asked in reversed(held):
                    super().answer(talk, one, name, asked)

    held: list[tuple[str, str]] = []
    source = serve(Backwards(dict.fromkeys(range(1, 76), RAW)))
    assert list(download_all(source)) == [str(uid) for uid in range(1, 76)]


def test_a_server_that_always_hangs_up_is_given_up_on(serve: Callable[..., Source]) -> None:
    class Dying(FakeImap):
        def body(self, talk: Talk, uid: int, name: str, raw: bytes) -> None:
            talk.hang_up()

    source = serve(Dying(dict.fromkeys(range(1, 50), RAW)))
    with pytest.raises(ConnectError):
        download_all(source)


def test_a_folder_renumbered_at_the_reconnection_is_left_alone(serve: Callable[..., Source]) -> None:
    class Renumbered(FakeImap):
        def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
            if name == "SELECT":
                talk.send(b"* 4 EXISTS\r\n* OK [UIDVALIDITY 2] lasting\r\n")
                self.complete(talk, tag, name, command)
            else:
                super().answer(talk, tag, name, command)

    source = serve(Broken(bye), Renumbered(MESSAGES))
    with pytest.raises(FolderError, match="renumbered"):
        download_all(source)


def test_a_folder_without_lasting_numbers_is_refused(serve: Callable[..., Source]) -> None:
    class Unnumbered(FakeImap):
        def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
            if name == "SELECT":
                self.complete(talk, tag, name, command)
            else:
                super().answer(talk, tag, name, command)

    with pytest.raises(FolderError, match="UIDVALIDITY"):
        serve(Unnumbered())


def test_a_folder_that_opens_read_only_is_read_and_deletions_are_refused(serve: Callable[..., Source]) -> None:
    class ReadOnly(FakeImap):
        def complete(self, talk: Talk, tag: str, name: str, command: str) -> None:
            code = "[READ-ONLY] " if name in ("SELECT", "EXAMINE") else ""
            talk.send(f"{tag} OK {code}done\r\n".encode())

    source = serve(ReadOnly(MESSAGES))
    assert bodies(source) == list(MESSAGES.values())
    source.delete(["3"])
    assert "read-only" in source.finish().refused["3"]


@pytest.mark.parametrize("refusing", ["STORE", "EXPUNGE", "MOVE"])
def test_a_refused_deletion_is_told_with_the_servers_words(serve: Callable[..., Source], refusing: str) -> None:
    class Stubborn(FakeImap):
        def complete(self, talk: Talk, tag: str, name: str, command: str) -> None:
            status = "NO [NOPERM] gehört Ihnen nicht" if name == refusing else "OK done"
            talk.send(f"{tag} {status}\r\n".encode())

        def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
            if name == "LIST":
                talk.send(b'* LIST () "/" Done\r\n')
            super().answer(talk, tag, name, command)

    source = serve(Stubborn(MESSAGES))
    source.move(["3"], "Done") if refusing == "MOVE" else source.delete(["3"])
    settlement = source.finish()
    assert settlement.done == []
    assert "[NOPERM] gehört Ihnen nicht" in settlement.refused["3"]


def test_a_server_that_says_yes_and_keeps_the_message_is_not_believed(serve: Callable[..., Source]) -> None:
    source = serve(FakeImap(MESSAGES))
    source.delete(["3", "5"])
    settlement = source.finish()
    assert settlement.done == []
    assert settlement.refused.keys() == {"3", "5"}


def test_finish_raises_when_the_server_hangs_up(serve: Callable[..., Source]) -> None:
    class Leaving(FakeImap):
        def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
            if name == "EXPUNGE":
                talk.hang_up()
            super().answer(talk, tag, name, command)

    source = serve(Leaving(MESSAGES))
    source.delete(["3"])
    with pytest.raises(ConnectError):
        source.finish()


def test_user_name_and_password_are_quoted() -> None:
    with scripted(FakeImap(MESSAGES)) as server, connected(server.mailbox(username='a "b" \\c'), 'p "w" \\'):
        assert server.received[1].endswith(rb'LOGIN "a \"b\" \\c" "p \"w\" \\"')


@given(st.sets(st.integers(1, 2**32 - 1) | st.integers(1, 3_000), max_size=3_000))
def test_sets_of_uids_hold_each_once_and_fit_into_a_line(uids: set[int]) -> None:
    written: list[int] = []
    for text, held in uid_sets(list(uids)):
        assert len(text) <= 6_030
        read: list[int] = []
        for part in text.split(","):
            first, _, last = part.partition(":")
            read += range(int(first), int(last or first) + 1)
        assert read == held
        written += held
    assert written == sorted(uids)


def test_the_server_is_told_nothing_it_need_not_know() -> None:
    with scripted(FakeImap(MESSAGES)) as server:
        with connected(server.mailbox()) as source:
            bodies(source)
            source.delete(["3"])
            source.finish()
        commands = _commands(server)
    assert not commands & {"CLOSE", "EXPUNGE", "NOOP"}
    assert {"SELECT", "UID SEARCH", "UID FETCH", "UID STORE", "UID EXPUNGE", "LOGOUT"} <= commands


def _commands(server: Scripted) -> set[str]:
    words = [line.decode().split()[1:3] for line in server.received]
    return {" ".join(word) if word[0] == "UID" else word[0] for word in words}
