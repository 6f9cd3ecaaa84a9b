"""A connection on which nothing waits without a limit, nothing grows without a limit, and which can be cut at any time.

imaplib and poplib read and write through it, so they need no time limits of their own.
"""

import contextlib
import io
import math
import socket
import ssl
import threading
import time
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures import Future, InvalidStateError

from allegra_tui.sources.cancellation import Address, Cancellation
from allegra_tui.sources.concealed import Concealed, words
from allegra_tui.sources.source import CancelledError, Certificate, ConnectError, DeadlineError, SourceError, TlsError
from allegra_tui.sources.tls import Handshake

SLOWEST = 20_000
"""Bytes a second that a server must reach over a whole command, besides its `read_timeout`."""
LINE = 65_536
"""Bytes of the longest line that is read where a caller expects no longer one."""
_SLACK = 256 * 1024
_NEWS = 100
"""Bytes that a server may send besides those asked for: status lines, and news of every message in the folder."""
MOST = 500_000
"""Messages of a folder that the limits grow with; a server may say that it holds billions."""
_CHUNK = 65_536
_KEEP_ALIVE = (("TCP_KEEPIDLE", 120), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4))
"""Seconds of silence before the kernel asks whether the other side is still there, between two such questions, and how
many go unanswered: a connection that waits for news notices within four minutes that it leads nowhere."""


class OversizedError(ConnectError):
    """A server sends far more than was asked for. The rest is not read, so the connection is of no more use."""

    key = ""
    """The message it was about, where that is known."""


class EndedError(ConnectError):
    """The server closed the connection, in order."""


class Wire:
    """A TCP connection, later perhaps with TLS. Errors are `SourceError`s that name host and port.

    Time counts only while it waits for the server: what the caller does between two reads is not held against it.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        connect_timeout: float,
        read_timeout: float,
        cancellation: Cancellation,
        concealed: Concealed,
    ) -> None:
        """`concealed` holds what is sent over it in confidence."""
        self.host = host
        self.port = port
        self.address = f"{f'[{host}]' if ':' in host else host}:{port}"
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._cancellation = cancellation
        self.words = concealed.words
        """See `Concealed.words`: for whatever the server says that people are to read."""
        self._sock: socket.socket | None = None
        self._data = b""
        self._at = 0
        self._seconds_left = 0.0
        self._bytes_left = 0
        self.messages = 0
        """How many the folder is said to hold; a server may tell something of each of them at any time."""

    @property
    def sock(self) -> socket.socket:
        """The connected socket; `ConnectError` where there is none (any more)."""
        if self._sock is None:
            self._cancellation.check()
            raise ConnectError(f"the connection to {self.address} is closed")
        return self._sock

    @property
    def encrypted(self) -> bool:
        """Whether TLS is on."""
        return isinstance(self._sock, ssl.SSLSocket)

    @property
    def alive(self) -> bool:
        """Whether it is worth saying good-bye."""
        return self._sock is not None and not self._cancellation.requested

    def resolve(self) -> list[Address]:
        """Look the host name up, in a thread, since the system's resolver has no time limit of its own."""
        future: Future[list[Address]] = Future()

        def look_up() -> None:
            found: list[Address] = []
            problem: BaseException | None = None
            try:
                infos = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
                found = [(family, address) for family, _, _, _, address in infos]
            except (OSError, UnicodeError) as error:
                problem = error
            with contextlib.suppress(InvalidStateError):  # nobody waits any more
                future.set_exception(problem) if problem else future.set_result(found)

        self._cancellation.watch(resolving=future)
        threading.Thread(target=look_up, name=f"resolve {self.host}", daemon=True).start()
        try:
            return future.result(self._connect_timeout)
        except FutureCancelledError as error:
            raise CancelledError("cancelled") from error
        except TimeoutError as error:
            raise DeadlineError(
                f"the name {self.host} was not resolved within {self._connect_timeout:g} s: look at the name server"
            ) from error
        except (OSError, UnicodeError) as error:
            raise ConnectError(f"the host name {self.host} cannot be resolved: {_words(error)}") from error

    def open(self, addresses: list[Address]) -> str:
        """Connect to the first address that answers, and tell it. All of them together have the time to connect."""
        end = time.monotonic() + self._connect_timeout
        problem: OSError = OSError("it has no address")
        for number, (family, address) in enumerate(addresses):
            try:
                sock = socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:  # a host without IPv6 is told the IPv6 addresses of others all the same
                problem = error
                continue
            try:
                self._cancellation.watch(sock=sock)
                sock.settimeout(max(0.001, (end - time.monotonic()) / (len(addresses) - number)))
                sock.connect(address)
                self._cancellation.check()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _keep_alive(sock)
            except OSError as error:
                sock.close()
                self._cancellation.check()
                problem = error
            except CancelledError:
                sock.close()
                raise
            else:
                self._sock = sock
                self.expect(0)
                return str(address[0])
        if isinstance(problem, TimeoutError):
            raise DeadlineError(
                f"{self.address} did not accept a connection within {self._connect_timeout:g} s: "
                "look at host, port and firewall"
            ) from problem
        raise ConnectError(f"no connection to {self.address}: {_words(problem)}; look at host and port") from problem

    def start_tls(self, handshake: Handshake) -> Certificate:
        """Switch to TLS. Raises `TlsError` where the server is not trusted, or sent anything ahead of the handshake."""
        if self._at < len(self._data):
            # Plain bytes that would be taken for the first words of the encrypted session (CVE-2011-0411).
            raise TlsError(f"{self.address} sent more than its answer before TLS began: somebody may be tampering")
        try:
            wrapped, shake = handshake(self.sock)
            self._sock = wrapped  # the old one is detached
            self._cancellation.watch(sock=wrapped)
            wrapped.settimeout(self._read_timeout)
            return shake()
        except TlsError as error:
            error.args = (f"{self.address}: {error}",)
            raise
        except TimeoutError as error:
            self._cancellation.check()
            raise DeadlineError(
                f"{self.address} did not finish the TLS handshake within {self._read_timeout:g} s"
            ) from error
        except ssl.SSLError as error:
            self._cancellation.check()
            raise TlsError(f"{self.address}: {_tls_words(error)}") from error
        except OSError as error:
            self._cancellation.check()
            raise TlsError(f"{self.address} hung up during the TLS handshake: {_words(error)}") from error

    def expect(self, size: int) -> None:
        """Set the limits for what comes next, an answer of about `size` bytes: the time, and the bytes."""
        self._seconds_left = self._read_timeout + size / SLOWEST
        self._bytes_left = 2 * size + _SLACK + _NEWS * min(self.messages, MOST // 5)

    def be_through(self) -> None:
        """Make sure that nothing is left unread of the answers so far; what there is would be taken for the next one.

        Raises `ConnectError`, and closes the connection.
        """
        if self._at < len(self._data):
            self.close()
            raise ConnectError(f"{self.address} sent more than the answer to what it was asked for")

    def hurry(self, seconds: float) -> None:
        """Wait no longer than this for what comes next, until `expect` sets the limits anew."""
        self._seconds_left = min(self._seconds_left, seconds)

    def comes(self, seconds: float) -> bool:
        """Wait for a line that the server may send by itself, at most so long; whether one is there to be read.

        Silence is in order here, and costs nothing of the time for the next answer. The bytes count as ever.
        """
        end = time.monotonic() + seconds
        while b"\n" not in self._data[self._at :] and len(self._data) - self._at <= LINE:
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._seconds_left = self._read_timeout
            data = self._receive(left, silence=True)
            if not data:
                return False
            self._data, self._at = self._data[self._at :] + data, 0
        return True

    def send(self, data: bytes) -> None:
        """Send all of it."""
        sock = self.sock
        try:
            sock.settimeout(self._read_timeout)
            sock.sendall(data)
        except TimeoutError as error:
            self._give_up()
            raise DeadlineError(f"{self.address} did not take a command within {self._read_timeout:g} s") from error
        except OSError as error:
            self._give_up()
            raise ConnectError(f"{self.address} closed the connection: {_words(error)}") from error

    def readline(self, limit: int = LINE) -> bytes:
        """Read a line with its LF."""
        looked = self._at
        while (end := self._data.find(b"\n", looked)) < 0:
            if len(self._data) - self._at > limit:
                break
            looked = len(self._data) - self._at
            self._data = self._data[self._at :] + self._receive()
            self._at = 0
        if not 0 <= end - self._at < limit:
            self.close()
            raise ConnectError(f"{self.address} sent a line of more than {limit} bytes")
        line = self._data[self._at : end + 1]
        self._at = end + 1
        return line

    def read(self, size: int) -> bytes:
        """Read exactly `size` bytes. Memory grows with what arrives, not with what was announced."""
        have = len(self._data) - self._at
        if have >= size:
            part = self._data[self._at : self._at + size]
            self._at += size
            return part
        collected = io.BytesIO()  # its value is taken without another copy
        collected.write(memoryview(self._data)[self._at :])
        self._data, self._at = b"", 0
        while (missing := size - collected.tell()) > 0:
            chunk = self._receive()
            collected.write(chunk if len(chunk) <= missing else memoryview(chunk)[:missing])
            if len(chunk) > missing:
                self._data, self._at = chunk, missing
        return collected.getvalue()

    def read_some(self, size: int) -> bytes:
        """Read what is there, at most `size` bytes; waits for the first. Raises `EndedError` after the last."""
        chunk = self._data[self._at :] or self._receive()
        self._data, self._at = chunk[size:], 0
        return chunk[:size]

    def read_until(self, mark: bytes, limit: int, *, after: bytes = b"") -> bytes:
        """Read up to and with `mark`, which may begin in what was read just before (`after`).

        Raises `OversizedError` after `limit` bytes without it.
        """
        collected = io.BytesIO()
        tail = after
        while True:
            chunk = self._data[self._at :] if self._at else self._data
            self._data, self._at = b"", 0
            chunk = chunk or self._receive()
            window = tail + chunk
            if (found := window.find(mark)) >= 0:
                used = found + len(mark) - len(tail)
                collected.write(chunk[:used])
                self._data, self._at = chunk, used
                return collected.getvalue()
            collected.write(chunk)
            if collected.tell() > limit:
                self.close()
                raise OversizedError(f"{self.address} sent more than {limit} bytes where fewer were to come")
            tail = window[1 - len(mark) :]

    def _receive(self, at_most: float = math.inf, *, silence: bool = False) -> bytes:
        """Take what has arrived, or wait for it within the limits. After an error the connection is closed.

        Otherwise a late answer could be taken for that to a later command. With `silence` nothing is an answer too.
        """
        sock = self.sock
        self._cancellation.check()
        wait = max(0.001, min(self._read_timeout, self._seconds_left, at_most))
        began = time.monotonic()
        try:
            sock.settimeout(wait)
            data = sock.recv(_CHUNK)
            self._cancellation.check()
            self._seconds_left -= time.monotonic() - began
            self._bytes_left -= len(data)
            if not data:
                raise EndedError(f"{self.address} closed the connection")
            if self._seconds_left <= 0:
                raise DeadlineError(f"{self.address} is too slow: what it was asked for did not arrive in time")
            if self._bytes_left < 0:
                raise ConnectError(f"{self.address} sent far more than it was asked for")
        except TimeoutError as error:
            if silence and error.errno is None:  # with one it is the kernel's, whose questions nobody answered
                self._cancellation.check()
                return b""
            self._give_up()
            raise DeadlineError(f"{self.address} did not go on within {wait:.3g} s") from error
        except OSError as error:
            self._give_up()
            raise ConnectError(f"{self.address} closed the connection: {_words(error)}") from error
        except SourceError:
            self.close()
            raise
        return data

    def _give_up(self) -> None:
        """Close the connection; `CancelledError` where that was asked for, whatever error it showed as."""
        self.close()
        self._cancellation.check()

    def close(self) -> None:
        """Close the socket. Never raises, and may be called twice."""
        sock, self._sock = self._sock, None
        self._data, self._at = b"", 0
        if sock is not None:
            with contextlib.suppress(CancelledError):
                self._cancellation.watch()
            with contextlib.suppress(OSError):
                sock.close()


def _keep_alive(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEP_ALIVE:
        if hasattr(socket, name):  # each system has its own
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _words(error: OSError | UnicodeError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return words(str(error)) or type(error).__name__


def _tls_words(error: ssl.SSLError) -> str:
    reason = (error.reason or "").replace("_", " ").lower()
    if "wrong version number" in reason or "record layer failure" in reason or "http request" in reason:
        return "does not speak TLS on this port: look at the port, or choose another encryption"
    return f"the TLS handshake failed: {reason or words(str(error))}"
