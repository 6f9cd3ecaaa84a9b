"""How expected trouble is told: one line and an exit code, never a traceback."""

import errno
import sys
from collections.abc import Sequence
from typing import NamedTuple

from allegra_tui.commands.declare import ExitCode
from allegra_tui.text import display_lines

_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What a full disk behind standard output is told as; files that the program opens are named in their errors."""


class Failure(NamedTuple):
    """What to say about an error and how to end."""

    code: str
    message: str
    exit_code: int


def expected(error: Exception) -> Failure | None:
    """Return what to say about expected trouble; None for what is a defect of the program."""
    from allegra_tui.usecases.workspace import EXPECTED

    if isinstance(error, EXPECTED):
        return Failure(error.code, str(error), getattr(error, "exit_code", ExitCode.FAILED))
    if isinstance(error, OSError) and error.filename is None and error.errno in _UNWRITABLE:
        return Failure("output", f"the output cannot be written: {error.strerror}", ExitCode.FAILED)
    return None


def tell(failure: Failure, *, as_json: bool) -> None:
    """Print it on standard error."""
    sys.stdout.flush()
    if as_json:
        import json

        line = json.dumps({"error": {"code": failure.code, "message": failure.message}}, ensure_ascii=True)
    else:
        line = display_lines(f"allegra-tui: {failure.message}")
    sys.stderr.write(line + "\n")


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether `--json` is among arguments that could not be read."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options
