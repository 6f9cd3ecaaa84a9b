"""Who signed in to which mailbox by OAuth2: the tokens, encrypted, and who is renewing them at the moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update

from allegra_tui.model.settings import Secret, SecretKind
from allegra_tui.model.sign_in import SignIn
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import sign_ins


def find(tx: Transaction, mailbox_id: int) -> SignIn | None:
    """Return the sign-in of a mailbox."""
    row = tx.execute(select(sign_ins).where(sign_ins.c.mailbox_id == mailbox_id)).first()
    return None if row is None else _sign_in(row)


def every(tx: Transaction) -> dict[int, SignIn]:
    """Return all sign-ins, by mailbox."""
    return {row.mailbox_id: _sign_in(row) for row in tx.execute(select(sign_ins))}


def save(tx: Transaction, sign_in: SignIn) -> None:
    """Store a sign-in in place of the mailbox's former one. Whoever was renewing that is done."""
    forget(tx, sign_in.mailbox_id)
    tx.execute(
        insert(sign_ins),
        {
            "mailbox_id": sign_in.mailbox_id,
            "client": sign_in.client,
            "since": sign_in.since,
            "refresh_token": sign_in.refresh.value[0],
            "access_token": sign_in.access.value[0] if sign_in.access else None,
            "renew_at": sign_in.renew_at,
            "expires_at": sign_in.expires_at,
            "lost": sign_in.lost,
            "renewing_until": None,
        },
    )


def forget(tx: Transaction, mailbox_id: int) -> bool:
    """Forget the sign-in of a mailbox; False where there is none."""
    return bool(tx.execute(delete(sign_ins).where(sign_ins.c.mailbox_id == mailbox_id)).rowcount)


def begin_renewal(tx: Transaction, mailbox_id: int, until: datetime) -> bool:
    """Take the renewal upon oneself until then; False while somebody else has."""
    free = or_(sign_ins.c.renewing_until.is_(None), sign_ins.c.renewing_until <= tx.now())
    found = tx.execute(update(sign_ins).where(sign_ins.c.mailbox_id == mailbox_id, free).values(renewing_until=until))
    return bool(found.rowcount)


def end_renewal(tx: Transaction, mailbox_id: int, until: datetime) -> None:
    """Give up the renewal that was taken until then, without a result."""
    mine = (sign_ins.c.mailbox_id == mailbox_id, sign_ins.c.renewing_until == until)
    tx.execute(update(sign_ins).where(*mine).values(renewing_until=None))


def _sign_in(row: Row[Any]) -> SignIn:
    return SignIn(
        mailbox_id=row.mailbox_id,
        client=row.client,
        since=row.since,
        refresh=Secret(kind=SecretKind.STORED, value=(row.refresh_token,)),
        access=None if row.access_token is None else Secret(kind=SecretKind.STORED, value=(row.access_token,)),
        renew_at=row.renew_at,
        expires_at=row.expires_at,
        lost=row.lost,
    )
