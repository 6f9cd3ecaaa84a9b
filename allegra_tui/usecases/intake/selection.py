"""Which messages of a folder are new: not known, and not skipped by the first contact with the mailbox."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from allegra_tui.model import settings
from allegra_tui.model.journal import MailboxState, Place
from allegra_tui.model.settings import Mailbox
from allegra_tui.sources import Listing, Source, SourceError
from allegra_tui.store import Transaction, baselines, journal, mailboxes
from allegra_tui.usecases.errors import UseCaseError

BATCH_BYTES = 4 * 1024 * 1024
BATCH_MESSAGES = 100
BATCH_SECONDS = 10.0
"""What came is handed on after so long, however little it is: a slow server must not keep a run from looking up."""


class UidlsChangedError(SourceError):
    """A POP3 server renamed its messages, so what was skipped cannot be told from what is new."""

    code = "uidls_changed"


class FirstContactError(SourceError):
    """Nobody said yet what to take of the mail that was there before the first contact."""

    code = "first_contact"


class AccountChangedError(SourceError):
    """Somebody gave the mailbox another account: what this one holds says nothing of that."""

    code = "account_changed"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of a folder's messages before looking at it."""

    known: frozenset[str]
    removed: frozenset[str]
    """Of the known ones, those that were deleted or moved: a server that lists them has used their names again."""
    skipped: frozenset[str]
    skipped_dates: frozenset[datetime]
    """Of all that was skipped, under any numbering of the account."""
    answered: bool
    contacted: bool
    renumbered: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """The messages to take, and what is to be remembered as skipped (None: nothing new to remember)."""

    fresh: Sequence[str]
    skipped: Sequence[tuple[str, datetime | None]] | None = None


def current_state(tx: Transaction, mailbox: Mailbox, epoch: int | None = None) -> MailboxState:
    """Return how a mailbox is doing, as long as its account is the one a run set out with.

    Raise `AccountChangedError` otherwise, also where it was removed. Written into the state of another account, a run
    would have it taken for met, and its mail for known.
    """
    stored = mailboxes.get(tx, mailbox.id)
    if stored is not None and stored.account == mailbox.account:
        state = mailboxes.state(tx, mailbox.id)
        if epoch in (None, state.epoch):
            return state
    raise AccountChangedError("its account was changed meanwhile; the next run goes by the new settings")


def place_of(mailbox: Mailbox, state: MailboxState, listing: Listing) -> Place:
    """Name the numbering that a listing's keys belong to."""
    folder = mailbox.folder if mailbox.protocol is settings.Protocol.IMAP else ""
    return Place(mailbox_id=mailbox.id, epoch=state.epoch, folder=folder, uidvalidity=listing.uidvalidity)


def counts_anew(tx: Transaction, place: Place, listing: Listing) -> bool:
    """Tell whether a server uses its numbers once more under the same UIDVALIDITY, as after a restored backup.

    What is known of them then holds no longer; the messages are known by their content.
    """
    plausible = bool(listing.next_uid) and listing.next_uid > max(map(int, listing.keys), default=0)
    return plausible and journal.highest_key(tx, place) >= listing.next_uid


def remember(tx: Transaction, place: Place, state: MailboxState, listing: Listing) -> Remembered:
    """Read what is known of a folder's messages."""
    known = journal.known_keys(tx, place)
    return Remembered(
        known=frozenset(known),
        removed=frozenset(() if known.isdisjoint(listing.keys) else journal.removed_keys(tx, place)),
        skipped=frozenset(baselines.keys(tx, place)),
        skipped_dates=frozenset(baselines.dates(tx, place.mailbox_id, place.epoch)),
        answered=state.answered,
        contacted=state.contacted,
        renumbered=state.uidvalidity not in (None, place.uidvalidity),
    )


def select(source: Source, mailbox: Mailbox, remembered: Remembered, listing: Listing, now: datetime) -> Selection:
    """Choose the messages to take. At the first contact and after a renumbering this asks the server for dates.

    Raise `FirstContactError` where nobody said yet what the first contact takes, and `UidlsChangedError` where a POP3
    server's new names would bring back what was skipped.
    """
    known = remembered.known - remembered.removed
    fresh = [key for key in listing.keys if key not in known and key not in remembered.skipped]
    if fresh and not remembered.contacted and not remembered.answered:
        raise FirstContactError(
            f"it holds mail, and nobody said yet what to take of it: answer in the console (Mailboxes, f), or by "
            f"`allegra-tui mailbox edit {mailbox.name} --first-contact` all, new or DAYS"
        )
    if not remembered.contacted:
        skipped = _skipped_at_first(source, mailbox, fresh, now)
    elif remembered.skipped_dates and fresh and _names_changed(mailbox, remembered, listing, fresh):
        entries = (one for one in source.describe(fresh, dates=True) if one.internal_date in remembered.skipped_dates)
        skipped = [(entry.key, entry.internal_date) for entry in entries]
        if skipped and mailbox.protocol is settings.Protocol.POP3:
            raise UidlsChangedError(
                "the server has given all its messages new names, so what was skipped at first cannot be told from new "
                "mail: say what to take, in the console (Mailboxes, f), or by "
                f"`allegra-tui mailbox edit {mailbox.name} --first-contact`"
            )
    else:
        return Selection(fresh)
    left_out = {key for key, _ in skipped}
    return Selection([key for key in fresh if key not in left_out], skipped)


class Sized(Protocol):
    """What has a size in bytes."""

    @property
    def size(self) -> int: ...


OneSized = TypeVar("OneSized", bound=Sized)


def batches(entries: Iterable[OneSized]) -> Iterator[list[OneSized]]:
    """Cut messages into batches by bytes, by number and by time; a message larger than a batch is one by itself.

    What came before a `SourceError` or a `UseCaseError` is a batch as well; then that goes on.
    """
    batch: list[OneSized] = []
    size = 0
    until = time.monotonic() + BATCH_SECONDS
    try:
        for entry in entries:
            full = size + entry.size > BATCH_BYTES or len(batch) == BATCH_MESSAGES or time.monotonic() >= until
            if batch and full:
                yield batch
                batch, size, until = [], 0, time.monotonic() + BATCH_SECONDS
            batch.append(entry)
            size += entry.size
    except (SourceError, UseCaseError):
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _skipped_at_first(
    source: Source, mailbox: Mailbox, keys: Sequence[str], now: datetime
) -> list[tuple[str, datetime | None]]:
    if mailbox.first_contact == "all":
        return []
    entries = source.describe(keys, dates=True)
    if mailbox.first_contact == "new":
        return [(entry.key, entry.internal_date) for entry in entries]
    since = now - timedelta(days=mailbox.first_contact)
    return [
        (entry.key, entry.internal_date)
        for entry in entries
        if entry.internal_date is not None and entry.internal_date < since
    ]


def _names_changed(mailbox: Mailbox, remembered: Remembered, listing: Listing, fresh: Sequence[str]) -> bool:
    """Whether the keys of what was skipped no longer tell it: a new UIDVALIDITY, or UIDLs of which none is known."""
    if mailbox.protocol is settings.Protocol.POP3:
        return len(fresh) == len(listing.keys)
    return remembered.renumbered
