"""What each message that is made to cost time or memory costs, in a process of its own; `-s` prints the table."""

import resource
import subprocess
import sys
import time

from allegra_tui import mail
from tests.mail.hostile import CASES

SECONDS, MEGABYTES = 10, 300
PROGRAM = """
import resource, sys, time
from allegra_tui import mail
from tests.mail.hostile import CASES
mail.parse(b"Content-Type: text/html\\r\\n\\r\\n<p>x")
raw = CASES[sys.argv[1]]()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
assert mail.parse(raw).title
children = resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = time.process_time() - began + children.ru_utime + children.ru_stime
grown = max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, children.ru_maxrss)
print(len(raw), round(seconds, 2), grown // 1024)
"""
QUICK = ("100,000 nested div",)
"""One of each kind that has a defence of its own; the others run with --long."""


def test_bombs_cost_little(long_run: bool) -> None:
    for case in CASES if long_run else QUICK:
        size, seconds, megabytes = cost(case)
        print(f"{case:<36} {size:>11,} bytes {seconds:6.2f} s {megabytes:4} MB")
        assert seconds < SECONDS, case
        assert megabytes < MEGABYTES, case


def test_base64_in_many_padded_pieces_is_not_held_in_memory_at_once() -> None:
    size, _, megabytes = cost("10 MB of padded base64")
    assert megabytes << 20 < 8 * size, "each piece as an object takes sixteen times the size of its text"


def test_a_field_without_end_is_cut() -> None:
    found = mail.parse(b"From: a@b.org\r\nSubject: " + b"x" * 10_000_000 + b"\r\n\r\ntext")
    assert len(found.subject or "") <= 64 * 1024
    assert "header field cut: subject" in found.repairs
    assert found.text == "text"


def cost(case: str) -> tuple[int, float, int]:
    """Return a bomb's size in bytes, and the processor time in seconds and memory in MB that parsing it takes."""
    began = time.monotonic()
    limit = (6 * SECONDS, 6 * SECONDS)
    child = subprocess.run(
        [sys.executable, "-c", PROGRAM, case],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, limit),
    )
    assert child.returncode == 0, f"ended after {time.monotonic() - began:.0f} s: {child.stderr[-300:]}"
    size, seconds, megabytes = child.stdout.split()
    return int(size), float(seconds), int(megabytes)
