"""Who changed what, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select

from allegra_tui.model.journal import AuditEntry
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import audit


def record(tx: Transaction, *, who: str, action: str, subject: str, changes: Mapping[str, Sequence[object]]) -> None:
    """Note a change: for each name the old and the new value, which JSON has to be able to hold. No secrets."""
    tx.execute(
        insert(audit),
        {
            "at": tx.now(),
            "who": who,
            "action": action,
            "subject": subject,
            "changes": {name: list(values) for name, values in changes.items()},
        },
    )


def last(tx: Transaction, subject: str) -> datetime | None:
    """Return when something was last changed; None where nobody noted that."""
    found: datetime | None = tx.execute(select(func.max(audit.c.at)).where(audit.c.subject == subject)).scalar()
    return found


def entries(tx: Transaction, *, limit: int = 100, before: int | None = None) -> list[AuditEntry]:
    """Return the newest entries; with `before`, an entry's id, those older than that one."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    return [
        AuditEntry(
            id=row.id,
            at=row.at,
            who=row.who,
            action=row.action,
            subject=row.subject,
            changes={name: tuple(values) for name, values in row.changes.items()},
        )
        for row in tx.execute(query)
    ]
