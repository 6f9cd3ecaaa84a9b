"""pymap, an IMAP server in Python with everything in memory, in a subprocess on a free loopback port."""

import imaplib
import itertools
import subprocess
import sys
from collections.abc import Iterator

import pytest

from allegra_tui.model.settings import Protocol, Security
from tests.servers.account import Account
from tests.servers.ports import HOST, free_ports, wait_for_port, with_parent

USERNAME = "demouser"
PASSWORD = "demopass"


class Pymap:
    """The server, without TLS."""

    ca_pem: str | None = None

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self._process = process
        self._port = port

    def port(self, protocol: Protocol, security: Security) -> int:
        """Return the port; there is one only for IMAP without encryption."""
        assert protocol is Protocol.IMAP
        assert security in (Security.NONE, Security.STARTTLS_IF_AVAILABLE)
        return self._port

    def imap(self) -> imaplib.IMAP4:
        """Open a connection, not logged in."""
        return imaplib.IMAP4(HOST, self._port, timeout=60)

    def account(self) -> Account:
        """Return its only user."""
        return Account(self, USERNAME, PASSWORD)


def start(port: int, *, demo_data: bool = False) -> "subprocess.Popen[bytes]":
    """Start pymap as a child; the caller ends it."""
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict"]
    if demo_data:
        arguments.append("--demo-data")
    arguments += ["--demo-user", USERNAME, "--demo-password", PASSWORD]
    program = "from pymap.main import main; main()"
    return subprocess.Popen(
        [*with_parent(), sys.executable, "-c", program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


@pytest.fixture(scope="session")
def pymap_server() -> Iterator[Pymap]:
    """One pymap for the session; tests share its account, so each uses a folder of its own (`pymap_folder`)."""
    port = free_ports(1)[0]
    process = start(port)
    try:
        assert wait_for_port(port, alive=lambda: process.poll() is None), "pymap does not start"
        yield Pymap(process, port)
    finally:
        process.terminate()
        process.wait(timeout=30)


_folders = itertools.count(1)


@pytest.fixture
def pymap_folder(pymap_server: Pymap) -> str:
    """A new, empty folder of the pymap account."""
    name = f"Folder{next(_folders)}"
    with pymap_server.account().imap() as connection:
        status, data = connection.create(name)
        assert status == "OK", data
    return name
