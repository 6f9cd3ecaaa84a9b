"""Which schema a database has, and how it comes to have the present one.

Opening costs one SELECT; alembic is imported only where that finds another version.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, column, inspect, select, table
from sqlalchemy.exc import OperationalError

from allegra_tui.store import sqlite
from allegra_tui.store.errors import MissingDatabase, NewerDatabase, OutdatedDatabase, StoreError

REVISIONS = ("0001", "0002", "0003", "0004")
"""All schema versions, oldest first; the files of `migrations/versions` lead from each to the next."""

_VERSION: Select[Any] = select(column("version_num")).select_from(table("alembic_version"))


def ensure(path: Path, readers: Engine, writer: Engine | None) -> None:
    """Leave the database with the present schema, or raise why that cannot be. Without `writer` nothing changes."""
    with readers.begin() as connection:
        version = _version(connection)
        if version == REVISIONS[-1]:
            return
        if version is None and inspect(connection).get_table_names():
            raise StoreError(f"{path} is not a database of allegra-tui; check the data directory.")
    if version is not None and version not in REVISIONS:
        raise NewerDatabase(
            f"{path} was written by a newer allegra-tui (schema {version}); install that version or a newer one."
        )
    if writer is None:
        if version is None:
            raise MissingDatabase(f"{path} is empty; run allegra-tui or config apply once to set it up.")
        raise OutdatedDatabase(
            f"{path} has the older schema {version}; run allegra-tui or fetch once to bring it up to date."
        )
    if version is None:
        sqlite.lay_out(path)
    with writer.begin() as connection:
        if _version(connection) != REVISIONS[-1]:  # another process may have been quicker
            _upgrade(connection)


def _version(connection: Connection) -> str | None:
    try:
        version: str | None = connection.execute(_VERSION).scalar()
    except OperationalError:  # no such table; what is wrong with the file itself is a StoreError
        return None
    return version


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
