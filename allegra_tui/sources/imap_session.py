"""imapclient's session over a `Wire`: all reading and writing has limits, and several FETCHes can be under way."""

import contextlib
import imaplib
from collections.abc import Callable, Iterator, Sequence

from imapclient import IMAPClient
from imapclient.exceptions import ProtocolError

from allegra_tui.sources.imap_connection import LITERAL, Connection, told, translated
from allegra_tui.sources.imap_idle import Idle
from allegra_tui.sources.source import ConnectError, SourceError
from allegra_tui.sources.wire import LINE, MOST, Wire

_SET = 6_000
"""Bytes of the longest set of UIDs in one command; RFC 2683 has servers take lines of 8,000."""


class Session(IMAPClient):  # type: ignore[misc]
    """imapclient's session over a wire that is open already. Waits for the greeting."""

    connection: Connection

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        try:
            with translated(wire):
                super().__init__(wire.host, wire.port, ssl=False)  # TLS is the wire's affair
        except SourceError as error:
            wire.close()
            if type(error) is SourceError:
                raise ConnectError(f"{wire.address} does not greet as an IMAP server should: {error}") from error
            raise
        # imapclient has imaplib log all that passes, at the cost of a copy of every message.
        self.connection.debug = 0
        self.normalise_times = False
        self.idle = Idle(self.connection)

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

    @property
    def open(self) -> bool:
        """Whether a folder is open."""
        return bool(self.connection.state == "SELECTED")

    @contextlib.contextmanager
    def talking(self, size: int = 0, *, line: int = LINE, literal: int = LITERAL) -> Iterator[None]:
        """Run commands whose answers have about `size` bytes; what goes wrong becomes a `SourceError`."""
        connection = self.connection
        self.idle.stop()
        self.wire.expect(size + connection.owed)
        with translated(self.wire):
            connection.drain()
            connection.longest_line, connection.longest_literal = line, literal
            yield

    def search_uids(self, *criteria: str, at_most: int) -> set[int]:
        """Search for UIDs, of which there are about `at_most`."""
        size = 11 * min(at_most, MOST)
        with self.talking(size, line=LINE + size):
            status, lines = self.connection.uid("SEARCH", *criteria)
            if status != "OK":
                raise SourceError(f"{self.wire.address} does not list the folder: {self.wire.words(lines[0] or b'')}")
            return {int(number) for line in lines if line for number in line.split() if number.isdigit()}

    def refresh_capabilities(self) -> frozenset[str]:
        """Ask what the server can do, now: after log-in it is more, and imaplib keeps what was told before."""
        self._cached_capabilities = None
        self.connection.untagged_responses.pop("CAPABILITY", None)
        return frozenset(self.wire.words(name) for name in self.capabilities())

    def refusal(self, command: Callable[..., object], *args: object, **options: object) -> str | None:
        """Run a command and return the server's words where it answers NO or BAD, None where it obeys."""
        try:
            command(*args, **options)
        except (imaplib.IMAP4.abort, ProtocolError):
            raise
        except imaplib.IMAP4.error as error:
            return told(self.wire, error)
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
