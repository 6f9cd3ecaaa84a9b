"""Runs one command and tells what it cost: `python -m tests.bench.measured COMMAND…` prints one JSON line at the end.

A program of its own and small, because the peak memory of a child is at least that of whoever forked it. The
command's own output is thrown away.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Cost:
    """What a command took. Memory is the greatest resident size."""

    code: int
    seconds: float
    cpu_seconds: float
    peak_mb: float


def measure(command: list[str]) -> Cost:
    """Run a command in its own process, measured from outside."""
    done = subprocess.run(
        [sys.executable, "-S", __file__, *command], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True
    )
    return Cost(**json.loads(done.stdout))


def _main() -> None:
    started = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu_seconds = usage.ru_utime + usage.ru_stime
    print(json.dumps(asdict(Cost(process.returncode, seconds, cpu_seconds, usage.ru_maxrss / 1024))))


if __name__ == "__main__":
    _main()
