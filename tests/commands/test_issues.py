"""`issues`: browse, export and triage."""

import csv
import io
from pathlib import Path

import pytest

from tests.commands.conftest import World, letter

PARTS = (
    "--b\nContent-Type: text/plain\n\nSee the files.\n"
    '--b\nContent-Type: text/csv; name="../../a:b.csv"\n\n1;2\n'
    '--b\nContent-Type: text/csv; name="same.csv"\n\n3;4\n'
    '--b\nContent-Type: text/csv; name="same.csv"\n\n5;6\n--b--'
)
WITH_FILES = letter("Files", body=PARTS, extra='MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n')


@pytest.fixture
def issues(world: World) -> World:
    """Three issues, the first with a comment, the third with files."""
    world.fetch(letter("Printer"), letter("=1+1 \x1b[31mred"), WITH_FILES)
    world.fetch(letter("Re: [#1] Printer", body="Still broken."))
    return world


def test_the_list_is_the_export_without_texts(issues: World) -> None:
    listed = issues.cli.done("issues", "list", "--json").objects
    exported = issues.cli.done("issues", "export").objects
    assert [issue["number"] for issue in listed] == [3, 2, 1]
    assert list(exported[0]) == [
        "number",
        "project",
        "title",
        "description",
        "state",
        "submitter",
        "created",
        "updated",
        "attachments",
        "comments",
    ]
    for issue in exported:
        del issue["description"]
        for comment in issue["comments"]:
            del comment["text"]
    assert listed == exported


def test_a_whole_issue_as_json(issues: World) -> None:
    (issue,) = issues.cli.done("issues", "show", "#1", "--json").objects
    created, updated = issue.pop("created"), issue.pop("updated")
    assert created < updated
    assert created.endswith("Z")
    comment = issue["comments"][0]
    assert comment.pop("created") == updated
    person = {"address": "anna@bosch.com", "name": "Anna Meier", "registered": True}
    assert issue == {
        "number": 1,
        "project": "INBOX",
        "title": "Printer",
        "description": "It does not print.",
        "state": "open",
        "submitter": person,
        "attachments": [],
        "comments": [{"text": "Still broken.", "submitter": person, "attachments": []}],
    }


def test_people_see_an_issue_with_its_comments(issues: World) -> None:
    text = issues.cli.done("issues", "show", 1).out
    assert text.splitlines()[0] == "#1  Printer"
    assert "From:    Anna Meier <anna@bosch.com>" in text
    assert "  It does not print." in text
    assert "  Still broken." in text
    assert "[same.csv  text/csv  3 B]" in issues.cli.done("issues", "show", 3).out


def test_the_list_for_people(issues: World) -> None:
    result = issues.cli.done("issues", "list")
    lines = result.out.splitlines()
    assert lines[0].split() == ["#", "PROJECT", "STATE", "FROM", "TITLE"]
    assert lines[2].endswith("=1+1 \u241b[31mred")
    assert "\x1b" not in result.out
    limited = issues.cli.done("issues", "list", "--limit", 2)
    assert len(limited.out.splitlines()) == 3
    assert limited.err == "2 of 3 issues; more with --limit 3\n"


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--search", "broken"], [1]),
        (["--search", "printer still"], [1]),
        (["--search", '" OR *) NEAR('], []),
        (["--project", "inbox", "--state", "open"], [3, 2, 1]),
        (["--state", "closed"], []),
        (["--project", "SUP"], []),
        (["--mailbox", "post"], [3, 2, 1]),
        (["--sender", "ANNA@bosch.com"], [3, 2, 1]),
        (["--sender", "nobody@bosch.com"], []),
        (["--since", "2020-01-01"], [3, 2, 1]),
        (["--until", "2020-01-01"], []),
        (["--since", "2020-01-01T12:00:00Z", "--until", "2999-01-01"], [3, 2, 1]),
        (["--limit", "1"], [3]),
    ],
)
def test_filters(issues: World, options: list[str], numbers: list[int]) -> None:
    found = issues.cli.done("issues", "list", "--json", *options).objects
    assert [issue["number"] for issue in found] == numbers
    assert len(issues.cli.done("issues", "export", *options).objects) == len(numbers)


@pytest.mark.parametrize(
    "options",
    [["--since", "yesterday"], ["--state", "new"], ["--limit", "0"], ["--project", "NOPE"], ["--mailbox", "x"]],
)
def test_a_filter_by_what_does_not_exist_is_wrong_usage(issues: World, options: list[str]) -> None:
    result = issues.cli("issues", "list", *options)
    assert (result.code, result.out) == (2, "")


def test_until_includes_the_whole_day(issues: World) -> None:
    from datetime import datetime

    today = datetime.now().astimezone().date()
    assert len(issues.cli.done("issues", "list", "--json", "--since", today, "--until", today).objects) == 3


def test_triage(issues: World) -> None:
    moved = issues.cli.done("issues", "move", 1, "#2", "sup", "--json").objects
    assert [(line["number"], line["project"]) for line in moved] == [(1, "SUP"), (2, "SUP")]
    assert issues.cli.done("issues", "close", 1).out == "#1 closed: Printer\n"
    again = issues.cli.done("issues", "close", 1)
    assert (again.out, again.err) == ("", "#1 was so already\n")
    assert issues.cli.done("issues", "list", "--json", "--state", "closed").objects[0]["number"] == 1
    assert issues.cli.done("issues", "reopen", 1, "--json").objects[0]["state"] == "open"
    actions = [(entry["action"], entry["subject"]) for entry in issues.cli.done("audit", "list", "--json").objects]
    assert actions[:3] == [("reopen", "issue #1"), ("close", "issue #1"), ("move", "issues #1 #2")]


def test_triage_of_what_does_not_exist_changes_nothing(issues: World) -> None:
    result = issues.cli("issues", "close", 1, 99, "--json")
    assert result.code == 2
    assert result.error == {"code": "not_found", "message": "there is no issue #99: nothing was changed"}
    assert issues.cli("issues", "move", 1, "NOPE").code == 2
    issues.cli.done("projects", "archive", "SUP")
    archived = issues.cli("issues", "move", 1, "SUP")
    assert (archived.code, archived.err.count("\n")) == (1, 1)
    assert {issue["state"] for issue in issues.cli.done("issues", "list", "--json").objects} == {"open"}
    assert issues.cli("issues", "show", 99).err == "allegra-tui: there is no issue #99\n"


def test_csv_is_safe_to_open_in_a_spreadsheet(issues: World) -> None:
    rows = list(csv.DictReader(io.StringIO(issues.cli.done("issues", "export", "--csv").out)))
    assert [row["number"] for row in rows] == ["3", "2", "1"]
    assert rows[1]["title"] == "'=1+1 \u241b[31mred"
    assert rows[2]["description"] == "It does not print."
    assert (rows[2]["comments"], rows[0]["comments"]) == ("1", "0")
    assert rows[0]["submitter_address"] == "anna@bosch.com"


def test_attachments_are_saved_under_their_own_numbers_and_never_over_others(issues: World, tmp_path: Path) -> None:
    target = tmp_path / "files"
    issues.cli.done("issues", "show", 3, "--save-attachments", target)
    saved = {path.name: path.read_text().strip() for path in target.iterdir()}
    assert sorted(saved.values()) == ["1;2", "3;4", "5;6"]
    assert all(name.partition("-")[0].isdigit() and "/" not in name and ":" not in name for name in saved)
    assert sum(name.endswith("-same.csv") for name in saved) == 2
    assert {path.stat().st_mode & 0o777 for path in target.iterdir()} == {0o600}
    for path in target.iterdir():
        path.write_text("mine")
    result = issues.cli("issues", "show", 3, "--save-attachments", target)
    assert result.code == 1
    assert "nothing is overwritten" in result.err
    assert {path.read_text() for path in target.iterdir()} == {"mine"}
