"""Compiles a pattern in a child process with bounded time and memory, for patterns just entered.

The limits of `limits` should leave nothing to do for it; this is the wall behind them. A child of its own, not a
fork: the console runs threads.
"""

import json
import resource
import subprocess
import sys

from allegra_tui.policy.pattern.error import PatternError

CPU_SECONDS = 1
WALL_SECONDS = 30
"""Far above what the processor time allows: a busy machine must not make a good pattern look bad."""
MEMORY_BYTES = 300 * 1024 * 1024


def check_contained(source: str) -> None:
    """Compile the pattern in a child. Raises PatternError where that fails or breaks the bounds."""
    command = [sys.executable, "-P", "-m", __name__]  # -P: nothing is imported from the current directory
    try:
        child = subprocess.run(
            command, input=json.dumps(source), capture_output=True, text=True, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PatternError("The pattern takes too long to compile", None, "P14") from error
    if child.returncode:
        raise PatternError("The pattern takes too much time or memory to compile", None, "P14")
    if refused := json.loads(child.stdout):
        raise PatternError(**refused)


def main() -> None:
    """Compile the pattern on standard input; print null, or what PatternError takes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from allegra_tui.policy.pattern.rule import compile_pattern

    try:
        compile_pattern(json.loads(sys.stdin.read()))
        refused = None
    except PatternError as error:
        refused = {"message": str(error), "position": error.position, "lint": error.lint, "fix": error.fix}
    print(json.dumps(refused))


if __name__ == "__main__":
    main()
