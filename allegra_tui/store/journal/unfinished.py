"""What a run left behind that was cut off, and how far the journal reaches."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, text

from allegra_tui.model.verdict import Outcome, Settle
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import locations, messages, places

_RECEIVED = text(f"messages.outcome = '{Outcome.RECEIVED}'")
_PENDING = text(f"locations.settle = '{Settle.PENDING}'")
"""As constants, because a partial index serves no condition on a parameter."""
_OLDEST = func.min(messages.c.received, type_=messages.c.received.type).label("oldest")


class Unfinished(NamedTuple):
    """Messages of a mailbox for which something is still to be done, and when the oldest was received."""

    mailbox_id: int
    messages: int
    oldest: datetime


def unhandled(tx: Transaction) -> list[Unfinished]:
    """Return the mailboxes with messages that are received and not handled."""
    query = (
        select(messages.c.mailbox_id, func.count().label("number"), _OLDEST)
        .where(_RECEIVED)
        .group_by(messages.c.mailbox_id)
    )
    return [Unfinished(row.mailbox_id, row.number, row.oldest) for row in tx.execute(query)]


def unsettled(tx: Transaction) -> list[Unfinished]:
    """Return the mailboxes with messages that are still to be deleted or moved on the server."""
    query = (
        select(places.c.mailbox_id, func.count().label("number"), _OLDEST)
        .select_from(locations)
        .join(places, places.c.id == locations.c.place_id)
        .join(messages, messages.c.id == locations.c.message_id)
        .where(_PENDING)
        .group_by(places.c.mailbox_id)
    )
    return [Unfinished(row.mailbox_id, row.number, row.oldest) for row in tx.execute(query)]


def newest(tx: Transaction) -> datetime | None:
    """Return when the latest message was received, by the clock of that time."""
    latest: datetime | None = tx.execute(select(func.max(messages.c.received, type_=messages.c.received.type))).scalar()
    return latest
