"""A real terminal for the console: a pty, the bytes that come out of it, and keys that go in."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

KEYS = {"enter": b"\r", "escape": b"\x1b", "down": b"\x1b[B", "up": b"\x1b[A", "pagedown": b"\x1b[6~", "tab": b"\t"}
_SYNC_QUERY, _SYNC_REPLY = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_SEQUENCE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]")

OPEN_CONSOLE = (
    "import sys; from pathlib import Path; from allegra_tui.console import run; sys.exit(run(Path(sys.argv[1])))"
)


class Terminal:
    """A program running on a pty of its own. Use as a context manager: the program does not outlive it."""

    def __init__(
        self, argv: Sequence[str], *, size: tuple[int, int] = (80, 24), env: Mapping[str, str | None] | None = None
    ) -> None:
        given = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", **(env or {})}
        surroundings = {**os.environ, **{name: value for name, value in given.items() if value is not None}}
        for name in ("NO_COLOR", "COLORTERM", "PYTEST_CURRENT_TEST", "COLUMNS", "LINES"):  # the size is the pty's own
            if name not in given:
                surroundings.pop(name, None)
        self.output = bytearray()
        """Everything the program wrote."""
        self._leader, follower = os.openpty()
        self.resize(size)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            argv,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            env=surroundings,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(follower)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Drop the line: the kernel tells the program by SIGHUP."""
        if self._leader >= 0:
            os.close(self._leader)
            self._leader = -1

    def resize(self, size: tuple[int, int]) -> None:
        """Change columns and lines."""
        fcntl.ioctl(self._leader, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def send(self, *keys: str) -> None:
        """Press keys: names of `KEYS`, or characters."""
        for key in keys:
            os.write(self._leader, KEYS.get(key, key.encode()))

    def read(self, seconds: float) -> bytes:
        """Return what is written within a time, or b"" where nothing is."""
        if not select.select([self._leader], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._leader, 65_536)
        except OSError:  # the program closed its end
            return b""
        if _SYNC_QUERY in data:
            os.write(self._leader, _SYNC_REPLY)
        self.output += data
        return data

    def wait_for(self, wanted: Callable[[bytes], bool] | bytes, *, seconds: float = 60, since: int = 0) -> float:
        """Read until the output since a place holds what is wanted; return when that was (`time.monotonic`)."""
        limit = time.monotonic() + seconds
        while True:
            shown = bytes(self.output[since:])
            if wanted(shown) if callable(wanted) else wanted in plain(shown):
                return time.monotonic()
            if time.monotonic() > limit:
                raise TimeoutError(f"{wanted!r} was not written within {seconds} s; there is: {plain(shown)[-2000:]!r}")
            self.read(0.2)

    def quiet(self, seconds: float = 0.4) -> int:
        """Read until nothing is written for a while; return how many bytes were."""
        before = len(self.output)
        while self.read(seconds):
            pass
        return len(self.output) - before

    def wait(self, seconds: float = 10) -> int:
        """Return the exit code, reading on meanwhile."""
        limit = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > limit:
                raise TimeoutError(f"the program did not end within {seconds} s")
            if self._leader >= 0:
                self.read(0.05)
            else:
                time.sleep(0.05)
        if self._leader >= 0:
            self.quiet(0.1)
        return self.process.returncode

    def modes(self) -> list[int]:
        """Return the terminal's own settings, as `stty` shows them."""
        return list(termios.tcgetattr(self._leader)[:4])


def open_console(
    data_dir: Path, *, size: tuple[int, int] = (80, 24), env: Mapping[str, str | None] | None = None
) -> Terminal:
    """Open the console in a terminal."""
    return Terminal([sys.executable, "-c", OPEN_CONSOLE, str(data_dir)], size=size, env=env)


def plain(output: bytes) -> bytes:
    """Return the output without its escape sequences. Cursor moves are lost, so only words may be looked for."""
    return _SEQUENCE.sub(b"", output)


def end(terminal: Terminal, number: signal.Signals) -> int:
    """Send the program a signal and return its exit code."""
    terminal.process.send_signal(number)
    return terminal.wait()
