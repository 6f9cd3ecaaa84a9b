"""Broken data directories: each breakage is found, with what to do next, and nothing is changed by looking."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath

import pytest

from allegra_tui.model.certificate import Certificate
from allegra_tui.model.journal import MailboxState
from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, Protocol, Secret, SecretKind
from allegra_tui.model.verdict import Outcome, Settle
from allegra_tui.store import MissingDatabase, Store, leases, mailboxes, projects, settings
from allegra_tui.store.tables import issues, locations, messages
from allegra_tui.usecases import doctor
from allegra_tui.usecases import lease as owner
from allegra_tui.usecases.doctor import Finding, Level, mounts
from allegra_tui.usecases.doctor import files as doctor_files
from allegra_tui.usecases.importing import import_paths
from allegra_tui.usecases.workspace import Workspace
from tests.usecases.conftest import letter

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in order: a mailbox that was just read, two messages, a stored password. To copy."""
    root = tmp_path_factory.mktemp("healthy")
    before = os.umask(0o022)
    (root / "one.eml").write_bytes(letter("One"))
    (root / "two.eml").write_bytes(letter("Two"))
    made = Workspace(root / "data")
    with made.writable() as store:
        with store.write() as tx:
            projects.add(tx, Project(key="INBOX", name="Catch-all"))
            settings.save(tx, IntakeSettings(default_project="INBOX", allow_unknown_senders=True))
            secret = made.vault.encrypt("correct-horse")
            box = mailboxes.add(tx, Mailbox(name="post", host="mail.example.org", username="post", secret=secret))
            now = tx.now()
            state = MailboxState(mailbox_id=box.id, contacted=True, last_attempt=now, last_success=now)
            mailboxes.save_state(tx, state)
        import_paths(store, [root / "one.eml", root / "two.eml"], mailbox="post", emit=lambda event: None)
    os.umask(before)
    return root / "data"


@pytest.fixture
def workspace(healthy: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A healthy data directory to break."""
    before = os.umask(0o022)
    shutil.copytree(healthy, tmp_path / "data")
    yield Workspace(tmp_path / "data")
    os.umask(before)


def look(workspace: Workspace) -> dict[str, Finding]:
    """What is not in order, by its check."""
    return {found.check: found for found in doctor.examine(workspace) if found.level is not Level.OK}


@pytest.fixture
def tamper(workspace: Workspace) -> Callable[[str], None]:
    """Change the file as no use case does."""

    def run(statements: str) -> None:
        with closing(sqlite3.connect(workspace.directory.database)) as connection:
            connection.executescript(statements)

    return run


def test_in_order(workspace: Workspace) -> None:
    findings = list(doctor.examine(workspace))
    assert all(found.level is Level.OK and found.advice is None for found in findings if found.check != "file_system")
    assert [found.check for found in findings] == [
        *("directory", "owner", "files", "file_system", "disk", "schema", "integrity", "references", "search"),
        *("key", "clock", "pattern", "intake", "unhandled", "deletions", "mailbox"),
    ]
    assert "allegra.db, " in findings[2].detail
    assert "secret.key" in findings[2].detail


def test_nothing_is_changed_by_looking(workspace: Workspace) -> None:
    def files() -> dict[str, tuple[bytes, int]]:
        kept = (path for path in workspace.directory.root.iterdir() if not path.name.endswith("-shm"))
        return {path.name: (path.read_bytes(), path.stat().st_mode) for path in kept if path.stat().st_size}

    before = files()
    list(doctor.examine(workspace))
    assert files() == before


def test_there_is_nothing_to_examine(tmp_path: Path) -> None:
    with pytest.raises(MissingDatabase):
        list(doctor.examine(Workspace(tmp_path / "nowhere")))
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(("mode", "level"), [(0o755, Level.WARNING), (0o770, Level.ERROR), (0o707, Level.ERROR)])
def test_an_open_directory(workspace: Workspace, mode: int, level: Level) -> None:
    workspace.directory.root.chmod(mode)
    found = look(workspace)["directory"]
    assert (found.level, found.advice) == (level, f"chmod 700 {workspace.directory.root}")
    assert f"(mode 0{mode:o})" in found.detail


@pytest.mark.parametrize("name", ["allegra.db", "allegra.db-wal", "allegra.db-shm", "secret.key", "allegra.db.old"])
def test_an_open_file(workspace: Workspace, name: str) -> None:
    path = workspace.directory.root / name
    path.touch()
    path.chmod(0o640)
    found = look(workspace)["files"]
    assert (found.level, found.advice) == (Level.ERROR, f"chmod 600 {path}")
    assert f"{name} (mode 0640)" in found.detail


@pytest.mark.parametrize("name", ["allegra.db", "watch.lock"])
def test_files_of_another_owner(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    real = Path.lstat
    workspace.directory.watch_lock.touch(0o600)

    def lstat(path: Path) -> os.stat_result:
        found = real(path)
        if path.name != name:
            return found
        return os.stat_result([*found[:4], 4_000_000, *found[5:]])

    monkeypatch.setattr(Path, "lstat", lstat)
    found = look(workspace)["owner"]
    assert found.level is Level.ERROR
    assert f"{name} (uid 4000000)" in found.detail
    monkeypatch.undo()
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    assert "you are uid 4000000" in look(workspace)["owner"].detail


def test_what_the_data_lies_on(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, told in (("nfs4", "several machines share"), ("tmpfs", "gone when the machine is restarted")):
        monkeypatch.setattr(mounts, "file_system", lambda path, kind=kind: kind)
        found = look(workspace)["file_system"]
        assert found.level is Level.WARNING
        assert told in found.detail
    monkeypatch.setattr(mounts, "file_system", lambda path: None)
    assert "file_system" not in look(workspace)


MOUNTS = """\
22 27 0:21 / / rw,relatime - ext4 /dev/vda1 rw
30 22 0:40 / /var/lib rw - xfs /dev/vdb rw
31 30 0:41 / /var/lib/mail\\040data rw,relatime shared:3 master:1 - nfs4 nas:/mail rw,vers=4.2
32 22 0:42 / /var/library rw - cifs //nas/x rw
33 22 0:43 / /srv rw - ext4 /dev/vdc rw
34 33 0:44 / /srv rw - fuse.sshfs me@there: rw
rubbish
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/anna", "ext4"),
        ("/var/lib/allegra", "xfs"),
        ("/var/lib/mail data/x", "nfs4"),
        ("/var/library", "cifs"),
        ("/srv/allegra", "fuse.sshfs"),
    ],
)
def test_the_mount_of_a_path(path: str, kind: str) -> None:
    assert mounts.find(PurePath(path), MOUNTS) == kind


def test_the_real_system_tells_what_a_path_is_on(tmp_path: Path) -> None:
    assert mounts.find(tmp_path, "") is None
    assert mounts.file_system(tmp_path)


def test_a_full_disk(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_files, "LOW", 10**18)
    assert look(workspace)["disk"].level is Level.WARNING
    monkeypatch.setattr(doctor_files, "SCARCE", 10**18)
    assert look(workspace)["disk"].level is Level.ERROR
    real = os.statvfs
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result([*real(path)[:8], os.ST_RDONLY, 255]))
    assert "read-only" in look(workspace)["disk"].detail


def test_the_key_file(workspace: Workspace) -> None:
    key = workspace.directory.key
    right = key.read_bytes()
    key.unlink()
    assert "is missing" in look(workspace)["key"].detail
    key.write_bytes(right)
    key.chmod(0o604)
    found = look(workspace)
    assert "is open to others" in found["key"].detail
    assert found["files"].level is Level.ERROR
    key.chmod(0o600)
    workspace.vault.add_key()
    found = look(workspace)
    assert (found["key"].level, found["key"].detail) == (Level.WARNING, "a change of the key was cut off")
    key.unlink()
    workspace.vault.encrypt("something else")
    assert "password of mailbox post: the stored password was not encrypted with" in look(workspace)["key"].detail
    key.write_bytes(b"rubbish")
    assert "holds no key" in look(workspace)["key"].detail


def test_a_password_file_and_none_at_all(workspace: Workspace) -> None:
    def set_secret(secret: Secret) -> None:
        with workspace.writable() as store, store.write() as tx:
            box = mailboxes.find(tx, "post")
            assert box is not None
            mailboxes.save(tx, replace(box, secret=secret))

    set_secret(Secret(kind=SecretKind.FILE, value=("/nonexistent",)))
    found = look(workspace)["password"]
    assert (found.level, found.mailbox) == (Level.ERROR, "post")
    set_secret(Secret())
    assert look(workspace)["password"].level is Level.WARNING
    set_secret(Secret(kind=SecretKind.COMMAND, value=("/nonexistent",)))
    assert "password" not in look(workspace)


def test_a_certificate_that_ends(workspace: Workspace) -> None:
    for days, found in ((60, None), (10, Level.WARNING)):
        ends = datetime.now(UTC) + timedelta(days=days)
        seen = Certificate(
            subject="CN=x", names=["x"], issuer="CN=x", not_before=LONG_AGO, not_after=ends, sha256="ab" * 32
        )
        with workspace.writable() as store, store.write() as tx:
            box = mailboxes.find(tx, "post")
            assert box is not None
            mailboxes.save_state(tx, replace(mailboxes.state(tx, box.id), certificate=seen))
        told = look(workspace).get("certificate")
        assert (told.level if told else None) is found


def test_another_schema(workspace: Workspace, tamper: Callable[[str], None]) -> None:
    tamper("UPDATE alembic_version SET version_num = '0001'")
    assert {check: found.level for check, found in look(workspace).items()} == {"schema": Level.WARNING}
    tamper("UPDATE alembic_version SET version_num = '9999'")
    found = look(workspace)["schema"]
    assert found.level is Level.ERROR
    assert "a newer allegra-tui" in found.detail
    assert [one.check for one in doctor.examine(workspace)][-1] == "references", "what is not understood is not told"


def test_a_damaged_database(workspace: Workspace) -> None:
    with closing(sqlite3.connect(workspace.directory.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_messages_received'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with workspace.directory.database.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * 64)
    found = look(workspace)
    assert found["integrity"].level is Level.ERROR
    assert "restore" in str(found["integrity"].advice)


@pytest.mark.parametrize("content", [b"", b"no database at all, but some text that is long enough" * 100])
def test_a_file_that_is_no_database(workspace: Workspace, content: bytes) -> None:
    for path in workspace.directory.root.glob("allegra.db*"):
        path.unlink()
    workspace.directory.database.write_bytes(content)
    workspace.directory.database.chmod(0o600)
    found = look(workspace)["schema"]
    assert found.level is (Level.ERROR if content else Level.WARNING)


def test_a_database_of_another_program(workspace: Workspace, tamper: Callable[[str], None]) -> None:
    workspace.directory.database.unlink()
    tamper("CREATE TABLE bookmarks (url TEXT)")
    assert "is not a database of allegra-tui" in look(workspace)["schema"].detail


def test_references_that_lead_nowhere(workspace: Workspace, tamper: Callable[[str], None]) -> None:
    tamper("PRAGMA foreign_keys = OFF; DELETE FROM issue_texts; UPDATE messages SET issue = 77 WHERE id = 1")
    found = look(workspace)["references"]
    assert found.detail == "the database is damaged: row 1 of messages refers to one of issues that is missing"


def test_a_search_that_misses_something(workspace: Workspace, tamper: Callable[[str], None]) -> None:
    tamper("DELETE FROM search_data WHERE id > 100")
    assert "is damaged" in look(workspace)["search"].detail or "does not find" in look(workspace)["search"].detail
    tamper("INSERT INTO search(search) VALUES('rebuild')")
    assert "search" not in look(workspace)
    tamper("INSERT INTO search(search) VALUES('delete-all')")
    found = look(workspace)["search"]
    assert found.detail == "the search does not find 2 texts as it should"
    assert "rebuild" in str(found.advice)


def test_a_clock_that_runs_behind(workspace: Workspace) -> None:
    later = datetime.now(UTC) + timedelta(days=2)
    with workspace.writable() as store, store.write() as tx:
        tx.execute(messages.update().where(messages.c.id == 1).values(received=later))
    found = look(workspace)["clock"]
    assert (found.level, "the newest message was received at" in found.detail) == (Level.ERROR, True)
    with workspace.writable() as store, store.write() as tx:
        tx.execute(messages.update().values(received=LONG_AGO))
        box = mailboxes.find(tx, "post")
        assert box is not None
        mailboxes.save_state(tx, replace(mailboxes.state(tx, box.id), last_success=later))
    assert "post was read at" in look(workspace)["clock"].detail


def test_what_a_run_left_behind(workspace: Workspace) -> None:
    with workspace.writable() as store, store.write() as tx:
        tx.execute(messages.update().values(received=LONG_AGO, outcome=Outcome.RECEIVED))
        tx.execute(locations.update().values(settle=Settle.PENDING, action="delete"))
    found = look(workspace)
    assert {check: one.level for check, one in found.items()} == {
        "unhandled": Level.WARNING,
        "deletions": Level.WARNING,
    }
    assert found["unhandled"].detail.startswith("post: 2 messages not handled yet, the oldest of 2026-01-01")
    assert "allegra-tui fetch post" in str(found["deletions"].advice)
    with workspace.writable() as store, store.write() as tx:
        box = mailboxes.find(tx, "post")
        assert box is not None
        leases.acquire(tx, owner.own(box.id, tx.now()), dead=lambda lease: False)
    assert look(workspace) == {}, "a fetch is doing it right now"


def test_the_intake(workspace: Workspace) -> None:
    def change(**changes: object) -> None:
        with workspace.writable() as store, store.write() as tx:
            settings.save(tx, replace(settings.load(tx), **changes))  # type: ignore[arg-type]

    change(allowed_pattern="(", enabled=False)
    found = look(workspace)
    assert (found["pattern"].level, found["intake"].level) == (Level.ERROR, Level.WARNING)
    change(allowed_pattern="", enabled=True, default_project="")
    assert "there is no default project" in look(workspace)["mailbox"].detail


@pytest.mark.parametrize(
    ("state", "level", "told"),
    [
        (
            {"error": "the server hung up", "last_success": LONG_AGO},
            Level.ERROR,
            "the server hung up (last success: 2026",
        ),
        ({"last_success": LONG_AGO}, Level.ERROR, "overdue, last success 2026-01-01"),
        ({"last_success": None}, Level.WARNING, "never fetched"),
        ({"answered": False, "contacted": False}, Level.WARNING, "nobody said yet"),
        ({"note": "3 messages stay on the server"}, Level.WARNING, "3 messages stay on the server"),
    ],
)
def test_each_mailbox(workspace: Workspace, state: dict[str, object], level: Level, told: str) -> None:
    with workspace.writable() as store, store.write() as tx:
        box = mailboxes.find(tx, "post")
        assert box is not None
        mailboxes.save_state(tx, replace(mailboxes.state(tx, box.id), **state))  # type: ignore[arg-type]
    found = look(workspace)["mailbox"]
    assert (found.level, found.mailbox) == (level, "post")
    assert told in found.detail
    with workspace.writable() as store, store.write() as tx:
        mailboxes.save(tx, replace(box, enabled=False))
    assert look(workspace)["mailbox"].detail == "no mailbox is enabled: no mail comes in"


def test_the_import_has_leftovers_too(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "three.eml").write_bytes(letter("Three"))
    with workspace.writable() as store:
        import_paths(store, [tmp_path / "three.eml"], emit=lambda event: None)
        with store.write() as tx:
            tx.execute(messages.update().where(messages.c.id == 3).values(received=LONG_AGO, outcome=Outcome.RECEIVED))
    assert look(workspace)["unhandled"].mailbox == "import"


def test_a_large_search_is_counted_by_project(workspace: Workspace) -> None:
    with workspace.writable() as store, store.write() as tx:
        projects.add(tx, Project(key="SUP", name="Support"))
        tx.execute(issues.update().where(issues.c.number == 1).values(project_id=2))
    assert look(workspace)["search"].detail == "the search does not find 2 texts as it should"


def test_a_maildir_needs_no_password(workspace: Workspace) -> None:
    with Store.open(workspace.directory.database).write() as tx:
        mailboxes.add(tx, Mailbox(name="local", protocol=Protocol.MAILDIR, path="/srv/mail", enabled=True))
    assert "password" not in look(workspace)
