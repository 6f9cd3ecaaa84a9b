"""Expected trouble: one clear line that says what is wrong and what to do next.

`code` is what `--json` prints and scripts compare; `exit_code` is how the command that meets it ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class UseCaseError(Exception):
    """What a person asked for cannot be done. By itself: something failed (exit 1)."""

    code = "failed"
    exit_code = 1


class NotFound(UseCaseError):  # noqa: N818  (it reads as what happened)
    """There is no such project, mailbox, sender, issue or message."""

    code = "not_found"
    exit_code = 2


def no_message(message_id: int) -> NotFound:
    """Return what is raised where the journal has no such message."""
    return NotFound(f"there is no message {message_id}: the journal lists those that are there")


class Refused(UseCaseError):  # noqa: N818
    """It exists, but this cannot be done with it as it is."""

    code = "refused"


class Conflict(UseCaseError):  # noqa: N818
    """The name, address or account is taken already."""

    code = "conflict"
    exit_code = 2


class Changed(UseCaseError):  # noqa: N818
    """Somebody else changed the record since the caller read it. `current` is what is stored now."""

    code = "changed"

    def __init__(self, message: str, current: object) -> None:
        super().__init__(message)
        self.current = current


class Invalid(UseCaseError):  # noqa: N818
    """Values that cannot be taken: every mistake, each with its place."""

    code = "invalid"
    exit_code = 2

    def __init__(self, mistakes: Sequence["Mistake"]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong value: where it stands, such as `mailboxes[2].port`, and what is wrong with it."""

    place: str
    message: str
    line: int | None = None
    """Line of a configuration file, counted from 1."""

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"line {self.line}: {text}" if self.line else text
