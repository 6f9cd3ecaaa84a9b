"""One run over one mailbox: receive, journal, hand over to the handler, settle."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from allegra_tui.model.journal import MailboxState, Place
from allegra_tui.model.settings import Mailbox
from allegra_tui.model.verdict import Outcome, Reason
from allegra_tui.secrets import SecretError, Vault
from allegra_tui.sources import CancelledError, Listing, Source, SourceError, open_source
from allegra_tui.store import Store, StoreError, baselines, journal, mailboxes, places
from allegra_tui.usecases import certificates, credentials
from allegra_tui.usecases.events import Emit, MailboxDone, MessageDone, Progress
from allegra_tui.usecases.intake.download import Arrived, arriving, told
from allegra_tui.usecases.intake.handle import Handler
from allegra_tui.usecases.intake.journaling import commit, settle_action
from allegra_tui.usecases.intake.selection import (
    AccountChangedError,
    UidlsChangedError,
    counts_anew,
    current_state,
    place_of,
    remember,
    select,
)
from allegra_tui.usecases.intake.settling import Settling, doubt

Opener = Callable[[Mailbox], AbstractContextManager[Source]]
"""Gives the source that a run reads a mailbox by."""
HANDLED_BEHIND = 2
"""Batches that may wait for the handler; receiving waits when there are more, so memory follows the batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the mailboxes of a run share."""

    store: Store
    opened: Opener
    handler: Handler
    handling: Executor
    """One thread: messages are handled one after the other."""
    emit: Emit
    max_bytes: int
    poll_seconds: int


def opener(store: Store, vault: Vault) -> Opener:
    """Open a new source for each run."""
    return lambda mailbox: open_source(mailbox, credentials.obtain(store, vault, mailbox))


class MailboxRun:
    """The intake of one mailbox, on a thread of its own. The caller holds the mailbox's lease."""

    def __init__(self, run: Run, mailbox: Mailbox) -> None:
        self._run = run
        self._mailbox = mailbox
        self._stop = threading.Event()
        self._source: Source | None = None
        self._epoch = 0
        self._settling: Settling | None = None
        self._behind: deque[Future[list[MessageDone]]] = deque()
        self._received = 0
        self._left = 0
        self._more = False
        self._troubles: list[str] = []
        """What kept the run from getting through."""
        self._not_had: list[str] = []
        """Messages that could not be downloaded; they are tried again each run."""
        self._code: str | None = None

    def stop(self) -> None:
        """End between two batches, settling what is decided; callable from any thread."""
        self._stop.set()

    def cancel(self) -> None:
        """End now: whatever waits for the server is cut off. The next run finishes what is pending."""
        self._stop.set()
        if self._source:
            self._source.cancel()

    def run(self) -> MailboxDone:
        """Take in what is new. Expected trouble is in the result; the mailbox's state is written either way.

        Raise `AccountChangedError` where it is another account's by now, before anything is done.
        """
        with self._run.store.write() as tx:
            state = replace(current_state(tx, self._mailbox), last_attempt=tx.now())
            mailboxes.save_state(tx, state)
        self._epoch = state.epoch
        try:
            self._leftovers()
            self._take(state)
        except CancelledError:
            self._troubles.append("stopped before it was through; the next run goes on with it")
        except (SourceError, SecretError, StoreError) as error:
            self._troubles.append(str(error))
            self._code = error.code
        finally:
            self._drain()
        return self._conclude()

    def _leftovers(self) -> None:
        """Handle first, one at a time, what an earlier run journaled and did not get through."""
        with self._run.store.read() as tx:
            rows = journal.leftovers(tx, self._mailbox.id)
        for row in rows:
            if self._stop.is_set():
                raise CancelledError("stopped")
            self._run.handling.submit(self._run.handler.handle_leftover, self._mailbox, row).result()

    def _take(self, state: MailboxState) -> None:
        """Connect, select, download, settle."""
        until = time.monotonic() + self._mailbox.run_seconds
        with self._run.opened(self._mailbox) as source:
            self._source = source
            for step in source.connect():
                self._progress(f"{step.name}: {step.detail}")
                if step.certificate is not None:
                    certificates.remember(self._run.store, self._mailbox, step.certificate)
            listing = source.list()
            place = place_of(self._mailbox, state, listing)
            doubt(self._run.store, source, place, listing.keys)
            fresh = self._select(source, state, place, listing)
            self._settling = settling = Settling(self._run.store, source, place)
            settling.resume(frozenset(listing.keys))
            self._progress("downloading", 0, len(fresh))
            for arrived in arriving(source, fresh, self._run.max_bytes, self._not_had):
                self._journal(place, arrived)
                self._progress("downloading", self._received, len(fresh))
                self._await_handler(HANDLED_BEHIND)
                if self._stop.is_set() or time.monotonic() >= until:
                    self._more = not arrived or arrived[-1].key != fresh[-1]
                    break
            self._await_handler(0)
            self._progress("settling")
            settling.finish()

    def _select(self, source: Source, state: MailboxState, place: Place, listing: Listing) -> Sequence[str]:
        """Choose what to take, and remember the numbering and what is skipped."""
        with self._run.store.read() as tx:
            anew = counts_anew(tx, place, listing)
        if anew:
            with self._run.store.write() as tx:
                state = replace(state, uidvalidity=places.retire(tx, place).uidvalidity)
        with self._run.store.read() as tx:
            remembered, now = remember(tx, place, state, listing), tx.now()
        try:
            selection = select(source, self._mailbox, remembered, listing, now)
        except UidlsChangedError:  # the mailbox is as if it were met for the first time: somebody is asked again
            with self._run.store.write() as tx:
                current = current_state(tx, self._mailbox, self._epoch)
                mailboxes.save_state(tx, replace(current, answered=False, contacted=False))
            raise
        with self._run.store.write() as tx:
            current = current_state(tx, self._mailbox, self._epoch)
            journal.drop_pending(tx, place)
            if selection.skipped is not None:
                baselines.save(tx, place, selection.skipped)
            mailboxes.save_state(tx, replace(current, uidvalidity=place.uidvalidity, contacted=True))
        return selection.fresh

    def _journal(self, place: Place, arrived: Sequence[Arrived]) -> None:
        """Commit what arrived and give it to the handler."""
        if not arrived:
            return
        items, known = commit(self._run.store, self._mailbox, place, arrived, settle_action(self._mailbox))
        self._received += len(items) + len(known)
        for event in known:
            self._left += self._mailbox.leave_on_server
            self._run.emit(event)
        if items:
            self._behind.append(self._run.handling.submit(self._run.handler.handle, self._mailbox, items))

    def _await_handler(self, allowed: int) -> None:
        """Wait until at most this many batches are unhandled, and count what stays of those that are."""
        while self._behind and (len(self._behind) > allowed or self._behind[0].done()):
            for done in self._behind.popleft().result():
                stays = done.outcome is Outcome.FAILED or done.reason is Reason.TOO_LARGE
                self._left += stays or self._mailbox.leave_on_server

    def _drain(self) -> None:
        """Wait for the handler after trouble; what it still does is kept, what it raised is told once."""
        while self._behind:
            try:
                self._behind.popleft().result()
            except StoreError as error:
                if str(error) not in self._troubles:
                    self._troubles.append(str(error))

    def _conclude(self) -> MailboxDone:
        settling = self._settling
        if settling and settling.refused:
            key, why = next(iter(settling.refused.items()))
            note = f"{len(settling.refused)} messages stay on the server, {key} first: {why}"
        else:
            note = None
        error = told([*self._troubles, *self._not_had])
        interval = self._mailbox.poll_seconds or self._run.poll_seconds
        with suppress(AccountChangedError), self._run.store.write() as tx:
            state, now = current_state(tx, self._mailbox, self._epoch), tx.now()
            mailboxes.save_state(
                tx,
                replace(
                    state,
                    # A message that cannot be had is told each time; it must not look as if the mailbox had failed.
                    last_success=state.last_success if self._troubles else now,
                    error=error,
                    consecutive_errors=state.consecutive_errors + 1 if self._troubles else 0,
                    note=note or (state.note if self._troubles else None),
                    next_run=now + timedelta(seconds=interval),
                ),
            )
        return MailboxDone(
            name=self._mailbox.name,
            error=error,
            code=self._code,
            more=self._more,
            received=self._received,
            left=self._left,
            deleted=settling.deleted if settling else 0,
            moved=settling.moved if settling else 0,
        )

    def _progress(self, step: str, done: int = 0, total: int | None = None) -> None:
        self._run.emit(Progress(mailbox=self._mailbox.name, step=step, done=done, total=total))
