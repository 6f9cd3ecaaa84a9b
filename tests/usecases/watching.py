"""A watch in a thread of its own, and what it told."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from allegra_tui.secrets import Vault
from allegra_tui.usecases.events import MessageDone
from allegra_tui.usecases.watch import Report, Watch
from allegra_tui.usecases.watch.events import WatchEvent
from tests.usecases.conftest import Intake

E = TypeVar("E", bound=WatchEvent)
SECONDS = 30.0
"""Within which everything happens that is waited for, on however busy a machine."""


class Watched:
    """A watch, its events in order, and waiting for them."""

    def __init__(self, intake: Intake, clock: Callable[[], float] = time.monotonic) -> None:
        self.events: list[tuple[float, WatchEvent]] = []
        """Each with the moment it was told."""
        self.reports: list[Report] = []
        self.unfinished: list[str] | None = None
        self.ended_in = 0.0
        """Seconds that the end took."""
        self._changed = threading.Condition()
        self.watch = Watch(
            intake.store,
            Vault(intake.directory / "secret.key"),
            emit=self._hear,
            clock=clock,
            chance=random.Random(7),
        )
        self.thread = threading.Thread(target=self._run, name="watch")

    def _run(self) -> None:
        self.unfinished = list(self.watch.run(self.reports.append))

    def _hear(self, event: WatchEvent) -> None:
        with self._changed:
            self.events.append((time.monotonic(), event))
            self._changed.notify_all()

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of a kind."""
        with self._changed:
            return [event for _, event in self.events if isinstance(event, kind)]

    def wait_for(self, kind: type[E], count: int = 1, matching: Callable[[E], bool] = lambda event: True) -> E:
        """Wait for so many events of a kind, and return the last of them."""

        def found() -> list[E]:
            return [event for _, event in self.events if isinstance(event, kind) and matching(event)]

        with self._changed:
            assert self._changed.wait_for(lambda: len(found()) >= count, SECONDS), self.events
            return found()[count - 1]

    def told_at(self, subject: str) -> float:
        """Wait for a message and return the moment it was told."""
        self.wait_for(MessageDone, matching=lambda event: event.subject == subject)
        return next(at for at, event in self.events if isinstance(event, MessageDone) and event.subject == subject)


@contextmanager
def watched(intake: Intake, clock: Callable[[], float] = time.monotonic) -> Iterator[Watched]:
    """Watch an intake's mailboxes until the end of the block, which it has to survive."""
    running = Watched(intake, clock)
    running.thread.start()
    try:
        yield running
        assert running.thread.is_alive()
    finally:
        began = time.monotonic()
        running.watch.stop()
        running.thread.join(SECONDS)
        running.ended_in = time.monotonic() - began
    assert running.unfinished == []
