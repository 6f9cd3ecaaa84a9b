"""Cutting connections from another thread."""

import contextlib
import socket
import threading
from concurrent.futures import Future

from allegra_tui.sources.source import CancelledError

Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
"""A family and an address as `socket.connect` takes it."""


class Cancellation:
    """Shared by all connections a source opens: once cancelled, every one of them is shut, also those to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sock: socket.socket | None = None
        self._resolving: Future[list[Address]] | None = None
        self.requested = False

    def cancel(self) -> None:
        """Shut what is open and stop what waits. Callable from any thread."""
        with self._lock:
            self.requested = True
            if self._resolving is not None:
                self._resolving.cancel()
            if self._sock is not None:
                # Not SSLSocket's own: that would make a reading thread go on without TLS.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def watch(self, *, sock: socket.socket | None = None, resolving: "Future[list[Address]] | None" = None) -> None:
        """Note what is to be shut from now on. Raises `CancelledError` where it is too late."""
        with self._lock:
            self._sock, self._resolving = sock, resolving
        self.check()

    def check(self) -> None:
        """Raise `CancelledError` after a cancellation."""
        if self.requested:
            raise CancelledError("cancelled")
