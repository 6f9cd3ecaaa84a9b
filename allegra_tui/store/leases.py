"""Who runs the intake of which mailbox at the moment. Saves work only: what prevents doubles is the unique index."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, insert, select, update

from allegra_tui.model.journal import Lease
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import leases


def acquire(tx: Transaction, lease: Lease, *, dead: Callable[[Lease], bool]) -> Lease | None:
    """Take the lease and return None; or leave it and return who holds it.

    It is free where nobody holds it, where it expired, where the same process holds it, and where `dead` says that
    its holder is gone.
    """
    row = tx.execute(select(leases).where(leases.c.mailbox_id == lease.mailbox_id)).first()
    if row is not None:
        holder = _lease(row)
        if not _same(holder, lease) and holder.until > tx.now() and not dead(holder):
            return holder
        tx.execute(delete(leases).where(leases.c.mailbox_id == lease.mailbox_id))
    tx.execute(
        insert(leases),
        {
            "mailbox_id": lease.mailbox_id,
            "host": lease.host,
            "pid": lease.pid,
            "started": lease.started,
            "until": lease.until,
        },
    )
    return None


def renew(tx: Transaction, lease: Lease) -> bool:
    """Prolong the lease to `lease.until`; False if somebody else has it by now."""
    return bool(tx.execute(update(leases).where(_held(lease)).values(until=lease.until)).rowcount)


def release(tx: Transaction, lease: Lease) -> None:
    """Give the lease up, if it is still held."""
    tx.execute(delete(leases).where(_held(lease)))


def every(tx: Transaction) -> list[Lease]:
    """Return the leases that have not expired."""
    query = select(leases).where(leases.c.until > tx.now()).order_by(leases.c.mailbox_id)
    return [_lease(row) for row in tx.execute(query)]


def _same(one: Lease, other: Lease) -> bool:
    return (one.host, one.pid, one.started) == (other.host, other.pid, other.started)


def _held(lease: Lease) -> ColumnElement[bool]:
    return and_(
        leases.c.mailbox_id == lease.mailbox_id,
        leases.c.host == lease.host,
        leases.c.pid == lease.pid,
        leases.c.started == lease.started,
    )


def _lease(row: Row[Any]) -> Lease:
    return Lease(mailbox_id=row.mailbox_id, host=row.host, pid=row.pid, started=row.started, until=row.until)
