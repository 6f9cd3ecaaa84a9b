"""How commands print: JSON objects for programs, aligned lines for people. Standard output carries data alone."""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from allegra_tui.text import cells, clip, display, display_lines

WIDTH = 80
_GAP = "  "


def emit(value: Mapping[str, object]) -> None:
    """Print one JSON object as a line of ASCII. Foreign text is escaped by JSON itself, and otherwise as it came."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True, default=_plain) + "\n")
    sys.stdout.flush()


def say(text: str = "") -> None:
    """Print one line for people; whatever is in it cannot steer the terminal."""
    sys.stdout.write(display(text) + "\n")


def note(text: str) -> None:
    """Tell people something that is not data."""
    sys.stdout.flush()
    sys.stderr.write(display_lines(text) + "\n")


def silence() -> None:
    """Let everything printed from now on vanish: whoever read the output went away, as `head` does."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def stamp(moment: datetime | None) -> str | None:
    """Return ISO 8601 in UTC with `Z`."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def local(moment: datetime | None) -> str:
    """Return a time in the local zone, to the minute, for people."""
    return "-" if moment is None else f"{moment.astimezone():%Y-%m-%d %H:%M}"


def size(count: int) -> str:
    """Return a number of bytes for people."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if unit != "B" and amount < 9.95 else f"{amount:.0f} {unit}"


def width() -> int:
    """Return the columns to fill: the terminal's, 80 where the output is no terminal."""
    return max(40, shutil.get_terminal_size((WIDTH, 24)).columns) if sys.stdout.isatty() else WIDTH


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `most` is its greatest width; the one with 0 takes what the others leave."""

    title: str
    most: int = 0
    right: bool = False


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under their titles within the width; what does not fit ends in `~`. No rows, no titles.

    A column without a title that holds nothing is left out.
    """
    texts = [[display(shown(value)) for value in row] for row in rows]
    if not texts:
        return
    filled = [index for index, column in enumerate(columns) if column.title or any(row[index].strip() for row in texts)]
    columns = [columns[index] for index in filled]
    texts = [[row[index] for index in filled] for row in texts]
    natural = [
        max(cells(column.title), *(cells(line[index]) for line in texts)) for index, column in enumerate(columns)
    ]
    widths = [min(column.most, wide) if column.most else 0 for column, wide in zip(columns, natural, strict=True)]
    rest = max(8, width() - sum(widths) - len(_GAP) * (len(columns) - 1))
    widths = [known or min(wide, rest) for known, wide in zip(widths, natural, strict=True)]
    for row in ([column.title for column in columns], *texts):
        parts = []
        for column, value, room in zip(columns, row, widths, strict=True):
            text = clip(value, room)
            padding = " " * (room - cells(text))
            parts.append(padding + text if column.right else text + padding)
        sys.stdout.write(_GAP.join(parts).rstrip() + "\n")


def fields(pairs: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one a line, the values aligned and folded at the width."""
    known = [(name, shown(value)) for name, value in pairs]
    room = max((len(name) for name, _ in known), default=0) + 2
    for name, value in known:
        first, *more = fold(display(value), width() - room)
        sys.stdout.write(f"{name + ':':<{room}}{first}".rstrip() + "\n")
        for line in more:
            sys.stdout.write(" " * room + line + "\n")


def fold(text: str, room: int, hanging: int = 0) -> list[str]:
    """Cut one displayable line into lines of at most `room` cells, at blanks where there are any.

    All but the first begin with `hanging` blanks.
    """
    lines: list[str] = []
    start = index = used = 0
    blank, limit = -1, room
    while index < len(text):
        used += cells(text[index])
        if text[index] == " ":
            blank = index
        if used <= limit or index == start:
            index += 1
            continue
        cut = blank if text[start : max(blank, start)].strip() else index
        lines.append(text[start:cut].rstrip())
        start = index = cut + (text[cut] == " ")
        blank, used, limit = -1, 0, room - hanging
    lines.append(text[start:])
    return [lines[0], *(" " * hanging + line for line in lines[1:])]


def block(text: str, indent: str = "  ", *, hanging: int = 0, most: int | None = None) -> None:
    """Print a text of several lines, folded (`fold`) and indented; `most` lines, then how many are missing."""
    lines = [
        folded
        for line in display_lines(text).expandtabs(4).split("\n")
        for folded in fold(line.rstrip(), width() - len(indent), hanging)
    ]
    while lines and not lines[-1]:
        lines.pop()
    for line in lines[:most]:
        sys.stdout.write(f"{indent}{line}".rstrip() + "\n")
    if most is not None and len(lines) > most:
        sys.stdout.write(f"{indent}({len(lines) - most} more lines)\n")


def plural(count: int, one: str, several: str = "") -> str:
    """Return a count with its noun."""
    return f"{count} {one if count == 1 else several or one + 's'}"


def shown(value: object) -> str:
    """Return any value as people read it."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value) or "-"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return local(value) if isinstance(value, datetime) else str(value)


def _plain(value: object) -> object:
    """Turn what JSON does not know into what it knows."""
    if isinstance(value, datetime):
        return stamp(value)
    raise TypeError(f"{type(value).__name__} in JSON output")
