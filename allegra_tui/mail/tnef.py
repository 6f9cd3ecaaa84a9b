"""winmail.dat unpacked, in a child whose time and memory are bounded."""

import json
import subprocess
import sys
from dataclasses import dataclass

MAX_SECONDS = 10


class TnefError(ValueError):
    """A winmail.dat that cannot be read; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a winmail.dat holds."""

    files: tuple[tuple[str, bytes], ...] = ()
    text: str = ""
    html: str = ""


def unpack(data: bytes) -> Unpacked:
    """The content of a TNEF stream (MS-OXTNEF). Raises TnefError."""
    try:
        child = [sys.executable, "-m", "allegra_tui.mail.tnef_child"]
        done = subprocess.run(child, input=data, capture_output=True, timeout=MAX_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise TnefError(f"not read within {MAX_SECONDS} seconds") from None
    if done.returncode:
        raise TnefError("damaged, or too large once unpacked")
    line, _, rest = done.stdout.partition(b"\n")
    listed = json.loads(line)
    files = []
    at = 0
    for name, size in listed["files"]:
        files.append((name, rest[at : at + size]))
        at += size
    return Unpacked(tuple(files), listed["text"], listed["html"])
