"""From one screen to another."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go to: a screen by its name, and what to show there.

    The screen's `follow` says what it understands, such as `Link("issues", 12)` or
    `Link("journal", where={"mailbox": "support", "review": "open"})`.
    """

    place: str
    record: int | str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
