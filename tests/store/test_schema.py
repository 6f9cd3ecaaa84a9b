"""Migrations make what the tables declare, and databases that do not fit are refused in one line."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from allegra_tui.store import (
    MissingDatabase,
    NewerDatabase,
    OutdatedDatabase,
    Store,
    StoreError,
    schema,
    senders,
    sqlite,
    tables,
)


def _run(path: Path, *statements: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return [row for statement in statements for row in connection.execute(statement)]


def test_migrations_make_the_declared_tables(database: Path) -> None:
    engine = sqlite.engine(database, write=False)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("search"),
            },
        )
        differences = compare_metadata(context, tables.Base.metadata)
    engine.dispose()
    assert differences == []


def test_the_comparison_notices_differences(database: Path) -> None:
    _run(database, "DROP INDEX ix_issues_created", "ALTER TABLE issues ADD COLUMN more TEXT")
    engine = sqlite.engine(database, write=False)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables.Base.metadata)
    engine.dispose()
    assert {"add_index", "remove_column"} <= {difference[0] for difference in differences}


def test_the_revisions_are_those_of_the_scripts() -> None:
    scripts = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
    walked = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(walked)) == schema.REVISIONS


def test_a_newer_database_is_refused(database: Path) -> None:
    _run(database, "UPDATE alembic_version SET version_num = '9999'")
    for read_only in (False, True):
        with pytest.raises(NewerDatabase, match=r"written by a newer allegra-tui \(schema 9999\)"):
            Store.open(database, read_only=read_only)


def test_an_older_database_is_not_touched_read_only(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "next"))
    before = database.read_bytes()
    with pytest.raises(OutdatedDatabase, match="older schema"):
        Store.open(database, read_only=True)
    assert database.read_bytes() == before


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    _run(path, "CREATE TABLE notes (text)")
    for read_only in (False, True):
        with pytest.raises(StoreError, match="not a database of allegra-tui"):
            Store.open(path, read_only=read_only)
    assert _run(path, "SELECT name FROM sqlite_master") == [("notes",)]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam, " * 100)
    for read_only in (False, True):
        with pytest.raises(StoreError, match="is not a database"):
            Store.open(path, read_only=read_only)
    assert path.read_text().startswith("Dear Sir")


def test_an_empty_file_is_no_database_yet(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    with pytest.raises(MissingDatabase, match="is empty"):
        Store.open(path, read_only=True)
    Store.open(path).close()
    assert _run(path, "SELECT version_num FROM alembic_version") == [(schema.REVISIONS[-1],)]


def test_senders_registered_before_are_compared_by_how_they_look(database: Path) -> None:
    _run(
        database,
        "DROP INDEX ix_sender_addresses_skeleton",
        "DROP INDEX ix_sender_addresses_domain_skeleton",
        *(f"ALTER TABLE sender_addresses DROP COLUMN {name}" for name in ("domain", "domain_skeleton", "skeleton")),
        "UPDATE alembic_version SET version_num = '0003'",
        "INSERT INTO senders VALUES (1, 'Ceo', 1)",
        "INSERT INTO sender_addresses VALUES ('ceo@example.com', 'CEO@example.com', 1, 0)",
    )
    with closing(Store.open(database)) as store, store.read() as tx:
        assert senders.resembled(tx, "ceo@exarnple.com") == "CEO@example.com"
        assert senders.resembled(tx, "eve@exarnple.com") == "example.com"
    test_migrations_make_the_declared_tables(database)


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new.db"
    upgrade = schema._upgrade

    def fail(connection: object) -> None:
        upgrade(connection)  # type: ignore[arg-type]
        raise KeyError("power cut")

    monkeypatch.setattr(schema, "_upgrade", fail)
    with pytest.raises(KeyError):
        Store.open(path)
    assert _run(path, "SELECT name FROM sqlite_master") == []
    monkeypatch.undo()
    Store.open(path).close()
    assert _run(path, "PRAGMA journal_mode", "PRAGMA page_size") == [("wal",), (8192,)]
