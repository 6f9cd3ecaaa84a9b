"""The faulty servers, as they are without a fault and with one: other tests rely on both."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from allegra_tui.model.settings import Protocol
from allegra_tui.sources import SourceError
from tests.servers.faulty import Fault, FaultyServer, Maildrop, faults, faulty
from tests.sources.using import RAW, bodies, connected

OTHER = b"Subject: other\r\n\r\n.\r\nBody\r\n"


@pytest.mark.parametrize("leave", [False, True])
@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
def test_without_a_fault_it_serves_and_deletes(protocol: Protocol, leave: bool) -> None:
    with (
        faulty(protocol, Maildrop([RAW, OTHER])) as server,
        connected(server.mailbox(leave_on_server=leave)) as source,
    ):
        assert bodies(source) == [RAW, OTHER]
        first, _ = source.list().keys
        source.delete([first])
        assert source.finish().done == [first]
        assert [stored.raw for stored in server.maildrop.inbox.messages] == [OTHER]


def test_who_waits_in_idle_is_told_of_new_mail_and_of_what_goes() -> None:
    with faulty(Protocol.IMAP, Maildrop([RAW])) as server, _idle(server) as client:
        server.deliver(OTHER)
        assert client.readline() == b"* 2 EXISTS\r\n"
        server.take(1)
        assert client.readline() == b"* 1 EXPUNGE\r\n"
        client.write(b"DONE\r\n")
        assert client.readline() == b"c OK done\r\n"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (faults.Idle(faults.hang_up), b""),
        (faults.Idle(faults.then_hang_up(b"* BYE going down\r\n")), b"* BYE going down\r\n"),
        (faults.Idle(faults.then_hang_up(b"* OK still here\r\n" * 3)), b"* OK still here\r\n" * 3),
    ],
)
def test_a_connection_can_be_cut_in_idle(fault: Fault, said: bytes) -> None:
    with faulty(Protocol.IMAP, Maildrop([RAW]), fault) as server, _idle(server) as client:
        assert client.read() == said


@contextlib.contextmanager
def _idle(server: FaultyServer) -> Iterator[socket.SocketIO]:
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock,
        sock.makefile("rwb", buffering=0) as client,
    ):
        client.write(b"a LOGIN user secret\r\nb SELECT INBOX\r\nc IDLE\r\n")
        while client.readline() != b"+ idling\r\n":
            pass
        yield client


def test_it_is_healed_from_the_next_connection_on() -> None:
    with faulty(Protocol.POP3, Maildrop([RAW]), faults.Before(faults.hang_up, "greeting")) as server:
        with pytest.raises(SourceError), connected(server.mailbox()):
            pass
        server.heal()
        with connected(server.mailbox()) as source:
            assert bodies(source) == [RAW]
        assert server.connections == 2
