"""`allegra-tui demo --headless` as a person runs it: what it shows, and that nothing of it remains."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from allegra_tui.model.verdict import Reason

PROGRAM = [sys.executable, "-m", "allegra_tui", "demo", "--headless"]


def _environment(directory: Path, **more: str) -> dict[str, str]:
    """Everything temporary goes where the test can see what is left."""
    return {**os.environ, "TMPDIR": str(directory), **more}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> list[Mapping[str, object]]:
    """What the demo prints for programs; afterwards its directory is empty."""
    directory = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [*PROGRAM, "--json"], env=_environment(directory), capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(directory.iterdir()) == []
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_mail_of_three_mailboxes_becomes_issues_and_comments(shown: list[Mapping[str, object]]) -> None:
    issues = [one for one in shown if one["event"] == "issue"]
    assert [one["number"] for one in issues] == list(range(1, len(issues) + 1))
    assert {one["project"] for one in issues} == {"INBOX", "SUP", "WEB"}
    assert [one["comments"] for one in issues[:4]] == [1, 1, 1, 1]
    titles = {str(one["title"]): one for one in issues}
    assert titles["Photographs of delivery 4711"]["attachments"] == 3
    assert titles["Video of the noise"]["attachments"] == 1
    assert {"Scan, page one", "Scan, page two"} <= titles.keys()


def test_every_refusal_says_why(shown: list[Mapping[str, object]]) -> None:
    reasons = [one["reason"] for one in shown if one["event"] == "message"]
    assert set(reasons) == {
        Reason.PATTERN,
        Reason.SENDER_AMBIGUOUS,
        Reason.SENDER_MISSING,
        Reason.AUTO_REPLY,
        Reason.AUTO_GENERATED,
        Reason.BOUNCE,
        Reason.OWN_ADDRESS,
        Reason.DUPLICATE,
    }
    assert reasons.count(Reason.SENDER_AMBIGUOUS) == 3


def test_people_read_a_table_that_fits_the_screen(tmp_path: Path) -> None:
    done = subprocess.run(PROGRAM, env=_environment(tmp_path), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    third = next(line.split(maxsplit=5) for line in lines if line.startswith(" 3 "))
    assert third == ["3", "INBOX", "open", "1", "0", "Delivery 4711 arrived without pedals"]
    assert any(line.startswith("rejected   sender_ambiguous") for line in lines)
    assert all(character == "\n" or character.isprintable() for character in done.stdout)


@pytest.mark.parametrize(
    ("number", "seconds"),
    [(signal.SIGINT, 0.3), (signal.SIGINT, 2.5), (signal.SIGTERM, 1.0), (signal.SIGHUP, 1.8)],
)
def test_ended_early_it_leaves_nothing_behind(tmp_path: Path, number: signal.Signals, seconds: float) -> None:
    process = subprocess.Popen(
        PROGRAM, env=_environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    process.stderr.readline()  # from here on it removes what it makes
    time.sleep(seconds)
    process.send_signal(number)
    process.communicate(timeout=60)
    # It may be through before the signal comes, or so nearly that the signal meets Python's own end.
    assert process.returncode in (0, 130, -number)
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    program = "import sys; sys.modules['pymap'] = None; from allegra_tui.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "demo", "--headless"],
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'allegra-tui[demo]'" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
