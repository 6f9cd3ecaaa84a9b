"""What a person likes about the console itself, kept in the data directory; no setting of the intake."""

import os
from pathlib import Path

from allegra_tui.console import themes
from allegra_tui.usecases.errors import Refused

_FILE = "console-theme"


def theme(root: Path) -> str | None:
    """Return the theme that was chosen; None where none was, or where this version has none of that name."""
    try:
        name = (root / _FILE).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # none was chosen, or there is no data directory yet
        return None
    return name if name in themes.NAMES else None


def keep_theme(root: Path, name: str) -> None:
    """Remember a theme. Raises `Refused` where it cannot be written."""
    new = root / f"{_FILE}.new"
    try:
        new.write_text(f"{name}\n", encoding="utf-8")
        os.replace(new, root / _FILE)
    except OSError as error:
        raise Refused(f"{new} cannot be written: {error.strerror}; the colours hold for this session alone") from error
