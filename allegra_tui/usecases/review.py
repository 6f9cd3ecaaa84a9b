"""Put refused and failed messages right: release, retry, discard."""

from collections.abc import Sequence
from dataclasses import replace

from allegra_tui import address, mail
from allegra_tui.model.journal import JournalRow
from allegra_tui.model.mail import Mail
from allegra_tui.model.settings import Mailbox, RegisteredSender
from allegra_tui.model.verdict import Decision, Outcome, Review, Verdict
from allegra_tui.policy.pattern import accepts
from allegra_tui.policy.verdict import judge
from allegra_tui.store import Store, Transaction, audit, journal, mailboxes, projects, senders
from allegra_tui.usecases import policies
from allegra_tui.usecases.errors import NotFound, Refused
from allegra_tui.usecases.events import MessageDone
from allegra_tui.usecases.intake.handle import Item, apply
from allegra_tui.usecases.known import StoreKnown
from allegra_tui.usecases.policies import Policies

RELEASABLE = {Outcome.REJECTED, Outcome.IGNORED, Outcome.DUPLICATE}


def release(
    store: Store, ids: Sequence[int], *, who: str, project: str | None = None, register: bool = False
) -> list[MessageDone]:
    """Take refused messages after all: all of them, or none and an error that names the first in the way.

    With `project` each becomes a new issue there; otherwise it goes where it would have gone. With `register` the
    sender is registered first. Raise `NotFound` and `Refused`.
    """
    with store.write() as tx:
        loaded = policies.load(tx)
        if project is not None:
            found = projects.find(tx, project)
            if found is None or found.archived:
                raise NotFound(f"there is no active project {project!r}: see `allegra-tui projects list`")
            project = found.key
        return [
            _release(tx, loaded, row, who, project, register=register) for row in _rows(tx, ids, RELEASABLE, "released")
        ]


def retry(store: Store, ids: Sequence[int], *, who: str) -> list[MessageDone]:
    """Handle failed messages again, by today's settings. Raise `NotFound` and `Refused`."""
    with store.write() as tx:
        loaded = policies.load(tx)
        known = StoreKnown(tx)
        done = []
        for row in _rows(tx, ids, {Outcome.FAILED}, "retried"):
            box, item = _origin(tx, row)
            parsed = mail.parse(item.raw)
            policy = loaded.of(box)
            verdict = judge(parsed, policy, known, size=row.size)
            done.append(apply(tx, known, box, item, policy.lists.trim(parsed), verdict))
            audit.record(tx, who=who, action="retry", subject=f"message {row.id}", changes=_change(row, done[-1]))
        return done


def discard(store: Store, ids: Sequence[int], *, who: str) -> list[int]:
    """Close the review of messages without taking them; returns those whose review was open. Raise `NotFound`."""
    with store.write() as tx:
        closed = [row.id for row in _rows(tx, ids, set(Outcome), "discarded") if row.review is Review.OPEN]
        for row in closed:
            journal.set_review(tx, row, Review.DISCARDED)
            audit.record(
                tx, who=who, action="discard", subject=f"message {row}", changes={"review": ("open", "discarded")}
            )
        return closed


def undo_discard(store: Store, ids: Sequence[int], *, who: str) -> None:
    """Open the review of discarded messages again. Raise `Refused` where it is no longer discarded."""
    with store.write() as tx:
        for row in _rows(tx, ids, set(Outcome), "reopened"):
            if row.review is not Review.DISCARDED:
                raise Refused(f"message {row.id} is no longer discarded: nothing was undone")
            journal.set_review(tx, row.id, Review.OPEN)
            audit.record(
                tx,
                who=who,
                action="undo discard",
                subject=f"message {row.id}",
                changes={"review": ("discarded", "open")},
            )


def _rows(tx: Transaction, ids: Sequence[int], outcomes: set[Outcome], done: str) -> list[JournalRow]:
    rows = []
    for message_id in dict.fromkeys(ids):
        row = journal.get(tx, message_id)
        if row is None:
            raise NotFound(f"there is no message {message_id}: see `allegra-tui journal list`")
        if row.outcome not in outcomes:
            names = ", ".join(sorted(outcomes))
            raise Refused(f"message {message_id} is {row.outcome}: only {names} messages are {done}")
        rows.append(row)
    return rows


def _origin(tx: Transaction, row: JournalRow) -> tuple[Mailbox, Item]:
    """Find the mailbox and the original bytes of a message."""
    box = mailboxes.get(tx, row.mailbox_id)
    raw = journal.original(tx, row.id)
    if box is None or raw is None:
        raise Refused(f"the original of message {row.id} is no longer kept: it cannot be handled again")
    if not row.whole:
        raise Refused(
            f"message {row.id} was too large, so only its header is here: raise the limit, save the message on the "
            "server as a file and import it"
        )
    key = row.locations[0].key if row.locations else str(row.id)
    return box, Item(row=row.id, key=key, content_hash=row.content_hash, size=row.size, raw=raw)


def _release(
    tx: Transaction, loaded: Policies, row: JournalRow, who: str, project: str | None, *, register: bool
) -> MessageDone:
    box, item = _origin(tx, row)
    parsed = mail.parse(item.raw)
    if register:
        _register(tx, loaded, parsed, row.id, who)
    known = StoreKnown(tx)  # asked after the registration
    policy = loaded.of(box)
    verdict = judge(parsed, policy, known, size=row.size)
    done = apply(tx, known, box, item, policy.lists.trim(parsed), _released(verdict, row.id, project))
    journal.set_review(tx, row.id, Review.RELEASED)
    audit.record(tx, who=who, action="release", subject=f"message {row.id}", changes=_change(row, done))
    return done


def _released(verdict: Verdict, message_id: int, project: str | None) -> Verdict:
    """Turn a refusal into what it would have been, or into an issue of the project chosen."""
    if project is not None:
        return replace(verdict, decision=Decision.CREATE, reason=None, project=project, comment_on=None)
    if verdict.comment_on:
        return replace(verdict, decision=Decision.COMMENT, reason=None)
    if verdict.project is None:
        raise Refused(f"message {message_id} has no project to go to: name one, or set a default project")
    return replace(verdict, decision=Decision.CREATE, reason=None)


def _register(tx: Transaction, loaded: Policies, parsed: Mail, message_id: int, who: str) -> None:
    sender = parsed.sender.address
    if sender is None:
        raise Refused(f"the sender of message {message_id} cannot be registered: {parsed.sender.detail}")
    key = address.key(sender)
    if senders.find(tx, key) is not None:
        return
    match = accepts(loaded.pattern, sender)
    if not match.accepted:
        raise Refused(f"{sender} cannot be registered: {match.detail}")
    senders.add(tx, RegisteredSender(name=parsed.sender.name or str(sender), addresses=[key]))
    audit.record(tx, who=who, action="add", subject=f"sender {key}", changes={"addresses": (None, [key])})


def _change(row: JournalRow, done: MessageDone) -> dict[str, tuple[object, object]]:
    changes: dict[str, tuple[object, object]] = {"outcome": (str(row.outcome), str(done.outcome))}
    if done.issue is not None:
        changes["issue"] = (row.issue, done.issue)
    return changes
