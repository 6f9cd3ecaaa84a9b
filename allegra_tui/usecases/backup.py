"""Backup: one file that holds everything, made while the program runs, and trusted only after it was read again."""

import os
import socket
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from allegra_tui import __version__
from allegra_tui.paths import expanded
from allegra_tui.store import Store, StoreError, audit, backup, health, schema
from allegra_tui.usecases.errors import Refused
from allegra_tui.usecases.workspace import Workspace

Progress = Callable[[str, int, int], object]
"""Is given the step, how much of it is done, and of how much. What it raises ends the work, and nothing is left."""


class Unfit(Refused):
    """A file cannot be written, or taken, as it was asked for. Nothing was begun."""

    code = "unfit"
    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """A backup that was made, and read again."""

    path: Path
    size: int
    """Bytes."""
    made: datetime
    schema: str
    messages: int
    issues: int
    with_key: bool
    unaudited: str | None
    """Why the audit does not tell of it."""


def unwatched(step: str, done: int, total: int) -> None:
    """Look at no progress."""


def back_up(
    workspace: Workspace, target: Path, *, with_key: bool = False, who: str, progress: Progress = unwatched
) -> BackedUp:
    """Write everything into a new file, mode 0600. It appears under its name whole and checked, or not at all.

    Without `with_key` the passwords in it are of no use to anybody. Raises `MissingDatabase`, `Unfit` for a file that
    is there or cannot be written, `StoreError`, and `KeyFileError`.
    """
    database = workspace.require()
    target = expanded(target)
    version = health.version(database)
    if version is None:
        raise Unfit(f"{database} is empty: there is nothing to back up")
    _check_target(target, database)
    key = workspace.vault.export_keys() if with_key else None
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")  # mode 0600
        os.close(descriptor)
    except OSError as error:
        raise Unfit(f"{target} cannot be written: {error.strerror}") from None
    unfinished = Path(name)
    try:
        made = datetime.now(UTC).replace(microsecond=0)
        backup.copy(database, unfinished, lambda done, total: progress("copying", done, total))
        if with_key and workspace.vault.export_keys() != key:
            raise Unfit("the key was changed at this very moment: make the backup again")
        about = {
            "made": made.isoformat(),
            "version": __version__,
            "host": socket.gethostname(),
            "directory": str(workspace.directory.root),
        }
        backup.describe(unfinished, about | ({"key": key} if key is not None else {}))
        progress("checking", 0, 1)
        check(unfinished)
        progress("checking", 1, 1)
        counted = backup.counts(unfinished)
        size = unfinished.stat().st_size
        _finish(unfinished, target)
    finally:
        for leftover in (unfinished, unfinished.with_name(f"{unfinished.name}-journal")):
            leftover.unlink(missing_ok=True)
    return BackedUp(
        path=target,
        size=size,
        made=made,
        schema=version,
        **counted,
        with_key=with_key,
        unaudited=_record(database, version, target, with_key=with_key, who=who),
    )


def check(path: Path) -> None:
    """Read a copy through. Raises `StoreError` where it is damaged."""
    damages = health.damages(path) or health.broken_references(path)
    if damages:
        raise StoreError(f"{path} is damaged: {'; '.join(damages)}. allegra-tui doctor examines the database itself.")


def _check_target(target: Path, database: Path) -> None:
    if os.path.lexists(target):
        raise Unfit(f"{target} is there already, and nothing is overwritten: choose another name")
    try:
        found = os.statvfs(target.parent)
    except OSError as error:
        raise Unfit(f"{target} cannot be written: {error.strerror}") from None
    log = database.with_name(f"{database.name}-wal")
    needed = database.stat().st_size + (log.stat().st_size if log.exists() else 0)
    free = found.f_bavail * found.f_frsize
    if free < needed:
        raise Unfit(f"{target.parent} has {free / 1e6:,.0f} MB free, and the backup needs up to {needed / 1e6:,.0f} MB")


def _finish(unfinished: Path, target: Path) -> None:
    """Give the finished file its name, unless another has taken it meanwhile, so that a power failure keeps both."""
    try:
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        try:
            os.link(unfinished, target)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links, such as a memory stick's: the name is taken first
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            unfinished.replace(target)
        directory = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        with suppress(OSError):  # not every file system knows it
            os.fsync(directory)
        os.close(directory)
    except FileExistsError:
        raise Unfit(f"{target} is there already, and nothing is overwritten: choose another name") from None
    except OSError as error:
        raise Unfit(f"{target} cannot be written: {error.strerror}") from None


def _record(database: Path, version: str, target: Path, *, with_key: bool, who: str) -> str | None:
    """Tell the audit; else return why not. A full disk or an older schema is no reason to have no backup."""
    if version != schema.REVISIONS[-1]:
        return f"the database has another schema ({version}) than this allegra-tui's"
    try:
        with closing(Store.open(database)) as store, store.write() as tx:
            audit.record(tx, who=who, action="backup", subject=f"file {target}", changes={"with_key": [None, with_key]})
    except StoreError as error:
        return str(error)
    return None
