"""`fetch`, `import`, `explain` and `status`."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from allegra_tui.model.journal import Lease
from allegra_tui.model.settings import Protocol, Security
from allegra_tui.store import leases, mailboxes, settings
from tests.commands.conftest import Cli, World, letter
from tests.servers.dovecot import DovecotAccount

EVIL = letter("Buy\x1b[31m", "Eve <eve@evil.org>")


def test_every_message_is_an_object_and_the_summary_comes_last(world: World) -> None:
    first, second, summary = world.fetch(letter(), EVIL).objects
    assert {key: value for key, value in first.items() if key != "key"} == {
        "event": "message",
        "mailbox": "post",
        "outcome": "created",
        "reason": None,
        "issue": 1,
        "subject": "Printer",
        "sender": "anna@bosch.com",
        "dry_run": False,
    }
    assert second["outcome"] == "rejected"
    assert second["reason"] == "unknown_sender"
    assert second["issue"] is None
    assert second["subject"] == "Buy\x1b[31m", "JSON holds it as it came"
    seconds = summary.pop("seconds")
    assert isinstance(seconds, float)
    assert summary == {
        "event": "summary",
        "mailboxes": [
            {
                "name": "post",
                "error": None,
                "skipped": None,
                "more": False,
                "received": 2,
                "left": 2,
                "deleted": 0,
                "moved": 0,
            }
        ],
        "received": 2,
        "created": 1,
        "commented": 0,
        "rejected": 1,
        "ignored": 0,
        "duplicate": 0,
        "failed": 0,
    }


def test_people_get_a_line_a_message_and_the_reason(world: World) -> None:
    world.deliver(letter(), EVIL)
    result = world.cli.done("fetch")
    lines = result.out.splitlines()
    assert lines[0].split() == ["created", "#1", "post", "anna@bosch.com", "Printer"]
    assert lines[1].split() == ["rejected", "post", "eve@evil.org", "Buy\u241b[31m"]
    assert lines[2].startswith("           unknown_sender: ")
    assert "post: 2 received, 2 left there" in lines
    assert lines[-1].startswith("2 received: 1 created, 1 rejected (")
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in result.out
    assert world.cli.done("fetch").out.startswith("nothing new (")


def test_a_dry_run_stores_nothing(world: World) -> None:
    world.deliver(letter())
    event, summary = world.cli.done("fetch", "--dry-run", "--json").objects
    assert (event["dry_run"], event["outcome"], event["issue"]) == (True, "created", 1)
    assert summary["created"] == 1
    assert world.cli.done("journal", "list", "--json").out == ""


def test_an_unknown_mailbox_is_wrong_usage(world: World) -> None:
    result = world.cli("fetch", "nope", "--json")
    assert result.code == 2
    assert result.error["code"] == "not_found"
    assert "nope" in result.error["message"]


def test_intake_switched_off_is_said_and_no_failure(world: World) -> None:
    world.cli.apply("[intake]\nenabled = false\n")
    result = world.fetch(letter())
    assert result.code == 0
    (summary,) = result.objects
    assert (summary["event"], summary["mailboxes"], summary["received"]) == ("summary", [], 0)
    assert result.error["code"] == "intake_off"
    (status,) = world.cli.done("status", "--json").objects
    assert (status["state"], status["error"], status["overdue"]) == ("paused", None, False)


def test_an_unreachable_mailbox_fails_and_the_others_are_taken(world: World) -> None:
    world.cli.apply(
        "[[mailboxes]]\nname = 'broken'\nprotocol = 'maildir'\npath = '/no/such/maildir'\n"
        "[[mailboxes]]\nname = 'off'\nhost = 'x.invalid'\nusername = 'x'\nenabled = false\n"
    )
    result = world.fetch(letter())
    assert result.code == 1
    summary = result.objects[-1]
    boxes = {box["name"]: box for box in summary["mailboxes"]}
    assert set(boxes) == {"post", "broken"}
    assert boxes["post"]["error"] is None
    assert "/no/such/maildir" in boxes["broken"]["error"]
    assert summary["created"] == 1
    status = world.cli("status", "--json")
    assert status.code == 1
    states = {line["mailbox"]: line["state"] for line in status.objects}
    assert states == {"post": "ok", "broken": "error", "off": "disabled"}
    assert "broken: " in world.cli("fetch").err


def test_exit_code_3_where_another_intake_holds_every_mailbox(world: World) -> None:
    world.deliver(letter())
    with world.cli.store() as store, store.write() as tx:
        mailbox = mailboxes.find(tx, "post")
        assert mailbox is not None
        soon = datetime.now(UTC) + timedelta(seconds=120)
        lease = Lease(mailbox_id=mailbox.id, host="elsewhere", pid=7, started="x", until=soon)
        assert leases.acquire(tx, lease, dead=lambda _: False) is None
    result = world.cli("fetch", "--json")
    assert result.code == 3
    (summary,) = result.objects
    assert "elsewhere" in summary["mailboxes"][0]["skipped"]
    (status,) = world.cli.done("status", "--json").objects
    assert (status["state"], status["holder"]) == ("running", "process 7 on elsewhere")


def test_a_disabled_mailbox_that_is_named_is_no_reason_for_exit_code_3(world: World) -> None:
    world.cli.done("mailbox", "edit", "post", "--no-enabled")
    result = world.cli("fetch", "post", "--json")
    assert result.code == 0
    assert result.objects[0]["mailboxes"][0]["skipped"] == "disabled"


def test_a_stored_pattern_that_became_unusable_pauses_everything(world: World) -> None:
    from dataclasses import replace

    from allegra_tui.store import settings

    with world.cli.store() as store, store.write() as tx:
        settings.save(tx, replace(settings.load(tx), allowed_pattern="(?{ code })"))
    result = world.fetch(letter())
    assert result.code == 1
    assert result.error["code"] == "pattern_unusable"
    status = world.cli("status", "--json")
    assert status.code == 1
    assert status.objects[0]["state"] == "paused"
    assert "pattern" in status.objects[0]["error"]
    assert len(list((world.maildir / "new").iterdir())) == 1


def test_a_missing_key_is_exit_code_2_and_the_other_mailboxes_are_taken(world: World) -> None:
    world.cli.apply("[[mailboxes]]\nname = 'x'\nhost = '127.0.0.1'\nport = 1\nusername = 'x'\npassword = 'canary'\n")
    (world.cli.data_dir / "secret.key").unlink()
    result = world.fetch(letter())
    assert result.code == 2
    assert result.error["code"] == "key_file"
    assert result.objects[-1]["created"] == 1


def test_a_key_file_open_to_others_is_refused_with_what_to_run(world: World) -> None:
    world.cli.apply("[[mailboxes]]\nname = 'x'\nhost = '127.0.0.1'\nport = 1\nusername = 'x'\npassword = 'canary'\n")
    (world.cli.data_dir / "secret.key").chmod(0o644)
    result = world.cli("fetch", "x")
    assert result.code == 2
    assert f"chmod 600 {world.cli.data_dir / 'secret.key'}" in result.err


def test_status_tells_an_overdue_mailbox(world: World) -> None:
    from dataclasses import replace

    world.cli.done("fetch")
    with world.cli.store() as store, store.write() as tx:
        (mailbox,) = mailboxes.every(tx)
        state = mailboxes.state(tx, mailbox.id)
        mailboxes.save_state(tx, replace(state, last_success=datetime.now(UTC) - timedelta(seconds=3700)))
    result = world.cli("status", "--json")
    assert result.code == 1
    assert (result.objects[0]["overdue"], result.objects[0]["state"]) == (True, "ok")
    assert "OVERDUE" in world.cli("status").out
    world.cli.done("mailbox", "edit", "post", "--overdue-seconds", "5000")
    assert world.cli.done("status", "--json").objects[0]["overdue"] is False


def test_status_has_every_field(world: World) -> None:
    world.fetch(EVIL)
    (status,) = world.cli.done("status", "--json").objects
    moments = {name: status.pop(name) for name in ("last_attempt", "last_success", "next_run")}
    assert all(moment.endswith("Z") for moment in moments.values())
    assert status == {
        "mailbox": "post",
        "enabled": True,
        "state": "ok",
        "error": None,
        "consecutive_errors": 0,
        "holder": None,
        "overdue": False,
        "quarantine": 1,
        "note": None,
        "certificate_ends": None,
        "warning": None,
    }


def test_sigterm_ends_a_fetch_cleanly(
    cli: Cli, account: DovecotAccount, mailbox_toml: Callable[..., str], tmp_path: Path
) -> None:
    body = "x" * 200_000
    account.deliver_all([letter(f"Printer {number}", body=body) for number in range(200)])
    port = account.dovecot.port(Protocol.IMAP, Security.SSL)
    text = "[intake]\nallow_unknown_senders = true\ndefault_project = 'INBOX'\n[[projects]]\nkey = 'INBOX'\n"
    assert cli.apply(text + mailbox_toml("post", "imap", port)).code == 0
    command = [sys.executable, "-m", "allegra_tui", "--data-dir", str(cli.data_dir), "fetch", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.send_signal(signal.SIGTERM)
        rest = child.stdout.read()
        assert child.wait(timeout=60) == 128 + signal.SIGTERM
    assert b'"event": "summary"' in rest
    (status,) = cli.done("status", "--json").objects
    assert status["holder"] is None
    counts = cli.done("journal", "list", "--json").objects
    assert {message["outcome"] for message in counts} <= {"created", "received"}
    cli.done("fetch")
    assert len(cli.done("issues", "list", "--json").objects) == 200


def test_import_takes_files_through_the_same_intake(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "one.eml").write_bytes(letter("One"))
    (folder / "two.eml").write_bytes(EVIL)
    first, second, summary = world.cli.done("import", folder, "--json").objects
    assert (first["outcome"], first["issue"], first["mailbox"]) == ("created", 1, "import")
    assert second["reason"] == "unknown_sender"
    assert summary["mailboxes"][0]["received"] == 2
    assert world.cli.done("mailbox", "list", "--json").objects[0]["name"] == "post"
    assert len(world.cli.done("status", "--json").objects) == 1
    result = world.cli("import", folder / "three.eml")
    assert (result.code, result.err) == (2, f"allegra-tui: there is no {folder / 'three.eml'}\n")


def test_a_file_that_cannot_be_read_is_one_line(world: World, tmp_path: Path) -> None:
    result = world.cli("import", "x" * 300, "--json")
    assert result.code == 1
    assert result.error == {"code": "failed", "message": f"{'x' * 300} cannot be read: File name too long"}
    (tmp_path / "folder" / "odd.eml").mkdir(parents=True)
    assert world.cli.done("import", tmp_path / "folder", "--json").objects[-1]["received"] == 0


def test_nothing_to_fetch_from_is_said(cli: Cli) -> None:
    cli.done("projects", "add", "INBOX", "--default")
    result = cli.done("fetch")
    assert (result.out, result.err) == ("", "No mailbox is enabled: allegra-tui mailbox list\n")
    assert cli.done("fetch", "--json").objects[0]["mailboxes"] == []
    assert cli.done("status").err.startswith("No mailbox is set up yet")


def test_import_as_if_by_a_mailbox(world: World, tmp_path: Path) -> None:
    world.cli.done("mailbox", "edit", "post", "--project", "SUP")
    (tmp_path / "one.eml").write_bytes(letter("One"))
    world.cli.done("import", tmp_path / "one.eml", "--mailbox", "post")
    (issue,) = world.cli.done("issues", "list", "--json").objects
    assert issue["project"] == "SUP"


def test_explain_says_everything_and_stores_nothing(world: World, tmp_path: Path) -> None:
    raw = letter(
        extra='MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n',
        body="--b\nContent-Type: text/plain\n\nIt burns.\n\n-- \nAnna\n"
        "--b\nContent-Type: text/csv; name=a.csv\n\n1;2\n--b--",
    )
    (tmp_path / "mail.eml").write_bytes(raw)
    (found,) = world.cli.done("explain", tmp_path / "mail.eml", "--json").objects
    checks = found.pop("checks")
    assert [check["name"] for check in checks] == [
        "size",
        "machine",
        "sender_form",
        "reject_lists",
        "registered",
        "pattern",
        "authentication",
        "rate",
        "follow_up",
        "project",
    ]
    assert all(set(check) == {"name", "passed", "detail"} and check["passed"] for check in checks)
    (attachment,) = found.pop("attachments")
    assert set(attachment) == {"filename", "content_type", "size", "sha256", "inline"}
    assert (attachment["filename"], attachment["inline"]) == ("a.csv", False)
    assert "-- \nAnna" in found["text"]
    del found["text"], found["message_id"]
    assert found == {
        "file": str(tmp_path / "mail.eml"),
        "outcome": "create",
        "reason": None,
        "sender": {"address": "anna@bosch.com", "name": "Anna Meier", "trusted": True, "registered": True},
        "project": "INBOX",
        "comment_on": None,
        "title": "Printer",
        "visible_text": "It burns.",
        "date": "2024-01-01T10:00:00Z",
        "machine": None,
        "repairs": [],
    }
    assert world.cli.done("journal", "list", "--json").out == ""


def test_explain_works_without_any_configuration_and_creates_nothing(cli: Cli) -> None:
    result = cli.done("explain", "-", "--json", stdin=letter())
    (found,) = result.objects
    assert (found["file"], found["outcome"], found["reason"]) == ("-", "reject", "unknown_sender")
    assert not cli.data_dir.exists()


def test_explain_for_people_fits_80_columns_and_is_safe(world: World) -> None:
    result = world.cli.done("explain", "-", stdin=letter("Evil \x1b]0;x\x07", body="\x1b[2J" + "word " * 100))
    assert "Outcome: create an issue in INBOX" in result.out
    assert max(map(len, result.out.splitlines())) <= 80
    assert not set(result.out) & set("\x1b\x07")


def test_explain_tells_a_file_that_cannot_be_read_and_explains_the_rest(world: World, tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_bytes(letter())
    result = world.cli("explain", "/no/such.eml", tmp_path / "mail.eml", "--json")
    assert result.code == 1
    assert len(result.objects) == 1
    assert result.error == {"code": "unreadable", "message": "/no/such.eml cannot be read: No such file or directory"}


def test_explain_with_an_unusable_pattern_says_so_of_each_message_and_ends_with_0(world: World) -> None:
    with world.cli.store() as store, store.write() as tx:
        settings.save(tx, replace(settings.load(tx), allowed_pattern="(unclosed"))
    (found,) = world.cli.done("explain", "-", "--json", stdin=letter()).objects
    assert (found["outcome"], found["reason"], found["title"]) == ("fail", "pattern_unusable", "Printer")
    result = world.cli.done("explain", "-", stdin=letter())
    assert "Outcome: fail (pattern_unusable)" in result.out
    assert "nothing is taken in before" in result.out


def test_explain_says_that_a_folder_holds_no_message(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no mail")
    result = cli.done("explain", tmp_path)
    assert (result.out, ".eml" in result.err) == ("", True)


def test_explain_meets_the_issues_there_are(world: World) -> None:
    world.fetch(letter())
    (found,) = world.cli.done("explain", "-", "--json", stdin=letter("Re: [#1] Printer")).objects
    assert (found["outcome"], found["comment_on"]) == ("comment", 1)
    assert "Outcome: comment on #1" in world.cli.done("explain", "-", stdin=letter("Re: [#1] Printer")).out
