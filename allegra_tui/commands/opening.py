"""The data directory a command works on. Only commands that change something make it."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager

from allegra_tui.paths import data_dir
from allegra_tui.secrets import Vault
from allegra_tui.store import MissingDatabase, Store


@contextmanager
def writable(args: Namespace) -> Iterator[Store]:
    """Open the database; make it, and the directory, where they are missing."""
    directory = data_dir(args.data_dir)
    directory.prepare()
    with closing(Store.open(directory.database)) as store:
        yield store


@contextmanager
def existing(args: Namespace) -> Iterator[Store]:
    """Open the database that is there. Raises `MissingDatabase` where there is none."""
    if not data_dir(args.data_dir).database.exists():
        raise _missing(args)
    with writable(args) as store:
        yield store


@contextmanager
def unchanged(args: Namespace) -> Iterator[Store]:
    """Open the database that is there without changing anything, not even its schema."""
    with read_only(args) as store:
        if store is None:
            raise _missing(args)
        yield store


@contextmanager
def read_only(args: Namespace) -> Iterator[Store | None]:
    """Open the database without changing anything, not even its schema; None where there is none."""
    directory = data_dir(args.data_dir)
    if not directory.database.exists():
        yield None
        return
    with closing(Store.open(directory.database, read_only=True)) as store:
        yield store


def vault(args: Namespace) -> Vault:
    """Return what gives the mailboxes' passwords."""
    return Vault(data_dir(args.data_dir).key)


def _missing(args: Namespace) -> MissingDatabase:
    return MissingDatabase(
        f"There is no database in {data_dir(args.data_dir).root} yet: allegra-tui config apply FILE or mailbox add "
        "makes one; or name another directory with --data-dir."
    )
