"""One request to a provider: over TLS, of bounded time and size, without following where it points elsewhere."""

import http.client
import io
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from allegra_tui import __version__
from allegra_tui.sources import tls
from allegra_tui.sources.cancellation import Cancellation
from allegra_tui.sources.concealed import Concealed
from allegra_tui.sources.source import ConnectError
from allegra_tui.sources.wire import EndedError, Wire

_CONNECT_SECONDS = 15.0
_ANSWER_SECONDS = 20.0
_LONGEST = 65_536
"""Bytes of the longest answer; a token has some thousand."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes = field(repr=False)


def post(address: str, form: str, *, ca_pem: str | None, cancellation: Cancellation, concealed: Concealed) -> Answer:
    """Send a form to an https address. Raises `SourceError` where no answer is had that can be read."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise ConnectError(f"{address} is no https address: nothing is sent")
    wire = Wire(
        parts.hostname,
        parts.port or 443,
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_ANSWER_SECONDS,
        cancellation=cancellation,
        concealed=concealed,
    )
    try:
        wire.open(wire.resolve())
        wire.start_tls(tls.web(parts.hostname, ca_pem))
        wire.expect(_LONGEST)
        return _asked(wire, f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}", form)
    finally:
        wire.close()


def _asked(wire: Wire, target: str, form: str) -> Answer:
    connection = _Connection(wire)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "User-Agent": f"allegra-tui/{__version__}",
        "Connection": "close",
    }
    try:
        connection.request("POST", target, form.encode("ascii"), headers)
        response = connection.getresponse()
        body = response.read(_LONGEST + 1)
    except (http.client.HTTPException, ValueError) as error:
        raise ConnectError(
            f"{wire.address} sent what is not HTTP: {wire.words(str(error)) or type(error).__name__}"
        ) from error
    if len(body) > _LONGEST:
        raise ConnectError(f"{wire.address} sent more than {_LONGEST} bytes where fewer were to come")
    if response.status // 100 == 3:
        raise ConnectError(f"{wire.address} points elsewhere (status {response.status}): that is not followed")
    return Answer(response.status, body)


class _Connection(http.client.HTTPConnection):
    """http.client's protocol engine; all its reading and writing is the wire's."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire.host, wire.port)
        self.default_port = 443  # which the Host header then leaves out
        self._wire = wire

    def connect(self) -> None:
        """Take the wire as it is: connected, with TLS."""
        self.sock: Any = _Socket(self._wire)


class _Socket:
    """What http.client needs of a socket."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.sendall = wire.send

    def makefile(self, mode: str) -> io.BufferedReader:
        """Read from the wire."""
        return io.BufferedReader(_Reader(self._wire))

    def close(self) -> None:
        """Leave it open: the answer is read when http.client is done with the socket."""


class _Reader(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what is there; 0 once the server has ended the connection."""
        if self._ended:
            return 0
        try:
            data = self._wire.read_some(len(buffer))
        except EndedError:
            self._ended = True
            return 0
        buffer[: len(data)] = data
        return len(data)
