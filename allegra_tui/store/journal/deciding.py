"""Messages are handled: what is waiting, and what became of it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, select, text, update

from allegra_tui.model.verdict import Check, Outcome, Reason, Review, Settle
from allegra_tui.store import blobs
from allegra_tui.store.database import Transaction
from allegra_tui.store.prepared import Prepared
from allegra_tui.store.tables import locations, messages
from allegra_tui.text import clean

_WAITING = text(f"messages.outcome = '{Outcome.RECEIVED}'")
"""As a constant, because a partial index serves no condition on a parameter."""

_WAITING_OF = select(messages.c.id).where(messages.c.id.in_(bindparam("ids", expanding=True)), _WAITING)
_DECIDE = Prepared(update(messages).where(messages.c.id == bindparam("id_")))


def leftovers(tx: Transaction, mailbox_id: int) -> list[int]:
    """Return the rows of a mailbox that were received and not handled, oldest first."""
    query = select(messages.c.id).where(messages.c.mailbox_id == mailbox_id, _WAITING).order_by(messages.c.id)
    return list(tx.execute(query).scalars())


def waiting(tx: Transaction, message_ids: Collection[int]) -> set[int]:
    """Return which of these rows are still received and not handled."""
    return set(tx.execute(_WAITING_OF, {"ids": list(message_ids)}).scalars())


def count_attempt(tx: Transaction, message_id: int) -> int:
    """Count an attempt to handle a message; the first gives 1."""
    attempts: int = tx.execute(
        update(messages)
        .where(messages.c.id == message_id)
        .values(attempts=messages.c.attempts + 1)
        .returning(messages.c.attempts)
    ).scalar_one()
    return attempts


def original(tx: Transaction, message_id: int) -> bytes | None:
    """Return the original bytes of a message, or None once retention removed them."""
    blob_id: int | None = tx.execute(select(messages.c.blob_id).where(messages.c.id == message_id)).scalar()
    return None if blob_id is None else blobs.read(tx, blob_id)


def decide(
    tx: Transaction,
    message_id: int,
    *,
    outcome: Outcome,
    reason: Reason | None = None,
    detail: str = "",
    checks: Sequence[Check] = (),
    repairs: Sequence[str] = (),
    review: Review = Review.NONE,
    issue: int | None = None,
    comment: int | None = None,
    trace: str = "",
) -> None:
    """Write what became of a message. From the commit on its locations may be settled, unless it has to stay."""
    tx.run(
        _DECIDE,
        {
            "id_": message_id,
            "outcome": outcome,
            "reason": reason,
            "detail": clean(detail)[0],
            "checks": [_stored(check) for check in checks],
            "repairs": list(repairs),
            "review": review,
            "issue": issue,
            "comment_id": comment,
            "trace": clean(trace)[0],
        },
    )
    if outcome is Outcome.FAILED or reason is Reason.TOO_LARGE:  # what is here of it is not all
        tx.execute(
            update(locations)
            .where(locations.c.message_id == message_id, locations.c.settle == Settle.PENDING)
            .values(settle=Settle.LEFT)
        )


def set_reviews(tx: Transaction, message_ids: Collection[int], review: Review) -> None:
    """Note what a person did, or has to do, about messages: some hundred at once."""
    tx.execute(update(messages).where(messages.c.id.in_(message_ids)).values(review=review))


def _stored(check: Check) -> dict[str, Any]:
    return {"name": check.name, "passed": check.passed, "detail": check.detail, "reason": check.reason}
