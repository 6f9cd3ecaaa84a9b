"""Registered senders, found by the key of an address."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, or_, select, update

from allegra_tui.disguise import parents, skeleton
from allegra_tui.model.settings import RegisteredSender
from allegra_tui.store.database import Transaction
from allegra_tui.store.errors import Conflict
from allegra_tui.store.prepared import Prepared
from allegra_tui.store.tables import sender_addresses, senders

_AT_ONCE = 500
"""Ids a query."""
_EVERY = (
    select(senders.c.id, senders.c.name, senders.c.enabled, sender_addresses.c.address)
    .outerjoin(sender_addresses, sender_addresses.c.sender_id == senders.c.id)
    .order_by(senders.c.name, senders.c.id, sender_addresses.c.position)
)
_OWNER = select(sender_addresses.c.sender_id).where(sender_addresses.c.key == bindparam("key")).scalar_subquery()
_FIND = _EVERY.where(senders.c.id == _OWNER, senders.c.enabled)
_ENTERED = Prepared(select(sender_addresses.c.key).where(sender_addresses.c.key == bindparam("key")))
_ALIKE = Prepared(
    select(sender_addresses.c.address).where(sender_addresses.c.skeleton == bindparam("skeleton")).limit(1)
)
_DOMAIN_ALIKE = Prepared(
    select(sender_addresses.c.domain).where(sender_addresses.c.domain_skeleton == bindparam("skeleton")).limit(1)
)
_DOMAIN = Prepared(
    select(sender_addresses.c.domain)
    .where(
        sender_addresses.c.domain_skeleton == bindparam("skeleton"), sender_addresses.c.domain == bindparam("domain")
    )
    .limit(1)
)
_REGISTERED = Prepared(select(senders.c.id).where(senders.c.id == _OWNER, senders.c.enabled))


def key(address: str) -> str:
    """Return what an address in text form is compared by; the same as `address.key` for a clean one."""
    return address.lower()


def every(tx: Transaction, *, disabled: bool = False) -> list[RegisteredSender]:
    """Return the senders by name; with `disabled` those switched off, too."""
    return _read(tx, _EVERY if disabled else _EVERY.where(senders.c.enabled))


def find(tx: Transaction, address: str) -> RegisteredSender | None:
    """Return the enabled sender with this address, whatever its case."""
    return _first(_read(tx, _FIND, {"key": key(address)}))


def registered(tx: Transaction, address: str) -> bool:
    """Tell whether an enabled sender has this address, whatever its case."""
    return tx.run(_REGISTERED, {"key": key(address)}) is not None


def resembled(tx: Transaction, address: str) -> str | None:
    """Return what of the register a stranger's address looks like: a whole address, else a domain.

    None for an address of the register itself, whether its sender is enabled or not. A domain that the register knows
    (or one below such a domain) is nobody's disguise, and the address is compared as a whole only. A few look-ups by
    index, however many are registered.
    """
    written = key(address)
    if "@" not in written or tx.run(_ENTERED, {"key": written}):
        return None
    if alike := tx.run(_ALIKE, {"skeleton": skeleton(written)}):
        return str(alike[0])
    for domain in parents(written.rpartition("@")[2]):
        look = {"skeleton": skeleton(domain)}
        if alike := tx.run(_DOMAIN_ALIKE, look):
            return None if tx.run(_DOMAIN, {**look, "domain": domain}) else str(alike[0])
    return None


def twin(tx: Transaction, address: str, sender_id: int) -> str | None:
    """Return an address of another sender that looks like this one's."""
    alike = select(sender_addresses.c.address).where(
        sender_addresses.c.skeleton == skeleton(key(address)), sender_addresses.c.sender_id != sender_id
    )
    found: str | None = tx.execute(alike.limit(1)).scalar()
    return found


def get(tx: Transaction, sender_id: int) -> RegisteredSender | None:
    """Return a sender, enabled or not."""
    return _first(_read(tx, _EVERY.where(senders.c.id == sender_id)))


def ids(tx: Transaction, text: str | None = None) -> "array[int]":
    """Return the ids of all senders by name, 8 bytes each; with `text` those with it in the name or an address."""
    query = select(senders.c.id).order_by(senders.c.name, senders.c.id)
    if text:
        addressed = select(sender_addresses.c.sender_id).where(
            sender_addresses.c.address.icontains(text, autoescape=True)
        )
        query = query.where(or_(senders.c.name.icontains(text, autoescape=True), senders.c.id.in_(addressed)))
    return array("q", tx.values(query))


def by_ids(tx: Transaction, wanted: Sequence[int]) -> dict[int, RegisteredSender]:
    """Return senders by their ids, enabled or not; those that do not exist are left out."""
    found = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = _EVERY.where(senders.c.id.in_(wanted[start : start + _AT_ONCE]))
        found.update({sender.id: sender for sender in _read(tx, query)})
    return found


def by_name(tx: Transaction, name: str) -> list[RegisteredSender]:
    """Return the senders of exactly this name, enabled or not."""
    return _read(tx, _EVERY.where(senders.c.name == name))


def add(tx: Transaction, sender: RegisteredSender) -> RegisteredSender:
    """Store a new sender and return it with its id. Raises Conflict naming the address taken and its owner."""
    _require_free(tx, sender)
    sender_id: int = tx.execute(
        insert(senders).returning(senders.c.id), {"name": sender.name, "enabled": sender.enabled}
    ).scalar_one()
    _add_addresses(tx, sender_id, sender.addresses)
    return RegisteredSender(
        id=sender_id, name=sender.name, enabled=sender.enabled, addresses=tuple(_distinct(sender.addresses).values())
    )


def save(tx: Transaction, sender: RegisteredSender) -> None:
    """Change the sender with this id, addresses included. Raises Conflict as `add` does."""
    if sender.id is None:
        raise ValueError("a sender to be saved has an id")
    _require_free(tx, sender)
    tx.execute(update(senders).where(senders.c.id == sender.id), {"name": sender.name, "enabled": sender.enabled})
    tx.execute(delete(sender_addresses).where(sender_addresses.c.sender_id == sender.id))
    _add_addresses(tx, sender.id, sender.addresses)


def _read(tx: Transaction, query: Select[Any], parameters: Mapping[str, str] | None = None) -> list[RegisteredSender]:
    found = []
    for sender_id, group in groupby(tx.execute(query, parameters), key=lambda row: row.id):
        rows = list(group)
        addresses = tuple(row.address for row in rows if row.address is not None)
        found.append(RegisteredSender(id=sender_id, name=rows[0].name, enabled=rows[0].enabled, addresses=addresses))
    return found


def _first(found: list[RegisteredSender]) -> RegisteredSender | None:
    return found[0] if found else None


def _distinct(addresses: Iterable[str]) -> dict[str, str]:
    """Return the addresses under their keys; of several spellings of one the first."""
    found: dict[str, str] = {}
    for address in addresses:
        found.setdefault(key(address), address)
    return found


def _look(address_key: str) -> dict[str, str]:
    domain = address_key.rpartition("@")[2]
    return {"domain": domain, "domain_skeleton": skeleton(domain), "skeleton": skeleton(address_key)}


def _require_free(tx: Transaction, sender: RegisteredSender) -> None:
    for address_key, address in _distinct(sender.addresses).items():
        owner = tx.execute(
            select(senders.c.id, senders.c.name)
            .join(sender_addresses, sender_addresses.c.sender_id == senders.c.id)
            .where(sender_addresses.c.key == address_key)
        ).first()
        if owner and owner.id != sender.id:
            raise Conflict(f"The address {address} belongs to {owner.name} already; take it from there first.")


def _add_addresses(tx: Transaction, sender_id: int, addresses: Iterable[str]) -> None:
    if values := [
        {"key": address_key, "address": address, "sender_id": sender_id, "position": position, **_look(address_key)}
        for position, (address_key, address) in enumerate(_distinct(addresses).items())
    ]:
        tx.execute(insert(sender_addresses), values)
