"""The journal as a console shows it: long lists, a message with its text, and its verdict by today's settings."""

from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from allegra_tui import mail
from allegra_tui.model.journal import JournalLine, JournalRow
from allegra_tui.model.mail import Mail
from allegra_tui.model.verdict import Outcome, Verdict
from allegra_tui.policy.verdict import judge
from allegra_tui.store import Store, Transaction, journal, mailboxes
from allegra_tui.store.journal import JournalFilter as JournalFilter  # so that callers need not know the store
from allegra_tui.usecases import policies
from allegra_tui.usecases.errors import NotFound, no_message
from allegra_tui.usecases.known import StoreKnown

PREVIEW_BYTES = 1024 * 1024
"""Messages up to this size are read for a preview while one walks through a list."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A message of the journal, and what its original says; `mail` is None where it was not read."""

    row: JournalRow
    mail: Mail | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """Those of some messages with which something can be done. However many they are, only the first are read whole."""

    ids: Sequence[int]
    first: Sequence[JournalLine]
    others: Mapping[Outcome, int]
    """How many do not fit, by outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The recorded verdict on a message, and the one that today's settings would give."""

    row: JournalRow
    verdict: Verdict


def first_messages(store: Store, chosen: JournalFilter, limit: int) -> list[JournalLine]:
    """Return the newest messages of a filter."""
    with store.read() as tx:
        return journal.lines(tx, chosen, limit=limit)


def message_ids(store: Store, chosen: JournalFilter) -> "array[int]":
    """Return the ids of all messages of a filter, the newest first, 8 bytes each."""
    with store.read() as tx:
        return journal.ids(tx, chosen)


def messages_by_id(store: Store, ids: Sequence[int]) -> Mapping[int, JournalLine]:
    """Return messages by their ids; those that do not exist are left out."""
    with store.read() as tx:
        return {line.id: line for line in journal.lines_of(tx, ids)}


def fitting(store: Store, ids: Sequence[int], fits: Callable[[JournalLine], bool], *, named: int) -> Fitting:
    """Return which of these messages fit, and `named` of them as lines."""
    found: list[int] = []
    first: list[JournalLine] = []
    others: Counter[Outcome] = Counter()
    with store.read() as tx:
        for start in range(0, len(ids), _AT_ONCE):
            for line in journal.lines_of(tx, ids[start : start + _AT_ONCE]):
                if not fits(line):
                    others[line.outcome] += 1
                    continue
                found.append(line.id)
                if len(first) < named:
                    first.append(line)
    return Fitting(ids=found, first=first, others=others)


def read_message(store: Store, message_id: int, *, most_bytes: int | None = None) -> Reading:
    """Return a message and what its original says, unless that is larger than `most_bytes`. Raises `NotFound`."""
    with store.read() as tx:
        row = _row(tx, message_id)
        wanted = row.has_original and (most_bytes is None or row.size <= most_bytes)
        raw = journal.original(tx, message_id) if wanted else None
    return Reading(row=row, mail=mail.parse(raw) if raw is not None else None)


def judge_again(store: Store, message_id: int) -> Again:
    """Judge a message by today's settings, from its original; nothing is stored.

    Raises `NotFound`, also where the original is no longer kept, and `PatternUnusable`.
    """
    with store.read() as tx:
        row = _row(tx, message_id)
        raw = journal.original(tx, message_id)
        if raw is None:
            raise NotFound(f"the original of message {message_id} is no longer kept: it cannot be judged again")
        policy = policies.load(tx).of(mailboxes.get(tx, row.mailbox_id))
        return Again(row=row, verdict=judge(mail.parse(raw), policy, StoreKnown(tx), size=row.size))


def mailbox_names(store: Store) -> list[str]:
    """Return the names under which messages may stand: those of all mailboxes, and that of imported files."""
    with store.read() as tx:
        names = [mailbox.name for mailbox in mailboxes.every(tx)]
        return [*names, mailboxes.IMPORTING] if mailboxes.find(tx, mailboxes.IMPORTING) else names


def _row(tx: Transaction, message_id: int) -> JournalRow:
    row = journal.get(tx, message_id)
    if row is None:
        raise no_message(message_id)
    return row
