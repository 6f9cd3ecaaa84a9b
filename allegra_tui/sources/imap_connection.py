"""imaplib's protocol engine over a `Wire`, and what its errors mean."""

import base64
import contextlib
import imaplib
import re
from collections.abc import Iterator
from typing import Any

from imapclient.exceptions import LoginError as ClientLoginError
from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_fetch_response

from allegra_tui.sources import sasl
from allegra_tui.sources.source import Certificate, ConnectError, FolderError, SourceError, TlsError
from allegra_tui.sources.tls import Handshake
from allegra_tui.sources.wire import LINE, OversizedError, Wire

LITERAL = 1024 * 1024
"""Bytes of the longest literal that is read where no message was asked for."""
_UNCHECKED = ArithmeticError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError
"""What the libraries fall over: neither checks everything before it takes it apart."""
_UID = re.compile(rb"\bUID (\d{1,10})\b")


class Connection(imaplib.IMAP4):
    """imaplib's protocol engine; all its reading and writing is the wire's."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.longest_line = LINE
        self.longest_literal = LITERAL
        self.owed = 0
        """Bytes that may still come for commands which nobody waits for any more."""
        self.grown = False
        """Whether the folder gained a message since this was last set to False."""
        self._count = 0
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
            raise TlsError(f"{self.wire.address} refuses STARTTLS: {self.wire.words(data[0] or b'')}")
        certificate = self.wire.start_tls(handshake)
        self.sock = self.wire.sock
        self.untagged_responses = {}
        self._get_capabilities()
        return certificate

    def give_token(self, mechanism: str, initial: bytes, *, at_once: bool) -> str | None:
        """Log in with a token: within the command (RFC 4959) or, asked for it, after it. Returns why it is refused."""
        exchange = _Exchange(mechanism, [] if at_once else [initial])
        self.literal = exchange.answer  # type: ignore[assignment]
        command = [mechanism, base64.b64encode(initial).decode()] if at_once else [mechanism]
        status, data = self._simple_command("AUTHENTICATE", *command)
        if status == "OK":
            self.state = "AUTH"
            return None
        words = self.wire.words
        return "; ".join(text for text in (words(data[-1] or b""), sasl.reason(exchange.error, words)) if text)

    def ask_fetch(self, uids: str, items: str) -> bytes:
        """Send a UID FETCH without waiting, and return its tag."""
        tag: bytes = self._command("UID", "FETCH", uids, items)
        return tag

    def next_fetched(self) -> dict[int, dict[bytes, Any]]:
        """Read one response; what it tells of messages, by UID. Anything else yields nothing.

        imapclient would take a sequence number for the UID where a server leaves that out.
        """
        self._get_response()
        self._check_bye()
        data: Any = self.untagged_responses.pop("FETCH", None)
        found = parse_fetch_response(data, normalise_times=False, uid_is_key=False) if data else {}
        return {told[b"UID"]: told for told in found.values() if b"UID" in told}

    def answered(self, tag: bytes) -> tuple[str, bytes] | None:
        """Return the status and text of a command that is complete, once; None while it is not."""
        answer: Any = self.tagged_commands[tag]
        if answer is None:
            return None
        del self.tagged_commands[tag]
        return answer[0], answer[1][0]

    def begin_idle(self) -> bytes | str:
        """Send IDLE (RFC 2177) and wait until the server agrees: the command's tag, or the words it refuses with."""
        tag: bytes = self._command("IDLE")
        while self._get_response() is not None:
            self._check_bye()
            if answer := self.answered(tag):
                return self.wire.words(answer[1]) or answer[0]
        return tag

    def next_news(self) -> None:
        """Read one response that comes by itself; what is kept of it is `grown`."""
        self._get_response()
        self._check_bye()
        self.untagged_responses.clear()

    def end_idle(self, tag: bytes) -> None:
        """Leave IDLE and read what the server still says to it."""
        self.send(b"DONE\r\n")
        while self.answered(tag) is None:
            self.next_news()

    def _append_untagged(self, typ: str, dat: bytes | tuple[bytes, bytes]) -> None:
        """Keep a response, and count the folder's messages by the way: imaplib loses the order of what it keeps."""
        if typ == "EXPUNGE":
            self._count -= 1
        elif typ == "EXISTS" and isinstance(dat, bytes) and dat.isdigit():
            self.grown = self.grown or int(dat) > self._count
            self._count = int(dat)
        super()._append_untagged(typ, dat)  # type: ignore[misc]

    def drain(self) -> None:
        """Read away the answers to commands that nobody waits for any more."""
        while any(answer is None for answer in self.tagged_commands.values()):
            self.next_fetched()
        self.tagged_commands.clear()
        self.owed = 0

    def _log(self, line: str) -> None:
        """Keep no log of commands: one of them holds the password."""


class _Exchange:
    """What is answered when a server asks to go on: what is to be said first, then that its error was heard."""

    def __init__(self, mechanism: str, to_say: list[bytes]) -> None:
        self._mechanism = mechanism
        self._to_say = to_say
        self.error = b""

    def answer(self, asked: bytes) -> bytes:
        """Return the line to send (imaplib calls it with what the server sent)."""
        if self._to_say:
            return base64.b64encode(self._to_say.pop())
        self.error = base64.b64decode(asked)
        return base64.b64encode(sasl.acknowledgement(self._mechanism))


@contextlib.contextmanager
def translated(wire: Wire) -> Iterator[None]:
    """Turn the errors of imaplib and imapclient into those of a source; after most the connection is of no use."""
    try:
        yield
    except imaplib.IMAP4.readonly as error:
        raise FolderError(f"{wire.address} has made the folder read-only: look at the account's rights") from error
    except imaplib.IMAP4.abort as error:
        wire.close()
        raise ConnectError(f"{wire.address} ended the session: {told(wire, error)}") from error
    except ProtocolError as error:
        wire.close()
        raise ConnectError(f"{wire.address} sent what is not IMAP: {told(wire, error)}") from error
    except imaplib.IMAP4.error as error:
        raise SourceError(f"{wire.address}: {told(wire, error)}") from error
    except UnicodeError as error:
        wire.close()
        raise ConnectError(f"{wire.address} sent what is not IMAP: other letters where it has ASCII alone") from error
    except _UNCHECKED as error:
        wire.close()
        raise ConnectError(f"{wire.address} sent what is not IMAP: {wire.words(str(error))}") from error


def told(wire: Wire, error: BaseException) -> str:
    """Return what a server said, out of an exception of imaplib or imapclient."""
    if isinstance(error, ClientLoginError) and error.__context__ is not None:
        error = error.__context__
    text = error.args[0] if error.args else ""
    return wire.words(text if isinstance(text, bytes | str) else str(text))
