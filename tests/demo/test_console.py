"""`allegra-tui demo` in a real terminal: the console opens on mail that waits, and nothing of it remains."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.console.terminal import Terminal, end

PROGRAM = [sys.executable, "-m", "allegra_tui", "demo"]


def opened(directory: Path) -> Terminal:
    """Start the demo; everything temporary goes where the test can see what is left."""
    return Terminal(PROGRAM, env={"TMPDIR": str(directory)})


def emptied(directory: Path) -> bool:
    """Wait until nothing is left. Where the demo did not end in order, its mail server tidies up a moment later."""
    limit = time.monotonic() + 30
    while any(directory.iterdir()):
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True


def test_the_mail_that_waits_is_fetched(tmp_path: Path) -> None:
    with opened(tmp_path) as terminal:
        terminal.wait_for(b"w first steps", seconds=60)
        assert len(list(tmp_path.iterdir())) == 1
        for words, keys in (
            (b"f takes in the mail", "f"),
            (b"done in", "2"),
            (b"27 issues", "q"),
        ):
            if words.startswith(b"f takes"):
                terminal.send("7")
            terminal.wait_for(words)
            terminal.quiet()
            terminal.send(keys)
        assert terminal.wait() == 0
        assert b"Traceback" not in terminal.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    with opened(tmp_path) as terminal:
        terminal.wait_for(b"w first steps", seconds=60)
        assert end(terminal, number) == 130
    assert emptied(tmp_path)


def test_a_dropped_line_leaves_nothing_behind(tmp_path: Path) -> None:
    with opened(tmp_path) as terminal:
        terminal.wait_for(b"w first steps", seconds=60)
        terminal.hang_up()
        assert terminal.wait() == 130
    assert emptied(tmp_path)


def test_killed_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with opened(tmp_path) as terminal:
        terminal.wait_for(b"w first steps", seconds=60)
        assert end(terminal, signal.SIGKILL) == -signal.SIGKILL
    assert emptied(tmp_path)


def test_without_a_terminal_nothing_is_started(tmp_path: Path) -> None:
    done = subprocess.run(PROGRAM, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs a terminal" in done.stderr
    assert "Starting" not in done.stderr
