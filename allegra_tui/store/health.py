"""Whether the file is in order: read as it is, without a lock, whatever its schema, and changing nothing.

Raises StoreError for a file that cannot be read at all.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from allegra_tui.store import sqlite
from allegra_tui.store.errors import StoreError
from allegra_tui.store.schema import REVISIONS

_TOLD = 10
"""Damages told; where there is one, there are soon thousands."""


def version(path: Path) -> str | None:
    """Return the schema's version; None where the file is empty. Raises StoreError for another program's file."""
    with reading(path) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "alembic_version" not in tables:
            if tables:
                raise StoreError(f"{path} is not a database of allegra-tui; check the data directory.")
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def is_newer(found: str | None) -> bool:
    """Whether a schema is one that this version of the program does not know yet."""
    return found is not None and found not in REVISIONS


def damages(path: Path) -> list[str]:
    """Read every page and return what is damaged (PRAGMA quick_check); as long as reading the file takes."""
    with reading(path) as connection:
        found = [str(text) for (text,) in connection.execute(f"PRAGMA quick_check({_TOLD})")]
    return [] if found == ["ok"] else found


def broken_references(path: Path) -> list[str]:
    """Return rows that refer to others which are not there (PRAGMA foreign_key_check)."""
    with reading(path) as connection:
        found = connection.execute("PRAGMA foreign_key_check").fetchmany(_TOLD)
    return [f"row {row} of {table} refers to one of {other} that is missing" for table, row, other, _ in found]


def unsearchable(path: Path) -> int:
    """Return how many texts the full-text index lacks, or has too many of.

    Each text stands in the index with the word of its project, once: so counting words is enough.
    """
    with reading(path) as connection:
        there = dict(connection.execute("SELECT project, count(*) FROM search_texts GROUP BY project"))
        projects = {f"p{number}" for (number,) in connection.execute("SELECT id FROM projects")}
        indexed = {
            word: connection.execute("SELECT count(*) FROM search WHERE search MATCH ?", (f"project : {word}",))
            for word in projects
        }
        return sum(abs(there.get(word, 0) - int(count.fetchone()[0])) for word, count in indexed.items())


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that is there, read-only, on its own terms."""
    uri = f"file:{quote(os.fsencode(path.absolute()))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=sqlite.BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA temp_store = MEMORY")
            yield connection
    except sqlite3.Error as error:
        raise sqlite.explain(error, path) or StoreError(f"{path} cannot be read: {error}.") from error
