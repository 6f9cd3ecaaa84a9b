"""A dry run: the whole way of a message, read-only on the server and in the store."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from allegra_tui import address, mail
from allegra_tui.model.mail import Mail
from allegra_tui.model.settings import Mailbox
from allegra_tui.model.verdict import Check, Decision, Outcome, Reason
from allegra_tui.policy.verdict import Policy, judge
from allegra_tui.secrets import SecretError, Vault
from allegra_tui.sources import CancelledError, Source, SourceError, open_source
from allegra_tui.store import Store, StoreError, Transaction, issues, journal, mailboxes
from allegra_tui.usecases import credentials
from allegra_tui.usecases.events import Emit, MailboxDone, MessageDone, Progress, RunDone
from allegra_tui.usecases.intake.download import Arrived, arriving, told
from allegra_tui.usecases.intake.handle import OUTCOMES
from allegra_tui.usecases.intake.run import WAIT_SECONDS, Tally, plan, refusal
from allegra_tui.usecases.intake.selection import place_of, remember, select
from allegra_tui.usecases.known import Imagined, ImaginedKnown, StoreKnown


def fetch_dry(
    store: Store, vault: Vault, *, names: Sequence[str] = (), emit: Emit, stop: threading.Event | None = None
) -> RunDone:
    """Tell what a fetch would do, one mailbox after the other. Replies meet the issues this run would make.

    Raise as `plan` does. Nothing is committed, marked or leased; the numbers of issues are those that would come next.
    """
    todo = plan(store, names)
    tally = Tally(emit)
    stop = stop or threading.Event()
    with store.read() as tx:
        imagined = Imagined(next_number=issues.next_number(tx))
    reports = []
    for mailbox in todo.mailboxes:
        report = refusal(mailbox, todo.policies)
        if report is None:
            rehearsal = Rehearsal(store, mailbox, todo.policies.of(mailbox), imagined, tally.emit)
            report = rehearsal.run(vault, stop)
        tally.emit(report)
        reports.append(report)
    done = tally.done(reports)
    emit(done)
    return done


class Rehearsal:
    """The dry run of one mailbox."""

    def __init__(self, store: Store, mailbox: Mailbox, policy: Policy, imagined: Imagined, emit: Emit) -> None:
        self._store = store
        self._mailbox = mailbox
        self._policy = policy
        self._imagined = imagined
        self._emit = emit
        self._seen: dict[str, int | None] = {}

    def run(self, vault: Vault, stop: threading.Event) -> MailboxDone:
        """Read everything that is new; expected trouble is in the result."""
        count = 0
        more = False
        troubles: list[str] = []
        try:
            obtain = credentials.obtain(self._store, vault, self._mailbox)
            with open_source(self._mailbox, obtain) as source, _cut_off(source, stop):
                for step in source.connect(read_only=True):
                    self._progress(f"{step.name}: {step.detail}")
                fresh = self._fresh(source)
                self._progress("reading", count, len(fresh))
                for arrived in arriving(source, fresh, self._policy.max_bytes, troubles):
                    with self._store.read() as tx:
                        for one in arrived:
                            self._emit(self._judge(tx, one))
                    if arrived:
                        count += len(arrived)
                        self._progress("reading", count, len(fresh))
                    if stop.is_set():
                        more = count < len(fresh)
                        break
        except CancelledError:
            more = True
        except (SourceError, SecretError, StoreError) as error:
            troubles.append(str(error))
        return MailboxDone(name=self._mailbox.name, error=told(troubles), more=more, received=count, left=count)

    def _fresh(self, source: Source) -> Sequence[str]:
        listing = source.list()
        with self._store.read() as tx:
            state = mailboxes.state(tx, self._mailbox.id)
            remembered = remember(tx, place_of(self._mailbox, state, listing), state, listing)
            now = tx.now()
        return select(source, self._mailbox, remembered, listing, now).fresh

    def _judge(self, tx: Transaction, arrived: Arrived) -> MessageDone:
        content_hash = mail.envelope(arrived.raw).content_hash
        parsed = mail.parse(arrived.raw)
        if content_hash in self._seen:
            return self._done(arrived, parsed, Outcome.DUPLICATE, Reason.DUPLICATE, self._seen[content_hash])
        earlier = journal.same_content(tx, self._mailbox.id, content_hash)
        if earlier:
            return self._done(arrived, parsed, Outcome.DUPLICATE, Reason.DUPLICATE, earlier.issue)
        verdict = judge(parsed, self._policy, ImaginedKnown(StoreKnown(tx), self._imagined), size=arrived.size)
        if parsed.sender.address and verdict.reaches_rate:
            self._imagined.seen[address.key(parsed.sender.address)] += 1
        number = verdict.comment_on if verdict.decision is Decision.COMMENT else None
        if verdict.decision is Decision.CREATE:
            number = self._imagined.next_number
        if number:
            self._imagined.note(number, parsed.sender.address, parsed.message_id)
        self._seen[content_hash] = number
        deciding = verdict.deciding
        outcome = OUTCOMES[verdict.decision]
        detail = deciding.detail if deciding else ""
        return self._done(arrived, parsed, outcome, verdict.reason, number, detail, verdict.checks)

    def _done(
        self,
        arrived: Arrived,
        parsed: Mail,
        outcome: Outcome,
        reason: Reason | None,
        issue: int | None,
        detail: str = "",
        checks: Sequence[Check] = (),
    ) -> MessageDone:
        return MessageDone(
            mailbox=self._mailbox.name,
            key=arrived.key,
            outcome=outcome,
            reason=reason,
            detail=detail,
            issue=issue,
            subject=parsed.subject or "",
            sender=str(parsed.sender),
            dry_run=True,
            checks=checks,
        )

    def _progress(self, step: str, done: int = 0, total: int | None = None) -> None:
        self._emit(Progress(mailbox=self._mailbox.name, step=step, done=done, total=total))


@contextmanager
def _cut_off(source: Source, stop: threading.Event) -> Iterator[None]:
    """Shut the connection once a stop is asked for: nothing is changed, so nothing has to be finished."""
    ended = threading.Event()

    def wait() -> None:
        while not ended.is_set():
            if stop.wait(WAIT_SECONDS):
                source.cancel()
                return

    threading.Thread(target=wait, name="cut-off", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
