"""What surrounds the database goes wrong: one line for people, and nothing half done."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from allegra_tui.model.journal import Place
from allegra_tui.store import Store, StoreError, Transaction, blobs, issues, journal, sqlite
from tests.store import make


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _put(store: Store, *numbers: int) -> None:
    with store.write() as tx:
        for number in numbers:
            blobs.put(tx, make.noise(number))


def _kept(store: Store, *numbers: int) -> list[bool]:
    with store.read() as tx:
        return [blobs.get(tx, blobs.digest(make.noise(number))) is not None for number in numbers]


def test_a_full_disk_is_told_and_loses_nothing(store: Store) -> None:
    _put(store, 1)
    with _largest_file(3 * make.NOISE_BYTES), pytest.raises(StoreError, match="free space"):
        _put(store, 2, 3, 4)
    assert _kept(store, 1, 2, 3, 4) == [True, False, False, False]
    _put(store, 2)
    assert _kept(store, 1, 2) == [True, True]


def test_after_a_full_disk_nothing_is_committed_by_itself(store: Store) -> None:
    """SQLite ends the transaction on such an error; what follows must not run outside of one."""

    def go_on_regardless(tx: Transaction) -> None:
        for number in range(1, 6):
            try:
                with tx.savepoint():
                    blobs.put(tx, make.noise(number))
            except StoreError:
                continue

    def write() -> None:
        with store.write() as tx:
            go_on_regardless(tx)

    with _largest_file(3 * make.NOISE_BYTES), pytest.raises(StoreError, match="nothing was kept"):
        write()
    assert _kept(store, 1, 2, 3, 4, 5) == [False] * 5


@pytest.mark.usefixtures("place")
def test_what_runs_on_the_driver_itself_fails_as_everything_else(store: Store) -> None:
    def report() -> None:
        with store.write() as tx:
            _report(tx, 1, 2, 3)

    with _largest_file(3 * make.NOISE_BYTES), pytest.raises(StoreError, match="free space"):
        report()
    with store.write() as tx:
        assert make.issue(tx) == 1


@pytest.mark.usefixtures("place")
def test_after_trouble_in_the_driver_itself_nothing_is_committed(store: Store) -> None:
    def go_on_regardless() -> None:
        with store.write() as tx:
            for number in range(1, 6):
                try:
                    with tx.savepoint():
                        _report(tx, number)
                except StoreError:
                    continue

    with _largest_file(3 * make.NOISE_BYTES), pytest.raises(StoreError, match="nothing was kept"):
        go_on_regardless()
    with store.write() as tx:
        assert make.issue(tx) == 1


def _report(tx: Transaction, *numbers: int) -> None:
    for number in numbers:
        make.issue(tx, description=make.noise(number).hex())


def test_a_lock_that_lasts_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another process"):
            _put(store, 1)
        other.execute("ROLLBACK")
    _put(store, 1)
    assert _kept(store, 1) == [True]


def test_a_damaged_database_is_told(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[8192:] = bytes(byte ^ 0x55 for byte in content[8192:])
    database.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(database)


def test_text_that_is_damaged_is_told_wherever_it_is_read(store: Store, place: Place) -> None:
    with store.write() as tx:
        _, number = make.created(tx, place, make.message("1"))
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE locations SET key = CAST(X'ff' AS TEXT)")
        connection.execute("UPDATE issue_texts SET description = CAST(X'ff' AS TEXT)")
    for read in (lambda tx: journal.known_keys(tx, place), lambda tx: issues.get(tx, number)):
        with store.read() as tx, pytest.raises(StoreError, match="is damaged; restore a backup"):
            read(tx)


_WRITER = """
import sys
from pathlib import Path
from allegra_tui.model.settings import Project
from allegra_tui.store import Store, projects
store = Store.open(Path(sys.argv[1]))
print("open", flush=True)
for number in range(int(sys.argv[3])):
    with store.write() as tx:
        projects.add(tx, Project(key=f"{sys.argv[2]}{number}", name="x" * 5000))
    print(number, flush=True)
store.close()
"""


def _start(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", _WRITER, str(path), name, str(count)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _names(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {key for (key,) in connection.execute("SELECT key FROM projects")}


def test_processes_open_and_write_at_a_time(tmp_path: Path) -> None:
    """They also make the database at a time."""
    path, count = tmp_path / "new.db", 25
    writers = [_start(path, name, count) for name in "ABCD"]
    errors = [writer.communicate(timeout=120)[1] for writer in writers]
    assert errors == [""] * 4
    assert _names(path) == {f"{name}{number}" for name in "ABCD" for number in range(count)}


@pytest.mark.parametrize("written", [0, 3, 17])
def test_a_killed_writer_leaves_what_it_committed(database: Path, written: int) -> None:
    writer = _start(database, "K", 100_000)
    assert writer.stdout is not None
    while writer.stdout.readline().strip() != str(written):
        pass
    writer.kill()
    rest = writer.stdout.read().split()
    writer.communicate()
    store = Store.open(database)
    store.close()
    committed = {f"K{number}" for number in range(written + 1)} | {f"K{number}" for number in rest if number.isdigit()}
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert committed <= _names(database)
    assert len(_names(database)) <= len(committed) + 1
