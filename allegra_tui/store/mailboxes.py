"""Mailboxes: their settings and, apart from them, how they are doing."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, Select, delete, exists, insert, select, update

from allegra_tui.model.certificate import Certificate
from allegra_tui.model.journal import MailboxState
from allegra_tui.model.settings import Auth, Mailbox, Protocol, Provider, Secret, SecretKind, Security
from allegra_tui.model.verdict import Settle
from allegra_tui.store import projects
from allegra_tui.store.database import Transaction
from allegra_tui.store.errors import Conflict, StoreError
from allegra_tui.store.tables import baselines, leases, locations, mailbox_states, mailboxes, messages, places, sign_ins
from allegra_tui.store.tables import projects as project_table

IMPORTING = "import"
"""The name that `importing` takes; no mailbox of a person's bears it."""
_PLAIN = (
    *("name", "host", "port", "username", "client_id", "tenant", "device_endpoint", "authorization_endpoint"),
    *("token_endpoint", "scope", "folder", "path", "leave_on_server", "move_to", "ca_pem", "pin"),
    *("first_contact", "connect_timeout", "read_timeout", "run_seconds", "poll_seconds", "overdue_seconds"),
    *("take_auto_generated", "enabled"),
)
"""Fields that are stored as they are."""


def every(tx: Transaction) -> list[Mailbox]:
    """Return the mailboxes that somebody set up: the global ones first, then by project and name."""
    return [_mailbox(row) for row in tx.execute(_query().where(mailboxes.c.name != IMPORTING)).mappings()]


def find(tx: Transaction, name: str) -> Mailbox | None:
    """Return the mailbox of this name."""
    row = tx.execute(_query().where(mailboxes.c.name == name)).mappings().first()
    return _mailbox(row) if row else None


def get(tx: Transaction, mailbox_id: int) -> Mailbox | None:
    """Return the mailbox with this id."""
    row = tx.execute(_query().where(mailboxes.c.id == mailbox_id)).mappings().first()
    return _mailbox(row) if row else None


def add(tx: Transaction, mailbox: Mailbox) -> Mailbox:
    """Store a new mailbox and return it with its id. Raises Conflict if its name or account is taken."""
    _require_free(tx, mailbox)
    mailbox_id: int = tx.execute(insert(mailboxes).returning(mailboxes.c.id), _values(tx, mailbox)).scalar_one()
    tx.execute(insert(mailbox_states), _state_values(MailboxState(mailbox_id=mailbox_id)))
    added = get(tx, mailbox_id)
    assert added is not None
    return added


def importing(tx: Transaction) -> Mailbox:
    """Return the mailbox under which files stand that came by none; it is made when first asked for, disabled."""
    return find(tx, IMPORTING) or add(tx, Mailbox(name=IMPORTING, protocol=Protocol.MAILDIR, enabled=False))


def save(tx: Transaction, mailbox: Mailbox) -> None:
    """Change the mailbox with this id. Raises Conflict as `add` does.

    Where the account changes, its numbering does not hold any more: the epoch grows, the state starts anew, and what
    was still to be deleted or moved in the old one is left.
    """
    if mailbox.id is None:
        raise ValueError("a mailbox to be saved has an id")
    _require_free(tx, mailbox)
    account = tx.execute(select(mailboxes.c.account).where(mailboxes.c.id == mailbox.id)).scalar_one()
    tx.execute(update(mailboxes).where(mailboxes.c.id == mailbox.id), _values(tx, mailbox))
    if account != mailbox.account:
        save_state(tx, MailboxState(mailbox_id=mailbox.id, epoch=state(tx, mailbox.id).epoch + 1))
        of_mailbox = select(places.c.id).where(places.c.mailbox_id == mailbox.id)
        tx.execute(
            update(locations)
            .where(locations.c.place_id.in_(of_mailbox), locations.c.settle == Settle.PENDING)
            .values(settle=Settle.LEFT)
        )


def remove(tx: Transaction, mailbox_id: int) -> None:
    """Forget a mailbox that never took a message. Raises StoreError for another one."""
    if referenced(tx, mailbox_id):
        raise StoreError("The journal holds messages of this mailbox: it cannot be removed; disable it instead.")
    of_mailbox = select(places.c.id).where(places.c.mailbox_id == mailbox_id)
    tx.execute(delete(baselines).where(baselines.c.place_id.in_(of_mailbox)))
    for table in (places, leases, sign_ins, mailbox_states):
        tx.execute(delete(table).where(table.c.mailbox_id == mailbox_id))
    tx.execute(delete(mailboxes).where(mailboxes.c.id == mailbox_id))


def referenced(tx: Transaction, mailbox_id: int) -> bool:
    """Tell whether the journal holds messages of this mailbox."""
    return bool(tx.execute(select(exists().where(messages.c.mailbox_id == mailbox_id))).scalar())


def state(tx: Transaction, mailbox_id: int) -> MailboxState:
    """Return how a mailbox is doing. Raises StoreError where it was removed."""
    query = select(mailbox_states).where(mailbox_states.c.mailbox_id == mailbox_id)
    row = tx.execute(query).mappings().first()
    if row is None:
        raise StoreError("This mailbox was removed.")
    return MailboxState(**{**row, "certificate": _certificate(row["certificate"])})


def save_state(tx: Transaction, state: MailboxState) -> None:
    """Note how a mailbox is doing."""
    tx.execute(update(mailbox_states).where(mailbox_states.c.mailbox_id == state.mailbox_id), _state_values(state))


def unanswered(tx: Transaction) -> frozenset[int]:
    """Return the mailboxes of which nobody said yet what the first contact takes, and which were not met either."""
    asked = mailbox_states.c.answered.is_(False) & mailbox_states.c.contacted.is_(False)
    return frozenset(tx.execute(select(mailbox_states.c.mailbox_id).where(asked)).scalars())


def answer(tx: Transaction, mailbox_id: int, *, answered: bool) -> None:
    """Note whether somebody said what the first contact with a mailbox takes."""
    save_state(tx, replace(state(tx, mailbox_id), answered=answered))


def due(tx: Transaction, mailbox_id: int) -> None:
    """Have a mailbox polled at once: what stopped it may be put right. One that was never tried was not stopped, and
    whoever sets it up says when it begins."""
    known = state(tx, mailbox_id)
    if known.last_attempt is not None:
        save_state(tx, replace(known, next_run=tx.now()))


def _query() -> Select[Any]:
    return (
        select(mailboxes, project_table.c.key.label("project"))
        .outerjoin(project_table, project_table.c.id == mailboxes.c.project_id)
        .order_by(project_table.c.key.is_not(None), project_table.c.key, mailboxes.c.name)
    )


def _mailbox(row: RowMapping) -> Mailbox:
    return Mailbox(
        id=row["id"],
        project=row["project"],
        protocol=Protocol(row["protocol"]),
        security=Security(row["security"]),
        auth=Auth(row["auth"]),
        secret=Secret(kind=SecretKind(row["secret_kind"]), value=tuple(row["secret_value"])),
        provider=None if row["provider"] is None else Provider(row["provider"]),
        client_secret=Secret(kind=SecretKind(row["client_secret_kind"]), value=tuple(row["client_secret_value"])),
        addresses=tuple(row["addresses"]),
        **{name: row[name] for name in _PLAIN},
    )


def _values(tx: Transaction, mailbox: Mailbox) -> dict[str, Any]:
    return {
        **{name: getattr(mailbox, name) for name in _PLAIN},
        "account": mailbox.account,
        "project_id": None if mailbox.project is None else projects.id_of(tx, mailbox.project),
        "protocol": mailbox.protocol,
        "security": mailbox.security,
        "auth": mailbox.auth,
        "secret_kind": mailbox.secret.kind,
        "secret_value": list(mailbox.secret.value),
        "provider": mailbox.provider,
        "client_secret_kind": mailbox.client_secret.kind,
        "client_secret_value": list(mailbox.client_secret.value),
        "addresses": list(mailbox.addresses),
    }


def _state_values(state: MailboxState) -> dict[str, Any]:
    values = {column.name: getattr(state, column.name) for column in mailbox_states.c}
    return values | {"certificate": _facts(state.certificate)}


def _facts(certificate: Certificate | None) -> dict[str, Any] | None:
    """Return a certificate as it is stored: in JSON, times in seconds."""
    if certificate is None:
        return None
    return asdict(certificate) | {
        "not_before": certificate.not_before.timestamp(),
        "not_after": certificate.not_after.timestamp(),
    }


def _certificate(facts: dict[str, Any] | None) -> Certificate | None:
    if facts is None:
        return None
    dates = {key: datetime.fromtimestamp(facts[key], UTC) for key in ("not_before", "not_after")}
    return Certificate(**facts | dates | {"names": tuple(facts["names"])})


def _require_free(tx: Transaction, mailbox: Mailbox) -> None:
    others = select(mailboxes.c.name).where(mailboxes.c.id != (mailbox.id or 0))
    if tx.execute(others.where(mailboxes.c.name == mailbox.name)).first():
        raise Conflict(f"There is a mailbox {mailbox.name} already; choose another name.")
    same = tx.execute(others.where(mailboxes.c.account == mailbox.account)).scalar()
    if same:
        raise Conflict(f"The mailbox {same} reads this account and folder already; taking it twice is not possible.")
