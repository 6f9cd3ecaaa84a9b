"""Where the data directory is, and who may read it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from allegra_tui.paths import ENVIRONMENT, DataDir, PathError, data_dir


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """Give the umask back that `prepare` changes."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_option_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "environment"))
    assert data_dir(tmp_path / "option").root == tmp_path / "option"
    assert data_dir().root == tmp_path / "environment"
    assert data_dir().database == tmp_path / "environment" / "allegra.db"
    assert data_dir().key == tmp_path / "environment" / "secret.key"


def test_without_either_it_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert data_dir().root.name == "allegra-tui"
    assert data_dir().root.is_relative_to(tmp_path)
    assert not data_dir().root.exists()


def test_a_new_directory_and_its_files_belong_to_the_owner_alone(tmp_path: Path) -> None:
    directory = DataDir(tmp_path / "a" / "b")
    directory.prepare()
    directory.database.touch()
    assert mode(directory.root) == 0o700
    assert mode(directory.database) == 0o600


def test_an_open_directory_of_ours_is_closed_and_somebody_elses_is_not(tmp_path: Path) -> None:
    ours, empty, other = tmp_path / "ours", tmp_path / "empty", tmp_path / "other"
    for path in (ours, empty, other):
        path.mkdir(mode=0o755)
    (ours / "allegra.db").touch()
    (other / "thesis.txt").touch()
    for path in (ours, empty, other):
        DataDir(path).prepare()
    assert [mode(path) for path in (ours, empty, other)] == [0o700, 0o700, 0o755]


def test_a_place_where_nothing_can_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PathError, match=r"^data directory .*/file/x: Not a directory; run as .*--data-dir$"):
        DataDir(tmp_path / "file" / "x").prepare()


def test_a_directory_without_permission_to_write_is_refused(closed_directory: Path) -> None:
    with pytest.raises(PathError, match="no permission to write"):
        DataDir(closed_directory).prepare()
