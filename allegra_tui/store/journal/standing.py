"""How the messages of one place stand: what a server's list is compared with."""

from typing import NamedTuple

from sqlalchemy import select

from allegra_tui.model.journal import Place
from allegra_tui.model.verdict import Outcome, Reason, Settle
from allegra_tui.store import places
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import locations, messages

_SETTLES = {str(value): value for value in Settle}
_OUTCOMES = {str(value): value for value in Outcome}
_REASONS: dict[str | None, Reason | None] = {None: None, **{str(value): value for value in Reason}}
"""By the hundred thousand, looking words up takes a fifth of what making them of their values does."""


class Standing(NamedTuple):
    """What became of a message, here and where it was seen. A tuple, because a place holds a hundred thousand."""

    message_id: int
    settle: Settle
    outcome: Outcome
    reason: Reason | None


def standings(tx: Transaction, place: Place) -> dict[str, Standing]:
    """Return how every message ever seen in this place stands, by its key, in the order in which they came."""
    query = (
        select(locations.c.key, locations.c.message_id, locations.c.settle, messages.c.outcome, messages.c.reason)
        .join(messages, messages.c.id == locations.c.message_id)
        .where(locations.c.place_id == places.find(tx, place))
        .order_by(locations.c.id)
    )
    return {
        row.key: Standing(
            row.message_id,
            _SETTLES[row.settle],
            _OUTCOMES[row.outcome],
            _REASONS[row.reason],
        )
        for row in tx.execute(query)
    }
