"""Everything that is stored encrypted, wherever it stands: what a new key has to be carried over to."""

from dataclasses import dataclass

from sqlalchemy import select, update

from allegra_tui.model.settings import Secret, SecretKind
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import mailboxes


@dataclass(frozen=True, slots=True)
class Sealed:
    """Something encrypted. `place` says what it is, for people: `password of mailbox support`."""

    place: str
    secret: Secret
    row: int


def every(tx: Transaction) -> list[Sealed]:
    """Return all that is stored encrypted."""
    columns = (mailboxes.c.id, mailboxes.c.name, mailboxes.c.secret_value)
    rows = tx.execute(select(*columns).where(mailboxes.c.secret_kind == SecretKind.STORED))
    return [
        Sealed(f"password of mailbox {row.name}", Secret(kind=SecretKind.STORED, value=tuple(row.secret_value)), row.id)
        for row in rows
    ]


def put(tx: Transaction, sealed: Sealed, secret: Secret) -> None:
    """Store what was encrypted anew in its place."""
    tx.execute(update(mailboxes).where(mailboxes.c.id == sealed.row).values(secret_value=list(secret.value)))
