"""All mailboxes side by side: who is watched follows the settings, and one place knows how all are doing."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allegra_tui.secrets import Vault
from allegra_tui.store import Store, StoreError
from allegra_tui.usecases.intake.run import SIDE_BY_SIDE, STOP_SECONDS
from allegra_tui.usecases.watch.events import Ended, Hear, How, Paused, Reloaded, Started, Trouble, WatchEvent
from allegra_tui.usecases.watch.mailbox import Doing, Shared, Watcher
from allegra_tui.usecases.watch.wanted import Wanted, wanted

TICK_SECONDS = 0.25
"""How soon a stop is noticed."""
LOOK_SECONDS = 2.0
"""How often it is looked whether somebody changed the settings."""
END_SECONDS = 4.5
"""How long the end may take; what is in hand then is left to the next run."""


@dataclass(frozen=True, slots=True)
class Report:
    """How the watch is doing."""

    stalled: Sequence[str]
    """Mailboxes without a sign of life for longer than all time limits allow."""
    text: str
    """For people, on one line. Foreign text."""


class Watch:
    """A watch over all enabled mailboxes. Only `stop` and `reload` may be called from elsewhere, also by signals."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        *,
        emit: Hear,
        clock: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        self._store = store
        self._hear = emit
        self._lock = threading.Lock()
        self._shared = Shared(
            store=store,
            vault=vault,
            emit=self._emit,
            turns=threading.BoundedSemaphore(SIDE_BY_SIDE),
            clock=clock,
            chance=chance or random.SystemRandom(),
        )
        self._wanted: Wanted | None = None
        self._watchers: dict[int, Watcher] = {}
        self._leaving: list[Watcher] = []
        self._trouble = ""
        # Flags and no events: a signal may come while an event's own lock is held.
        self._stopping = False
        self._reloading = False

    def stop(self) -> None:
        """End after the messages in hand."""
        self._stopping = True

    def reload(self) -> None:
        """Read the settings again, and look into every mailbox at once."""
        self._reloading = True

    def run(
        self, tick: Callable[[Report], object] = lambda report: None, reloaded: Callable[[], object] = lambda: None
    ) -> Sequence[str]:
        """Watch until told to stop; the names of mailboxes that did not end in time, whose threads may still work.

        `tick` hears several times a second how the mailboxes are doing, `reloaded` when a reload asked for is done.
        Raises `StoreError` where the settings cannot be read at the beginning; later that is told and tried again.
        """
        self._follow(wanted(self._store, None), forced=False)
        looked = time.monotonic()
        while not self._stopping:
            tick(self.report())
            time.sleep(TICK_SECONDS)
            forced, self._reloading = self._reloading, False
            if forced or time.monotonic() - looked >= LOOK_SECONDS:
                looked = time.monotonic()
                self._look(forced=forced)
                if forced:
                    reloaded()
        return self._end()

    def report(self) -> Report:
        """Tell how the mailboxes are doing."""
        watchers = list(self._watchers.values())
        return Report(
            stalled=[watcher.name for watcher in (*watchers, *self._leaving) if watcher.stalled],
            text=_told(watchers, self._wanted.paused if self._wanted else None),
        )

    def _emit(self, event: WatchEvent) -> None:
        """Pass an event on, one at a time; called from any thread."""
        with self._lock:
            self._hear(event)

    def _look(self, *, forced: bool) -> None:
        """Follow what the settings say now."""
        self._leaving = [watcher for watcher in self._leaving if watcher.alive]
        try:
            found = wanted(self._store, None if forced else self._wanted)
        except StoreError as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                self._emit(Trouble(error=self._trouble))
            return
        self._trouble = ""
        if forced or found != self._wanted:
            self._follow(found, forced=forced)

    def _follow(self, found: Wanted, *, forced: bool) -> None:
        before, self._wanted = self._wanted, found
        gone = {number: one for number, one in self._watchers.items() if found.boxes.get(number) != one.box}
        fresh = {number: box for number, box in found.boxes.items() if number not in self._watchers or number in gone}
        mended = before is not None and (before.settings, before.projects) != (found.settings, found.projects)
        for number, watcher in gone.items():
            watcher.stop()
            self._leaving.append(self._watchers.pop(number))
        for watcher in self._watchers.values():
            # A run that is under way may have begun with the old settings.
            if forced or (mended and (watcher.trouble or watcher.doing is Doing.FETCHING)):
                watcher.wake()
        if before is None:
            self._emit(Started(mailboxes=[box.mailbox.name for box in fresh.values()]))
        else:
            self._emit(
                Reloaded(
                    added=[box.mailbox.name for number, box in fresh.items() if number not in gone],
                    removed=[watcher.name for number, watcher in gone.items() if number not in fresh],
                    changed=[box.mailbox.name for number, box in fresh.items() if number in gone],
                )
            )
        self._tell_pauses(before, found)
        for number, box in fresh.items():
            self._watchers[number] = Watcher(self._shared, box)
            self._watchers[number].start()

    def _tell_pauses(self, before: Wanted | None, found: Wanted) -> None:
        if found.paused and (before is None or before.paused != found.paused):
            self._emit(Paused(mailbox=None, reason=found.paused))
        for name in found.unanswered:
            if before is None or name not in before.unanswered:
                why = f"nobody said yet what to take of its mail: allegra-tui mailbox edit {name} --first-contact …"
                self._emit(Paused(mailbox=name, reason=why))

    def _end(self) -> Sequence[str]:
        """End all, first politely, then by cutting off what waits for a server."""
        watchers = [*self._watchers.values(), *self._leaving]
        began = time.monotonic()
        for watcher in watchers:
            watcher.stop()
        for cut, seconds in ((False, STOP_SECONDS), (True, END_SECONDS)):
            for watcher in watchers:
                watcher.join(began + seconds - time.monotonic())
            if not cut:
                for watcher in watchers:
                    watcher.cancel()
        unfinished = [watcher.name for watcher in watchers if watcher.alive]
        self._emit(Ended(unfinished=unfinished))
        return unfinished


def _told(watchers: Sequence[Watcher], paused: str | None) -> str:
    if paused:
        return f"paused: {paused}"
    if not watchers:
        return "no mailbox to watch"
    doing = Counter(watcher.doing for watcher in watchers)
    idle = sum(watcher.doing is Doing.WAITING and watcher.how is not How.POLL for watcher in watchers)
    parts = [f"{len(watchers)} {'mailbox' if len(watchers) == 1 else 'mailboxes'}"]
    parts += [f"{doing[Doing.WAITING]} waiting ({idle} told of mail at once)"] if doing[Doing.WAITING] else []
    parts += [f"{doing[Doing.FETCHING]} fetching"] if doing[Doing.FETCHING] else []
    troubled = [watcher for watcher in watchers if watcher.trouble]
    text = ", ".join(parts)
    return f"{text}; {troubled[0].name}: {troubled[0].trouble}" if troubled else text
