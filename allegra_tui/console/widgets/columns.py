"""Columns of a table: how values become a line of a given width."""

from collections.abc import Sequence
from dataclasses import dataclass

from allegra_tui.text import cells, clip

_GAP = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A column. The one with width 0 takes what the others leave; `from_width` is the table's width that shows it."""

    title: str
    width: int = 0
    right: bool = False
    from_width: int = 0


def line(columns: Sequence[Column], values: Sequence[str], width: int) -> str:
    """Return displayable values, one a column, as a line of exactly this width; what does not fit ends in `~`."""
    shown = [(column, value) for column, value in zip(columns, values, strict=True) if width >= column.from_width]
    rest = width - sum(column.width for column, _ in shown) - _GAP * (len(shown) - 1)
    parts = (fit(value, column.width or rest, right=column.right) for column, value in shown)
    return fit((" " * _GAP).join(parts), width)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return a displayable line cut or padded to a width in cells."""
    if width <= 0:
        return ""
    text = clip(text, width)
    pad = " " * (width - cells(text))
    return pad + text if right else text + pad
