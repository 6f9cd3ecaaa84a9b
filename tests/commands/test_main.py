"""How the program answers before any command runs, and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from allegra_tui import __version__
from allegra_tui.__main__ import main
from allegra_tui.usecases import browse
from tests.commands.conftest import Cli, World, letter

PROGRAM = [sys.executable, "-m", "allegra_tui"]
COMMANDS = {
    "fetch": "", "import": "", "explain": "", "status": "", "demo": "",
    "reconcile": "", "doctor": "", "backup": "", "restore": "",
    "issues": "list show move close reopen export",
    "journal": "list show source release retry discard",
    "mailbox": "list add edit remove test trust password",
    "projects": "list add edit archive",
    "senders": "list add edit import",
    "pattern": "check lint senders",
    "config": "show apply export",
    "audit": "list",
}  # fmt: skip
CALLS = [[word, *rest] for word, names in COMMANDS.items() for rest in ([], *([name] for name in names.split()))]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"allegra-tui {__version__}\n"


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_every_command_has_help_that_fits_80_columns(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert "usage: allegra-tui" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["fetch", "--nonsense"], ["issues"], ["issues", "show", "x"], ["--read-only", "status"]],
)
def test_wrong_usage_is_told_in_a_line_with_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("usage: allegra-tui")
    assert captured.err.splitlines()[-1].startswith("allegra-tui: ")
    assert "Traceback" not in captured.err


def test_without_a_command_the_console_opens_and_needs_a_terminal(cli: Cli) -> None:
    for options in ([], ["--read-only", "--no-mouse", "--theme", "textual-light"]):
        result = cli(*options)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("allegra-tui: the console needs a terminal")
        assert result.err.count("\n") == 1
    assert not cli.data_dir.exists()


def test_errors_are_json_where_json_was_asked_for(cli: Cli) -> None:
    assert cli("fetch", "--json", "--nonsense").error == {
        "code": "usage",
        "message": "unrecognized arguments: --nonsense",
    }
    missing = cli("--json", "status")
    assert missing.code == 2
    assert missing.out == ""
    assert missing.error["code"] == "missing_database"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("issues export --csv --json", "--csv and --json exclude each other"),
        ("--json issues export --csv", "--csv and --json exclude each other"),
        ("issues export --csv --since 2025-01-02 --until 2025-01-01", "--since is after --until"),
        ("issues list --since 2025-01-02T12:00 --until 2025-01-02T11:00", "--since is after --until"),
        ("audit list --since 2025-01-02 --until 2025-01-01", "--since is after --until"),
        ("config export FILE --json", "--json and FILE exclude each other"),
        ("watch --print-unit --json", "--print-unit and --json exclude each other"),
        ("watch --print-unit --verbose", "--print-unit and --verbose exclude each other"),
        ("projects edit SUP --default --archived", "--default and --archived exclude each other"),
        ("demo --json", "--json goes with --headless"),
        ("--json", "--json is for the commands; without one the console opens"),
    ],
)
def test_arguments_that_contradict_each_other_are_wrong_usage(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = world.cli(*words.split())
    assert (result.code, result.out) == (2, "")
    assert told in result.err
    assert ("usage: " in result.err) is ("--json" not in words)
    assert not (tmp_path / "FILE").exists()


def test_what_does_not_contradict_is_taken(world: World) -> None:
    assert world.cli.done("--json", "issues", "export").objects == world.cli.done("issues", "export").objects
    day = world.cli.done("issues", "export", "--csv", "--since", "2025-01-02", "--until", "2025-01-02")
    assert len(day.out.splitlines()) == 1  # the titles alone
    world.cli.done("projects", "edit", "SUP", "--default", "--no-archived")
    (support,) = (one for one in world.cli("projects", "list", "--json").objects if one["key"] == "SUP")
    assert support["archived"] is False
    assert world.cli("config", "show", "--json").objects[0]["intake"]["default_project"] == "SUP"


def test_options_for_all_may_stand_before_and_after_the_command(world: World) -> None:
    expected = world.cli("projects", "list", "--json").objects
    assert len(expected) == 2
    assert world.cli("--json", "projects", "list").objects == expected
    assert world.cli("projects", "--json", "list").objects == expected


@pytest.mark.parametrize(
    "words", ["status", "issues list", "journal list", "mailbox list", "audit list", "fetch", "fetch --dry-run"]
)
def test_reading_makes_no_data_directory(cli: Cli, words: str) -> None:
    result = cli(*words.split())
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert "There is no database in" in result.err
    assert not cli.data_dir.exists()


def test_the_environment_names_the_data_directory(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALLEGRA_TUI_DATA_DIR", str(world.cli.data_dir))
    capsys.readouterr()
    assert main(["projects", "list"]) == 0
    assert "Catch-all" in capsys.readouterr().out


def test_a_directory_that_cannot_be_made_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["--data-dir", str(tmp_path / "file" / "data"), "projects", "add", "X"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "Not a directory" in error


@pytest.mark.parametrize(
    "words", ["status", "doctor", "watch", "watch --print-unit", "config export", "config apply /dev/null", "explain -"]
)
def test_a_directory_that_cannot_be_looked_into_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    """As where somebody else's account owns it; names that are too long fail in the same way, also for root."""
    directory = tmp_path / ("x" * 300)
    assert main(["--data-dir", str(directory), *words.split()]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert f"data directory {directory}: File name too long; run as the account that owns it" in told.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("issues show 99999999999999999999", 2),
        ("issues close #99999999999999999999", 2),
        ("journal show 99999999999999999999", 2),
        ("journal discard 1 99999999999999999999", 2),
        ("issues list --limit 99999999999999999999", 2),
        ("issues list --since 9999-12-31T23:59:59-12:00", 2),
        ("issues list --until 9999-12-31", 0),
    ],
)
def test_a_number_or_day_beyond_all_others_is_no_defect(world: World, words: str, code: int) -> None:
    done = world.cli(*words.split())
    assert done.code == code
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("backup {odd}", "{odd} cannot be written: File name too long"),
        ("backup ~nobody-of-that-name/file", "cannot be written: No such file or directory"),
        ("restore {odd}", "{odd} cannot be read: File name too long"),
        ("mailbox add x --host h --username u --password-file {odd}", "x added"),
        (
            "mailbox add x --host h --username u --auth oauth2 --client-id x --token-endpoint https://[x",
            "an address that begins with https:// is expected",
        ),
    ],
)
def test_a_path_or_address_that_is_none_is_no_defect(world: World, tmp_path: Path, words: str, told: str) -> None:
    odd = str(tmp_path / ("x" * 300))
    done = world.cli(*(word.format(odd=odd) for word in words.split()))
    assert told.format(odd=odd) in done.out + done.err
    assert "Traceback" not in done.err


def test_a_file_that_is_no_database_is_one_line(cli: Cli) -> None:
    cli.data_dir.mkdir()
    (cli.data_dir / "allegra.db").write_text("This is a letter, not a database." * 100)
    result = cli("status")
    assert result.code == 2
    assert result.err.count("\n") == 1


def test_files_are_private(world: World) -> None:
    world.cli.done("fetch")
    modes = {path.name: path.stat().st_mode & 0o777 for path in world.cli.data_dir.iterdir()}
    assert world.cli.data_dir.stat().st_mode & 0o777 == 0o700
    assert set(modes.values()) == {0o600}, modes


def test_a_defect_of_the_program_is_not_hidden(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(browse, "all_projects", broken)
    with pytest.raises(ZeroDivisionError):
        world.cli("projects", "list")


def test_ctrl_c_ends_with_130(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(browse, "all_projects", interrupted)
    result = world.cli("projects", "list")
    assert (result.code, result.out, result.err) == (130, "", "")


def test_a_reader_who_goes_away_ends_a_list_quietly(world: World) -> None:
    world.fetch(*(letter(f"Printer {number}", body="x" * 2000) for number in range(60)))
    command = [*PROGRAM, "--data-dir", str(world.cli.data_dir), "issues", "export"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.readline()
        child.stdout.close()
        assert child.wait(timeout=60) == 0
        assert child.stderr.read() == b""


def test_a_reader_who_goes_away_does_not_stop_a_fetch(world: World) -> None:
    world.deliver(*(letter(f"Printer {number}") for number in range(30)))
    reading, writing = os.pipe()
    os.close(reading)
    command = [*PROGRAM, "--data-dir", str(world.cli.data_dir), "fetch", "--json"]
    try:
        child = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    finally:
        os.close(writing)
    assert child.returncode == 0
    assert child.stderr == b""
    assert len(world.cli("issues", "list", "--json").objects) == 30


@pytest.mark.parametrize("words", ["fetch", "issues list"])
def test_a_full_disk_behind_the_output_is_one_line_and_does_not_stop_a_fetch(world: World, words: str) -> None:
    world.fetch(letter("Printer"))
    world.deliver(*(letter(f"Screen {number}") for number in range(30)))
    command = [*PROGRAM, "--data-dir", str(world.cli.data_dir), *words.split()]
    with open("/dev/full", "wb") as full:
        child = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert child.returncode == 1
    assert child.stderr == b"allegra-tui: the output cannot be written: No space left on device\n"
    assert len(world.cli("issues", "list", "--json").objects) == (31 if words == "fetch" else 1)


def test_a_terminal_without_utf_8_shows_escapes(world: World) -> None:
    world.fetch(letter("Gr=?", body="x"), letter("=?utf-8?q?Gr=C3=B6=C3=9Fe?="))
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [*PROGRAM, "--data-dir", str(world.cli.data_dir), "issues", "list"]
    child = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert child.returncode == 0, child.stderr
    assert b"Gr\\xf6\\xdfe" in child.stdout
