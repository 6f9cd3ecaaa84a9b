"""SQLite: how connections are opened and begin, and what its errors mean to people.

With `search` and the migrations the only place that knows which database this is.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, ExceptionContext, QueuePool, create_engine, event

from allegra_tui.store.errors import StoreError

BUSY_SECONDS = 10.0
"""How long a statement waits for another process."""

_RETRY_SECONDS = 0.001
_PAGE_BYTES = 8192
"""Half the processor time of SQLite's 4,096 where messages of 50 KB are written."""

_ROLLED_BACK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_CORRUPT}
"""Errors after which SQLite may have ended the transaction by itself (sqlite.org/lang_transaction.html, 3.2)."""

_ADVICE = {
    sqlite3.SQLITE_BUSY: f"has been locked by another process for {BUSY_SECONDS:.0f} s; try again when it is done",
    sqlite3.SQLITE_LOCKED: "is locked; try again",
    sqlite3.SQLITE_PROTOCOL: "could not be locked; try again",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full or a limit is reached; make room and try again",
    sqlite3.SQLITE_READONLY: "cannot be written; check the permissions of file and folder and how it is mounted",
    sqlite3.SQLITE_PERM: "cannot be opened; check the permissions of file and folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that the folder exists, and its permissions",
    sqlite3.SQLITE_IOERR: "cannot be read or written; check the disk, its free space and limits on the size of files",
    sqlite3.SQLITE_NOMEM: "needs more memory than there is",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a backup",
    sqlite3.SQLITE_NOTADB: "is not a database; check the data directory, or restore a backup",
}


def engine(path: Path, *, write: bool) -> Engine:
    """Return an engine whose transactions can write (one connection, BEGIN IMMEDIATE) or only read (snapshots).

    Its statements raise StoreError for what is wrong with file, disk or locks.
    """
    uri = f"file:{quote(os.fsencode(path.absolute()))}?mode={'rw' if write else 'ro'}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri,
            uri=True,
            timeout=0 if write else BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")  # mail must not spill into /tmp
        return connection

    made = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=1 if write else 4,
        max_overflow=0 if write else -1,
    )

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        if write:
            _wait_to_write(connection, path)
        else:
            connection.exec_driver_sql("BEGIN")

    @event.listens_for(made, "handle_error")
    def _translate(context: ExceptionContext) -> StoreError | None:
        error = context.original_exception
        if not isinstance(error, sqlite3.Error):
            return None
        code = _primary_code(error)
        if code in _ROLLED_BACK:
            # Without a transaction the next statements would each commit by themselves: this makes them fail.
            context.is_disconnect = True
        return explain(error, path)

    return made


def drive(connection: Connection, path: Path, statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """Run a statement on the driver itself and return its first row, if any. Errors are as the engine's."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    except sqlite3.Error as error:
        if _primary_code(error) in _ROLLED_BACK:
            connection.invalidate(error)
        if told := explain(error, path):
            raise told from error
        raise
    return tuple(rows[0]) if rows else None


def explain(error: sqlite3.Error, path: Path) -> StoreError | None:
    """Return the error in words; None where the program is at fault (wrong SQL, broken rule), not its surroundings."""
    damaged = "Could not decode to UTF-8" in str(error)  # all that is stored was text
    advice = _ADVICE.get(sqlite3.SQLITE_CORRUPT if damaged else _primary_code(error))
    return StoreError(f"{path} {advice}.") if advice else None


def _wait_to_write(connection: Connection, path: Path) -> None:
    """Begin a writing transaction as soon as other processes let it.

    SQLite's own waiting sleeps longer each time, up to 100 ms: with four busy writers the one percent that waits
    longest waits ten times as long as here.
    """
    raw = connection.connection.dbapi_connection
    if raw is None:
        raise StoreError(f"{path} was closed.")
    _retry(lambda: raw.execute("BEGIN IMMEDIATE"), path)


def lay_out(path: Path) -> None:
    """Give a new file its page size, which suits messages, and the write-ahead log; both stay in the file.

    Of several processes that do this at a time SQLite lets one, and does not wait by itself.
    """
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        _retry(lambda: connection.execute("PRAGMA journal_mode = WAL"), path)


def _retry(act: Callable[[], object], path: Path) -> None:
    """Do what SQLite refuses while another process has the lock, for as long as a person would wait."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            act()
        except sqlite3.Error as error:
            if _primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                if told := explain(error, path):
                    raise told from error
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _primary_code(error: sqlite3.Error) -> int:
    """Return the low byte, which names the class of an extended result code."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return 0 if code is None else code & 0xFF
