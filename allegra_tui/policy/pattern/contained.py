"""Compiles a pattern in a child process with bounded time and memory, for patterns just entered.

The limits of `limits` should leave nothing to do for it; this is the wall behind them. A child of its own, not a
fork: the console runs threads.
"""

import json
import subprocess
import sys

from allegra_tui.policy.pattern.error import PatternError
from allegra_tui.secrets import surroundings

CPU_SECONDS = 1
WALL_SECONDS = 30
"""Far above what the processor time allows: a busy machine must not make a good pattern look bad."""
MEMORY_BYTES = 300 * 1024 * 1024


def check_contained(source: str) -> None:
    """Compile the pattern in a child. Raises PatternError where that fails or breaks the bounds."""
    child = "allegra_tui.policy.pattern.contained_child"
    command = [sys.executable, "-P", "-m", child, str(MEMORY_BYTES), str(CPU_SECONDS)]
    try:  # -P: nothing is imported from the current directory
        answer = subprocess.run(
            command,
            input=json.dumps(source),
            capture_output=True,
            text=True,
            timeout=WALL_SECONDS,
            check=False,
            env=surroundings(),
        )
    except subprocess.TimeoutExpired as error:
        raise PatternError("The pattern takes too long to compile", None, "P14") from error
    if answer.returncode:
        raise PatternError("The pattern takes too much time or memory to compile", None, "P14")
    if refused := json.loads(answer.stdout):
        raise PatternError(**refused)
