"""The numberings that locations and baselines belong to."""

from dataclasses import replace

from sqlalchemy import ColumnElement, and_, func, insert, select, update

from allegra_tui.model.journal import Place
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import places


def find(tx: Transaction, place: Place) -> int | None:
    """Return the id of a place where something was seen before."""
    place_id: int | None = tx.execute(select(places.c.id).where(_is(place))).scalar()
    return place_id


def ensure(tx: Transaction, place: Place) -> int:
    """Return the id of a place, storing it if it is new."""
    place_id = find(tx, place)
    if place_id is None:
        place_id = tx.execute(
            insert(places).returning(places.c.id),
            {
                "mailbox_id": place.mailbox_id,
                "epoch": place.epoch,
                "folder": place.folder,
                "uidvalidity": place.uidvalidity,
            },
        ).scalar_one()
    return place_id


def unused(tx: Transaction, place: Place) -> Place:
    """Return a place like this one under a number that no server has: for what a numbering no longer holds for."""
    lowest = select(func.min(places.c.uidvalidity)).where(
        places.c.mailbox_id == place.mailbox_id, places.c.epoch == place.epoch, places.c.folder == place.folder
    )
    return replace(place, uidvalidity=min(tx.execute(lowest).scalar() or 0, 0) - 1)


def retire(tx: Transaction, place: Place) -> Place:
    """Keep all that was seen in a place as seen in another, which is returned: its numbers are used again."""
    retired = unused(tx, place)
    tx.execute(update(places).where(_is(place)).values(uidvalidity=retired.uidvalidity))
    return retired


def _is(place: Place) -> ColumnElement[bool]:
    return and_(
        places.c.mailbox_id == place.mailbox_id,
        places.c.epoch == place.epoch,
        places.c.folder == place.folder,
        places.c.uidvalidity == place.uidvalidity,
    )
