"""Put refused and failed messages right: release, retry, discard."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from allegra_tui import address, mail
from allegra_tui.model.journal import JournalLine, JournalRow
from allegra_tui.model.mail import Mail
from allegra_tui.model.settings import Mailbox, RegisteredSender
from allegra_tui.model.verdict import Decision, Outcome, Review, Verdict
from allegra_tui.policy.pattern import accepts
from allegra_tui.policy.verdict import judge
from allegra_tui.store import Store, Transaction, audit, journal, mailboxes, projects, senders
from allegra_tui.usecases import policies
from allegra_tui.usecases.errors import NotFound, Refused, no_message
from allegra_tui.usecases.events import MessageDone
from allegra_tui.usecases.intake.handle import Chunk, Item, apply, parse
from allegra_tui.usecases.known import StoreKnown
from allegra_tui.usecases.policies import Policies

RELEASABLE = {Outcome.REJECTED, Outcome.IGNORED, Outcome.DUPLICATE}
AT_ONCE = 500
"""Reviews that are closed in one transaction."""


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
                raise NotFound(
                    f"there is no active project {project!r}: the list of projects names those that are there"
                )
            project = found.key
        rows = _rows(tx, ids, RELEASABLE, "released")
        registered: dict[str, Mapping[str, Sequence[object]]] = {}
        done = [_release(tx, loaded, row, project, registered if register else None) for row in rows]
        journal.set_reviews(tx, [row.id for row in rows], Review.RELEASED)
        careful = {key: changes for key, changes in registered.items() if "resembles" in changes}
        for key, changes in careful.items():  # each by itself, so that the entry has room for whom it resembles
            audit.record_senders(tx, who=who, action="add", changed={key: changes})
        plain = {key: changes for key, changes in registered.items() if key not in careful}
        audit.record_senders(tx, who=who, action="add", changed=plain)
        _record(tx, "release", rows, done, who)
        return done


def retry(store: Store, ids: Sequence[int], *, who: str) -> list[MessageDone]:
    """Handle failed messages again, by today's settings, as a fetch does. Raise `NotFound` and `Refused`."""
    with store.write() as tx:
        loaded = policies.load(tx)
        done: list[MessageDone] = []
        rows = _rows(tx, ids, {Outcome.FAILED}, "retried")
        for row in rows:
            box, item = _origin(tx, row)
            done += Chunk(tx, box, loaded.of(box), [parse(item)]).handle()
        _record(tx, "retry", rows, done, who)
        return done


def discard(
    store: Store, ids: Sequence[int], *, who: str, progress: Callable[[int], object] = lambda _: None
) -> list[int]:
    """Close the review of messages without taking them; returns those whose review was open.

    Many are closed `AT_ONCE` a transaction, so that an intake has its turn meanwhile; `progress` hears how many of
    them are behind. Raise `NotFound`, before anything is changed.
    """
    for _ in _every(store, ids):
        pass
    return _turn(store, ids, Review.OPEN, Review.DISCARDED, "discard", who, progress)


def undo_discard(
    store: Store, ids: Sequence[int], *, who: str, progress: Callable[[int], object] = lambda _: None
) -> None:
    """Open the review of discarded messages again, as `discard` closed it.

    Raise `Refused`, before anything is changed, where it is no longer discarded.
    """
    for line in _every(store, ids):
        if line.review is not Review.DISCARDED:
            raise Refused(f"message {line.id} is no longer discarded: nothing was undone")
    _turn(store, ids, Review.DISCARDED, Review.OPEN, "undo discard", who, progress)


def _turn(
    store: Store,
    ids: Sequence[int],
    old: Review,
    new: Review,
    action: str,
    who: str,
    progress: Callable[[int], object],
) -> list[int]:
    """Turn the reviews that are `old` into `new`, a bounded number at once."""
    turned: list[int] = []
    for chunk in _chunks(ids):
        with store.write() as tx:
            found = [line.id for line in journal.lines_of(tx, chunk) if line.review is old]
            journal.set_reviews(tx, found, new)
            changes = {"review": (str(old), str(new))}
            audit.record_alike(tx, who=who, action=action, kind="message", numbers=found, changes=changes)
        turned += found
        progress(len(turned))
    return turned


def _every(store: Store, ids: Sequence[int]) -> Iterator[JournalLine]:
    """Yield these messages. Raise `NotFound` at the first that is none."""
    with store.read() as tx:
        for chunk in _chunks(ids):
            found = journal.lines_of(tx, chunk)
            if missing := set(chunk).difference(line.id for line in found):
                raise no_message(min(missing))
            yield from found


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    once = list(dict.fromkeys(ids))
    for start in range(0, len(once), AT_ONCE):
        yield once[start : start + AT_ONCE]


def _rows(tx: Transaction, ids: Sequence[int], outcomes: set[Outcome], done: str) -> list[JournalRow]:
    rows = []
    for message_id in dict.fromkeys(ids):
        row = journal.get(tx, message_id)
        if row is None:
            raise no_message(message_id)
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
    tx: Transaction,
    loaded: Policies,
    row: JournalRow,
    project: str | None,
    registered: dict[str, Mapping[str, Sequence[object]]] | None,
) -> MessageDone:
    """Take a message. Where senders are to be registered, `registered` gets the address of one that was not, and what
    that changed."""
    box, item = _origin(tx, row)
    parsed = mail.parse(item.raw)
    if registered is not None:
        registered |= _register(tx, loaded, parsed, row.id)
    known = StoreKnown(tx)  # asked after the registration
    policy = loaded.of(box)
    verdict = judge(parsed, policy, known, size=row.size)
    return apply(tx, known, box, item, policy.lists.trim(parsed), _released(verdict, row.id, project))


def _released(verdict: Verdict, message_id: int, project: str | None) -> Verdict:
    """Turn a refusal into what it would have been, or into an issue of the project chosen."""
    if project is not None:
        return replace(verdict, decision=Decision.CREATE, reason=None, project=project, comment_on=None)
    if verdict.comment_on:
        return replace(verdict, decision=Decision.COMMENT, reason=None)
    if verdict.project is None:
        raise Refused(f"message {message_id} has no project to go to: name one, or set a default project")
    return replace(verdict, decision=Decision.CREATE, reason=None)


def _register(
    tx: Transaction, loaded: Policies, parsed: Mail, message_id: int
) -> dict[str, Mapping[str, Sequence[object]]]:
    """Register the sender of a message; returns its address and what changed, or nothing where it is registered."""
    sender = parsed.sender.address
    if sender is None:
        raise Refused(f"the sender of message {message_id} cannot be registered: {parsed.sender.detail}")
    key = address.key(sender)
    if senders.find(tx, key) is not None:
        return {}
    match = accepts(loaded.pattern, sender)
    if not match.accepted:
        why = match.detail.removesuffix(".")
        raise Refused(f"{sender} cannot be registered: {why}; change the pattern first, or release without registering")
    changes: dict[str, Sequence[object]] = {"addresses": (None, [key])}
    if alike := senders.resembled(tx, key):
        changes["resembles"] = (None, alike)  # once it is registered, nothing tells so any more
    senders.add(tx, RegisteredSender(name=parsed.sender.name or str(sender), addresses=[key]))
    return {key: changes}


def _record(tx: Transaction, action: str, rows: Sequence[JournalRow], done: Sequence[MessageDone], who: str) -> None:
    """Tell of messages that were taken after all, those with the same outcomes together."""
    alike: defaultdict[tuple[Outcome, Outcome], list[tuple[int, int | None]]] = defaultdict(list)
    for row, message in zip(rows, done, strict=True):
        alike[row.outcome, message.outcome].append((row.id, message.issue))
    for (old, new), pairs in alike.items():
        audit.record_alike(
            tx,
            who=who,
            action=action,
            kind="message",
            numbers=[message_id for message_id, _ in pairs],
            changes={"outcome": (str(old), str(new))},
            became=[issue for _, issue in pairs if issue is not None],
        )
