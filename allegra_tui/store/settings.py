"""The intake's settings: a row for each one that was saved, so that a new setting needs no new column."""

from dataclasses import fields
from typing import Any

from sqlalchemy import delete, insert, select

from allegra_tui.model.settings import IntakeSettings
from allegra_tui.store import tables
from allegra_tui.store.database import Transaction


def load(tx: Transaction) -> IntakeSettings:
    """Return the settings; what was never saved has its default."""
    known = {field.name for field in fields(IntakeSettings)}
    rows = tx.execute(select(tables.settings.c.name, tables.settings.c.value))
    return IntakeSettings(**{row.name: _frozen(row.value) for row in rows if row.name in known})


def save(tx: Transaction, settings: IntakeSettings) -> None:
    """Replace the settings."""
    tx.execute(delete(tables.settings))
    tx.execute(
        insert(tables.settings),
        [{"name": field.name, "value": getattr(settings, field.name)} for field in fields(settings)],
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
