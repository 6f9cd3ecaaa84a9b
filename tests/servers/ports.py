"""Loopback ports for servers that a test starts, and how these end with it."""

import contextlib
import shutil
import socket
import time
from collections.abc import Callable

HOST = "localhost"
"""The name that the tests' certificates are made for."""


def free_ports(count: int) -> list[int]:
    """Return different ports of 127.0.0.1 on which nothing listens at the moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [sock.getsockname()[1] for sock in sockets]


def wait_for_port(port: int, *, alive: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait until something accepts connections on the port; False when it does not in time or `alive` says no."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and alive():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.02)
    return False


def with_parent() -> list[str]:
    """Return what to put before a command so that it ends even when the tests are killed, where the system can."""
    return ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
