"""What the pattern screen does in threads: every newer keystroke makes it unwanted."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from textual.content import Content
from textual.worker import get_current_worker

from allegra_tui.usecases import playground
from allegra_tui.usecases.errors import Refused
from allegra_tui.usecases.playground import Asked, Look

T = TypeVar("T")


def looking(
    source: str, addresses: Sequence[str], *, seen: Look | None, pause: float, contained: bool
) -> Callable[[], tuple[Look, Sequence[Asked]] | None]:
    """Return the work that looks at a pattern, unless it was `seen`, and asks it about addresses.

    It waits for a pause in the typing first. Its result is None where a newer one is under way.
    """

    def work() -> tuple[Look, Sequence[Asked]] | None:
        worker = get_current_worker()

        def unwanted() -> bool:
            return worker.is_cancelled

        if pause and seen is None:
            time.sleep(pause)
        if unwanted():
            return None
        found = seen or playground.look(source, contained=contained)
        answers = playground.ask(found, addresses, cancelled=unwanted) if found.error is None else ()
        return found, answers

    return work


def until_unwanted(compare: Callable[[Callable[[], bool]], T]) -> Callable[[], T | str]:
    """Return the work that is told when it is unwanted; why it cannot be done is a result, too."""

    def work() -> T | str:
        worker = get_current_worker()
        try:
            return compare(lambda: worker.is_cancelled)
        except Refused as error:
            return str(error)

    return work


def chance(seen: Look, typed: str) -> Content:
    """Say whether what is typed is accepted, or could become so."""
    (answer,) = playground.ask(seen, [typed])
    if answer.accepted:
        return Content.styled("+ accepted", "$text-success")
    if playground.could_still(seen, typed):
        return Content.styled("~ could still match", "$text-warning")
    return Content.styled("x cannot match any more", "$text-error")
