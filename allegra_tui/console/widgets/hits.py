"""A line with what was searched for marked."""

import re
from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style


def segments(text: str, style: Style, hits: re.Pattern[str] | None, hit: Style, *, start: int = 0) -> list[Segment]:
    """Return a line in the few pieces it takes, what `hits` finds from `start` on in another style."""
    return [Segment(text, style)] if hits is None else list(_cut(text, style, hits, hit, start))


def _cut(text: str, style: Style, hits: re.Pattern[str], hit: Style, start: int) -> Iterator[Segment]:
    end = 0
    for found in hits.finditer(text, start):
        if found.start() > end:
            yield Segment(text[end : found.start()], style)
        if found[0]:
            yield Segment(found[0], hit)
        end = found.end()
    if end < len(text):
        yield Segment(text[end:], style)
