"""While the console is open it polls the mailboxes by their intervals, where no other intake does."""

import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from allegra_tui.usecases.intake import IntakeOff, fetch
from allegra_tui.usecases.policies import PatternUnusable
from allegra_tui.usecases.presence import watching
from allegra_tui.usecases.schedule import Schedule, Turn, schedule
from allegra_tui.usecases.session import Session
from allegra_tui.usecases.workspace import EXPECTED

LOOK_SECONDS = 5.0
"""How often it is looked whether a mailbox has its turn."""


class Polling:
    """A thread of its own. What a poll did stands in the mailboxes' states and the journal. A defect goes to `failed`,
    from that thread, and ends the polling."""

    def __init__(self, session: Session, failed: Callable[[Exception], object]) -> None:
        self._session = session
        self._failed = failed
        self.trouble: str | None = None
        """Why the last look at the mailboxes came to nothing, such as a database that cannot be written."""
        self.watcher: str | None = watching(session.directory)
        """The process that watches this data directory, at the last look."""
        self._stop = threading.Event()
        self._cut_short = threading.Event()
        """Tells the poll in hand to end after its batch."""
        self._in_hand = threading.Lock()
        self._polled: Collection[str] = ()
        self._thread = threading.Thread(target=self._work, name="polling", daemon=True)
        self._waits: dict[str, tuple[datetime | None, datetime]] = {}
        """A mailbox that never ran, or could not even be tried, waits for its interval too: until when, as long as its
        last run planned what it did."""

    def start(self) -> None:
        """Begin. Nothing is polled before the first interval of a mailbox that was never fetched."""
        self._thread.start()

    def stop(self) -> None:
        """Tell the thread to finish what it has in hand; does not wait for it."""
        self._stop.set()
        self._cut_short.set()

    def give_way(self, names: Collection[str]) -> None:
        """Leave mailboxes to a person's fetch: where the poll in hand is at one, it ends after its batch, and this
        waits for it. What it took is settled; the fetch goes on from there."""
        if set(names).isdisjoint(self._polled):
            return
        self._cut_short.set()
        with self._in_hand:
            if not self._stop.is_set():
                self._cut_short.clear()

    def close(self) -> None:
        """Stop, and wait for the thread."""
        self.stop()
        if self._thread.is_alive():
            self._thread.join()

    def next_run(self, mailbox: str, planned: datetime | None) -> datetime | None:
        """Return when a mailbox is polled, given when its last run meant it to be."""
        basis, until = self._waits.get(mailbox, (None, None))
        return until if until is not None and basis == planned else planned

    def look(self) -> Sequence[str]:
        """Fetch the mailboxes whose turn it is, and return their names. None while a watch is at work."""
        self.watcher = watching(self._session.directory)
        if self.watcher is not None:
            return ()
        found = schedule(self._session.store)
        due = [turn for turn in found.turns if self._is_due(turn, found)]
        names = [turn.mailbox for turn in due]
        if due:
            try:
                self._poll(names)
            except (IntakeOff, PatternUnusable):  # since a moment ago; the overview says so
                return ()
            for turn in due:
                self._wait(turn, found.now)
        return names

    def _poll(self, names: Sequence[str]) -> None:
        with self._in_hand:
            self._polled = names
            try:
                fetch(self._session.store, self._session.vault, names=names, emit=_unheard, stop=self._cut_short)
            finally:
                self._polled = ()

    def _is_due(self, turn: Turn, found: Schedule) -> bool:
        if turn.at is None and self.next_run(turn.mailbox, None) is None:
            self._wait(turn, found.now)
        at = self.next_run(turn.mailbox, turn.at)
        return at is not None and at <= found.now

    def _wait(self, turn: Turn, now: datetime) -> None:
        self._waits[turn.mailbox] = (turn.at, now + timedelta(seconds=turn.seconds))

    def _work(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.look()
                self.trouble = None
            except EXPECTED as error:
                self.trouble = str(error)
            except Exception as error:  # (told on the event loop, which decides)
                self._failed(error)
                return


def _unheard(event: object) -> None:
    """Screens read what came of it from the database."""
