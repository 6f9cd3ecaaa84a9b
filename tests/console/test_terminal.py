"""The console on a real pty: what reaches the terminal, and how it is left."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.console.hostile import ENCODED, HOSTILE, steering
from tests.console.terminal import OPEN_CONSOLE, Terminal, end, open_console
from tests.console.world import World, letter


def to_issues(terminal: Terminal, count: bytes) -> None:
    """Go to the issues as soon as the frame is there; the wish is kept until the database is open."""
    terminal.wait_for(b"? help")
    terminal.send("2")
    terminal.wait_for(count)


def refusal(env: dict[str, str], data_dir: Path) -> tuple[int, str]:
    """Start the console where it cannot be shown; return exit code and output."""
    with Terminal([sys.executable, "-c", OPEN_CONSOLE, str(data_dir)], env=env) as terminal:
        code = terminal.wait()
        return code, terminal.output.decode()


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"TERM": "dumb"}, "TERM=dumb"),
        ({"LANG": "C", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "needs UTF-8"),
    ],
)
def test_a_terminal_that_cannot_show_it_is_refused(empty_dir: Path, env: dict[str, str], words: str) -> None:
    code, told = refusal(env, empty_dir)
    assert words in told
    assert "TerminalError" in told
    assert code == 1  # the bare Python line of this test; the command makes it one line and exit 2
    assert not empty_dir.exists()


def test_no_terminal_is_refused(empty_dir: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPEN_CONSOLE, str(empty_dir)], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert b"needs a terminal for input and output" in done.stderr
    assert not empty_dir.exists()


def test_hostile_text_does_not_reach_the_terminal(world: World, empty_dir: Path) -> None:
    world.receive(
        letter(HOSTILE, HOSTILE, f"{ENCODED} <mallory@example.org>", files=((f"{HOSTILE}.txt", b"x"),)),
        letter(ENCODED, HOSTILE, f"{ENCODED} <mallory@example.org>", files=((ENCODED, b"x"),)),
    )
    with open_console(empty_dir, size=(120, 36)) as terminal:
        to_issues(terminal, b"2 issues")
        for keys in (
            ["down"],
            ["w"],
            ["enter"],
            ["a"],
            ["enter"],
            ["escape"],
            ["v"],
            ["escape"],
            ["/", *"mallory", "enter"],
            ["m"],
            ["escape"],
            ["?"],
            ["escape"],
        ):
            terminal.send(*keys)
            terminal.quiet()
        assert "gnp.exe" in terminal.output.decode()
        assert steering(terminal.output) == []
        assert b"\x1b[?1049l" not in terminal.output
        assert terminal.process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_told_to_end_it_leaves_the_terminal_as_it_was(world: World, empty_dir: Path, number: signal.Signals) -> None:
    with open_console(empty_dir) as terminal:
        before = terminal.modes()
        to_issues(terminal, b"0 issues")
        assert terminal.modes() != before
        terminal.process.send_signal(number)
        assert terminal.wait(5) == 130
        assert terminal.modes() == before
        for switched_off in (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?2004l", b"\x1b[?25h", b"\x1b[<u"):
            assert switched_off in terminal.output


def test_a_text_is_shown_outside_the_console_until_enter(world: World, empty_dir: Path) -> None:
    world.receive(letter("Printer", HOSTILE))
    with open_console(empty_dir) as terminal:
        before = terminal.modes()
        to_issues(terminal, b"1 issue")
        terminal.send("enter")
        terminal.wait_for(b"w shows why")
        began = len(terminal.output)
        terminal.send("Y")
        terminal.wait_for(b"[enter goes back to the console]", since=began)
        assert b"\x1b[?1049l" in terminal.output
        assert terminal.modes() == before
        there = len(terminal.output)
        terminal.send("2q")
        assert terminal.quiet(0.5) == len(b"2q")  # the terminal's own echo: nothing is drawn
        terminal.send("enter")
        terminal.wait_for(b"w shows why", since=there)
        terminal.send("Y")
        terminal.wait_for(b"[enter goes back to the console]", since=len(terminal.output) - 1)
        assert steering(terminal.output[began:]) == []
        assert end(terminal, signal.SIGTERM) == 130
        assert terminal.modes() == before


def test_when_the_line_drops_it_ends(world: World, empty_dir: Path) -> None:
    with open_console(empty_dir) as terminal:
        to_issues(terminal, b"0 issues")
        terminal.hang_up()
        assert terminal.wait(5) == 130


def test_a_cursor_move_takes_few_bytes_and_rest_takes_none(world: World, empty_dir: Path) -> None:
    world.receive(*(letter(f"Issue number {number}") for number in range(5)))
    with open_console(empty_dir) as terminal:
        to_issues(terminal, b"5 issues")
        terminal.quiet()
        taken = []
        for _ in range(4):
            before = len(terminal.output)
            terminal.send("down")
            terminal.wait_for(bool, since=before)
            terminal.quiet()
            taken.append(len(terminal.output) - before)
        assert max(taken) <= 400
        assert terminal.quiet(1.2) == 0


def test_keys_that_arrive_together_reach_the_dialog_that_the_first_one_opens(world: World, empty_dir: Path) -> None:
    world.receive(letter("Printer"), letter("Login"))
    with open_console(empty_dir) as terminal:
        to_issues(terminal, b"2 issues")
        terminal.quiet()
        terminal.send("/login\r")
        terminal.wait_for(b'Issues with "login"')
        assert terminal.process.poll() is None


def test_keys_that_arrive_together_reach_the_fields_they_were_typed_for(world: World, empty_dir: Path) -> None:
    with open_console(empty_dir) as terminal:
        to_issues(terminal, b"0 issues")
        terminal.send("/one\t\t\ttwo\r")
        terminal.wait_for(b'Issues from two with "one"')
        assert terminal.process.poll() is None


def test_no_colour_means_no_colour(world: World, empty_dir: Path) -> None:
    world.receive(letter("Printer"))
    with open_console(empty_dir, env={"NO_COLOR": "1"}) as terminal:
        to_issues(terminal, b"1 issue")
        terminal.send("down", "?")
        terminal.quiet()
        assert b"\x1b[38;" not in terminal.output
        assert b"48;" not in terminal.output
        assert re.search(rb"\x1b\[(?:\d+;)*7[;m]", terminal.output), "the cursor's line is not reversed"
