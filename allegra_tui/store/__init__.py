"""Everything the program keeps: the only package that knows SQL.

Each module holds the functions of one subject. They take a `Transaction` first, so that the caller decides what
happens together, and return detached dataclasses of `allegra_tui.model`. Datetimes are aware and in UTC.
Importing this package is cheap; `Store` and `Transaction` bring SQLAlchemy with them when they are first asked for.
"""

from typing import TYPE_CHECKING, Any

from allegra_tui.store.errors import Conflict, MissingDatabase, NewerDatabase, OutdatedDatabase, StoreError

if TYPE_CHECKING:
    from allegra_tui.store.database import Store, Transaction

__all__ = [
    "Conflict",
    "MissingDatabase",
    "NewerDatabase",
    "OutdatedDatabase",
    "Store",
    "StoreError",
    "Transaction",
]


def __getattr__(name: str) -> Any:
    if name not in ("Store", "Transaction"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from allegra_tui.store import database

    return getattr(database, name)
