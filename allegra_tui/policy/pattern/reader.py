"""A cursor over a pattern, and the modifiers in force where it stands."""

import re
from dataclasses import dataclass

from allegra_tui.policy.pattern.error import PatternError
from allegra_tui.policy.pattern.tree import Oddity


@dataclass(frozen=True, slots=True)
class Flags:
    """Modifiers: `i`, `m`, `s`, and `x` as 0, 1 or 2 (`xx`)."""

    fold: bool = True
    multiline: bool = False
    dotall: bool = False
    extended: int = 0


class Reader:
    """Walks over the source from left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.pos = 0
        self.groups = 0
        """How many capture groups were opened so far."""
        self.oddities: list[Oddity] = []

    def peek(self, text: str) -> bool:
        """Say whether `text` comes next."""
        return self.source.startswith(text, self.pos)

    def take(self, text: str) -> bool:
        """Step over `text` if it comes next."""
        if not self.peek(text):
            return False
        self.pos += len(text)
        return True

    def next(self) -> str:
        """Step over one character and return it; empty at the end."""
        char = self.source[self.pos : self.pos + 1]
        self.pos += len(char)
        return char

    def scan(self, expression: "re.Pattern[str]") -> "re.Match[str] | None":
        """Step over what `expression` matches here."""
        if found := expression.match(self.source, self.pos):
            self.pos = found.end()
        return found

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self.pos >= len(self.source)

    def note(self, start: int, lint: str) -> None:
        """Remember something odd between `start` and here."""
        self.oddities.append(Oddity(start, self.pos, lint))

    def expect(self, expression: "re.Pattern[str]", message: str) -> "re.Match[str]":
        """Step over what `expression` matches here; raise PatternError where it does not."""
        found = self.scan(expression)
        if not found:
            raise self.error(message)
        return found

    def error(self, message: str, position: int | None = None, lint: str = "P01") -> PatternError:
        """Return the error for what is at `position`, by default here."""
        return PatternError(message, self.pos if position is None else position, lint)
