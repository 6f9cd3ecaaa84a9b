"""Servers that misbehave as a test tells them: plain sockets, one thread, one script for each connection."""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from allegra_tui.model.settings import Mailbox, Protocol, Security
from tests.servers.certificates import Issued

SIZE = "RFC822.SIZE"


class Talk:
    """The server's side of one connection."""

    def __init__(self, sock: socket.socket, received: list[bytes]) -> None:
        self.sock = sock
        self._received = received
        self._file = sock.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data)

    def line(self) -> bytes:
        """Read a line without its end; raises `EOFError` when the client is gone."""
        line = self._file.readline()
        if not line:
            raise EOFError
        self._received.append(line.rstrip(b"\r\n"))
        return self._received[-1]

    def silence(self) -> None:
        """Say nothing until the client goes."""
        while self.sock.recv(65_536):
            pass

    def hang_up(self) -> None:
        """Cut the connection in the middle of whatever is being said."""
        self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close this side."""
        self._file.close()
        self.sock.close()


Script = Callable[[Talk], None]


class Scripted:
    """A server that plays one script after the other, the last one for all further connections."""

    def __init__(self, scripts: tuple[Script, ...]) -> None:
        self.received: list[bytes] = []
        """Every line a client sent."""
        self.errors: list[BaseException] = []
        self._scripts = scripts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._serve, name="scripted server")]
        self._open: list[socket.socket] = []
        self._threads[0].start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._listener.getsockname()[1]
        return port

    def mailbox(
        self, protocol: Protocol = Protocol.IMAP, security: Security = Security.NONE, **changes: Any
    ) -> Mailbox:
        """Return settings that reach it, with time limits short enough to wait for."""
        settings: dict[str, Any] = {"host": "127.0.0.1", "port": self.port, "username": "user"}
        limits = {"connect_timeout": 5, "read_timeout": 0.5}
        return Mailbox(name="box", protocol=protocol, security=security, **(settings | limits | changes))

    def _serve(self) -> None:
        number = 0
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return  # stopped
            script = self._scripts[min(number, len(self._scripts) - 1)]
            number += 1
            self._open.append(sock)
            thread = threading.Thread(target=self._play, args=(script, sock), name=f"scripted connection {number}")
            self._threads.append(thread)
            thread.start()

    def _play(self, script: Script, sock: socket.socket) -> None:
        talk = Talk(sock, self.received)
        try:
            script(talk)
        except (EOFError, OSError):
            pass  # the client has gone, as clients of such servers do
        except Exception as error:
            self.errors.append(error)
        finally:
            talk.close()

    def stop(self) -> None:
        """Stop listening and cut what is open."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join(timeout=30)
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join(timeout=30)


@contextlib.contextmanager
def scripted(*scripts: Script) -> Iterator[Scripted]:
    """Run a server with these scripts; a mistake in a script fails the test."""
    server = Scripted(scripts)
    try:
        yield server
    finally:
        server.stop()
    assert not server.errors, server.errors


def over_tls(script: Script, issued: Issued) -> Script:
    """Have a script played over TLS from the first byte on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.cert_file, issued.key_file)

    def play(talk: Talk) -> None:
        with context.wrap_socket(talk.sock, server_side=True) as sock:
            script(Talk(sock, talk._received))

    return play


class FakeImap:
    """A script: an IMAP server that behaves, for tests to derive from and break in one place."""

    greeting = b"* OK ready\r\n"
    capabilities = "IMAP4rev1 UIDPLUS MOVE"

    def __init__(self, messages: Mapping[int, bytes] | None = None) -> None:
        self.messages = dict(messages or {})

    def __call__(self, talk: Talk) -> None:
        talk.send(self.greeting)
        while True:
            tag, _, command = talk.line().decode().partition(" ")
            words = command.upper().split()
            name = words[1] if words[0] == "UID" else words[0]
            self.answer(talk, tag, name, command)
            if name == "LOGOUT":
                return

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        """Answer one command; `name` is its word without UID, in capitals."""
        if name == "CAPABILITY":
            talk.send(f"* CAPABILITY {self.capabilities}\r\n".encode())
        elif name in ("SELECT", "EXAMINE"):
            talk.send(f"* {len(self.messages)} EXISTS\r\n* OK [UIDVALIDITY 1] lasting\r\n".encode())
        elif name == "SEARCH":
            talk.send(f"* SEARCH {' '.join(map(str, self.messages))}\r\n".encode())
        elif name == "FETCH":
            uids = [uid for uid in _uids(command.split()[2]) if uid in self.messages]
            for uid in uids:
                self.fetch(talk, uid, command)
        elif name == "LOGOUT":
            talk.send(b"* BYE see you\r\n")
        self.complete(talk, tag, name, command)

    def complete(self, talk: Talk, tag: str, name: str, command: str) -> None:
        """End a command."""
        talk.send(f"{tag} OK {name} done\r\n".encode())

    def fetch(self, talk: Talk, uid: int, command: str) -> None:
        """Tell of one message what a FETCH asks for."""
        raw = self.messages[uid]
        if SIZE in command:
            talk.send(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)})\r\n".encode())
        elif partial := re.search(r"BODY\.PEEK\[(\w*)\]<(\d+)\.(\d+)>", command):
            what, start, length = partial[1], int(partial[2]), int(partial[3])
            text = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if what else raw
            self.body(talk, uid, f"BODY[{what}]<{start}>", text[start : start + length])
        else:
            self.body(talk, uid, "BODY[]", raw)

    def body(self, talk: Talk, uid: int, name: str, raw: bytes) -> None:
        """Send a part of a message as a literal."""
        talk.send(f"* {uid} FETCH (UID {uid} {name} {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")


def _uids(text: str) -> list[int]:
    uids: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition(":")
        uids += range(int(first), int(last or first) + 1)
    return uids


class FakePop3:
    """A script: a POP3 server that behaves, for tests to derive from and break in one place."""

    capabilities: tuple[str, ...] | None = ("UIDL", "TOP", "USER")

    def __init__(self, messages: list[bytes] | None = None) -> None:
        self.messages = messages or []
        self.deleted: set[int] = set()

    def __call__(self, talk: Talk) -> None:
        talk.send(b"+OK ready\r\n")
        while True:
            name, *arguments = talk.line().decode().split()
            self.answer(talk, name.upper(), [int(word) for word in arguments if word.isdigit()])
            if name.upper() == "QUIT":
                return

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        """Answer one command."""
        if name == "CAPA":
            if self.capabilities is None:
                talk.send(b"-ERR what?\r\n")
            else:
                self.lines(talk, "".join(f"{one}\r\n" for one in self.capabilities).encode())
        elif name == "STAT":
            talk.send(f"+OK {len(self.messages)} {sum(map(len, self.messages))}\r\n".encode())
        elif name == "LIST":
            sizes = (f"{number} {self.size(number)}\r\n" for number in range(1, len(self.messages) + 1))
            self.lines(talk, "".join(sizes).encode())
        elif name == "UIDL":
            names = (f"{number} id{number}\r\n" for number in range(1, len(self.messages) + 1))
            self.lines(talk, "".join(names).encode())
        elif name == "RETR":
            self.lines(talk, self.messages[numbers[0] - 1])
        elif name == "TOP":
            raw = self.messages[numbers[0] - 1]
            self.lines(talk, raw if numbers[1] else raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
        elif name == "DELE":
            self.deleted.add(numbers[0])
            talk.send(b"+OK marked\r\n")
        else:
            talk.send(b"+OK\r\n")

    def size(self, number: int) -> int:
        """What LIST says of a message."""
        return len(self.messages[number - 1])

    def lines(self, talk: Talk, body: bytes) -> None:
        """Send an answer of several lines, dots doubled."""
        stuffed = re.sub(rb"(?m)^\.", b"..", body)
        talk.send(b"+OK\r\n" + stuffed + b".\r\n")
