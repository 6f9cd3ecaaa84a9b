"""Handle: journaled messages become issues, comments or refusals, up to 20 a transaction."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from allegra_tui import mail
from allegra_tui.model.issue import Submitter
from allegra_tui.model.journal import JournalRow
from allegra_tui.model.mail import Mail
from allegra_tui.model.settings import Mailbox
from allegra_tui.model.verdict import Decision, Outcome, Reason, Review, Verdict
from allegra_tui.policy.verdict import Policy, judge
from allegra_tui.store import Store, StoreError, Transaction, issues, journal
from allegra_tui.usecases.events import Emit, MessageDone
from allegra_tui.usecases.intake.trial import survives
from allegra_tui.usecases.known import StoreKnown

TRANSACTION_MESSAGES = 20
ATTEMPTS = 3
LAST_ATTEMPT = 10

OUTCOMES = {
    Decision.CREATE: Outcome.CREATED,
    Decision.COMMENT: Outcome.COMMENTED,
    Decision.REJECT: Outcome.REJECTED,
    Decision.IGNORE: Outcome.IGNORED,
    Decision.FAIL: Outcome.FAILED,
}
_REVIEWED = {Outcome.REJECTED, Outcome.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A journaled message that waits to be handled."""

    row: int
    key: str
    content_hash: str
    size: int
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parsed:
    """An item after parsing; `trace` where even that failed."""

    item: Item
    mail: Mail | None
    trace: str = ""


class Handler:
    """Turns the messages of a run's mailboxes into what becomes of them. Used by one thread at a time."""

    def __init__(self, store: Store, policies: Mapping[int, Policy], emit: Emit) -> None:
        self._store = store
        self._policies = policies
        self._emit = emit

    def handle(self, mailbox: Mailbox, items: Sequence[Item]) -> list[MessageDone]:
        """Handle messages in their order. What one of them raises becomes its `failed`, and the next is handled."""
        told: list[MessageDone] = []
        for start in range(0, len(items), TRANSACTION_MESSAGES):
            parsed = [parse(item) for item in items[start : start + TRANSACTION_MESSAGES]]
            with self._store.write() as tx:
                # Another intake may have handled some meanwhile: what a message becomes is decided once.
                waiting = journal.waiting(tx, [one.item.row for one in parsed])
                chunk = Chunk(
                    tx, mailbox, self._policies[mailbox.id], [one for one in parsed if one.item.row in waiting]
                )
                done = chunk.handle()
            for event in done:
                self._emit(event)
            told += done
        return told

    def handle_leftover(self, mailbox: Mailbox, row: int) -> None:
        """Handle alone a message that an earlier run journaled and did not get through.

        The attempt is committed first, so a message that kills the process is given up at the third: where it kills
        a child too, or else at the tenth. A process that is killed for other reasons spoils no message, and what kills
        it while the child is at work is not counted.
        """
        with self._store.read() as tx:
            left = journal.get(tx, row)
            raw = journal.original(tx, row) or b""
        if left is None or left.outcome is not Outcome.RECEIVED:
            return
        key = left.locations[0].key if left.locations else str(row)
        item = Item(row=row, key=key, content_hash=left.content_hash, size=left.size, raw=raw)
        attempt = left.attempts + 1
        if attempt >= LAST_ATTEMPT or (attempt >= ATTEMPTS and not survives(raw)):
            self._give_up(mailbox, item, left)
            return
        with self._store.write() as tx:
            if row not in journal.waiting(tx, [row]):
                return
            journal.count_attempt(tx, row)
        self.handle(mailbox, [item])

    def _give_up(self, mailbox: Mailbox, item: Item, left: JournalRow) -> None:
        detail = f"handling it ended the program {left.attempts} times: look at its source, then retry or discard it"
        with self._store.write() as tx:
            if item.row not in journal.waiting(tx, [item.row]):
                return
            _fail(tx, item.row, Reason.THIRD_ATTEMPT, detail, "")
        self._emit(_event(mailbox, item, Outcome.FAILED, Reason.THIRD_ATTEMPT, detail, None, left.subject, left.sender))


class Chunk:
    """Messages of one mailbox that are handled in one transaction."""

    def __init__(self, tx: Transaction, mailbox: Mailbox, policy: Policy, parsed: Sequence[Parsed]) -> None:
        self._tx = tx
        self._mailbox = mailbox
        self._policy = policy
        self._parsed = parsed
        self._known = StoreKnown(tx)
        self._elsewhere = journal.elsewhere(tx, mailbox.id, [one.item.content_hash for one in parsed])

    def handle(self) -> list[MessageDone]:
        """Decide every message, in order, each in a savepoint of its own."""
        return [self._handle(one.item, one.mail, one.trace) for one in self._parsed]

    def _handle(self, item: Item, parsed: Mail | None, trace: str) -> MessageDone:
        if parsed is None:
            return self._failed(item, Reason.PARSE_FAILED, trace)
        try:
            with self._tx.savepoint():
                return self._judge_and_apply(item, parsed)
        except StoreError:
            raise  # the database's trouble, not the message's
        except Exception:  # (a message must never stop the next one; the trace is kept with it)
            return self._failed(item, Reason.HANDLING_FAILED, traceback.format_exc())

    def _judge_and_apply(self, item: Item, parsed: Mail) -> MessageDone:
        copies = self._elsewhere.get(item.content_hash, ())
        elsewhere = [f"the same message came by {name}" + (f" as #{issue}" if issue else "") for name, issue in copies]
        verdict = judge(parsed, self._policy, self._known, size=item.size, elsewhere=elsewhere)
        return apply(self._tx, self._known, self._mailbox, item, self._policy.lists.trim(parsed), verdict)

    def _failed(self, item: Item, reason: Reason, trace: str) -> MessageDone:
        detail = trace.strip().rpartition("\n")[2]
        _fail(self._tx, item.row, reason, detail, trace)
        envelope = mail.envelope(item.raw)
        return _event(self._mailbox, item, Outcome.FAILED, reason, detail, None, envelope.subject, str(envelope.sender))


def apply(
    tx: Transaction, known: StoreKnown, mailbox: Mailbox, item: Item, parsed: Mail, verdict: Verdict
) -> MessageDone:
    """Carry out a verdict: make the issue or comment, and write down what became of the message."""
    outcome = OUTCOMES[verdict.decision]
    number, comment = _make(tx, known, item, parsed, verdict)
    deciding = verdict.deciding
    journal.decide(
        tx,
        item.row,
        outcome=outcome,
        reason=verdict.reason,
        detail=deciding.detail if deciding else "",
        checks=verdict.checks,
        repairs=parsed.repairs,
        review=Review.OPEN if outcome in _REVIEWED else Review.NONE,
        issue=number,
        comment=comment,
    )
    return _event(
        mailbox,
        item,
        outcome,
        verdict.reason,
        deciding.detail if deciding else "",
        number,
        parsed.subject or "",
        str(parsed.sender),
    )


def _make(
    tx: Transaction, known: StoreKnown, item: Item, parsed: Mail, verdict: Verdict
) -> tuple[int | None, int | None]:
    """Make the issue or comment a verdict asks for; the issue's number and the comment's id."""
    sender = parsed.sender
    submitter = Submitter(
        address=str(sender) or None,
        name=sender.name,
        registered=sender.address is not None and known.registered(sender.address),
    )
    number, comment = verdict.comment_on, None
    if verdict.decision is Decision.COMMENT and number:
        comment = issues.comment(
            tx,
            number,
            text=parsed.text,
            visible_text=parsed.visible_text,
            submitter=submitter,
            message_id=item.row,
        )
    elif verdict.decision is Decision.CREATE and verdict.project:
        number = issues.create(
            tx,
            project=verdict.project,
            title=parsed.title,
            description=parsed.text,
            visible_text=parsed.visible_text,
            submitter=submitter,
            message_id=item.row,
        )
    else:
        return None, None
    issues.attach(tx, parsed.attachments, issue=number, comment=comment)
    return number, comment


def parse(item: Item) -> Parsed:
    """Parse the original of a message."""
    try:
        return Parsed(item, mail.parse(item.raw))
    except Exception:  # (parsing is total; were it not, this one message fails and keeps its trace)
        return Parsed(item, None, traceback.format_exc())


def _fail(tx: Transaction, row: int, reason: Reason, detail: str, trace: str) -> None:
    journal.decide(tx, row, outcome=Outcome.FAILED, reason=reason, detail=detail, review=Review.OPEN, trace=trace)


def _event(
    mailbox: Mailbox,
    item: Item,
    outcome: Outcome,
    reason: Reason | None,
    detail: str,
    issue: int | None,
    subject: str,
    sender: str,
) -> MessageDone:
    return MessageDone(
        mailbox=mailbox.name,
        key=item.key,
        outcome=outcome,
        reason=reason,
        detail=detail,
        issue=issue,
        subject=subject,
        sender=sender,
        journal=item.row,
    )
