"""The watching of one mailbox: a run, then waiting for news or for its turn, over and over."""

import random
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.secrets import Vault
from allegra_tui.sources import Source, SourceError, open_source
from allegra_tui.store import Store, StoreError, mailboxes
from allegra_tui.usecases import credentials
from allegra_tui.usecases.errors import UseCaseError
from allegra_tui.usecases.events import Event, MailboxDone
from allegra_tui.usecases.intake import fetch
from allegra_tui.usecases.watch.backoff import Delays
from allegra_tui.usecases.watch.events import Backoff, Connected, Defect, Hear, Held, How, Lost, Waiting
from allegra_tui.usecases.watch.wanted import Box

PART_SECONDS = 1.0
"""How long is waited at a time: so soon a stop is noticed, and so often there is a sign of life."""
HELD_SECONDS = 5.0
"""How soon it is tried again where another intake is at work."""
STEADY_SECONDS = 60.0
"""A connection that waited so long and broke is made anew at once; one that broke sooner has to wait for it."""
_SPARE_SECONDS = 60.0
"""What a sign of life may be late beyond all time limits, on a busy machine."""


class Doing(StrEnum):
    """What the watching of a mailbox is at."""

    FETCHING = "fetching"
    WAITING = "waiting"
    TROUBLE = "trouble"
    """Waiting to try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the watchers of all mailboxes share."""

    store: Store
    vault: Vault
    emit: Hear
    turns: threading.BoundedSemaphore
    """How many mailboxes may be read at a time."""
    clock: Callable[[], float]
    """Seconds that only grow, as `time.monotonic`."""
    chance: random.Random


class Watcher:
    """Keeps one mailbox taken in, on a thread of its own. Its lease is held for a run only, never while it waits."""

    def __init__(self, shared: Shared, box: Box) -> None:
        self.box = box
        self.doing = Doing.FETCHING
        self.how: How | None = None
        self.trouble = ""
        self._shared = shared
        self._stop = threading.Event()
        self._woken = threading.Event()
        self._source: Source | None = None
        self._source_of: Mailbox | None = None
        self._since = 0.0
        """When the connection that is kept began to wait."""
        self._next = 0.0
        self._held = False
        self._unannounced = False
        """Whether the server said that it would tell of mail, and then did not."""
        self._retries = Delays(shared.chance)
        self._losses = Delays(shared.chance)
        self._due = 0.0
        self._promise(box.patience)
        self._thread = threading.Thread(target=self._work, name=f"watch {box.mailbox.name}", daemon=True)

    @property
    def name(self) -> str:
        """The mailbox's name."""
        return self.box.mailbox.name

    @property
    def stalled(self) -> bool:
        """Whether there was no sign of life for longer than all time limits allow."""
        return self._thread.is_alive() and time.monotonic() > self._due

    @property
    def alive(self) -> bool:
        """Whether the thread still works."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin with a run."""
        self._thread.start()

    def wake(self) -> None:
        """Look into the mailbox now."""
        self._woken.set()

    def stop(self) -> None:
        """End after the message in hand; callable from any thread, and does not wait."""
        self._stop.set()
        self._woken.set()

    def cancel(self) -> None:
        """Cut off whatever waits for a server."""
        source = self._source
        if source is not None:
            source.cancel()

    def join(self, seconds: float) -> None:
        """Wait for the end."""
        self._thread.join(max(0.0, seconds))

    def _promise(self, seconds: float) -> None:
        """Note a sign of life, and by when the next one comes."""
        self._due = time.monotonic() + seconds + _SPARE_SECONDS

    def _work(self) -> None:
        while not self._stop.is_set():
            self._woken.clear()
            self.doing = Doing.FETCHING
            announced = self._guarded(self._run)
            while not (announced or self._stop.is_set() or self._woken.is_set() or self._seconds_left <= 0):
                announced = self._guarded(self._listen)
        self._drop()

    def _guarded(self, act: Callable[[], bool]) -> bool:
        """Do something of which a defect must not stop the other mailboxes; it is told, and the run tried again."""
        try:
            return act()
        except Exception as error:  # (whatever it is: nobody else would see it on this thread)
            self._shared.emit(Defect(mailbox=self.name, trace=traceback.format_exc()))
            self._failed(f"a defect of the program: {type(error).__name__}: {error}", None)
            return False

    def _run(self) -> bool:
        """Take in what is new, and decide when to look again; whether that is now."""
        if not self._take_turn():
            return False
        shared = self._shared
        try:
            done = fetch(
                shared.store, shared.vault, names=[self.name], emit=self._hear, stop=self._stop, opened=self._opened
            )
        except StoreError as error:
            self._failed(str(error), error.code)
            return False
        except UseCaseError:
            # Switched off, paused or removed a moment ago: whoever reads the settings ends this watcher.
            self._next = shared.clock() + self.box.interval
            return False
        finally:
            shared.turns.release()
        self._conclude(done.mailboxes[0])
        return done.mailboxes[0].more

    def _take_turn(self) -> bool:
        while not self._stop.is_set():
            self._promise(PART_SECONDS)
            if self._shared.turns.acquire(timeout=PART_SECONDS):
                self._promise(self.box.patience)
                return True
        return False

    def _hear(self, event: Event) -> None:
        self._promise(self.box.patience)
        self._shared.emit(event)

    @contextmanager
    def _opened(self, mailbox: Mailbox) -> Iterator[Source]:
        """Give the source that is kept from run to run; a new one where there is none, or it leads elsewhere."""
        if self._source_of != mailbox:
            self._drop()
        if self._source is None:
            obtain = credentials.obtain(self._shared.store, self._shared.vault, mailbox)
            self._source, self._source_of = open_source(mailbox, obtain), mailbox
        yield self._source

    def _conclude(self, report: MailboxDone) -> None:
        now = self._shared.clock()
        if self._stop.is_set():
            return
        if report.held or report.skipped:
            if report.held and not self._held:
                self._shared.emit(Held(mailbox=self.name, holder=report.skipped or ""))
            self._held, self._next = True, now + HELD_SECONDS
            return
        self._held = False
        if report.code is not None:
            self._failed(report.error or report.code, report.code)
            return
        # Trouble with single messages, or with settings, is told and tried again in its turn.
        self._retries.success()
        self._next = now + self.box.interval
        self._since = now
        self._wait_as(How.POLL if self._source is None else self._how(self._source), report.error)

    def _how(self, source: Source) -> How:
        if self._unannounced or not source.announces:
            self._drop()
            return How.POLL
        return How.DIRECTORY if self.box.mailbox.protocol is Protocol.MAILDIR else How.IDLE

    def _wait_as(self, how: How, error: str | None) -> None:
        """Tell how the mailbox waits now, and whether that is new."""
        if not error and (self.doing is Doing.TROUBLE or self.trouble or self.how != how):
            self._shared.emit(Connected(mailbox=self.name, how=how))
        self.doing, self.how, self.trouble = Doing.WAITING, how, error or ""
        self._shared.emit(Waiting(mailbox=self.name, how=how, next_run=_in(self._seconds_left)))

    @property
    def _seconds_left(self) -> float:
        return max(0.0, self._next - self._shared.clock())

    def _failed(self, error: str, code: str | None) -> None:
        """Drop the connection and wait for longer from time to time."""
        self._drop()
        seconds = self._retries.failure(code, self.box.interval)
        self._next = self._shared.clock() + seconds
        self.doing, self.trouble = Doing.TROUBLE, error
        self._shared.emit(
            Backoff(
                mailbox=self.name,
                error=error,
                failures=self._retries.failures,
                seconds=round(seconds, 1),
                next_run=self._note_next(seconds),
            )
        )

    def _note_next(self, seconds: float) -> datetime:
        """Write down when it is tried again, for `status` and whoever else looks."""
        at = _in(seconds)
        with suppress(StoreError), self._shared.store.write() as tx:  # where the database is the trouble, it was told
            mailboxes.save_state(tx, replace(mailboxes.state(tx, self.box.mailbox.id), next_run=at))
        return at

    def _listen(self) -> bool:
        """Wait for mail for a while; whether some was announced."""
        part = min(self._seconds_left, PART_SECONDS)
        self._promise(part + 3 * self.box.mailbox.read_timeout + self.box.mailbox.connect_timeout)
        source = None if self._held else self._source
        if source is None:
            self._woken.wait(part)
            return False
        try:
            if source.wait(part):
                return True
            if not source.announces:
                self._unannounced = True
                self._wait_as(self._how(source), self.trouble)
        except SourceError as error:
            self._lost(error)
        return False

    def _lost(self, error: SourceError) -> None:
        """Plan a new connection: at once where the old one did its service, later where it never lasts."""
        self._drop()
        if self._stop.is_set():
            return
        now = self._shared.clock()
        if now - self._since >= STEADY_SECONDS:
            self._losses.success()
            seconds = self._shared.chance.uniform(0, 1)
        else:
            seconds = self._losses.failure(error.code, self.box.interval)
        self._next = min(self._next, now + seconds)
        self.how = None
        self._shared.emit(Lost(mailbox=self.name, error=str(error), seconds=round(self._seconds_left, 1)))

    def _drop(self) -> None:
        source, self._source, self._source_of = self._source, None, None
        if source is not None:
            source.close()


def _in(seconds: float) -> datetime:
    """Return the moment so many seconds from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)
