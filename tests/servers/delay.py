"""A TCP proxy that makes a loopback server look far away.

As a program: `python -m tests.servers.delay --target 127.0.0.1:993 --milliseconds 10 [--port 0]` prints the port it
listens on and runs until it is ended. Each direction is delayed, so a round trip takes twice the milliseconds.
"""

import argparse
import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Self

_CHUNK = 262_144
_IN_FLIGHT = 256
"""Chunks held back per direction; more than any window needs, so the delay costs time and not throughput."""


class DelayProxy:
    """Listens on a port of 127.0.0.1 and forwards to a target with a delay per direction."""

    def __init__(self, target: tuple[str, int], seconds: float, port: int = 0) -> None:
        self._target = target
        self._seconds = seconds
        self._port = port
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port, limit=_CHUNK)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # A task may have been cancelled before its first step, or while it closed its connections.
        for writer in self._writers:
            writer.transport.abort()
        # Transports end by callbacks. `wait_closed` is of no use: it is cancelled for good with a task that was in it.
        for _round in range(5):
            await asyncio.sleep(0)

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Not a coroutine: asyncio would log the cancelled tasks of those as errors.
        self._writers.append(writer)
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection(*self._target, limit=_CHUNK)
            self._writers.append(there_writer)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._forward(reader, there_writer))
                    group.create_task(self._forward(there_reader, writer))
            finally:
                await _close(there_writer)
        except* OSError:
            pass  # one side is gone, and with this the other
        finally:
            await _close(writer)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send on every chunk when its time has come, in order, while later ones are read already."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_IN_FLIGHT)

        async def send() -> None:
            while True:
                due, data = await queue.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not data:
                    if writer.can_write_eof():
                        writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()

        async with asyncio.TaskGroup() as group:
            group.create_task(send())
            data = b"more"
            while data:
                data = await reader.read(_CHUNK)
                await queue.put((loop.time() + self._seconds, data))


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


@contextlib.contextmanager
def delayed(port: int, seconds: float) -> Iterator[int]:
    """Run a proxy before a port of 127.0.0.1 in a thread; yields the proxy's port."""
    started: Future[int] = Future()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with DelayProxy(("127.0.0.1", port), seconds) as proxy:
            started.set_result(proxy.port)
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), name="delay proxy")
    thread.start()
    try:
        yield started.result(timeout=30)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=30)
        loop.close()


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", required=True, metavar="HOST:PORT")
    parser.add_argument("--milliseconds", type=float, default=10, help="delay of each direction (default: 10)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    arguments = parser.parse_args()
    host, _, port = arguments.target.rpartition(":")
    async with DelayProxy((host, int(port)), arguments.milliseconds / 1000, arguments.port) as proxy:
        print(proxy.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
