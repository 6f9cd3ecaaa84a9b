"""imapclient's session over a `Wire`: all reading and writing has limits, and several FETCHes can be under way."""

import contextlib
import imaplib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import LoginError as ClientLoginError
from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_fetch_response

from allegra_tui.sources.source import Certificate, ConnectError, FolderError, SourceError, TlsError
from allegra_tui.sources.tls import Handshake
from allegra_tui.sources.wire import LINE, OversizedError, Wire, words

LITERAL = 1024 * 1024
"""Bytes of the longest literal that is read where no message was asked for."""
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SET = 6_000
"""Bytes of the longest set of UIDs in one command; RFC 2683 has servers take lines of 8,000."""


class Connection(imaplib.IMAP4):
    """imaplib's protocol engine; all its reading and writing is the wire's."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.longest_line = LINE
        self.longest_literal = LITERAL
        self.owed = 0
        """Bytes that may still come for commands which nobody waits for any more."""
        self._line = b""
        super().__init__(wire.host, wire.port)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Take the wire as it is: connected, and with TLS where the port asks for it."""
        self.host, self.port, self.sock = host, port, self.wire.sock

    def read(self, size: int) -> bytes:
        """Read a literal, unless it is longer than anything that was asked for (python/cpython#119511)."""
        if size > self.longest_literal:
            error = OversizedError(
                f"{self.wire.address} announced {size} bytes where at most {self.longest_literal} were to come"
            )
            if uid := _UID.search(self._line):
                error.key = uid[1].decode()
            self.wire.close()
            raise error
        return self.wire.read(size)

    def readline(self) -> bytes:
        """Read a line of bounded length."""
        self._line = self.wire.readline(self.longest_line)
        return self._line

    def send(self, data: Any) -> None:
        """Send a command or a part of one."""
        self.wire.send(data)

    def shutdown(self) -> None:
        """Close the connection."""
        self.wire.close()

    def upgrade(self, handshake: Handshake) -> Certificate:
        """Switch to TLS by RFC 3501 6.2.1. What the server said before is forgotten, its capabilities asked anew."""
        status, data = self._simple_command("STARTTLS")
        if status != "OK":
            raise TlsError(f"{self.wire.address} refuses STARTTLS: {words(data[0] or b'')}")
        certificate = self.wire.start_tls(handshake)
        self.sock = self.wire.sock
        self.untagged_responses = {}
        self._get_capabilities()
        return certificate

    def ask_fetch(self, uids: str, items: str) -> bytes:
        """Send a UID FETCH without waiting, and return its tag."""
        tag: bytes = self._command("UID", "FETCH", uids, items)
        return tag

    def next_fetched(self) -> dict[int, dict[bytes, Any]]:
        """Read one response; what it tells of messages, by UID. Anything else yields nothing."""
        self._get_response()
        self._check_bye()
        data: Any = self.untagged_responses.pop("FETCH", None)
        return parse_fetch_response(data, normalise_times=False) if data else {}

    def answered(self, tag: bytes) -> tuple[str, bytes] | None:
        """Return the status and text of a command that is complete, once; None while it is not."""
        answer: Any = self.tagged_commands[tag]
        if answer is None:
            return None
        del self.tagged_commands[tag]
        return answer[0], answer[1][0]

    def drain(self) -> None:
        """Read away the answers to commands that nobody waits for any more."""
        while any(answer is None for answer in self.tagged_commands.values()):
            self.next_fetched()
        self.tagged_commands.clear()
        self.owed = 0

    def _log(self, line: str) -> None:
        """Keep no log of commands: one of them holds the password."""


class Session(IMAPClient):  # type: ignore[misc]
    """imapclient's session over a wire that is open already. Waits for the greeting."""

    connection: Connection

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        try:
            with _translated(wire):
                super().__init__(wire.host, wire.port, ssl=False)  # TLS is the wire's affair
        except SourceError as error:
            wire.close()
            if type(error) is SourceError:
                raise ConnectError(f"{wire.address} does not greet as an IMAP server should: {error}") from error
            raise
        # imapclient has imaplib log all that passes, at the cost of a copy of every message.
        self.connection.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self) -> Connection:  # noqa: N802
        self.connection = Connection(self.wire)
        return self.connection

    def _set_read_timeout(self) -> None:
        """The wire sets its limits itself."""

    def _check_resp(self, expected: str, command: str, typ: str, data: Sequence[bytes]) -> None:
        """Raise with the server's words as they are; imapclient's own check drops what is not ASCII, and logs it."""
        if typ != expected:
            raise imaplib.IMAP4.error(data[0])

    @property
    def preauthenticated(self) -> bool:
        """Whether the server greets as if somebody had logged in."""
        return bool(self.connection.state == "AUTH")

    @contextlib.contextmanager
    def talking(self, size: int = 0, *, line: int = LINE, literal: int = LITERAL) -> Iterator[None]:
        """Run commands whose answers have about `size` bytes; what goes wrong becomes a `SourceError`."""
        connection = self.connection
        self.wire.expect(size + connection.owed)
        with _translated(self.wire):
            connection.drain()
            connection.longest_line, connection.longest_literal = line, literal
            yield

    def search_uids(self, *criteria: str, at_most: int) -> set[int]:
        """Search for UIDs, of which there are about `at_most`."""
        size = 11 * at_most
        with self.talking(size, line=LINE + 2 * size):
            status, lines = self.connection.uid("SEARCH", *criteria)
            if status != "OK":
                raise SourceError(f"{self.wire.address} does not list the folder: {words(lines[0] or b'')}")
            return {int(number) for line in lines if line for number in line.split() if number.isdigit()}

    def refresh_capabilities(self) -> frozenset[str]:
        """Ask what the server can do, now: after log-in it is more, and imaplib keeps what was told before."""
        self._cached_capabilities = None
        self.connection.untagged_responses.pop("CAPABILITY", None)
        return frozenset(words(name) for name in self.capabilities())


@contextlib.contextmanager
def _translated(wire: Wire) -> Iterator[None]:
    """Turn the errors of imaplib and imapclient into those of a source; after most the connection is of no use."""
    try:
        yield
    except imaplib.IMAP4.readonly as error:
        raise FolderError(f"{wire.address} has made the folder read-only: look at the account's rights") from error
    except imaplib.IMAP4.abort as error:
        wire.close()
        raise ConnectError(f"{wire.address} ended the session: {told(error)}") from error
    except ProtocolError as error:
        wire.close()
        raise ConnectError(f"{wire.address} sent what is not IMAP: {told(error)}") from error
    except imaplib.IMAP4.error as error:
        raise SourceError(f"{wire.address}: {told(error)}") from error
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        # Neither library checks everything before it takes it apart.
        wire.close()
        raise ConnectError(f"{wire.address} sent what is not IMAP: {words(str(error))}") from error


def told(error: BaseException) -> str:
    """Return what a server said, out of an exception of imaplib or imapclient."""
    if isinstance(error, ClientLoginError) and error.__context__ is not None:
        error = error.__context__
    text = error.args[0] if error.args else ""
    return words(text if isinstance(text, bytes | str) else str(text))


def refusal(command: Callable[..., object], *args: object, **options: object) -> str | None:
    """Run a command and return the server's words where it answers NO or BAD, None where it obeys."""
    try:
        command(*args, **options)
    except (imaplib.IMAP4.abort, ProtocolError):
        raise
    except imaplib.IMAP4.error as error:
        return told(error)
    return None


def uid_sets(uids: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
    """Write UIDs as sets such as `1:3,7`, each short enough for one command, along with the UIDs it holds."""
    parts: list[str] = []
    held: list[int] = []
    length = 0
    for first, last in _runs(sorted(uids)):
        part = str(first) if first == last else f"{first}:{last}"
        if parts and length + len(part) > _SET:
            yield ",".join(parts), held
            parts, held, length = [], [], 0
        parts.append(part)
        held.extend(range(first, last + 1))
        length += len(part) + 1
    if parts:
        yield ",".join(parts), held


def _runs(uids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of consecutive numbers."""
    if not uids:
        return
    first = last = uids[0]
    for uid in uids:
        if uid > last + 1:
            yield first, last
            first = uid
        last = uid
    yield first, last
