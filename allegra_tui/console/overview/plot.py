"""What came in during the last days, as columns of characters: one kind of outcome, one character."""

from collections.abc import Mapping, Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from allegra_tui.model.verdict import Outcome
from allegra_tui.text import clip
from allegra_tui.usecases.overview import Day

KINDS = (
    (Outcome.CREATED, "#", "created", "$text-success"),
    (Outcome.COMMENTED, "=", "commented", "$text-primary"),
    (Outcome.REJECTED, "x", "refused", "$text-warning"),
    (Outcome.FAILED, "!", "failed", "$text-error"),
)
"""From the bottom of a column to its top: outcome, character, word, colour."""
_AXIS = 7
_LEAST, _FEW, _MOST = 2, 4, 12
"""Lines of the columns: at least, where there are few messages, at most."""


class Plot(Widget):
    """A column a day, today at the right, and the numbers of today and of all days in words."""

    DEFAULT_CSS = """
    Plot { height: 1fr; min-height: 4; width: 1fr; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._days: Sequence[Day] = ()

    def show(self, days: Sequence[Day]) -> None:
        """Show these days, the oldest first."""
        if days != self._days:
            self._days = days
            self.refresh()

    def render(self) -> RenderResult:
        """Draw what fits: the numbers always, the columns where there is room."""
        if not self._days:
            return Content("")
        width, height = self.content_size
        lines = [_numbers("today", [self._days[-1]], width), _numbers(f"{len(self._days)} days", self._days, width)]
        room = min(_MOST, height - len(lines) - 2)
        most = max(_shown(day) for day in self._days)
        if room >= _LEAST and most:
            lines += _columns(self._days, min(room, max(_FEW, most)), width)
        return Content("\n").join(lines[: max(1, height)])


def stack(counts: Mapping[Outcome, int], most: int, height: int) -> str:
    """Return the characters of a column from the bottom up: `most` messages fill the height, and whatever happened
    at all has a character where there is room for one."""
    given = [(sign, counts.get(outcome, 0)) for outcome, sign, _, _ in KINDS if counts.get(outcome, 0)]
    total = sum(count for _, count in given)
    if not total:
        return ""
    size = min(height, max(len(given), round(height * total / most)))
    parts = [1] * len(given)
    while sum(parts) < size:  # each further line goes to the kind that lacks most of its share
        lacking = [count * size / total - part for (_, count), part in zip(given, parts, strict=True)]
        parts[lacking.index(max(lacking))] += 1
    return "".join(sign * part for (sign, _), part in zip(given, parts, strict=True))[:height]


def _columns(days: Sequence[Day], height: int, width: int) -> list[Content]:
    """Draw the columns with their scale and the days under them."""
    step = max(2, min(8, (width - _AXIS) // len(days)))
    most = max(_shown(day) for day in days)
    stacks = [stack(day.counts, most, height) for day in days]
    colours = {sign: colour for _, sign, _, colour in KINDS}
    lines = []
    for level in range(height - 1, -1, -1):
        scale = f"{most:,}" if level == height - 1 else ""
        parts: list[str | tuple[str, str]] = [(f"{clip(scale, _AXIS - 2):>{_AXIS - 2}} \u2502", "$text-muted")]
        for column in stacks:
            sign = column[level] if level < len(column) else ""
            parts += [(sign * (step - 1), colours[sign]) if sign else " " * (step - 1), " "]
        lines.append(Content.assemble(*parts))
    lines.append(Content.styled(f"{0:>{_AXIS - 2}} \u2514{chr(0x2500) * (step * len(days))}", "$text-muted"))
    # From the right, so that today has its date however narrow it is.
    each = 1 if step > len("30.") else 2
    names = [f"{day.day:%d}" if (len(days) - 1 - number) % each == 0 else "" for number, day in enumerate(days)]
    lines.append(Content.styled(" " * _AXIS + "".join(f"{name:<{step}}" for name in names), "$text-muted"))
    return lines


def _numbers(name: str, days: Sequence[Day], width: int) -> Content:
    """Write the sums; the characters of the columns stand beside their words."""
    parts: list[str | tuple[str, str]] = [(f"{name:<9}", "bold")]
    for outcome, sign, word, colour in KINDS:
        count = sum(day.counts.get(outcome, 0) for day in days)
        parts += [(sign, colour if count else "$text-muted"), f" {count:,} {word}".ljust(16)]
    return Content.assemble(*parts).truncate(max(1, width))


def _shown(day: Day) -> int:
    return sum(day.counts.get(outcome, 0) for outcome, _, _, _ in KINDS)
