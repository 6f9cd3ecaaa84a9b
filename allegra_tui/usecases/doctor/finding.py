"""What an examination finds."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of an examination. `check` is a stable word; texts may quote servers."""

    check: str
    level: Level
    detail: str
    advice: str | None = None
    """What to do next, where something is to be done."""
    mailbox: str | None = None


def ok(check: str, detail: str, mailbox: str | None = None) -> Finding:
    """It is in order."""
    return Finding(check=check, level=Level.OK, detail=detail, mailbox=mailbox)


def warning(check: str, detail: str, advice: str, mailbox: str | None = None) -> Finding:
    """Somebody should know of it."""
    return Finding(check=check, level=Level.WARNING, detail=detail, advice=advice, mailbox=mailbox)


def error(check: str, detail: str, advice: str, mailbox: str | None = None) -> Finding:
    """It does not work, or secrets are open, or data is at risk."""
    return Finding(check=check, level=Level.ERROR, detail=detail, advice=advice, mailbox=mailbox)
