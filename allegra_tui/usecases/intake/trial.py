"""Whether a message kills the program that parses it, found out by a program of its own.

A process that ended while it had a message in hand may have died of it, or have been killed for any other reason. Only
where a child dies of nothing but that message is the message to blame.
"""

import subprocess
import sys

from allegra_tui.secrets import surroundings

SECONDS = 60


def survives(raw: bytes) -> bool:
    """Parse a message in a child and tell whether the child came through, in time."""
    child = [sys.executable, "-P", "-m", "allegra_tui.usecases.intake.trial"]
    try:
        done = subprocess.run(
            child,
            input=raw,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            env=surroundings(),
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


if __name__ == "__main__":
    from allegra_tui import mail

    mail.parse(sys.stdin.buffer.read())
