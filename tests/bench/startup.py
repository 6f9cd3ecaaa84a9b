"""How long the program takes to answer, as a ratio to what Python needs to import argparse.

`python -m tests.bench.startup [--runs 30]`: the commands take turns, so that a busy machine slows all alike, and the
best of each counts. The aim for help, version and usage errors is 3.
"""

import argparse
import subprocess
import sys
import time

BASE = ["-c", "import argparse"]
COMMANDS = {
    "--version": ["-m", "allegra_tui", "--version"],
    "--help": ["-m", "allegra_tui", "--help"],
    "fetch --help": ["-m", "allegra_tui", "fetch", "--help"],
    "usage error": ["-m", "allegra_tui", "nonsense"],
}
AIM = 3.0


def seconds(arguments: list[str]) -> float:
    """Run Python with these arguments and return the time it took."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    return time.perf_counter() - started


def main() -> int:
    """Print the ratios; exit code 1 where one misses the aim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=30, help="runs of each command (default: 30)")
    runs = parser.parse_args().runs
    for arguments in (BASE, *COMMANDS.values()):
        seconds(arguments)
    best = dict.fromkeys(("base", *COMMANDS), float("inf"))
    for _ in range(runs):
        for name, arguments in (("base", BASE), *COMMANDS.items()):
            best[name] = min(best[name], seconds(arguments))
    print(f"{'import argparse':<16} {best['base'] * 1000:6.1f} ms")
    for name in COMMANDS:
        print(f"{name:<16} {best[name] * 1000:6.1f} ms  {best[name] / best['base']:.2f}")
    return int(any(best[name] > AIM * best["base"] for name in COMMANDS))


if __name__ == "__main__":
    sys.exit(main())
