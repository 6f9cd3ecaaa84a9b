"""The data directory that everything works on: its database and its passwords. Only what changes something makes it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from os import PathLike
from pathlib import Path

from allegra_tui.paths import PathError, data_dir
from allegra_tui.secrets import SecretError, Vault
from allegra_tui.sources.source import SourceError
from allegra_tui.store import MissingDatabase, Store, StoreError
from allegra_tui.usecases.errors import UseCaseError

EXPECTED = (UseCaseError, StoreError, SourceError, SecretError, PathError)
"""Trouble that is told in one line; anything else is a defect. Each has a `code`, and an `exit_code` unless it is 1."""


class Workspace:
    """A data directory. Making this object touches nothing."""

    def __init__(self, directory: str | PathLike[str] | None = None) -> None:
        """Take the directory named, else that of the environment, else the user's own."""
        self.directory = data_dir(directory)
        self.vault = Vault(self.directory.key)

    @contextmanager
    def writable(self) -> Iterator[Store]:
        """Open the database; make it, and the directory, where they are missing."""
        self.directory.prepare()
        with closing(Store.open(self.directory.database)) as store:
            yield store

    @contextmanager
    def existing(self) -> Iterator[Store]:
        """Open the database that is there. Raises `MissingDatabase` where there is none."""
        self.require()
        with self.writable() as store:
            yield store

    @contextmanager
    def unchanged(self) -> Iterator[Store]:
        """Open the database that is there without changing anything, not even its schema."""
        self.require()
        with closing(Store.open(self.directory.database, read_only=True)) as store:
            yield store

    @contextmanager
    def if_any(self) -> Iterator[Store | None]:
        """Open the database without changing anything; None where there is none."""
        if not self.directory.has_database:
            yield None
            return
        with self.unchanged() as store:
            yield store

    def require(self) -> Path:
        """Return the database's path. Raises `MissingDatabase` where there is none."""
        if not self.directory.has_database:
            raise MissingDatabase(
                f"There is no database in {self.directory.root} yet: allegra-tui config apply FILE or mailbox add "
                "makes one; or name another directory with --data-dir."
            )
        return self.directory.database
