"""Copies of the database: made while it is in use, told from other files, and what they lack of the database.

A backup is a plain SQLite file in the form of a database, with a table more that says what it is. That table does not
outlive a restore.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from allegra_tui.store import health, sqlite
from allegra_tui.store.errors import StoreError
from allegra_tui.text import clean

_PAGES = 2_048
"""Pages copied between two calls of `progress`: some 16 MB."""
_FILLED = ("mailboxes", "messages", "issues", "projects", "senders", "audit")
"""Tables of which one holds something as soon as anybody used the database."""
_LOCK_BYTES = (0x40000000, 512)
"""Offset and number of the bytes that SQLite locks (sqlite.org/fileformat2.html, 1.4). Whoever has a database with a
write-ahead log open holds a part of them, whether it does something or not."""

Progress = Callable[[int, int], object]
"""Is given how much is done, and of how much. What it raises ends the copying."""


class Since(NamedTuple):
    """Messages that one database holds and another does not, and how many of them are on no server any more."""

    messages: int
    removed: int


def copy(source: Path, target: Path, progress: Progress = lambda done, total: None) -> None:
    """Copy a database, as it is at this moment, into an empty file. Others go on reading and writing meanwhile.

    Raises StoreError.
    """
    with health.reading(source) as original, _writing(target) as made:
        # Held for as long as the copying takes: else each change by others would begin it anew.
        original.execute("BEGIN")
        original.execute("SELECT count(*) FROM sqlite_master").fetchone()
        original.backup(
            made, pages=_PAGES, sleep=0, progress=lambda _, left, total: progress(total - left, total) and None
        )
        original.execute("COMMIT")
        made.execute("PRAGMA journal_mode = DELETE")  # one file, that needs no others beside it to be read


def describe(path: Path, manifest: Mapping[str, str]) -> None:
    """Write into a copy what it is."""
    with _writing(path) as made:
        made.execute("CREATE TABLE backup (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        made.executemany(
            "INSERT INTO backup VALUES (?, ?)", [(name, clean(value)[0]) for name, value in manifest.items()]
        )


def manifest(path: Path) -> dict[str, str]:
    """Return what a backup says of itself; nothing where it was made by other means."""
    with health.reading(path) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup'").fetchone():
            return {}
        return dict(connection.execute("SELECT name, value FROM backup"))


def make_usable(path: Path, *, first_issue: int) -> None:
    """Turn a copy of a backup into a database: without what it says of itself, for it may hold the key.

    The next issue has at least the number `first_issue`, since no number is given twice.
    """
    with _writing(path) as made:
        made.execute("PRAGMA secure_delete = ON")
        made.execute("DROP TABLE IF EXISTS backup")
        made.execute(
            "INSERT INTO sqlite_sequence"
            " SELECT 'issues', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'issues')"
        )
        made.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'issues'", (first_issue - 1,))


def counts(path: Path) -> dict[str, int]:
    """Count messages and issues."""
    with health.reading(path) as connection:
        return {
            name: int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608
            for name in ("messages", "issues")
        }


def is_filled(path: Path) -> bool:
    """Whether a database holds anything. Raises StoreError where that cannot be told."""
    with health.reading(path) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return any(
            connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()  # noqa: S608
            for name in _FILLED
            if name in tables
        )


def next_issue(path: Path) -> int:
    """Return the number that the next issue would have had."""
    with health.reading(path) as connection:
        row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'issues'").fetchone()
        return (int(row[0]) if row else 0) + 1


def since(backup: Path, present: Path) -> Since:
    """Count the messages that `present` holds and `backup` does not."""
    with health.reading(present) as connection:
        connection.execute("ATTACH ? AS backup", (f"file:{quote(os.fsencode(backup.absolute()))}?mode=ro",))
        row = connection.execute(
            """
            SELECT count(*), coalesce(sum(NOT EXISTS (
                SELECT 1 FROM locations WHERE locations.message_id = present.id AND locations.settle != 'done')), 0)
            FROM main.messages AS present
            WHERE present.duplicate_of IS NULL AND NOT EXISTS (
                SELECT 1 FROM backup.messages AS old
                WHERE old.content_hash = present.content_hash AND old.mailbox_id = present.mailbox_id)
            """
        ).fetchone()
        return Since(int(row[0]), int(row[1]))


def tidy(path: Path) -> None:
    """Write what is in the write-ahead log into the file itself, as far as nobody hinders it."""
    with _writing(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Keep every process from using a database, healthy or not; False where one does already.

    This process must not have it open, nor open it within the block: closing it again would end the lock.
    """
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCK_BYTES[1], _LOCK_BYTES[0])
        except BlockingIOError:
            yield False
        else:
            yield True


def put_in_place(made: Path, path: Path, aside: Path | None) -> None:
    """Make a finished copy the database, at once; keep the one that was there, with its log, under another name."""
    log, index = (path.with_name(f"{path.name}{ending}") for ending in ("-wal", "-shm"))
    if aside is not None:
        os.link(path, aside)
        if log.exists():
            log.rename(aside.with_name(f"{aside.name}-wal"))
    log.unlink(missing_ok=True)
    index.unlink(missing_ok=True)
    made.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    uri = f"file:{quote(os.fsencode(path.absolute()))}?mode=rw"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("PRAGMA synchronous = FULL")
            yield connection
    except sqlite3.Error as error:
        raise sqlite.explain(error, path) or StoreError(f"{path} cannot be written: {error}.") from error
