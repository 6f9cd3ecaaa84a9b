"""Backups made while mail comes in, and what becomes of everything when one takes the database's place."""

import errno
import itertools
import os
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from allegra_tui.model.settings import IntakeSettings, Mailbox, Project
from allegra_tui.secrets import KeyFileError
from allegra_tui.store import (
    MissingDatabase,
    NewerDatabase,
    Store,
    StoreError,
    audit,
    backup,
    health,
    issues,
    leases,
    mailboxes,
    projects,
    schema,
    settings,
)
from allegra_tui.store.backup import Since
from allegra_tui.usecases import configure, doctor
from allegra_tui.usecases import lease as owner
from allegra_tui.usecases.backup import BackedUp, Unfit, back_up
from allegra_tui.usecases.importing import import_paths
from allegra_tui.usecases.intake import fetch
from allegra_tui.usecases.restore import InUse, Occupied, Restored, restore
from allegra_tui.usecases.workspace import Workspace
from tests.servers.dovecot import DovecotAccount
from tests.usecases import children
from tests.usecases.conftest import letter

PASSWORD = "c4n4ry-correct-horse"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two issues that came by the mailbox `post`, whose password is stored."""
    umask = os.umask(0o077)
    made = Workspace(tmp_path / "data")
    with made.writable() as store:
        with store.write() as tx:
            projects.add(tx, Project(key="INBOX", name="Catch-all"))
            settings.save(tx, IntakeSettings(default_project="INBOX", allow_unknown_senders=True))
        box = Mailbox(name="post", host="mail.example.org", username="post")
        configure.add_mailbox(store, made.vault, box, password=PASSWORD, who="anna")
    take(made, "One", "Two")
    yield made
    os.umask(umask)


def take(workspace: Workspace, *subjects: str) -> None:
    """Take messages in."""
    files = []
    for subject in subjects:
        file = workspace.directory.root.parent / f"{subject}.eml"
        file.write_bytes(letter(subject))
        files.append(file)
    with workspace.existing() as store:
        import_paths(store, files, mailbox="post", emit=lambda event: None)


def titles(workspace: Workspace) -> dict[int, str]:
    with workspace.unchanged() as store, store.read() as tx:
        found = issues.lines_of(tx, issues.numbers(tx, issues.IssueFilter()))
        return {line.number: line.title for line in found}


def save(workspace: Workspace, name: str = "backup", *, with_key: bool = False) -> BackedUp:
    return back_up(workspace, workspace.directory.root.parent / name, with_key=with_key, who="anna")


def bring_back(workspace: Workspace, name: str = "backup", *, replace: bool = True) -> Restored:
    return restore(workspace, workspace.directory.root.parent / name, replace=replace, who="anna")


def beside(path: Path) -> list[str]:
    return sorted(file.name for file in path.iterdir() if not file.name.endswith((".eml", "-wal", "-shm")))


def test_what_was_there_is_there_again(workspace: Workspace, tmp_path: Path) -> None:
    made = save(workspace)
    assert (made.messages, made.issues, made.with_key, made.unaudited) == (2, 2, False, None)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert beside(tmp_path) == ["backup", "data"], "one file, and nothing else"
    take(workspace, "Three", "Four")
    done = bring_back(workspace)
    assert titles(workspace) == {1: "One", 2: "Two"}
    assert (done.messages, done.issues, done.made) == (2, 2, made.made)
    assert done.since == Since(messages=2, removed=0)
    assert done.aside is not None
    with Store.open(done.aside, read_only=True).read() as tx:
        assert len(issues.numbers(tx, issues.IssueFilter())) == 4
    take(workspace, "Four")
    assert titles(workspace)[5] == "Four", "it is met again as new, and no number is given twice"
    assert done.next_issue == 5
    with workspace.unchanged() as store, store.read() as tx:
        told = [(entry.who, entry.action, entry.subject) for entry in audit.entries(tx, limit=3)]
        assert ("anna", "restore", f"file {made.path}") in told
    assert not [found for found in doctor.examine(workspace) if found.check in ("integrity", "files", "search")
                and found.level != "ok"]  # fmt: skip


def test_the_audit_tells_of_a_backup(workspace: Workspace) -> None:
    made = save(workspace, with_key=True)
    with workspace.unchanged() as store, store.read() as tx:
        entry = audit.entries(tx, limit=1)[0]
    assert (entry.who, entry.action, entry.subject) == ("anna", "backup", f"file {made.path}")
    assert entry.changes == {"with_key": (None, True)}


def test_nothing_is_overwritten_and_nothing_left_behind(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "backup").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("backup", "link"):
        with pytest.raises(Unfit, match="is there already"):
            save(workspace, name)
    assert (tmp_path / "backup").read_text() == "mine"
    with pytest.raises(Unfit, match="cannot be written"):
        save(workspace, "missing/backup")
    before = beside(tmp_path)

    def stop(step: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(workspace, tmp_path / "other", who="anna", progress=stop)
    monkeypatch.setattr(health, "damages", lambda path: ["row 1 is wrong"])
    with pytest.raises(StoreError, match="is damaged: row 1 is wrong"):
        save(workspace, "other")
    monkeypatch.undo()
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result([4096, 4096, 100, 9, 9, 9, 9, 9, 0, 255]))
    with pytest.raises(Unfit, match="0 MB free"):
        save(workspace, "other")
    assert beside(tmp_path) == before


def test_a_name_taken_meanwhile_and_a_file_system_without_links(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(step: str, done: int, total: int) -> None:
        (tmp_path / "raced").write_text("mine")

    with pytest.raises(Unfit, match="is there already"):
        back_up(workspace, tmp_path / "raced", who="anna", progress=meanwhile)
    assert (tmp_path / "raced").read_text() == "mine"

    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    assert save(workspace).path.stat().st_mode & 0o777 == 0o600
    assert beside(tmp_path) == ["backup", "data", "raced"]


def test_without_the_key_nobody_gets_at_the_passwords(workspace: Workspace, tmp_path: Path) -> None:
    key = workspace.directory.key.read_bytes().strip()
    made = save(workspace)
    assert key not in made.path.read_bytes()
    assert PASSWORD.encode() not in made.path.read_bytes()
    other = Workspace(tmp_path / "other")
    done = restore(other, made.path, who="anna")
    assert (done.key, done.closed, done.aside, done.since) == ("missing", 1, None, None)
    assert titles(other) == {1: "One", 2: "Two"}


def test_with_the_key_they_open_elsewhere_and_the_database_does_not_keep_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    key = workspace.directory.key.read_bytes().strip()
    made = save(workspace, with_key=True)
    assert key in made.path.read_bytes()
    other = Workspace(tmp_path / "other")
    done = restore(other, made.path, who="anna")
    assert (done.key, done.closed) == ("restored", 0)
    with other.unchanged() as store, store.read() as tx:
        (box,) = mailboxes.every(tx)
    assert other.vault.password(box.secret) == PASSWORD
    assert stat.S_IMODE(other.directory.key.stat().st_mode) == 0o600
    for file in other.directory.root.glob("allegra.db*"):
        assert key not in file.read_bytes()
    assert restore(other, made.path, replace=True, who="anna").key == "unchanged"
    other.directory.key.unlink()
    other.vault.encrypt("another key")
    again = restore(other, made.path, replace=True, who="anna")
    assert again.key_aside is not None
    assert again.key_aside.read_bytes().strip() != key
    assert again.closed == 0


def test_a_key_that_is_not_there(workspace: Workspace) -> None:
    workspace.directory.key.unlink()
    with pytest.raises(KeyFileError, match="is missing"):
        save(workspace, with_key=True)
    assert save(workspace).path.exists()


def test_what_is_no_backup(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all" * 1000)
    (tmp_path / "empty").touch()
    with closing(sqlite3.connect(tmp_path / "foreign")) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    for name, told in (("text", "is no backup"), ("empty", "is empty"), ("foreign", "is no backup"), ("x", "no file")):
        with pytest.raises(Unfit, match=told):
            bring_back(workspace, name)
    save(workspace)
    with closing(sqlite3.connect(tmp_path / "backup")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(NewerDatabase, match="newer allegra-tui"):
        bring_back(workspace)
    assert titles(workspace) == {1: "One", 2: "Two"}
    assert beside(workspace.directory.root) == ["allegra.db", "secret.key"]


def test_a_damaged_backup_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    save(workspace)
    with closing(sqlite3.connect(tmp_path / "backup")) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_messages_received'"
        ).fetchone()
    with (tmp_path / "backup").open("r+b") as file:
        file.seek((root - 1) * 8192)
        file.write(b"\xff" * 64)
    with pytest.raises(StoreError, match="is damaged"):
        bring_back(workspace)
    assert titles(workspace) == {1: "One", 2: "Two"}


def test_copies_made_by_other_means_are_taken(workspace: Workspace, tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(workspace.directory.database)) as original,
        closing(sqlite3.connect(tmp_path / "backup")) as copy,
    ):
        original.backup(copy)
    take(workspace, "Three")
    assert bring_back(workspace).made is None
    assert titles(workspace) == {1: "One", 2: "Two"}


def test_an_older_backup_is_brought_up_to_date(workspace: Workspace, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'backup'}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO projects (key, name, archived) VALUES ('OLD', 'Old', 0)")
    engine.dispose()
    assert health.version(tmp_path / "backup") == "0001"
    bring_back(workspace)
    assert health.version(workspace.directory.database) == schema.REVISIONS[-1]
    with workspace.unchanged() as store, store.read() as tx:
        assert [project.key for project in projects.every(tx)] == ["OLD"]


def test_a_database_that_holds_something_has_to_be_given_up_clearly(workspace: Workspace, tmp_path: Path) -> None:
    save(workspace)
    take(workspace, "Three")
    with pytest.raises(Occupied, match="--replace"):
        bring_back(workspace, replace=False)
    assert len(titles(workspace)) == 3
    empty = Workspace(tmp_path / "empty")
    with empty.writable():
        pass
    assert restore(empty, tmp_path / "backup", who="anna").aside is not None
    assert titles(empty) == {1: "One", 2: "Two"}


def test_a_damaged_database_gives_way(workspace: Workspace) -> None:
    save(workspace)
    workspace.directory.database.write_bytes(b"rubbish" * 10_000)
    with pytest.raises(Occupied):
        bring_back(workspace, replace=False)
    done = bring_back(workspace)
    assert (done.since, done.next_issue) == (None, None)
    assert done.aside is not None
    assert done.aside.read_bytes().startswith(b"rubbish")
    assert titles(workspace) == {1: "One", 2: "Two"}


def test_it_is_refused_while_anybody_has_the_database_open(workspace: Workspace) -> None:
    save(workspace)
    root = workspace.directory.root
    child = children.start(children.hold_open, root)
    try:
        while not (root / "open").exists():
            assert child.is_alive()
            time.sleep(0.01)
        with pytest.raises(InUse, match="another process has"):
            bring_back(workspace)
    finally:
        (root / "end").touch()
        child.join(60)
    take(workspace, "Three")
    bring_back(workspace)
    assert len(titles(workspace)) == 2


def test_who_opens_the_database_just_before_it_is_exchanged_gets_the_restored_one(workspace: Workspace) -> None:
    root, present = workspace.directory.root, workspace.directory.database
    shutil.copy(save(workspace).path, root / "made")
    backup.make_usable(root / "made", first_issue=3)
    take(workspace, "Three")
    with backup.alone(present) as nobody:
        assert nobody
        child = children.start(children.count_messages, root)
        while not _has_open(child.pid, present):
            assert child.is_alive()
            time.sleep(0.01)
        backup.put_in_place(root / "made", present, root / "aside")
    child.join(60)
    assert (child.exitcode, (root / "messages").read_text()) == (0, "2"), "the three are in the one put aside"
    assert (len(titles(workspace)), health.damages(present)) == (2, [])


def _has_open(pid: int | None, path: Path) -> bool:
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            if os.path.samefile(file, path):
                return True
    return False


def test_it_is_refused_while_an_intake_holds_a_mailbox(workspace: Workspace) -> None:
    save(workspace)
    with workspace.existing() as store, store.write() as tx:
        lease = replace(owner.own(mailboxes.every(tx)[0].id, tx.now()), host="elsewhere")
        leases.acquire(tx, lease, dead=lambda _: False)
    with pytest.raises(InUse, match="the intake of post is running"):
        bring_back(workspace)


def test_killed_at_any_point_there_is_a_whole_database(workspace: Workspace, tmp_path: Path) -> None:
    save(workspace, with_key=True)
    take(workspace, "Three")
    root = workspace.directory.root
    shutil.copytree(root, tmp_path / "before")
    met = set()
    for point in itertools.count(1):
        (tmp_path / "point").write_text(str(point))
        code = children.run_to_end(children.restore_and_die, tmp_path)
        found = titles(workspace)
        assert found in ({1: "One", 2: "Two"}, {1: "One", 2: "Two", 3: "Three"})
        met.add(len(found))
        if code == 0:
            break
        assert code == 9
        bring_back(workspace)
        assert titles(workspace) == {1: "One", 2: "Two"}
        assert not list(root.glob(".restore-*"))
        shutil.rmtree(root)
        shutil.copytree(tmp_path / "before", root)
    assert met == {2, 3}
    assert point > 3


def test_a_backup_in_the_middle_of_a_fetch(workspace: Workspace, account: DovecotAccount) -> None:
    with workspace.existing() as store, store.write() as tx:
        box = mailboxes.find(tx, "post")
        assert box is not None
        real = account.mailbox("post", leave_on_server=True)
        mailboxes.save(tx, replace(real, id=box.id, secret=workspace.vault.encrypt(account.password)))
    letters = [letter(f"Number {number}") for number in range(60)]
    letters[45] = letter("Number 45", headers=[children.MARKER.decode()])
    account.deliver_all(letters)
    child = children.start(children.stalled, workspace.directory.root)
    while len(titles(workspace)) < 42:  # two that were there, and two transactions of twenty; the third is stuck
        assert child.is_alive()
        time.sleep(0.02)
    made = save(workspace)
    with pytest.raises(InUse, match="the intake of post is running"):
        bring_back(workspace)
    child.kill()
    child.join(60)
    assert (made.messages, made.issues) == (62, 42)
    with workspace.existing() as store:
        fetch(store, workspace.vault, emit=lambda event: None)
    done = bring_back(workspace)
    assert (done.since, done.issues) == (Since(0, 0), 42)
    with workspace.existing() as store:
        fetch(store, workspace.vault, emit=lambda event: None)
    counted = list(titles(workspace).values())
    assert sorted(counted) == sorted({*counted}), "none twice"
    assert len(counted) == 62, "and none missing"


def test_what_was_deleted_on_the_server_after_the_backup_is_counted(
    workspace: Workspace, account: DovecotAccount
) -> None:
    with workspace.existing() as store, store.write() as tx:
        box = mailboxes.find(tx, "post")
        assert box is not None
        secret = workspace.vault.encrypt(account.password)
        mailboxes.save(tx, replace(account.mailbox("post"), id=box.id, secret=secret))
    save(workspace)
    account.deliver_all([letter("Three"), letter("Four")])
    with workspace.existing() as store:
        fetch(store, workspace.vault, emit=lambda event: None)
    take(workspace, "Five")
    done = bring_back(workspace)
    assert done.since == Since(messages=3, removed=2)


def test_others_write_while_a_large_backup_is_copied(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "_PAGES", 1)
    written = threading.Event()
    steps = []

    def progress(step: str, done: int, total: int) -> None:
        steps.append(done)
        if not written.is_set():
            take(workspace, "Three", "Four")
            written.set()

    made = back_up(workspace, workspace.directory.root.parent / "backup", who="anna", progress=progress)
    assert made.messages == 2, "as it was when the copying began"
    copied = steps[:-2]
    assert copied == sorted(copied), "it did not begin anew"
    assert len(titles(workspace)) == 4


def test_without_a_database(tmp_path: Path) -> None:
    with pytest.raises(MissingDatabase):
        save(Workspace(tmp_path / "nowhere"))
    nowhere = Workspace(tmp_path / "empty")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "allegra.db").touch()
    with pytest.raises(Unfit, match="nothing to back up"):
        save(nowhere)
