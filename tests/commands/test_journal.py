"""`journal`: every message, its verdict, and the quarantine."""

import subprocess
import sys

import pytest

from tests.commands.conftest import World, letter

EVE = letter("Please", "Eve <eve@bosch.com>")
EVIL = letter("Buy\x1b[31m", "Eve <eve@evil.org>")


@pytest.fixture
def journal(world: World) -> World:
    """1 became an issue, 2 is of an unknown sender, 3 also refused by the pattern, 4 the same as 1."""
    world.fetch(letter(), EVE, EVIL)
    world.fetch(letter())
    return world


def test_the_list_as_json(journal: World) -> None:
    rows = journal.cli.done("journal", "list", "--json").objects
    assert [row["id"] for row in rows] == [4, 3, 2, 1]
    (location,) = rows[2].pop("locations")
    assert set(location) == {"key", "settle"}
    assert location["settle"] == "left"
    assert rows[2].pop("received").endswith("Z")
    assert rows[2] == {
        "id": 2,
        "mailbox": "post",
        "subject": "Please",
        "sender": "eve@bosch.com",
        "outcome": "rejected",
        "reason": "unknown_sender",
        "review": "open",
        "issue": None,
    }
    assert [(row["outcome"], row["issue"]) for row in rows] == [
        ("duplicate", 1),
        ("rejected", None),
        ("rejected", None),
        ("created", 1),
    ]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--review", "open"], [3, 2]),
        (["--outcome", "created"], [1]),
        (["--sender", "EVE@evil.org"], [3]),
        (["--search", "leas"], [2]),
        (["--mailbox", "post", "--limit", "2"], [4, 3]),
        (["--mailbox", "import"], []),
    ],
)
def test_filters(journal: World, options: list[str], ids: list[int]) -> None:
    assert [row["id"] for row in journal.cli.done("journal", "list", "--json", *options).objects] == ids


def test_the_list_for_people(journal: World) -> None:
    result = journal.cli.done("journal", "list", "--limit", 3)
    lines = result.out.splitlines()
    assert lines[0].split() == ["ID", "RECEIVED", "OUTCOME", "REVIEW", "ISSUE", "SUBJECT"]
    assert lines[2].endswith("Buy\u241b[31m")
    assert max(map(len, lines)) <= 80
    assert result.err == "The latest 3; more with --limit\n"
    assert journal.cli("journal", "list", "--mailbox", "nope").code == 2


def test_a_message_with_every_check(journal: World) -> None:
    (row,) = journal.cli.done("journal", "show", 3, "--json").objects
    failed = [check["name"] for check in row["checks"] if not check["passed"]]
    assert failed == ["registered", "pattern"]
    assert row["reason"] == "unknown_sender"
    assert row["has_original"] is True
    text = journal.cli.done("journal", "show", 3).out
    assert "NO  pattern" in text
    assert "Buy\u241b[31m" in text
    assert max(map(len, text.splitlines())) <= 80
    assert journal.cli("journal", "show", 99).err.startswith("allegra-tui: there is no message 99")


def test_the_source_is_the_bytes_as_they_came(journal: World) -> None:
    command = [sys.executable, "-m", "allegra_tui", "--data-dir", str(journal.cli.data_dir), "journal", "source", "3"]
    child = subprocess.run(command, stdout=subprocess.PIPE, timeout=60, check=True)
    assert child.stdout == EVIL.replace(b"\n", b"\r\n")


def test_a_terminal_gets_only_what_is_safe_of_the_source(journal: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "Subject: Buy\u241b[31m\n" in journal.cli.done("journal", "source", 3).out


def test_the_source_as_json_keeps_every_byte(journal: World) -> None:
    journal.fetch(letter("Bytes \udcff"))
    (found,) = journal.cli.done("journal", "source", 5, "--json").objects
    raw = found["source"].encode("latin-1")
    assert raw == letter("Bytes \udcff").replace(b"\n", b"\r\n")
    assert found["size"] == len(raw)


def test_release_makes_the_issue_after_all_and_can_register_the_sender(journal: World) -> None:
    (done,) = journal.cli.done("journal", "release", 2, "--register-sender", "--json").objects
    assert (done["event"], done["outcome"], done["issue"]) == ("message", "created", 2)
    (row,) = journal.cli.done("journal", "show", 2, "--json").objects
    assert (row["review"], row["issue"]) == ("released", 2)
    assert "eve@bosch.com" in journal.cli.done("senders", "list").out
    journal.cli.done("journal", "release", 3, "--project", "sup")
    (issue,) = journal.cli.done("issues", "list", "--json", "--project", "SUP").objects
    assert issue["title"] == "Buy\x1b[31m"


def test_a_sender_whom_the_pattern_refuses_is_not_registered_on_release(journal: World) -> None:
    result = journal.cli("journal", "release", 3, "--register-sender")
    assert result.code == 1
    assert result.err.startswith("allegra-tui: eve@evil.org cannot be registered")
    assert len(journal.cli.done("journal", "list", "--json", "--review", "open").objects) == 2


def test_discard_closes_the_review(journal: World) -> None:
    first = journal.cli.done("journal", "discard", 2, 3)
    assert first.out == "message 2 discarded\nmessage 3 discarded\n"
    assert journal.cli.done("journal", "discard", 2, "--json").objects == [{"id": 2, "discarded": False}]
    assert journal.cli.done("journal", "list", "--json", "--review", "open").out == ""


def test_only_failed_messages_are_retried(journal: World) -> None:
    result = journal.cli("journal", "retry", 2, "--json")
    assert result.code == 1
    assert result.error["code"] == "refused"
    assert journal.cli("journal", "retry", 99).code == 2


def test_a_message_without_a_project_is_retried_once_there_is_one(world: World) -> None:
    from dataclasses import replace

    from allegra_tui.store import mailboxes, settings

    (world.maildir / "new" / "1.test").write_bytes(letter("=?utf-8?q?Sp=C3=A4ter?="))
    with world.cli.store() as store, store.write() as tx:
        settings.save(tx, replace(settings.load(tx), default_project=None))
        (box,) = mailboxes.every(tx)
        assert box.project is None
    assert world.cli("fetch").code == 1, "a global mailbox without a default project errs"
    assert world.cli.done("journal", "list", "--json").out == ""
