"""The database as callers see it: a store that gives transactions."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, CursorResult, Engine, Executable
from sqlalchemy.exc import PendingRollbackError

from allegra_tui.store import schema, sqlite
from allegra_tui.store.errors import MissingDatabase, StoreError
from allegra_tui.store.prepared import Prepared

_AT_ONCE = 256
"""Values fetched together."""


class Transaction:
    """What the functions of this package work in; made by `Store.read` and `Store.write`."""

    def __init__(self, connection: Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Run a statement. For this package: nobody else writes SQL."""
        return self._connection.execute(statement, parameters)

    def values(self, statement: Executable) -> Iterator[Any]:
        """Run a query of one column and give its values as the driver has them, while they are found.

        For numbers and texts by the hundred thousand: without a row for each they take a third of the time.
        """
        with self.execute(statement) as result:
            while found := self._fetched(result):
                for (value,) in found:
                    yield value

    def _fetched(self, result: CursorResult[Any]) -> Sequence[tuple[Any, ...]]:
        try:
            return result.cursor.fetchmany(_AT_ONCE) if result.cursor is not None else ()
        except sqlite3.Error as error:
            if told := sqlite.explain(error, self._path):
                raise told from error
            raise

    def run(self, statement: Prepared, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run a statement of the hot paths and return its first row, if it gives any."""
        return self._drive(*statement.bound(self._connection.dialect, parameters))

    def one(self, statement: Prepared, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        """Run a statement of the hot paths that always gives a row, and return it."""
        row = self.run(statement, parameters)
        assert row is not None
        return row

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block did if it raises; the exception goes on. Savepoints may stand within one another."""
        self._drive("SAVEPOINT step")
        try:
            yield
        except BaseException:
            if not self._connection.invalidated:
                self._drive("ROLLBACK TO SAVEPOINT step")
                self._drive("RELEASE SAVEPOINT step")
            raise
        self._drive("RELEASE SAVEPOINT step")

    def now(self) -> datetime:
        """Return the database's time. SQLite runs in this process, so its clock is this host's."""
        return datetime.now(UTC)

    def _drive(self, statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        return sqlite.drive(self._connection, self._path, statement, values)


class Store:
    """An open database. May be shared by threads; close it at the end."""

    def __init__(self, path: Path, readers: Engine, writer: Engine | None) -> None:
        self.path = path
        self._readers = readers
        self._writer = writer
        self._turn = threading.Lock()
        self._writing: int | None = None

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open the database; unless `read_only`, make it (mode 0600) where it is missing and bring it up to date.

        Raises MissingDatabase and OutdatedDatabase with `read_only`, NewerDatabase, and StoreError for a file that
        is no database of this program or cannot be opened.
        """
        if read_only and not path.exists():
            raise MissingDatabase(f"There is no database {path} yet; run allegra-tui or config apply once to make it.")
        if not read_only:
            _create(path)
        while True:
            file = _file(path)
            readers = sqlite.engine(path, write=False)
            writer = None if read_only else sqlite.engine(path, write=True)
            store = cls(path, readers, writer)
            # Once this has read, it has the lock by which a restore sees that it is not alone. Opened a moment before,
            # it waited for the restore, and has the file that was put aside: with the log of the other one beside it.
            try:
                schema.ensure(path, readers, writer)
                if _file(path) == file:
                    return store
            except BaseException as error:
                store.close()
                if not isinstance(error, StoreError) or _file(path) == file:
                    raise
            else:
                store.close()

    @property
    def writable(self) -> bool:
        """Whether it was opened for writing."""
        return self._writer is not None

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Give a transaction that sees one state of the database and cannot change it."""
        with self._readers.begin() as connection:
            yield Transaction(connection, self.path)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Give the transaction that alone may write; it is committed at the end, or rolled back if the block raises.

        Threads of this process take turns; other processes are waited for, up to `sqlite.BUSY_SECONDS`.
        """
        if self._writer is None:
            raise StoreError(f"{self.path} was opened read-only.")
        if self._writing == threading.get_ident():
            raise RuntimeError("this thread is writing already; a second transaction would wait for ever")
        with self._turn:
            self._writing = threading.get_ident()
            try:
                with self._writer.begin() as connection:
                    yield Transaction(connection, self.path)
            except PendingRollbackError as error:
                raise StoreError(f"{self.path} ended the transaction after an error: nothing was kept.") from error
            finally:
                self._writing = None

    def close(self) -> None:
        """Close all connections."""
        self._readers.dispose()
        if self._writer is not None:
            self._writer.dispose()


def _file(path: Path) -> tuple[int, int] | None:
    """Tell which file bears this name."""
    try:
        found = path.stat()
    except OSError:
        return None  # whoever opens it says why
    return found.st_dev, found.st_ino


def _create(path: Path) -> None:
    """Make an empty file that only its owner reads; SQLite gives its -wal and -shm the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}; check folder and permissions.") from error
