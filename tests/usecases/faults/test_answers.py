"""Answers that are allowed, or just garbled: they are no reason for a run to break off."""

import errno
import re
import socket
from collections.abc import Callable

import pytest

from allegra_tui.model.settings import Protocol
from tests.servers.faulty import Answer, Command, Fault, Maildrop, Part, faulty
from tests.servers.faulty.faults import Rewritten
from tests.servers.faulty.talk import Talk
from tests.usecases.conftest import Intake, letter


def test_a_folder_that_is_emptied_while_its_sizes_are_asked_for_is_an_empty_one(intake: Intake) -> None:
    class Emptied(Fault):
        async def hear(self, talk: Talk, command: Command) -> Answer | None:
            if command.place != "sizes" or not maildrop.inbox.messages:
                return None
            maildrop.inbox.messages = []
            return [Part(f"{command.tag} NO [EXPUNGEISSUED] gone\r\n".encode())]

    maildrop = Maildrop([letter("Printer")])
    with faulty(Protocol.IMAP, maildrop, Emptied()) as server:
        intake.add(server.mailbox(), "secret")
        done = intake.fetch().mailboxes[0]
    assert (done.error, done.received) == (None, 0)


@pytest.mark.parametrize("told", ["²", "12abc", "1,234", "-7", ""])
def test_a_size_that_is_none_keeps_no_message_back(intake: Intake, told: str) -> None:
    def garbled(command: Command, answer: Answer) -> Answer:
        return [Part(f"1 {told}\r\n".encode(), 1) if part.uid else part for part in answer]

    with faulty(Protocol.POP3, Maildrop([letter("Printer")]), Rewritten(garbled, "LIST")) as server:
        intake.add(server.mailbox(), "secret")
        assert intake.fetch().mailboxes[0].error is None
    assert [issue.title for issue in intake.issues()] == ["Printer"]


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 02 Nov 99999999999999999999 10:00:00 +0100",
        "Mon, 02 Nov 2026 10:00:00 +99999999999999999999",
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Mon, 01 Jan 100 00:00:00 +1400",
    ],
)
def test_over_pop3_a_date_beyond_the_calendar_is_none(intake: Intake, date: str) -> None:
    raw = letter("Printer").replace(b"Mon, 02 Nov 2026 10:00:00 +0100", date.encode())
    with faulty(Protocol.POP3, Maildrop([raw])) as server:
        intake.add(server.mailbox(first_contact="new"), "secret")
        done = intake.fetch().mailboxes[0]
    assert (done.error, done.received) == (None, 0)


def test_over_imap_a_date_beyond_the_calendar_is_none(intake: Intake) -> None:
    def late(command: Command, answer: Answer) -> Answer:
        usual, beyond = b"02-Nov-2026 09:00:00 +0000", b"31-Dec-9999 23:59:59 -1200"
        return [Part(part.data.replace(usual, beyond), part.uid) for part in answer]

    with faulty(Protocol.IMAP, Maildrop([letter("Printer")]), Rewritten(late, "sizes")) as server:
        intake.add(server.mailbox(first_contact="new"), "secret")
        done = intake.fetch().mailboxes[0]
    assert (done.error, done.received) == (None, 0)


def test_a_long_header_does_not_bar_the_first_contact(intake: Intake) -> None:
    long = letter("Printer", headers=[f"To: {'x' * 900}@example.org"] * 800)
    with faulty(Protocol.POP3, Maildrop([long, letter("Screen")])) as server:
        intake.add(server.mailbox(first_contact="new"), "secret")
        assert intake.fetch().mailboxes[0].error is None
        server.maildrop.inbox.add(letter("Mouse"))
        assert intake.fetch().mailboxes[0].error is None
    assert [issue.title for issue in intake.issues()] == ["Mouse"]


def test_a_host_without_ipv6_reaches_servers_that_have_it(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve, make = socket.getaddrinfo, socket.socket

    def both(host: str, port: int, **more: int) -> list[object]:
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)), *resolve("127.0.0.1", port, **more)]

    class Old(make):  # type: ignore[misc,valid-type]
        def __init__(self, family: int = -1, *more: int, **named: int) -> None:
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
            super().__init__(family, *more, **named)

    with faulty(Protocol.IMAP, Maildrop([letter("Printer")])) as server:
        intake.add(server.mailbox(), "secret")
        monkeypatch.setattr(socket, "getaddrinfo", both)
        monkeypatch.setattr(socket, "socket", Old)
        assert intake.fetch().mailboxes[0].error is None


def test_a_body_without_its_uid_is_nobodys(intake: Intake) -> None:
    """The number that it begins with is a sequence number, and another message's UID."""

    def unnamed(command: Command, answer: Answer) -> Answer:
        return [Part(re.sub(rb"\(UID \d+ BODY", b"(BODY", part.data), part.uid) for part in answer]

    with faulty(Protocol.IMAP, Maildrop(letter(f"Letter {number}") for number in range(1, 7))) as server:
        server.take(1)
        intake.add(server.mailbox(), "secret")
        server.fault = Rewritten(unnamed, "bodies")
        intake.fetch()
        assert intake.issues() == []
        server.heal()
        assert intake.fetch().mailboxes[0].error is None
    assert [issue.title for issue in intake.issues()] == [f"Letter {number}" for number in range(2, 7)]
    assert server.maildrop.inbox.messages == []


def test_a_size_beyond_all_numbers_is_a_large_one(intake: Intake) -> None:
    def beyond(command: Command, answer: Answer) -> Answer:
        return [Part(re.sub(rb"SIZE \d+", b"SIZE 9" + b"9" * 30, part.data), part.uid) for part in answer]

    with faulty(Protocol.IMAP, Maildrop([letter("Printer")]), Rewritten(beyond, "sizes")) as server:
        intake.add(server.mailbox(), "secret")
        done = intake.fetch()
    assert (done.mailboxes[0].error, done.rejected) == (None, 1)


def test_a_folder_with_a_number_beyond_all_numbers_is_not_opened(intake: Intake) -> None:
    def beyond(command: Command, answer: Answer) -> Answer:
        return [Part(re.sub(rb"UIDVALIDITY \d+", b"UIDVALIDITY 9" + b"9" * 30, part.data)) for part in answer]

    with faulty(Protocol.IMAP, Maildrop([letter("Printer")]), Rewritten(beyond, "SELECT")) as server:
        intake.add(server.mailbox(), "secret")
        assert "no lasting numbers" in (intake.fetch().mailboxes[0].error or "")


def _undone(command: Command, answer: Answer) -> Answer:
    """A server that forgets to double a dot at the beginning of a line."""
    return [Part(part.data.replace(b"\r\n..\r\n", b"\r\n.\r\n"), part.uid) for part in answer]


def _left_over(command: Command, answer: Answer) -> Answer:
    return [Part(b"what was left over\r\n"), *answer] if command.args[0] == "2" else answer


@pytest.mark.parametrize(
    ("rest", "rewrite", "capabilities"),
    [
        (b"From here on\r\nit is no answer.\r\n", _undone, "USER UIDL TOP PIPELINING"),
        (b"From here on\r\nit is no answer.\r\n", _undone, "USER UIDL TOP"),
        (b"+OK\r\n" + letter("Forged"), _undone, "USER UIDL TOP"),
        (b"", _left_over, "USER UIDL TOP PIPELINING"),
    ],
    ids=["its rest, ahead", "its rest, one by one", "a forged answer", "garbage before an answer"],
)
def test_over_pop3_no_message_gets_the_content_of_another(
    intake: Intake, rest: bytes, rewrite: Callable[[Command, Answer], Answer], capabilities: str
) -> None:
    """Where a message ends too early, its rest stands where the next answer does."""
    letters = [letter(f"Letter {number}") for number in range(1, 7)]
    bad = letter("Bad", "x" * 3_000) + (b".\r\n" + rest if rest else b"")
    maildrop = Maildrop([letters[0], bad, *letters[1:]])
    with faulty(Protocol.POP3, maildrop, Rewritten(rewrite, "bodies")) as server:
        server.capabilities = capabilities
        intake.add(server.mailbox(), "secret")
        for _ in range(3):
            intake.fetch()
    taken = [issue.title for issue in intake.issues()]
    assert "Forged" not in taken
    there = [stored.raw for stored in maildrop.inbox.messages]
    assert [raw for number, raw in enumerate(letters, 1) if f"Letter {number}" not in taken and raw not in there] == []
