"""Files of strangers are written only where told, under names of the program's own, over nothing, never executable."""

import resource
import signal
import stat
from pathlib import Path

import pytest

from allegra_tui.usecases.errors import Refused
from allegra_tui.usecases.files import write_new
from tests.commands.conftest import Cli
from tests.console.world import letter
from tests.hostile.strings import STRINGS, steering

NAMES = [
    "../../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "C:\\Windows\\system32\\x.exe",
    "NUL",
    "CON.txt",
    "-rf",
    "~/.ssh/authorized_keys",
    "run.sh",
    "same.csv",
    "same.csv",
    "a" * 300 + ".txt",
    "\u65e5" * 200 + ".txt",
    "invoice\u202egnp.exe",
    *(text.replace('"', "").translate({10: " ", 13: " ", 0: " "}) for text in STRINGS.values()),
]


@pytest.fixture
def saved(cli: Cli, tmp_path: Path) -> Path:
    """An issue with all those attachments; where they are to be saved."""
    cli.apply("[intake]\ndefault_project = 'X'\nallow_unknown_senders = true\n[[projects]]\nkey = 'X'\n")
    (tmp_path / "in.eml").write_bytes(
        letter(files=tuple((_raw(name), name[:3].encode("utf-8", "replace")) for name in NAMES))
    )
    cli.done("import", tmp_path / "in.eml")
    return tmp_path / "out"


def _raw(name: str) -> str:
    return name.encode("utf-8", "surrogatepass").decode("latin-1")


def test_all_are_in_the_folder_that_was_named_and_nowhere_else(cli: Cli, saved: Path, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if "data" not in path.parts}
    told = cli.done("issues", "show", 1, "--save-attachments", saved)
    files = list(saved.iterdir())
    assert len(files) == len(NAMES)
    assert {path for path in tmp_path.rglob("*") if "data" not in path.parts} - before == {saved, *files}
    for file in files:
        number, _, _ = file.name.partition("-")
        assert number.isdigit()
        assert steering(file.name, lines=False) == []
        assert not set(file.name) & set('/\\:*?"<>|')
        assert len(file.name.encode()) < 255
        assert stat.S_IMODE(file.lstat().st_mode) == 0o600
    assert steering(told.out + told.err) == []


def test_links_are_not_followed(cli: Cli, saved: Path, tmp_path: Path) -> None:
    cli.done("issues", "show", 1, "--save-attachments", saved)
    (tmp_path / "victim").write_text("mine")
    trap = tmp_path / "trap"
    trap.mkdir()
    for number, file in enumerate(saved.iterdir()):
        (trap / file.name).symlink_to(tmp_path / ("victim" if number % 2 else "nowhere"))
    refused = cli("issues", "show", 1, "--save-attachments", trap)
    assert refused.code == 1
    assert "is there already, and nothing is overwritten: choose another name" in refused.err
    assert (tmp_path / "victim").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_an_export_of_the_configuration_overwrites_nothing(cli: Cli, saved: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("mine")
    assert "nothing is overwritten" in cli("config", "export", mine).err
    assert mine.read_text() == "mine"
    link = tmp_path / "link.toml"
    link.symlink_to(tmp_path / "nowhere.toml")
    assert cli("config", "export", link).code == 1
    assert not (tmp_path / "nowhere.toml").exists()
    cli.done("config", "export", tmp_path / "new.toml")
    assert stat.S_IMODE((tmp_path / "new.toml").stat().st_mode) == 0o600


def test_a_file_that_did_not_fit_is_not_left_behind_by_half(tmp_path: Path) -> None:
    target = tmp_path / "file"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, before[1]))
    try:
        with pytest.raises(Refused, match=r"cannot be written: File too large$"):
            write_new(target, b"x" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handled)
    assert not target.exists()
    write_new(target, b"x" * 100)
