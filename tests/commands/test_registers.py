"""`projects`, `senders` and `audit`."""

from pathlib import Path

import pytest

from tests.commands.conftest import Cli, World, letter


def test_projects(cli: Cli) -> None:
    assert cli.done("projects", "add", "inbox", "Catch-all", "--default").out == "project INBOX added\n"
    cli.done("projects", "add", "SUP")
    assert cli.done("projects", "list", "--json").objects == [
        {"key": "INBOX", "name": "Catch-all", "archived": False},
        {"key": "SUP", "name": "SUP", "archived": False},
    ]
    cli.done("projects", "edit", "sup", "--name", "Support \x7f".replace("\x7f", "und Größe"))
    assert cli.done("projects", "archive", "SUP", "--json").objects[0]["archived"] is True
    lines = cli.done("projects", "list").out.splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["INBOX", "default", "Catch-all"],
        ["SUP", "archived", "Support", "und", "Größe"],
    ]
    cli.done("projects", "edit", "SUP", "--no-archived", "--default")
    assert cli.done("config", "show", "--json").objects[0]["intake"]["default_project"] == "SUP"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["add", "SUP"], 2, "there is a project SUP already"),
        (["add", "no good"], 2, "key: a key of up to 20 letters"),
        (["add", "X", "\x1b[31m"], 2, "name: it holds a control or invisible character"),
        (["edit", "NOPE", "--name", "x"], 2, "there is no project NOPE; there are: INBOX, SUP"),
        (["archive", "INBOX"], 1, "project INBOX is the default project"),
        (["edit", "INBOX", "--archived"], 1, "project INBOX is the default project"),
    ],
)
def test_what_cannot_be_done_with_a_project(world: World, arguments: list[str], code: int, message: str) -> None:
    result = world.cli("projects", *arguments)
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith(f"allegra-tui: {message}")
    assert result.err.count("\n") == 1


def test_a_project_that_still_gets_mail_is_not_archived(world: World) -> None:
    world.cli.done("mailbox", "edit", "post", "--project", "SUP")
    result = world.cli("projects", "archive", "SUP")
    assert result.code == 1
    assert "still gets mail from post" in result.err
    world.cli.done("mailbox", "edit", "post", "--no-enabled")
    world.cli.done("projects", "archive", "SUP")


def test_senders(world: World) -> None:
    cli = world.cli
    (added,) = cli.done("senders", "add", "Berta", "Berta@BOSCH.com", "b@bosch.com", "--json").objects
    assert added == {"name": "Berta", "addresses": ["Berta@bosch.com", "b@bosch.com"], "enabled": True}
    assert [sender["name"] for sender in cli.done("senders", "list", "--json").objects] == ["Anna Meier", "Berta"]
    cli.done("senders", "edit", "b@bosch.com", "--name", "Bertha", "--no-enabled")
    text = cli.done("senders", "list").out
    assert text.splitlines()[2].split(maxsplit=2) == ["Bertha", "disabled", "Berta@bosch.com, b@bosch.com"]
    cli.done("senders", "edit", "Bertha", "--addresses", "berta@bosch.com", "--enabled")


def test_who_looks_like_a_registered_sender_is_told_wherever_they_are_read(world: World) -> None:
    cli = world.cli
    told = "resembles anna@bosch.com, which is registered"
    assert cli.apply("[intake]\nallow_unknown_senders = true\nallowed_pattern = ''").code == 0
    world.fetch(letter("Pay this", "Anna <anna@b0sch.com>"), letter("Hello", "Bob <bob@bosch.com>"))
    careful, plain = (cli.done("journal", "show", message) for message in (1, 2))
    assert " ".join(careful.out.split()).count(told) == 2, "beside the address, and in the check"
    assert f"({told})" in " ".join(cli.done("issues", "show", 1).out.split())
    assert "resembles" not in plain.out + cli.done("issues", "show", 2).out
    (check,) = (
        check
        for check in cli.done("journal", "show", 1, "--json").objects[0]["checks"]
        if check["name"] == "sender_form"
    )
    assert check == {"name": "sender_form", "passed": True, "detail": check["detail"]}
    assert check["detail"].endswith(f"; careful, it {told}")
    added = cli.done("senders", "add", "Trap", "anna@b0sch.com", "eve@b0sch.com", "x@else.com")
    assert added.err.splitlines() == [
        f"Careful: anna@b0sch.com {told}.",
        "Careful: eve@b0sch.com resembles bosch.com, the domain of registered senders.",
    ]
    assert cli.done("senders", "edit", "Trap", "--addresses", "x@bosch.com", "x@else.com").err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "Eve", "eve@evil.org"], "addresses: eve@evil.org is not registered, the pattern refuses it: "),
        (["add", "Eve", "eve"], "addresses: eve: An address has exactly one @"),
        (["add", "Eve", "ANNA@bosch.com"], "addresses: ANNA@bosch.com belongs to Anna Meier already"),
        (["edit", "nobody", "--name", "x"], "no sender nobody is registered"),
        (["edit", "Anna Meier", "--addresses", "anna@evil.org"], "addresses: anna@evil.org is not registered"),
    ],
)
def test_what_cannot_be_registered(world: World, arguments: list[str], message: str) -> None:
    result = world.cli("senders", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"allegra-tui: {message}")
    assert len(world.cli.done("senders", "list", "--json").objects) == 1


def test_senders_from_a_csv_file(world: World, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "Name,Address\n"
        '"Weiß, Jörg",joerg@bosch.com; j.weiss@bosch.com\n'
        "Eve,eve@evil.org\n"
        "\n"
        "Mixed,good@bosch.com,bad@evil.org,nonsense\n"
        "Anna Meier,anna@bosch.com\n"
        "anna meier,anna.meier@bosch.com\n"
        "Thief,anna@bosch.com\n"
        "Nobody,\n"
    )
    preview = world.cli.done("senders", "import", file, "--dry-run", "--json").objects
    assert len(world.cli.done("senders", "list", "--json").objects) == 1
    results = world.cli.done("senders", "import", file, "--json").objects
    assert [{**result, "dry_run": True} for result in results] == preview
    assert [(result["line"], result["name"], result["addresses"], result["result"]) for result in results] == [
        (2, "Weiß, Jörg", ["joerg@bosch.com", "j.weiss@bosch.com"], "added"),
        (3, "Eve", [], "refused"),
        (5, "Mixed", ["good@bosch.com"], "added"),
        (6, "Anna Meier", ["anna@bosch.com"], "unchanged"),
        (7, "anna meier", ["anna.meier@bosch.com"], "changed"),
        (8, "Thief", [], "refused"),
        (9, "Nobody", [], "refused"),
    ]
    reasons = {refused["address"]: refused["reason"] for result in results for refused in result["refused"]}
    assert reasons["anna@bosch.com"] == "it belongs to Anna Meier already"
    assert reasons[""] == "there is no address"
    assert reasons["eve@evil.org"].startswith("the pattern refuses it: ")
    assert set(reasons) == {"eve@evil.org", "bad@evil.org", "nonsense", "anna@bosch.com", ""}
    again = world.cli.done("senders", "import", file)
    assert "0 added" not in again.err
    assert again.err.endswith("4 unchanged, 3 refused\n")
    assert len(world.cli.done("senders", "list", "--json").objects) == 3


def test_a_spreadsheets_file_in_windows_1252_with_semicolons(world: World, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes("Name;E-Mail\r\nJürgen;j@bosch.com;k@bosch.com\r\n".encode("windows-1252"))
    (result,) = world.cli.done("senders", "import", file, "--json").objects
    assert (result["name"], result["addresses"]) == ("Jürgen", ["j@bosch.com", "k@bosch.com"])


def test_a_file_without_header(world: World, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("\ufeffBerta,b@bosch.com\n")
    assert len(world.cli.done("senders", "import", tmp_path / "people.csv", "--json").objects) == 1


def test_a_file_that_is_not_there(world: World) -> None:
    result = world.cli("senders", "import", "/no/such.csv", "--json")
    assert (result.code, result.error["code"]) == (2, "not_found")


def test_the_audit_names_the_person_and_what_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "anna")
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 22")
    world.cli.done("projects", "edit", "SUP", "--name", "Help")
    (entry,) = world.cli.done("audit", "list", "--limit", 1, "--json").objects
    assert entry.pop("at").endswith("Z")
    assert entry.pop("who").startswith("anna as ")
    assert entry == {"action": "change", "subject": "project SUP", "changes": {"name": ["Support", "Help"]}}
    text = world.cli.done("audit", "list", "--limit", 1).out
    assert " from 192.0.2.7: change project SUP\n    name: Support -> Help\n" in text


def test_what_changes_nothing_leaves_no_entry(world: World) -> None:
    before = world.cli.done("audit", "list", "--json").out
    world.cli.done("projects", "edit", "SUP", "--name", "Support")
    world.cli.done("mailbox", "edit", "post", "--enabled")
    assert world.cli.done("audit", "list", "--json").out == before
