"""Opening, transactions, threads, and what the files allow to whom."""

import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from allegra_tui.model.settings import Project
from allegra_tui.store import MissingDatabase, Store, StoreError, Transaction, projects


def _add(store: Store, key: str) -> None:
    with store.write() as tx:
        projects.add(tx, Project(key=key, name=key))


def _keys(store: Store) -> list[str]:
    with store.read() as tx:
        return [project.key for project in projects.every(tx)]


def test_only_the_owner_reads_the_files(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "new.db")
    _add(store, "SUP")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    store.close()
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def test_what_was_written_is_there_after_opening_again(database: Path) -> None:
    store = Store.open(database)
    _add(store, "SUP")
    store.close()
    again = Store.open(database, read_only=True)
    assert _keys(again) == ["SUP"]
    again.close()


def test_read_only_needs_a_database_and_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    with pytest.raises(MissingDatabase, match="There is no database"):
        Store.open(path, read_only=True)
    assert not path.exists()


def test_read_only_refuses_to_write(database: Path) -> None:
    store = Store.open(database, read_only=True)
    with pytest.raises(StoreError, match="read-only"), store.write():
        pass
    store.close()


def test_reading_transactions_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="cannot be written"), store.read() as tx:
        projects.add(tx, Project(key="SUP", name="Support"))
    assert _keys(store) == []


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"missing/allegra\.db cannot be opened"):
        Store.open(tmp_path / "missing" / "allegra.db")


def test_an_exception_undoes_the_transaction(store: Store) -> None:
    def add_and_fail() -> None:
        with store.write() as tx:
            projects.add(tx, Project(key="SUP", name="Support"))
            raise KeyError("anything")

    with pytest.raises(KeyError):
        add_and_fail()
    assert _keys(store) == []
    _add(store, "DEV")
    assert _keys(store) == ["DEV"]


def test_an_exception_undoes_its_savepoint_only(store: Store) -> None:
    def add_and_fail(tx: Transaction) -> None:
        with tx.savepoint():
            projects.add(tx, Project(key="B", name="undone"))
            with tx.savepoint():
                projects.add(tx, Project(key="C", name="undone, too"))
            raise KeyError("anything")

    with store.write() as tx:
        projects.add(tx, Project(key="A", name="before"))
        with pytest.raises(KeyError):
            add_and_fail(tx)
        with tx.savepoint():
            projects.add(tx, Project(key="D", name="after"))
    assert _keys(store) == ["A", "D"]


def test_a_reader_sees_one_state(store: Store) -> None:
    _add(store, "A")
    with store.read() as tx:
        before = projects.every(tx)
        writer = threading.Thread(target=_add, args=(store, "B"))
        writer.start()
        writer.join()
        assert projects.every(tx) == before
    assert _keys(store) == ["A", "B"]


def test_threads_take_turns_to_write(store: Store) -> None:
    _add(store, "N0")

    def rename() -> None:
        """Read and write in one transaction: a lost update would show."""
        with store.write() as tx:
            (project,) = projects.every(tx)
            projects.save(tx, Project(id=project.id, key=f"N{int(project.key[1:]) + 1}", name="counted"))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(rename) for _ in range(100)]:
            done.result()
    assert _keys(store) == ["N100"]


def test_readers_do_not_wait_for_the_writer(store: Store) -> None:
    _add(store, "A")
    with store.write() as tx:
        projects.add(tx, Project(key="B", name="not committed"))
        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(lambda _: _keys(store), range(12))) == [["A"]] * 12
    assert _keys(store) == ["A", "B"]


def test_writing_within_writing_is_refused_at_once(store: Store) -> None:
    with store.write(), pytest.raises(RuntimeError, match="writing already"), store.write():
        pass
    _add(store, "A")
    assert _keys(store) == ["A"]


def test_now_is_in_utc(store: Store) -> None:
    with store.read() as tx:
        assert tx.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import allegra_tui.store; allegra_tui.store.StoreError", ["sqlalchemy", "sqlmodel", "alembic"]),
        ("from allegra_tui.store import Store; Store.open(path).close()", ["alembic", "mako"]),
        ("from allegra_tui.store import Store; Store.open(path, read_only=True).close()", ["alembic", "mako"]),
    ],
)
def test_imports_no_more_than_it_needs(database: Path, code: str, absent: list[str]) -> None:
    program = (
        f"import sys, pathlib; path = pathlib.Path({str(database)!r}); {code}; "
        f"print([name for name in {absent!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
