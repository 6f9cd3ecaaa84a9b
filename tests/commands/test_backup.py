"""`backup` and `restore` as a shell calls them."""

import os
import subprocess
import sys
from pathlib import Path

from tests.commands.conftest import Cli, World, letter
from tests.hostile.strings import steering


def test_there_and_back(world: World, tmp_path: Path) -> None:
    world.fetch(letter("One"))
    file = tmp_path / "backup.db"
    result = world.cli.done("backup", file)
    assert result.out.startswith(f"{file}: ")
    assert "1 message, 1 issue" in result.out
    assert result.err == ""
    again = world.cli("backup", file)
    assert (again.code, again.out) == (2, "")
    assert "is there already" in again.err
    world.fetch(letter("Two"))
    refused = world.cli("restore", file)
    assert (refused.code, refused.out) == (2, "")
    assert "--replace" in refused.err
    restored = world.cli.done("restore", file, "--replace")
    flat = " ".join(restored.out.split())
    for part in (
        "restored, as of 20",
        "1 message, 1 issue",
        "The database that was there is kept: ",
        "1 message came after the backup. Of these, 0 were removed from their servers",
        "The next issue is #3, so that no number is given twice.",
        "before anything is fetched: allegra-tui reconcile",
    ):
        assert part in flat, flat
    assert "1  not fetched yet" in world.cli.done("reconcile").out
    assert world.cli.done("fetch", "--json").objects[0]["issue"] == 3
    assert "made an issue" in world.cli.done("reconcile").out
    (entry,) = world.cli.done("audit", "list", "--limit", 1, "--json").objects
    assert (entry["action"], entry["subject"]) == ("restore", f"file {file}")


def test_names_of_files_that_are_no_text(cli: Cli, tmp_path: Path) -> None:
    cli.data_dir = Path(os.fsdecode(os.fsencode(tmp_path) + b"/d\xff\x9b\n"))
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff\x9b\n.db"))
    cli.done("projects", "add", "INBOX")
    done = [cli.done("backup", file), cli.done("restore", file, "--replace")]
    results = [*done, cli("doctor"), cli("watch", "--print-unit")]
    assert [result.code for result in results] == [0, 0, 0, 1]
    assert steering("".join(result.out + result.err for result in results)) == []
    assert results[-1].err.startswith("allegra-tui: a unit cannot name the data directory ")
    entries = cli.done("audit", "list", "--json").objects
    assert [entry["action"] for entry in entries][:2] == ["restore", "add"], "a backup is told of where it was made"
    assert entries[0]["subject"] == f"file {tmp_path}/b\ufffd\ufffd\n.db"


def test_as_json(world: World, tmp_path: Path) -> None:
    world.fetch(letter("One"))
    (made,) = world.cli.done("backup", tmp_path / "backup.db", "--json").objects
    assert made["size"] == (tmp_path / "backup.db").stat().st_size
    assert (made["messages"], made["issues"], made["with_key"]) == (1, 1, False)
    (done,) = world.cli.done("restore", tmp_path / "backup.db", "--replace", "--json").objects
    assert (done["made"], done["messages_since"], done["next_issue"]) == (made["made"], 0, None)
    assert Path(done["kept"]).exists()


def test_what_goes_wrong_is_one_line(cli: Cli, tmp_path: Path) -> None:
    missing = cli("backup", tmp_path / "x", "--json")
    assert (missing.code, missing.error["code"]) == (2, "missing_database")
    (tmp_path / "text").write_text("no database at all" * 100)
    refused = cli("restore", tmp_path / "text", "--json")
    assert (refused.code, refused.error["code"]) == (2, "unfit")
    assert "\n" not in refused.error["message"]


def test_how_far_it_has_come_is_shown_on_a_terminal_alone(world: World, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "allegra_tui", "--data-dir", str(world.cli.data_dir)]
    done = subprocess.run([*program, "backup", str(tmp_path / "b")], capture_output=True, text=True, check=True)
    assert (done.stderr, "%" in done.stdout) == ("", False)
