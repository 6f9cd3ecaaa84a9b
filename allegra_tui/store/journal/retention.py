"""Originals are kept for a time; what was made of them stays."""

from datetime import datetime

from sqlalchemy import select, update

from allegra_tui.model.verdict import Outcome, Review
from allegra_tui.store import blobs
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import messages

STEP = 200
"""Originals a transaction, so that nobody waits long for it."""


def forget_originals(tx: Transaction, before: datetime) -> int:
    """Remove originals of messages received before then, up to `STEP`; return how many. Call it until that is 0.

    Kept are those that wait to be handled or for a person. Bytes that are an attachment, too, stay as that.
    """
    rows = tx.execute(
        select(messages.c.id, messages.c.blob_id)
        .where(
            messages.c.blob_id.is_not(None),
            messages.c.received < before,
            messages.c.review != Review.OPEN,
            messages.c.outcome != Outcome.RECEIVED,
        )
        .order_by(messages.c.received)
        .limit(STEP)
    ).all()
    if rows:
        tx.execute(update(messages).where(messages.c.id.in_([row.id for row in rows])).values(blob_id=None))
        blobs.remove_unused(tx, {row.blob_id for row in rows})
    return len(rows)
