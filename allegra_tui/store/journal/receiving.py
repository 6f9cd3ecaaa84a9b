"""Messages come in: each gets exactly one row, and a location for every place where it is seen."""

from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, cast, func, insert, or_, select

from allegra_tui.model.journal import NewMessage, Place
from allegra_tui.model.verdict import Outcome, Reason, Review, Settle, SettleAction
from allegra_tui.store import blobs, places, senders
from allegra_tui.store.database import Transaction
from allegra_tui.store.journal.settling import set_aside
from allegra_tui.store.tables import locations, messages
from allegra_tui.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What `receive` made of a message."""

    id: int
    """Its journal row."""
    location_id: int
    key: str
    outcome: Outcome
    """RECEIVED where it is to be handled, else DUPLICATE."""
    duplicate_of: int | None = None
    renumbered: bool = False
    """Whether the row was there before and only got another location."""
    issue: int | None = None
    """That of a message known before."""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """The journal row of a message that arrives."""

    id: int
    duplicate_of: int | None = None
    renumbered: bool = False
    issue: int | None = None
    stays: bool = False


def known_keys(tx: Transaction, place: Place) -> set[str]:
    """Return the keys of all messages ever received in this place."""
    place_id = places.find(tx, place)
    return set(tx.values(select(locations.c.key).where(locations.c.place_id == place_id)))


def removed_keys(tx: Transaction, place: Place) -> set[str]:
    """Return the keys of all messages that were deleted or moved in this place.

    A server that lists such a key all the same has used it again, or put the message back.
    """
    place_id = places.find(tx, place)
    removed = select(locations.c.key).where(locations.c.place_id == place_id, locations.c.settle == Settle.DONE)
    return set(tx.values(removed))


def highest_key(tx: Transaction, place: Place) -> int:
    """Return the highest key ever seen in a place where keys are numbers; 0 where there is none."""
    highest = select(func.max(cast(locations.c.key, BigInteger))).where(locations.c.place_id == places.find(tx, place))
    return tx.execute(highest).scalar() or 0


def receive(tx: Transaction, place: Place, arrived: Sequence[NewMessage]) -> list[Received]:
    """Store messages with their original bytes; what of them is new comes back, in their order.

    A key already known in this place is left out. The same content known in this mailbox is either the same message
    under another number (its row has no location in this place: it gets one) or sent again (a row of its own, a
    duplicate from the start). What is to stay on its server is settled with that.

    The key of a message that was deleted or moved may be another message's by now, though a server should not do
    that. Where it is the same message, put back or never deleted, that one stays: it is not taken twice.
    """
    place_id = places.ensure(tx, place)
    returned = _free(tx, place, place_id, [message.key for message in arrived])
    seen = _keys_seen(tx, place_id, [message.key for message in arrived])
    fresh = [message for key, message in {message.key: message for message in arrived}.items() if key not in seen]
    first, elsewhere = _known(tx, place, place_id, {message.content_hash for message in fresh})
    rows: dict[str, _Row] = {}
    new: dict[str, NewMessage] = {}
    again: list[NewMessage] = []
    for message in fresh:
        if elsewhere[message.content_hash]:
            rows[message.key] = elsewhere[message.content_hash].popleft()
        elif message.content_hash in first or message.content_hash in new:
            again.append(message)
        else:
            new[message.content_hash] = message
    for message, row in zip(new.values(), _store(tx, place, list(new.values()), {}), strict=True):
        rows[message.key] = first[message.content_hash] = row
    for message, row in zip(again, _store(tx, place, again, first), strict=True):
        rows[message.key] = row
    for message in fresh:
        if returned.get(message.key) == rows[message.key].id:
            rows[message.key] = replace(rows[message.key], stays=True)
    return _locate(tx, place_id, fresh, rows)


def _free(tx: Transaction, place: Place, place_id: int, keys: Collection[str]) -> dict[str, int]:
    """Set aside the locations under these keys whose messages were removed, and return key and message of each."""
    query = select(locations.c.id, locations.c.key, locations.c.message_id).where(
        locations.c.place_id == place_id, locations.c.key.in_(keys), locations.c.settle == Settle.DONE
    )
    removed = list(tx.execute(query))
    if removed:
        set_aside(tx, place, [row.id for row in removed])
    return {row.key: row.message_id for row in removed}


def _keys_seen(tx: Transaction, place_id: int, keys: Collection[str]) -> set[str]:
    query = select(locations.c.key).where(locations.c.place_id == place_id, locations.c.key.in_(keys))
    return set(tx.execute(query).scalars())


def _known(
    tx: Transaction, place: Place, place_id: int, hashes: Collection[str]
) -> tuple[dict[str, _Row], defaultdict[str, deque[_Row]]]:
    """Return for each known content its first row, and its rows that have no location in this place, oldest first."""
    columns = (messages.c.id, messages.c.content_hash, messages.c.issue, messages.c.outcome, messages.c.reason)
    found = tx.execute(
        select(*columns).where(
            messages.c.content_hash.in_(hashes),
            messages.c.mailbox_id == place.mailbox_id,
            messages.c.duplicate_of.is_(None),
        )
    )
    first = {row.content_hash: _Row(id=row.id, issue=row.issue) for row in found}
    elsewhere: defaultdict[str, deque[_Row]] = defaultdict(deque)
    if first:
        ids = [row.id for row in first.values()]
        here = select(locations.c.id).where(locations.c.message_id == messages.c.id, locations.c.place_id == place_id)
        unseen = (
            select(*columns)
            .where(or_(messages.c.id.in_(ids), messages.c.duplicate_of.in_(ids)), ~here.exists())
            .order_by(messages.c.id)
        )
        for row in tx.execute(unseen):
            stays = row.outcome == Outcome.FAILED or row.reason == Reason.TOO_LARGE
            issue = row.issue or first[row.content_hash].issue
            elsewhere[row.content_hash].append(_Row(id=row.id, issue=issue, stays=stays, renumbered=True))
    return first, elsewhere


def _store(tx: Transaction, place: Place, arrived: Sequence[NewMessage], first: Mapping[str, _Row]) -> list[_Row]:
    """Add rows with their originals; a message whose content has a first row is a duplicate of it."""
    if not arrived:
        return []
    digests = [blobs.digest(message.raw) for message in arrived]
    blob_ids = blobs.ensure(tx, {digest: message.raw for digest, message in zip(digests, arrived, strict=True)})
    received = tx.now()
    known = [first.get(message.content_hash) for message in arrived]
    values = [
        {**_values(message, row), "mailbox_id": place.mailbox_id, "received": received, "blob_id": blob_ids[digest]}
        for message, row, digest in zip(arrived, known, digests, strict=True)
    ]
    ids = tx.execute(insert(messages).returning(messages.c.id, sort_by_parameter_order=True), values).scalars()
    return [
        _Row(id=message_id, duplicate_of=row.id if row else None, issue=row.issue if row else None)
        for message_id, row in zip(ids, known, strict=True)
    ]


def _values(message: NewMessage, first: _Row | None) -> dict[str, Any]:
    sender = clean(message.sender)[0]
    return {
        "outcome": Outcome.DUPLICATE if first else Outcome.RECEIVED,
        "reason": Reason.DUPLICATE if first else None,
        "review": Review.NONE,
        "issue": None,
        "comment_id": None,
        "duplicate_of": first.id if first else None,
        "content_hash": message.content_hash,
        "whole": message.whole,
        "size": message.size,
        "date": _utc(message.date),
        "attempts": 0,
        "subject": clean(message.subject)[0],
        "sender": sender,
        "sender_key": senders.key(sender),
        "sender_name": clean(message.sender_name)[0],
        "message_id": None if message.message_id is None else clean(message.message_id)[0],
        "detail": _same_as(first.id) if first else "",
        "checks": [],
        "repairs": [],
        "trace": "",
    }


def _locate(tx: Transaction, place_id: int, arrived: Sequence[NewMessage], rows: Mapping[str, _Row]) -> list[Received]:
    """Add a location for each message, to its row."""
    if not arrived:
        return []
    values = [
        {
            "message_id": rows[message.key].id,
            "place_id": place_id,
            "key": message.key,
            "settle": Settle.LEFT if _stays(message, rows[message.key]) else Settle.PENDING,
            "action": message.action,
            "move_to": message.move_to,
        }
        for message in arrived
    ]
    ids = tx.execute(insert(locations).returning(locations.c.id, sort_by_parameter_order=True), values).scalars()
    return [
        _received(message.key, location_id, rows[message.key])
        for message, location_id in zip(arrived, ids, strict=True)
    ]


def _stays(message: NewMessage, row: _Row) -> bool:
    return message.action is SettleAction.LEAVE or not message.whole or row.stays


def _received(key: str, location_id: int, row: _Row) -> Received:
    detail = ""
    if row.renumbered:
        detail = f"Message {row.id} under another number."
    elif row.duplicate_of:
        detail = _same_as(row.duplicate_of)
    return Received(
        id=row.id,
        location_id=location_id,
        key=key,
        outcome=Outcome.DUPLICATE if detail else Outcome.RECEIVED,
        duplicate_of=row.duplicate_of,
        renumbered=row.renumbered,
        issue=row.issue,
        detail=detail,
    )


def _same_as(message_id: int) -> str:
    return f"The same content as message {message_id}."


def _utc(date: datetime | None) -> datetime | None:
    """Return a message's date in UTC; none for one that only its own zone keeps within the calendar."""
    if date is None:
        return None
    try:
        return date.astimezone(UTC)
    except OverflowError:
        return None
