"""What the lint says, as data."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a finding asks for: an error blocks saving, a warning asks, an info informs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on a pattern: `source[start:end]` is meant, the whole pattern where `start` is None.

    `fix` is a pattern to use instead, where there is an obvious one.
    """

    id: str
    severity: Severity
    message: str
    start: int | None = None
    end: int | None = None
    fix: str | None = None


def replaced(source: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """Return the source with `source[start:end]` replaced by the text, for each edit."""
    for start, end, text in sorted(edits, reverse=True):
        source = source[:start] + text + source[end:]
    return source
