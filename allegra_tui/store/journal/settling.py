"""What is to be done with messages on their servers, once they are safe here."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, bindparam, case, select, text, update

from allegra_tui.model.journal import Location, Place
from allegra_tui.model.verdict import Outcome, Settle, SettleAction
from allegra_tui.store import places
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import locations, messages
from allegra_tui.store.tables import places as place_table

_PENDING = text(f"locations.settle = '{Settle.PENDING}'")
"""As a constant, because a partial index serves no condition on a parameter."""


def to_settle(tx: Transaction, place: Place, *, refused: bool = False) -> list[Location]:
    """Return what may be deleted or moved in this place: pending, with a message that is decided and not failed.

    With `refused`, also what the server refused to delete or move when it was last asked.
    """
    place_id = places.find(tx, place)
    open_ones = locations.c.settle.in_((Settle.PENDING, Settle.REFUSED)) if refused else _PENDING
    query = (
        query_locations()
        .join(messages, messages.c.id == locations.c.message_id)
        .where(
            locations.c.place_id == place_id,
            open_ones,
            messages.c.outcome.not_in((Outcome.RECEIVED, Outcome.FAILED)),
        )
        .order_by(locations.c.id)
    )
    return [location(row) for row in tx.execute(query)]


class Unsettled(NamedTuple):
    """What is still to be deleted or moved: the location, the message's bytes, and whether the server refused it."""

    location_id: int
    size: int
    refused: bool


def unsettled_at(tx: Transaction, place: Place) -> dict[str, Unsettled]:
    """Return what is still to be deleted or moved in this place, by key."""
    query = (
        select(locations.c.key, locations.c.id, messages.c.size, locations.c.settle)
        .join(messages, messages.c.id == locations.c.message_id)
        .where(
            locations.c.place_id == places.find(tx, place),
            locations.c.settle.in_((Settle.PENDING, Settle.REFUSED)),
        )
    )
    return {row.key: Unsettled(row.id, row.size, row.settle == Settle.REFUSED) for row in tx.execute(query)}


def set_aside(tx: Transaction, place: Place, location_ids: Collection[int]) -> None:
    """Keep these locations apart from the place, whose keys may name other messages by now; nothing is done there."""
    if not location_ids:
        return
    aside = places.ensure(tx, places.unused(tx, place))
    left = case((_PENDING, Settle.LEFT), else_=locations.c.settle)
    tx.execute(
        update(locations).where(locations.c.id == bindparam("id_")).values(place_id=aside, settle=left),
        [{"id_": location_id} for location_id in location_ids],
    )


def settle(tx: Transaction, location_ids: Collection[int], settle: Settle) -> None:
    """Note what was done with messages at these locations."""
    if location_ids:
        tx.execute(
            update(locations).where(locations.c.id == bindparam("id_")).values(settle=settle),
            [{"id_": location_id} for location_id in location_ids],
        )


def drop_pending(tx: Transaction, place: Place) -> int:
    """Leave what is pending in the mailbox's other places, whose numbering is gone; return how many that were."""
    others = select(place_table.c.id).where(
        place_table.c.mailbox_id == place.mailbox_id, place_table.c.id != (places.find(tx, place) or 0)
    )
    return tx.execute(
        update(locations).where(locations.c.place_id.in_(others), _PENDING).values(settle=Settle.LEFT)
    ).rowcount


def query_locations() -> Select[Any]:
    """Return the query whose rows `location` reads."""
    return select(
        locations,
        place_table.c.mailbox_id,
        place_table.c.epoch,
        place_table.c.folder,
        place_table.c.uidvalidity,
    ).join(place_table, place_table.c.id == locations.c.place_id)


def location(row: Row[Any]) -> Location:
    """Return the location a row of `query_locations` describes."""
    return Location(
        id=row.id,
        message_id=row.message_id,
        place=Place(mailbox_id=row.mailbox_id, epoch=row.epoch, folder=row.folder, uidvalidity=row.uidvalidity),
        key=row.key,
        settle=Settle(row.settle),
        action=SettleAction(row.action),
        move_to=row.move_to,
    )
