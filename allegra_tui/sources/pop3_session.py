"""poplib's session over a `Wire`: lines of any sane length, commands sent ahead, messages read in one piece."""

import base64
import contextlib
import poplib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from allegra_tui.sources import sasl
from allegra_tui.sources.concealed import words
from allegra_tui.sources.source import Certificate, ConnectError, SourceError
from allegra_tui.sources.tls import Handshake
from allegra_tui.sources.wire import MOST, Wire

_PER_MESSAGE = 80
"""About how many bytes UIDL or LIST has for a message."""
_MORE = 1_000
"""Lines that they may have besides those of the messages a server counted."""
_AHEAD = 20
_BYTES_AHEAD = 1024 * 1024
"""How many commands, and bytes of answers, may be under way with a server that takes them ahead (RFC 2449 6.6)."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command about one message, and about how many bytes its answer has."""

    key: str
    text: str
    size: int = 0
    multiline: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says to it: the text after +OK or -ERR, and the lines that follow, dots undone."""

    command: Command
    ok: bool
    text: str
    body: bytes = b""


class Session(poplib.POP3):
    """poplib's session over a wire that is open already. Waits for the greeting."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._crlf = True
        self.owed: deque[Command] = deque()
        """Commands under way whose answers nobody waits for any more; they are read before the next one is sent."""
        try:
            with translated(wire):
                super().__init__(wire.host, wire.port)
        except SourceError as error:
            wire.close()
            if type(error) is SourceError:
                raise ConnectError(f"{wire.address} does not greet as a POP3 server should: {error}") from error
            raise

    def _create_socket(self, timeout: float | None) -> Any:
        return _Socket(self.wire)

    def _getline(self) -> tuple[bytes, int]:
        line = self.wire.readline()
        self._crlf = line.endswith(b"\r\n")
        return line.rstrip(b"\r\n"), len(line)

    def _putcmd(self, line: str) -> None:
        self._drain()
        self.wire.be_through()
        super()._putcmd(line)  # type: ignore[misc]

    def _drain(self) -> None:
        """Read away what is owed."""
        with translated(self.wire):
            while self.owed:
                self.wire.expect(_size(self.owed))
                self._answer(self.owed.popleft())

    def abilities(self) -> dict[str, list[str]]:
        """Ask what the server can do (RFC 2449); empty where it does not tell."""
        with translated(self.wire):
            try:
                return {name.upper(): values for name, values in self.capa().items()}
            except poplib.error_proto:
                return {}

    def upgrade(self, handshake: Handshake) -> Certificate:
        """Switch to TLS by RFC 2595 4. Raises `poplib.error_proto` where the server refuses."""
        self._shortcmd("STLS")  # type: ignore[attr-defined]
        return self.wire.start_tls(handshake)

    def authenticate(self, mechanism: str, initial: bytes) -> str | None:
        """Log in by SASL (RFC 5034), and return why it is refused.

        What the client says first has a line of its own: a token is longer than a command may be (RFC 5034 4).
        """
        error = b""
        try:
            self._shortcmd(f"AUTH {mechanism}")  # type: ignore[attr-defined]
            answer: bytes = self._shortcmd(base64.b64encode(initial).decode())  # type: ignore[attr-defined]
            if answer.upper().startswith(b"+OK"):
                return None
            error = base64.b64decode(answer[1:].strip())
            self._shortcmd(base64.b64encode(sasl.acknowledgement(mechanism)).decode())  # type: ignore[attr-defined]
        except poplib.error_proto as refused:
            reasons = (told(self.wire, refused), sasl.reason(error, self.wire.words))
            return "; ".join(text for text in reasons if text)
        raise ConnectError(f"{self.wire.address} does not end the log-in as a POP3 server should")

    def table(self, command: str, count: int) -> dict[int, str]:
        """Ask for the LIST or UIDL of all messages, of which there are about `count`; what is told of each, by number.

        What does not begin with a number is passed over. Raises `poplib.error_proto` where the server refuses.
        """
        most = min(count, MOST) + _MORE
        self.wire.expect(_PER_MESSAGE * most)
        self._shortcmd(command)  # type: ignore[attr-defined]
        found: dict[int, str] = {}
        for _ in range(most):
            line, _length = self._getline()
            if line == b".":
                return found
            number, _, rest = line.strip().partition(b" ")
            if number.isdigit():
                found[int(number)] = words(rest)
        self.wire.close()
        raise ConnectError(f"{self.wire.address} sent far more than it was asked for")

    def in_turn(self, commands: Iterable[Command], *, ahead: bool) -> Iterator[Answer]:
        """Send commands and yield their answers in order; with `ahead`, some before the first answer came.

        Dropped before its end, it leaves what is under way `owed`.
        """
        self._drain()
        todo = deque(commands)
        waiting: deque[Command] = deque()
        try:
            while todo or waiting:
                with translated(self.wire):
                    if not waiting:
                        self.wire.be_through()
                    while todo and (not waiting or (ahead and len(waiting) < _AHEAD and _size(waiting) < _BYTES_AHEAD)):
                        super()._putcmd(todo[0].text)  # type: ignore[misc]
                        waiting.append(todo.popleft())
                    self.wire.expect(_size(waiting))
                    answer = self._answer(waiting.popleft())
                yield answer
        except GeneratorExit:
            self.owed, waiting = waiting, deque()
            raise
        finally:
            if waiting:
                self.wire.close()  # nobody knows which answer is which any more

    def _answer(self, command: Command) -> Answer:
        status, _ = self._getline()
        if status[:4].upper() == b"-ERR":
            return Answer(command, ok=False, text=told(self.wire, poplib.error_proto(status)))
        if status[:3].upper() != b"+OK":
            # A message that ended too early; taken for a refusal, its rest would give each message the one before it.
            self.wire.close()
            raise ConnectError(f"{self.wire.address} answers neither +OK nor -ERR: {self.wire.words(status)}")
        body = self._lines(2 * command.size + 65_536) if command.multiline else b""
        return Answer(command, ok=True, text=self.wire.words(status[3:]), body=body)

    def _lines(self, limit: int) -> bytes:
        """Read the lines of an answer and undo their dots (RFC 1939 3). Where its status ends with LF, all lines do."""
        end = b"\r\n" if self._crlf else b"\n"
        body = self.wire.read_until(end + b"." + end, limit, after=end)
        body = body[: -len(end) - 1]
        if body.startswith(b".."):
            body = body[1:]
        return body.replace(end + b"..", end + b".")


class _Socket:
    """What poplib needs of a socket."""

    def __init__(self, wire: Wire) -> None:
        self.sendall = wire.send
        self.close = wire.close

    def makefile(self, mode: str) -> "_Socket":
        """Stand in for the file too; lines are read by the session."""
        return self

    def shutdown(self, how: int) -> None:
        """Leave it to `close`."""


def _size(commands: Iterable[Command]) -> int:
    return sum(command.size for command in commands)


@contextlib.contextmanager
def translated(wire: Wire) -> Iterator[None]:
    """Turn the errors of poplib into those of a source."""
    try:
        yield
    except poplib.error_proto as error:
        raise SourceError(f"{wire.address}: {told(wire, error)}") from error
    except (ArithmeticError, ValueError, LookupError, TypeError, AttributeError) as error:
        # poplib takes apart what it has not checked.
        wire.close()
        raise ConnectError(f"{wire.address} sent what is not POP3: {wire.words(str(error))}") from error


def told(wire: Wire, error: poplib.error_proto) -> str:
    """Return the server's words without -ERR."""
    text = error.args[0] if error.args else ""
    told = wire.words(text if isinstance(text, bytes | str) else str(text))
    return told.removeprefix("-ERR").strip() or "no reason given"
