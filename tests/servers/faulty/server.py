"""A faulty server in a thread of its own."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

from allegra_tui.model.settings import Mailbox, Protocol, Security
from tests.servers.faulty.fault import Fault
from tests.servers.faulty.imap import ImapSession
from tests.servers.faulty.maildrop import Maildrop, Stored
from tests.servers.faulty.pop3 import Pop3Session
from tests.servers.faulty.talk import GoneError, Talk

T = TypeVar("T")

CAPABILITIES = {
    Protocol.IMAP: "IMAP4rev1 UIDPLUS MOVE IDLE UNSELECT AUTH=PLAIN",
    Protocol.POP3: "USER UIDL TOP PIPELINING",
}


class FaultyServer:
    """Listens on a port of 127.0.0.1. Its fault holds for connections made while it has it."""

    def __init__(
        self, protocol: Protocol, maildrop: Maildrop, fault: Fault | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.protocol = protocol
        self.maildrop = maildrop
        self.fault = fault or Fault()
        self.capabilities = CAPABILITIES[protocol]
        self.heard: list[bytes] = []
        """Every line a client sent."""
        self.errors: list[BaseException] = []
        self.connections = 0
        """How many were made so far."""
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._talks: list[Talk] = []
        self._stopped = asyncio.Event()
        self._changed = asyncio.Condition()
        self._port: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, name="faulty server")
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port.result(timeout=30)

    def mailbox(self, security: Security = Security.NONE, **changes: Any) -> Mailbox:
        """Return settings that reach it; `changes` are fields of `Mailbox`."""
        settings: dict[str, Any] = {"host": "localhost", "port": self.port, "username": self.maildrop.user}
        return Mailbox(name="box", protocol=self.protocol, security=security, **(settings | changes))

    def heal(self) -> None:
        """Behave from the next connection on, and end those there are."""
        self.fault = Fault()
        self.disconnect()

    def disconnect(self) -> None:
        """Cut all connections."""

        async def cut() -> None:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(cut(), self._loop).result(timeout=30)

    def deliver(self, raw: bytes, *flags: str) -> Stored:
        """Take a message in and tell those that wait in IDLE."""
        return self._change(lambda: self.maildrop.inbox.add(raw, *flags))

    def take(self, *uids: int) -> None:
        """Take messages away, as somebody else who reads the same mailbox."""
        inbox = self.maildrop.inbox
        self._change(lambda: inbox.remove(inbox.having(uids)))

    def _change(self, change: Callable[[], T]) -> T:
        async def act() -> T:
            async with self._changed:
                changed = change()
                self._changed.notify_all()
            return changed

        return asyncio.run_coroutine_threadsafe(act(), self._loop).result(timeout=30)

    def stop(self) -> None:
        """Stop listening and cut what is open."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(timeout=30)
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._port.set_result(server.sockets[0].getsockname()[1])
        await self._stopped.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # A task may have been cancelled before its first step, or while it closed its connection.
        for talk in self._talks:
            talk.abort()
        # Transports end by callbacks. `wait_closed` is of no use: it is cancelled for good with a task that was in it.
        for _ in range(5):
            await asyncio.sleep(0)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Not a coroutine: asyncio would log the cancelled tasks of those as errors.
        self.connections += 1
        talk = Talk(reader, writer, self.heard)
        self._talks.append(talk)
        task = self._loop.create_task(self._play(talk, self.fault))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _play(self, talk: Talk, fault: Fault) -> None:
        try:
            await self._session(talk, fault).run()
        except* GoneError:
            pass
        except* Exception as group:
            self.errors += group.exceptions
        finally:
            await talk.close()

    def _session(self, talk: Talk, fault: Fault) -> ImapSession | Pop3Session:
        if self.protocol is Protocol.IMAP:
            return ImapSession(talk, fault, self.maildrop, self.capabilities, self._changed, self._tls)
        return Pop3Session(talk, fault, self.maildrop, self.capabilities, self._tls)


@contextlib.contextmanager
def faulty(
    protocol: Protocol, maildrop: Maildrop, fault: Fault | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[FaultyServer]:
    """Run a server; a mistake in it or in the fault fails the test."""
    server = FaultyServer(protocol, maildrop, fault, tls)
    try:
        yield server
    finally:
        server.stop()
    assert not server.errors, server.errors
