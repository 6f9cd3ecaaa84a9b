"""The demo's own mail server: pymap, a real IMAP server that keeps everything in memory, on a loopback port."""

import contextlib
import imaplib
import importlib.util
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from allegra_tui.usecases.errors import UseCaseError

HOST = "127.0.0.1"
USERNAME = "demo"
_START_SECONDS = 30
_END_SECONDS = 5
_STEP_SECONDS = 60
_TRIES = 3


class DemoError(UseCaseError):
    """The demo cannot run here."""

    code = "demo"
    exit_code = 2


@dataclass(frozen=True)
class Server:
    """The running server and its only account."""

    port: int
    password_file: Path

    def deliver(self, post: Mapping[str, Sequence[bytes]], folders: Collection[str] = ()) -> None:
        """Put messages into folders, in their order; folders that are missing are made, empty ones too."""
        try:
            with imaplib.IMAP4(HOST, self.port, timeout=_STEP_SECONDS) as connection:
                # imaplib ends a literal with a packet of its own, which would wait 40 ms for the server's TCP.
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.login(USERNAME, self.password_file.read_text(encoding="ascii"))
                for folder in {*post, *folders} - {"INBOX"}:
                    connection.create(folder)  # says NO where there is one, which is as good
                for folder, messages in post.items():
                    for message in messages:
                        status, answer = connection.append(folder, "", "", message)
                        if status != "OK":
                            raise DemoError(f"the demo's mail server refuses a sample message: {answer!r}")
        except (OSError, imaplib.IMAP4.error) as error:
            raise DemoError(f"the demo's mail server does not take the sample mail: {error}") from error


@contextlib.contextmanager
def running(directory: Path) -> Iterator[Server]:
    """Run the server on a free port; its password and its log are files in the directory. Raises `DemoError`."""
    if importlib.util.find_spec("pymap") is None:
        raise DemoError("the demo needs the extra `demo`: install it with `pip install 'allegra-tui[demo]'`")
    password_file = directory / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(secrets.token_urlsafe(16), encoding="ascii")
    log = directory / "server.log"
    # Between choosing a free port and opening it somebody else may take it: then with another one.
    for _ in range(_TRIES):
        server = Server(_free_port(), password_file)
        with _child(server, log) as process:
            if _answers(server, process):
                yield server
                return
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise DemoError(f"the demo's mail server does not start: {lines[-1] if lines else 'its port stays closed'}")


@contextlib.contextmanager
def _child(server: Server, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the server's process, and end it."""
    # -P: nothing is imported from the directory somebody happens to stand in.
    program = [sys.executable, "-P", "-m", "allegra_tui.demo.server_child"]
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [*program, str(server.port), USERNAME, str(server.password_file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            # Ctrl-C is for this program, which ends the server when it is done with it.
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(server: Server, process: "subprocess.Popen[bytes]") -> bool:
    """Wait until our server greets; False where it ended, as it does when the port is taken, or takes too long."""
    end = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((HOST, server.port), timeout=_STEP_SECONDS):
            return process.poll() is None
        time.sleep(0.02)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
