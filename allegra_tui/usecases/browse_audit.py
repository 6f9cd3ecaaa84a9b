"""Who did what, as people and programs read it."""

from array import array
from collections.abc import Iterator, Mapping, Sequence

from allegra_tui.model.journal import AuditEntry
from allegra_tui.store import Store, audit
from allegra_tui.store.audit import AuditFilter as AuditFilter  # so that callers need not know the store

_PAGE = 500


def entries(store: Store, chosen: AuditFilter, *, limit: int | None = None) -> Iterator[AuditEntry]:
    """Give the entries of a filter, the newest first."""
    before: int | None = None
    with store.read() as tx:
        while limit is None or limit > 0:
            wanted = _PAGE if limit is None else min(limit, _PAGE)
            page = audit.entries(tx, chosen=chosen, limit=wanted, before=before)
            yield from page
            if len(page) < wanted:
                return
            before = page[-1].id
            limit = None if limit is None else limit - len(page)


def entry_ids(store: Store, chosen: AuditFilter) -> "array[int]":
    """Return the ids of all entries of a filter, the newest first."""
    with store.read() as tx:
        return audit.ids(tx, chosen)


def entries_by_id(store: Store, ids: Sequence[int]) -> Mapping[int, AuditEntry]:
    """Return entries by their ids."""
    with store.read() as tx:
        return {entry.id: entry for entry in audit.entries_of(tx, ids) if entry.id is not None}


def actions(store: Store) -> Sequence[str]:
    """Return what the audit knows to have been done: add, change, release."""
    with store.read() as tx:
        return audit.actions(tx)
