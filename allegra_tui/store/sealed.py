"""Everything that is stored encrypted, wherever it stands: what a new key has to be carried over to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select, update

from allegra_tui.model.settings import Secret, SecretKind
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import mailboxes, sign_ins

Kind = Literal["password", "client secret", "refresh token", "access token"]


@dataclass(frozen=True, slots=True)
class Sealed:
    """Something encrypted that belongs to a mailbox."""

    kind: Kind
    mailbox: str
    secret: Secret
    row: int

    @property
    def place(self) -> str:
        """What it is, for people: `password of mailbox support`."""
        return f"{self.kind} of mailbox {self.mailbox}"


def every(tx: Transaction) -> list[Sealed]:
    """Return all that is stored encrypted."""
    return [*_of_mailboxes(tx), *_of_sign_ins(tx)]


def put(tx: Transaction, sealed: Sealed, secret: Secret) -> None:
    """Store what was encrypted anew in its place."""
    match sealed.kind:
        case "password":
            tx.execute(update(mailboxes).where(mailboxes.c.id == sealed.row).values(secret_value=list(secret.value)))
        case "client secret":
            change = update(mailboxes).where(mailboxes.c.id == sealed.row)
            tx.execute(change.values(client_secret_value=list(secret.value)))
        case "refresh token" | "access token":
            change = update(sign_ins).where(sign_ins.c.mailbox_id == sealed.row)
            tx.execute(change.values({sealed.kind.replace(" ", "_"): secret.value[0]}))


def _of_mailboxes(tx: Transaction) -> Iterator[Sealed]:
    columns: tuple[tuple[Kind, str], ...] = (("password", "secret"), ("client secret", "client_secret"))
    for kind, column in columns:
        rows = tx.execute(
            select(mailboxes.c.id, mailboxes.c.name, mailboxes.c[f"{column}_value"].label("value"))
            .where(mailboxes.c[f"{column}_kind"] == SecretKind.STORED)
            .order_by(mailboxes.c.id)
        )
        for row in rows:
            yield Sealed(kind, row.name, Secret(kind=SecretKind.STORED, value=tuple(row.value)), row.id)


def _of_sign_ins(tx: Transaction) -> Iterator[Sealed]:
    columns: tuple[tuple[Kind, str], ...] = (("refresh token", "refresh_token"), ("access token", "access_token"))
    for kind, column in columns:
        rows = tx.execute(
            select(mailboxes.c.id, mailboxes.c.name, sign_ins.c[column].label("value"))
            .join(mailboxes, mailboxes.c.id == sign_ins.c.mailbox_id)
            .where(sign_ins.c[column].is_not(None))
            .order_by(mailboxes.c.id)
        )
        for row in rows:
            yield Sealed(kind, row.name, Secret(kind=SecretKind.STORED, value=(row.value,)), row.id)
