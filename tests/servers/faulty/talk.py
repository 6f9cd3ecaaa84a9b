"""The server's side of one connection."""

import asyncio
import contextlib
import ssl
from typing import NoReturn


class GoneError(Exception):
    """The connection ended, by whichever side."""


class Talk:
    """Lines in, bytes out. What a client sent is noted in `heard`, across connections."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: list[bytes]) -> None:
        self._reader = reader
        self._writer = writer
        self._heard = heard
        self.sent = 0
        """Bytes."""

    async def line(self) -> bytes:
        """Read a line without its end."""
        try:
            line = await self._reader.readuntil(b"\n")
        except (OSError, asyncio.IncompleteReadError) as error:
            raise GoneError from error
        self._heard.append(line.rstrip(b"\r\n"))
        return self._heard[-1]

    async def put(self, data: bytes) -> None:
        """Send bytes as they are."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise GoneError from error
        self.sent += len(data)

    async def drip(self, data: bytes, seconds: float) -> None:
        """Send bytes one at a time, `seconds` between them."""
        for at in range(len(data)):
            await self.put(data[at : at + 1])
            await asyncio.sleep(seconds)

    async def flood(self, data: bytes) -> NoReturn:
        """Send the same bytes until the client has enough of it."""
        while True:
            await self.put(data)

    async def silence(self) -> NoReturn:
        """Say nothing until the client goes."""
        with contextlib.suppress(OSError):
            while await self._reader.read(65_536):
                pass
        raise GoneError

    def hang_up(self) -> NoReturn:
        """Cut the connection, in the middle of whatever is being said; what was said still arrives."""
        raise GoneError

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Switch to TLS."""
        try:
            await self._writer.start_tls(context)
        except (OSError, EOFError) as error:
            raise GoneError from error

    async def close(self) -> None:
        """Close this side. What was said still arrives, as it would not if commands were unread: that makes a reset."""
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            if self._writer.can_write_eof():
                self._writer.write_eof()
                await asyncio.wait_for(self._reader.read(), 1)
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), 1)
        self.abort()

    def abort(self) -> None:
        """Close this side at once, wherever the talk was broken off; also where that was in the middle of closing."""
        self._writer.transport.abort()
