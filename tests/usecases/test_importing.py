"""Messages from files: the same intake, the files untouched."""

import mailbox
import os
from pathlib import Path

import pytest

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.model.verdict import Outcome
from allegra_tui.store import audit
from allegra_tui.usecases.errors import NotFound, Refused, UseCaseError
from allegra_tui.usecases.importing import import_asked_for, import_paths
from tests.usecases.conftest import Intake, letter


def test_a_file_an_mbox_a_maildir_and_a_folder(intake: Intake, tmp_path: Path) -> None:
    file = tmp_path / "one.eml"
    file.write_bytes(letter("File"))
    box = mailbox.mbox(tmp_path / "box")
    box.add(letter("First in the box"))
    box.add(letter("Second in the box", "From here on\r\nit is quoted."))
    box.close()
    maildir = mailbox.Maildir(tmp_path / "maildir")
    maildir.add(letter("Maildir"))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "two.eml").write_bytes(letter("In a folder"))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "allegra" not in path.name}
    paths = [file, tmp_path / "box", tmp_path / "maildir", folder]
    done = import_paths(intake.store, paths, emit=intake.events.append)
    assert (done.received, done.created, done.mailboxes[0].left) == (5, 5, 5)
    titles = [issue.title for issue in intake.issues()]
    assert titles == ["File", "First in the box", "Second in the box", "Maildir", "In a folder"]
    assert {path: path.read_bytes() for path in before} == before


def test_importing_again_makes_duplicates(intake: Intake, tmp_path: Path) -> None:
    file = tmp_path / "one.eml"
    file.write_bytes(letter())
    import_paths(intake.store, [file], emit=intake.events.append)
    again = import_paths(intake.store, [file], emit=intake.events.append)
    assert (again.created, again.duplicate) == (0, 1)
    assert [row.outcome for row in intake.rows()] == [Outcome.CREATED, Outcome.DUPLICATE]
    assert intake.told[-1].issue == 1


def test_by_a_mailbox_its_project_holds(intake: Intake, tmp_path: Path) -> None:
    intake.add(Mailbox(name="support", protocol=Protocol.MAILDIR, path=str(tmp_path), project="SUP"))
    file = tmp_path / "one.eml"
    file.write_bytes(letter())
    import_paths(intake.store, [file], mailbox="support", emit=intake.events.append)
    assert (intake.issues()[0].project, intake.rows()[0].mailbox) == ("SUP", "support")


def test_too_large_keeps_the_header_alone(intake: Intake, tmp_path: Path) -> None:
    intake.set(max_message_mb=1)
    file = tmp_path / "huge.eml"
    file.write_bytes(letter("Huge", "x" * 2_000_000))
    assert import_paths(intake.store, [file], emit=intake.events.append).rejected == 1
    assert (intake.rows()[0].reason, intake.rows()[0].subject) == ("too_large", "Huge")


def test_a_missing_path_and_a_missing_default_project_are_said(intake: Intake, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        import_paths(intake.store, [tmp_path / "nowhere"], emit=intake.events.append)
    intake.set(default_project=None)
    file = tmp_path / "one.eml"
    file.write_bytes(letter())
    with pytest.raises(Refused, match="default project"):
        import_paths(intake.store, [file], emit=intake.events.append)
    assert intake.rows() == []


def test_a_name_that_is_not_utf8_is_written_out(intake: Intake, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"gr\xfc\xdfe.eml")).write_bytes(letter())
    import_asked_for(intake.store, [tmp_path], emit=intake.events.append, who="ann")
    (row,) = intake.rows()
    assert row.outcome is Outcome.CREATED
    assert row.locations[0].key.partition("@")[0].endswith(r"/gr\xfc\xdfe.eml")


def test_a_file_that_fails_while_it_is_read_is_named_after_what_came_before_it(intake: Intake, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(letter("Before"))
    paths = [tmp_path / "one.eml", Path("/proc/self/mem"), tmp_path / "one.eml"]
    with pytest.raises(UseCaseError, match="/proc/self/mem cannot be read"):
        import_asked_for(intake.store, paths, emit=intake.events.append, who="ann")
    assert [issue.title for issue in intake.issues()] == ["Before"]
    with intake.store.read() as tx:
        (entry,) = audit.entries(tx)
    assert (entry.who, entry.action, entry.changes["received"]) == ("ann", "import", (None, 1))
