"""What the first contact with a mailbox skipped: keys, and the dates by which they are known after a renumbering."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, delete, exists, insert, select

from allegra_tui.model.journal import Place
from allegra_tui.store import places
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import baselines
from allegra_tui.store.tables import places as place_table


def save(tx: Transaction, place: Place, skipped: Iterable[tuple[str, datetime | None]]) -> None:
    """Note the skipped messages, key and INTERNALDATE of each, in the stead of all that the mailbox had."""
    place_id = places.ensure(tx, place)
    of_mailbox = select(place_table.c.id).where(place_table.c.mailbox_id == place.mailbox_id)
    tx.execute(delete(baselines).where(baselines.c.place_id.in_(of_mailbox)))
    if values := [{"place_id": place_id, "key": key, "date": date} for key, date in dict(skipped).items()]:
        tx.execute(insert(baselines), values)


def keys(tx: Transaction, place: Place) -> set[str]:
    """Return the keys skipped in this place."""
    place_id = places.find(tx, place)
    return set(tx.values(select(baselines.c.key).where(baselines.c.place_id == place_id)))


def dates(tx: Transaction, mailbox_id: int, epoch: int) -> set[datetime]:
    """Return the dates skipped in this epoch, whatever the UIDVALIDITY."""
    query = select(baselines.c.date).where(
        baselines.c.place_id.in_(_of_epoch(mailbox_id, epoch)), baselines.c.date.is_not(None)
    )
    return set(tx.execute(query).scalars())


def any_of(tx: Transaction, mailbox_id: int, epoch: int) -> bool:
    """Tell whether anything was skipped in this epoch."""
    query = select(exists().where(baselines.c.place_id.in_(_of_epoch(mailbox_id, epoch))))
    return bool(tx.execute(query).scalar())


def _of_epoch(mailbox_id: int, epoch: int) -> Select[tuple[int]]:
    return select(place_table.c.id).where(place_table.c.mailbox_id == mailbox_id, place_table.c.epoch == epoch)
