"""A run: which mailboxes, by whose lease, side by side; one handler; one summary."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import timedelta

from allegra_tui.model.journal import Lease
from allegra_tui.model.settings import Mailbox
from allegra_tui.model.verdict import Outcome
from allegra_tui.secrets import Vault
from allegra_tui.store import Store, StoreError, journal, leases, mailboxes
from allegra_tui.usecases import lease as owner
from allegra_tui.usecases import policies
from allegra_tui.usecases.errors import NotFound, UseCaseError
from allegra_tui.usecases.events import Emit, Event, MailboxDone, MessageDone, RunDone
from allegra_tui.usecases.intake.handle import Handler
from allegra_tui.usecases.intake.mailbox import MailboxRun, Opener, Run, opener
from allegra_tui.usecases.intake.selection import AccountChangedError, current_state
from allegra_tui.usecases.policies import Policies

SIDE_BY_SIDE = 16
"""Mailboxes that are read at the same time."""
WAIT_SECONDS = 0.5
"""How soon a stop and a lost lease are noticed."""
STOP_SECONDS = 2.0
"""How long a stopped run may take to end between batches before its connections are shut."""


class IntakeOff(UseCaseError):  # noqa: N818  (it reads as what happened)
    """The intake is switched off: nothing is done, and that is no failure."""

    code = "intake_off"
    exit_code = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is about to do."""

    policies: Policies
    mailboxes: Sequence[Mailbox]


def plan(store: Store, names: Sequence[str]) -> Plan:
    """Read the settings and choose the mailboxes: those named, else all that are enabled.

    Raise `IntakeOff`, `PatternUnusable`, or `NotFound` for a name that no mailbox has.
    """
    with store.read() as tx:
        loaded = policies.load(tx)
        every = mailboxes.every(tx)
    if not loaded.settings.enabled:
        raise IntakeOff("the intake is switched off: nothing was fetched")
    by_name = {mailbox.name: mailbox for mailbox in every}
    for name in names:
        if name not in by_name:
            raise NotFound(f"there is no mailbox {name!r}: see `allegra-tui mailbox list`")
    return Plan(loaded, [by_name[name] for name in dict.fromkeys(names)] or [box for box in every if box.enabled])


def refusal(mailbox: Mailbox, loaded: Policies) -> MailboxDone | None:
    """Tell why a mailbox cannot be read at all, if so."""
    if not mailbox.enabled:
        return MailboxDone(name=mailbox.name, skipped="disabled")
    if mailbox.project and mailbox.project not in loaded.active_projects:
        return MailboxDone(name=mailbox.name, error=f"its project {mailbox.project} is archived: nothing is downloaded")
    if not mailbox.project and loaded.default_project is None:
        wanted = loaded.settings.default_project
        why = f"the default project {wanted} is archived or missing" if wanted else "there is no default project"
        return MailboxDone(name=mailbox.name, error=f"{why}: set one, or give the mailbox a project")
    return None


class Tally:
    """Passes events on, one at a time, and counts them."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._outcomes: Counter[Outcome] = Counter()

    def emit(self, event: Event) -> None:
        """Pass an event on. Called from any thread."""
        with self._lock:
            if isinstance(event, MessageDone):
                self._outcomes[event.outcome] += 1
            self._emit(event)

    def done(self, reports: Sequence[MailboxDone]) -> RunDone:
        """Sum the run up."""
        count = self._outcomes
        return RunDone(
            mailboxes=reports,
            received=sum(report.received for report in reports),
            created=count[Outcome.CREATED],
            commented=count[Outcome.COMMENTED],
            rejected=count[Outcome.REJECTED],
            ignored=count[Outcome.IGNORED],
            duplicate=count[Outcome.DUPLICATE],
            failed=count[Outcome.FAILED],
            seconds=round(time.monotonic() - self._started, 3),
        )


def fetch(
    store: Store,
    vault: Vault,
    *,
    names: Sequence[str] = (),
    emit: Emit,
    stop: threading.Event | None = None,
    opened: Opener | None = None,
) -> RunDone:
    """Take in what is new in the mailboxes named, or in all that are enabled. Raise as `plan` does.

    Events come from several threads, one at a time. With `stop` set, each mailbox ends after the batch in hand.
    `opened` gives the sources for whoever keeps them beyond the run.
    """
    todo = plan(store, names)
    stop = stop or threading.Event()
    tally = Tally(emit)
    with (
        ThreadPoolExecutor(1, "handle") as handling,
        ThreadPoolExecutor(SIDE_BY_SIDE, "receive") as receiving,
    ):
        run = Run(
            store=store,
            opened=opened or opener(store, vault),
            handler=Handler(store, {box.id: todo.policies.of(box) for box in todo.mailboxes}, tally.emit),
            handling=handling,
            emit=tally.emit,
            max_bytes=todo.policies.settings.max_message_mb * 1024 * 1024,
            poll_seconds=todo.policies.settings.poll_seconds,
        )
        keeper = Keeper(store)
        futures = [
            receiving.submit(_one, keeper, MailboxRun(run, mailbox), mailbox, todo.policies, tally.emit)
            for mailbox in todo.mailboxes
        ]
        keeper.keep(futures, stop)
        done = tally.done([future.result() for future in futures])
    _forget(store, todo.policies.settings.keep_originals_days, stop)
    emit(done)
    return done


def _forget(store: Store, days: int, stop: threading.Event) -> None:
    """Drop the originals that were kept long enough; those of open reviews stay. What is left is for the next run."""
    forgotten = True
    while forgotten and not stop.is_set():
        with store.write() as tx:
            forgotten = bool(journal.forget_originals(tx, tx.now() - timedelta(days=days)))


class Keeper:
    """Holds the leases of a run: takes them, renews them, and ends what lost its own or is told to stop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._held: dict[MailboxRun, Lease] = {}

    def take(self, run: MailboxRun, mailbox: Mailbox) -> Lease | None:
        """Take the lease for a run. The holder's where another intake has it. Raise `AccountChangedError`."""
        with self._store.write() as tx:
            current_state(tx, mailbox)
            lease = owner.own(mailbox.id, tx.now())
            holder = leases.acquire(tx, lease, dead=owner.dead)
        if holder is None:
            with self._lock:
                self._held[run] = lease
        return holder

    def give_up(self, run: MailboxRun) -> None:
        """Give the lease of an ended run back."""
        with self._lock:
            lease = self._held.pop(run)
        with self._store.write() as tx:
            leases.release(tx, lease)

    def note_error(self, mailbox: Mailbox, error: str) -> None:
        """Write down why a mailbox was not even tried."""
        with self._store.write() as tx:
            state = mailboxes.state(tx, mailbox.id)
            failed = replace(state, last_attempt=tx.now(), error=error, consecutive_errors=state.consecutive_errors + 1)
            mailboxes.save_state(tx, failed)

    def keep(self, futures: Sequence[Future[MailboxDone]], stop: threading.Event) -> None:
        """Wait for the runs. Renew their leases meanwhile; pass a stop on, first politely, then by cutting off."""
        renew_at = time.monotonic() + owner.RENEW_SECONDS
        cut_at = float("inf")
        while wait(futures, timeout=WAIT_SECONDS).not_done:
            if stop.is_set() and cut_at == float("inf"):
                cut_at = time.monotonic() + STOP_SECONDS
            if stop.is_set():
                self._each(MailboxRun.cancel if time.monotonic() >= cut_at else MailboxRun.stop)
            if time.monotonic() >= renew_at:
                renew_at += owner.RENEW_SECONDS
                self._renew()

    def _each(self, act: Callable[[MailboxRun], None]) -> None:
        with self._lock:
            runs = list(self._held)
        for run in runs:
            act(run)

    def _renew(self) -> None:
        with self._lock:
            held = list(self._held.items())
        for run, lease in held:
            try:
                with self._store.write() as tx:
                    kept = leases.renew(tx, replace(lease, until=tx.now() + timedelta(seconds=owner.LEASE_SECONDS)))
            except StoreError:
                continue  # it is still good for a while, and where the trouble lasts the run meets it, too
            if not kept:
                run.stop()


def _one(keeper: Keeper, run: MailboxRun, mailbox: Mailbox, loaded: Policies, emit: Emit) -> MailboxDone:
    """Run one mailbox under its lease, whatever happens to it."""
    report = refusal(mailbox, loaded)
    if report and report.error:
        keeper.note_error(mailbox, report.error)
    if report is None:
        try:
            report = _held(keeper, run, mailbox)
        except AccountChangedError as error:
            report = MailboxDone(name=mailbox.name, skipped=str(error))
    emit(report)
    return report


def _held(keeper: Keeper, run: MailboxRun, mailbox: Mailbox) -> MailboxDone:
    holder = keeper.take(run, mailbox)
    if holder:
        return MailboxDone(
            name=mailbox.name,
            skipped=f"another intake holds it: process {holder.pid} on {holder.host}",
            held=True,
        )
    try:
        return run.run()
    finally:
        keeper.give_up(run)
