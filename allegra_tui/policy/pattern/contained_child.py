"""The child of `contained`: compiles the pattern on standard input; prints null, or what PatternError takes."""

import json
import resource
import sys

from allegra_tui.policy.pattern.error import PatternError
from allegra_tui.policy.pattern.rule import compile_pattern


def main(memory: int, cpu: int) -> None:
    """Compile within so many bytes of memory and seconds of processor time."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        compile_pattern(json.loads(sys.stdin.read()))
        refused = None
    except PatternError as error:
        refused = {"message": str(error), "position": error.position, "lint": error.lint, "fix": error.fix}
    print(json.dumps(refused))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
