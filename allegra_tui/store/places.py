"""The numberings that locations and baselines belong to."""

from sqlalchemy import ColumnElement, and_, insert, select

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


def _is(place: Place) -> ColumnElement[bool]:
    return and_(
        places.c.mailbox_id == place.mailbox_id,
        places.c.epoch == place.epoch,
        places.c.folder == place.folder,
        places.c.uidvalidity == place.uidvalidity,
    )
