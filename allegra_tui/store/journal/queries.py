"""The journal as people read it."""

import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, TextClause, func, or_, select, text

from allegra_tui.model.journal import JournalLine, JournalRow, Location
from allegra_tui.model.verdict import Check, CheckName, Outcome, Reason, Review
from allegra_tui.store import senders
from allegra_tui.store.database import Transaction
from allegra_tui.store.journal.settling import location, query_locations
from allegra_tui.store.tables import locations, mailboxes, messages

_OPEN = text(f"messages.review = '{Review.OPEN}'")
"""As a constant, because a partial index serves no condition on a parameter."""
_AT_ONCE = 500
"""Ids a query."""
_FIRST = messages.alias("first")
_MAILBOX = select(mailboxes.c.name).where(mailboxes.c.id == messages.c.mailbox_id).scalar_subquery()
_ISSUE = func.coalesce(
    messages.c.issue, select(_FIRST.c.issue).where(_FIRST.c.id == messages.c.duplicate_of).scalar_subquery()
)
"""A duplicate belongs to the issue of the message it repeats, whenever that came to be handled."""
_LINE = (
    *(messages.c.id, _MAILBOX.label("mailbox"), messages.c.received, messages.c.subject, messages.c.sender),
    *(messages.c.sender_name, messages.c.size, messages.c.outcome, messages.c.reason, messages.c.detail),
    *(messages.c.review, _ISSUE.label("issue")),
)
_ROW = (
    *(*_LINE, messages.c.mailbox_id, messages.c.content_hash, messages.c.message_id, messages.c.date),
    *(messages.c.checks, messages.c.repairs, messages.c.attempts, messages.c.trace, messages.c.comment_id),
    *(messages.c.duplicate_of, messages.c.whole, messages.c.blob_id),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """Which messages to list; what is None does not matter."""

    mailbox: str | None = None
    """Its name."""
    outcome: Outcome | None = None
    review: Review | None = None
    sender: str | None = None
    """An address, whatever its case."""
    text: str | None = None
    """Part of the subject, the sender's address or name."""


def get(tx: Transaction, message_id: int) -> JournalRow | None:
    """Return everything known of a message but its bytes."""
    row = tx.execute(select(*_ROW).where(messages.c.id == message_id)).first()
    if row is None:
        return None
    return JournalRow(
        **_line(row, _locations(tx, [message_id]).get(message_id, ())),
        mailbox_id=row.mailbox_id,
        content_hash=row.content_hash,
        message_id=row.message_id,
        date=row.date,
        checks=tuple(_check(check) for check in row.checks),
        repairs=tuple(row.repairs),
        attempts=row.attempts,
        trace=row.trace,
        resembles=senders.resembled(tx, row.sender),
        comment=row.comment_id,
        duplicate_of=row.duplicate_of,
        has_original=row.blob_id is not None,
        whole=row.whole,
    )


def lines(tx: Transaction, chosen: JournalFilter, *, limit: int = 100, before: int | None = None) -> list[JournalLine]:
    """Return the newest messages of the filter; with `before`, a message's id, those older than that one."""
    return lines_of(tx, list(tx.values(_query(chosen, before).limit(limit))))


def lines_of(tx: Transaction, message_ids: Sequence[int]) -> list[JournalLine]:
    """Return these messages in this order; ids that do not exist are left out."""
    found: dict[int, JournalLine] = {}
    for start in range(0, len(message_ids), _AT_ONCE):
        asked = message_ids[start : start + _AT_ONCE]
        seen = _locations(tx, asked)
        rows = tx.execute(select(*_LINE).where(messages.c.id.in_(asked)))
        found.update({row.id: JournalLine(**_line(row, seen.get(row.id, ()))) for row in rows})
    return [found[message_id] for message_id in message_ids if message_id in found]


def ids(tx: Transaction, chosen: JournalFilter) -> "array[int]":
    """Return the ids of all messages of the filter, the newest first, 8 bytes each."""
    return array("q", tx.values(_query(chosen)))


def count_open(tx: Transaction, mailbox_id: int) -> int:
    """Count the messages of a mailbox that wait for a person."""
    query = select(func.count()).select_from(messages).where(messages.c.mailbox_id == mailbox_id, _OPEN)
    counted: int = tx.execute(query).scalar_one()
    return counted


def outcome_counts(
    tx: Transaction, *, since: datetime, mailbox_id: int | None = None
) -> dict[tuple[date, Outcome], int]:
    """Count the messages received since then by day, of the system's zone, and outcome."""
    counts: dict[tuple[date, Outcome], int] = {}
    day = since.astimezone().date()
    last = tx.now().astimezone().date()
    while day <= last:
        query = (
            select(messages.c.outcome, func.count().label("number"))
            .where(messages.c.received >= max(since, _midnight(day)), messages.c.received < _midnight(day + _DAY))
            .group_by(messages.c.outcome)
        )
        if mailbox_id is not None:
            query = query.where(messages.c.mailbox_id == mailbox_id)
        counts.update({(day, Outcome(row.outcome)): row.number for row in tx.execute(query)})
        day += _DAY
    return counts


def senders_seen(tx: Transaction, limit: int = 100_000) -> list[str]:
    """Return the different sender addresses of the journal, in lower case, sorted."""
    query = (
        select(messages.c.sender_key)
        .distinct()
        .where(messages.c.sender_key != "")
        .order_by(messages.c.sender_key)
        .limit(limit)
    )
    return list(tx.execute(query).scalars())


_DAY = timedelta(days=1)


def _midnight(day: date) -> datetime:
    """Return when a day begins in the system's zone, daylight saving included."""
    return datetime.fromtimestamp(time.mktime(day.timetuple()), UTC)


def _query(chosen: JournalFilter, before: int | None = None) -> Select[tuple[int]]:
    """Return the query for the ids of a filter, the newest first; with `before` those older than that one."""
    query = select(messages.c.id).where(*_conditions(chosen))
    if before is not None:
        query = query.where(messages.c.id < before)
    # Few among many are found by an index that holds all that is asked, and then sorted: by the bare id SQLite would
    # rather read the whole table backwards, to sort nothing. Only who goes on from page to page is better off so.
    few = chosen.review is Review.OPEN or (chosen.outcome is not None and chosen.mailbox is None and before is None)
    return query.order_by((messages.c.id + 0).desc() if few else messages.c.id.desc())


def _conditions(chosen: JournalFilter) -> list[ColumnElement[bool] | TextClause]:
    conditions: list[ColumnElement[bool] | TextClause] = []
    if chosen.mailbox is not None:
        named = select(mailboxes.c.id).where(mailboxes.c.name == chosen.mailbox).scalar_subquery()
        conditions.append(messages.c.mailbox_id == named)
    if chosen.outcome is not None:
        conditions.append(messages.c.outcome == chosen.outcome)
    if chosen.review is Review.OPEN:
        conditions.append(_OPEN)
    elif chosen.review is not None:
        conditions.append(messages.c.review == chosen.review)
    if chosen.sender is not None:
        conditions.append(messages.c.sender_key == senders.key(chosen.sender))
    if chosen.text:
        columns = (messages.c.subject, messages.c.sender, messages.c.sender_name)
        conditions.append(or_(*(column.icontains(chosen.text, autoescape=True) for column in columns)))
    return conditions


def _locations(tx: Transaction, message_ids: Sequence[int]) -> dict[int, tuple[Location, ...]]:
    query = query_locations().where(locations.c.message_id.in_(message_ids))
    rows = tx.execute(query.order_by(locations.c.message_id, locations.c.id))
    return {
        message_id: tuple(location(row) for row in seen)
        for message_id, seen in groupby(rows, key=lambda row: row.message_id)
    }


def _line(row: Row[Any], seen: Sequence[Location]) -> dict[str, Any]:
    """Return the fields of a JournalLine."""
    return {
        "id": row.id,
        "mailbox": row.mailbox,
        "received": row.received,
        "subject": row.subject,
        "sender": row.sender,
        "sender_name": row.sender_name,
        "size": row.size,
        "outcome": Outcome(row.outcome),
        "reason": Reason(row.reason) if row.reason else None,
        "detail": row.detail,
        "review": Review(row.review),
        "issue": row.issue,
        "locations": seen,
    }


def _check(stored: dict[str, Any]) -> Check:
    reason = stored["reason"]
    return Check(
        name=CheckName(stored["name"]),
        passed=stored["passed"],
        detail=stored["detail"],
        reason=Reason(reason) if reason else None,
    )
