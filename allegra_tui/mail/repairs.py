"""What had to be mended or guessed while a message was read."""

from collections.abc import Iterable

MAX_NOTES = 50


class Repairs:
    """Notes in words, each once, in the order in which they came up."""

    def __init__(self) -> None:
        self._notes: dict[str, None] = {}

    def add(self, note: str) -> None:
        """Records a note unless it is known, or there are `MAX_NOTES` already."""
        if len(self._notes) < MAX_NOTES:
            self._notes.setdefault(note)

    def extend(self, notes: Iterable[str]) -> None:
        """Records several notes."""
        for note in notes:
            self.add(note)

    def as_tuple(self) -> tuple[str, ...]:
        """All notes."""
        return tuple(self._notes)
