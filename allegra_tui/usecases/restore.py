"""Restore: a backup becomes the database, after it was checked, while nobody uses the data directory."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from allegra_tui.paths import DataDir, expanded
from allegra_tui.secrets import SecretError
from allegra_tui.store import NewerDatabase, Store, StoreError, audit, backup, health, mailboxes, sealed
from allegra_tui.store.backup import Since
from allegra_tui.usecases import lease as owner
from allegra_tui.usecases.backup import Progress, Unfit, check, unwatched
from allegra_tui.usecases.errors import Refused
from allegra_tui.usecases.workspace import Workspace

_UNFINISHED = ".restore-"
"""How names begin of what is not in place yet."""


class Occupied(Refused):
    """There is a database with something in it, and nobody said that the backup may take its place."""

    code = "occupied"
    exit_code = 2


class InUse(Refused):
    """Another process uses the data directory."""

    code = "in_use"
    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A backup that took the place of the database."""

    database: Path
    made: datetime | None
    """When the backup was made; None for a copy made by other means."""
    messages: int
    issues: int
    aside: Path | None
    """Where the database is kept that was there before."""
    since: Since | None
    """What that one holds and the backup does not; None where there was none, or it cannot be read."""
    next_issue: int | None
    """The number of the next issue where it is higher than the backup's own: none is given twice."""
    key: str
    """`restored`, `unchanged`, `missing` where the backup has none and there is none, else `not in the backup`."""
    key_aside: Path | None
    closed: int
    """Stored passwords that the key file does not open."""


def restore(
    workspace: Workspace, source: Path, *, replace: bool = False, who: str, progress: Progress = unwatched
) -> Restored:
    """Put a backup, or any whole copy of a database of this program, in the database's place.

    Checked before it takes the place, which it does at once; the database that was there is kept beside it. Raises
    `Unfit` for a file that is none, `Occupied` where there is something and `replace` is not set, `InUse`,
    `NewerDatabase` and `StoreError`; then everything is as it was.
    """
    source = expanded(source)
    about = _look(source)
    directory = workspace.directory
    directory.prepare()
    present = directory.database
    there = present.exists()
    if there and not replace and _filled(present):
        raise Occupied(
            f"{present} holds something: with --replace the backup takes its place, and it is kept under another name"
        )
    if there:
        _refuse_running(present)
    with _unfinished(directory) as unfinished:
        backup.copy(source, unfinished, lambda done, total: progress("copying", done, total))
        own = backup.next_issue(unfinished)
        known = _next_issue(present) if there else None
        backup.make_usable(unfinished, first_issue=max(own, known or own))
        progress("checking", 0, 1)
        check(unfinished)
        progress("checking", 1, 1)
        lost = _since(unfinished, present) if there else None
        stamp = _free_stamp(directory)
        aside = _exchange(unfinished, present, stamp)
    key, key_aside = _key(workspace, about.get("key"), stamp)
    with closing(Store.open(present)) as store:
        closed = _settle_in(store, workspace, source, aside, who)
    return Restored(
        database=present,
        made=datetime.fromisoformat(about["made"]) if "made" in about else None,
        **backup.counts(present),
        aside=aside,
        since=lost,
        next_issue=known if known is not None and known > own else None,
        key=key,
        key_aside=key_aside,
        closed=closed,
    )


def _look(source: Path) -> dict[str, str]:
    """Tell what a file is. Raises where it cannot be restored."""
    try:
        there = source.is_file()
    except OSError as error:
        raise Unfit(f"{source} cannot be read: {error.strerror}") from None
    if not there:
        raise Unfit(f"there is no file {source}")
    try:
        version = health.version(source)
    except StoreError as error:
        raise Unfit(f"{source} is no backup of allegra-tui: {error}") from None
    if version is None:
        raise Unfit(f"{source} is empty, and no backup")
    if health.is_newer(version):
        raise NewerDatabase(
            f"{source} was written by a newer allegra-tui (schema {version}); install that version or a newer one."
        )
    check(source)
    return backup.manifest(source)


def _filled(present: Path) -> bool:
    """Whether there is anything to lose; what cannot be read may be worth something."""
    try:
        return backup.is_filled(present)
    except StoreError:
        return True


def _refuse_running(present: Path) -> None:
    """Refuse while an intake holds a mailbox. A database that cannot be read has no leases that could be asked."""
    try:
        with closing(Store.open(present, read_only=True)) as store, store.read() as tx:
            held = list(owner.held(tx).values())
            names = {mailbox.id: mailbox.name for mailbox in mailboxes.every(tx)}
    except StoreError:
        return
    if held:
        first = held[0]
        raise InUse(
            f"the intake of {names.get(first.mailbox_id, 'a mailbox')} is running: process {first.pid} on "
            f"{first.host}; stop watch, cron jobs and consoles first"
        )


@contextmanager
def _unfinished(directory: DataDir) -> Iterator[Path]:
    """Give an empty file in the data directory, mode 0600, and remove it unless it was put to use.

    What a restore left that was killed goes first: it may hold a key.
    """
    try:
        for leftover in directory.root.glob(f"{_UNFINISHED}*"):
            leftover.unlink(missing_ok=True)
        descriptor, name = tempfile.mkstemp(dir=directory.root, prefix=_UNFINISHED)
        os.close(descriptor)
    except OSError as error:
        raise Unfit(f"{directory.root} cannot be written: {error.strerror}") from None
    path = Path(name)
    try:
        yield path
    finally:
        for leftover in (path, path.with_name(f"{path.name}-journal")):
            leftover.unlink(missing_ok=True)


def _free_stamp(directory: DataDir) -> str:
    """Name this moment, so that what is kept aside bears no name that is taken."""
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    taken = [path.name for path in directory.root.iterdir()]
    stamps = (moment if number == 1 else f"{moment}-{number}" for number in itertools.count(1))
    return next(stamp for stamp in stamps if not any(name.endswith(f".before-{stamp}") for name in taken))


def _next_issue(present: Path) -> int | None:
    with suppress(StoreError):
        return backup.next_issue(present)
    return None


def _since(made: Path, present: Path) -> Since | None:
    with suppress(StoreError):
        return backup.since(made, present)
    return None


def _exchange(made: Path, present: Path, stamp: str) -> Path | None:
    """Let the copy take the place of the database. Raises `InUse` where somebody has that one open."""
    try:
        if not present.exists():
            backup.put_in_place(made, present, None)
            return None
        with suppress(StoreError):  # what is damaged is kept as it is
            backup.tidy(present)
        aside = present.with_name(f"{present.name}.before-{stamp}")
        with backup.alone(present) as nobody:
            if not nobody:
                raise InUse(
                    f"another process has {present} open: stop watch, cron jobs and consoles first "
                    f"(who it is: fuser -v {present})"
                )
            backup.put_in_place(made, present, aside)
    except OSError as error:
        raise Unfit(f"{present} cannot be replaced: {error.strerror}") from None
    return aside


def _key(workspace: Workspace, key: str | None, stamp: str) -> tuple[str, Path | None]:
    """Put the backup's key in place, if it has one."""
    vault, path = workspace.vault, workspace.directory.key
    if key is None:
        return "not in the backup" if vault.has_key else "missing", None
    had, aside = vault.has_key, path.with_name(f"{path.name}.before-{stamp}")
    other = vault.import_keys(key, aside=aside)
    return "unchanged" if had and not other else "restored", aside if other else None


def _settle_in(store: Store, workspace: Workspace, source: Path, aside: Path | None, who: str) -> int:
    """Write the audit, in the restored database; count the passwords that do not open."""
    with store.write() as tx:
        kept = None if aside is None else aside.name
        audit.record(tx, who=who, action="restore", subject=f"file {source}", changes={"kept": [None, kept]})
        encrypted = sealed.every(tx)
    closed = 0
    for each in encrypted:
        try:
            workspace.vault.password(each.secret)
        except SecretError:
            closed += 1
    return closed
