"""`mailbox`: settings, passwords, connection test, certificates."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allegra_tui.commands.mailbox import OPTIONS
from allegra_tui.model.settings import Protocol, Security
from allegra_tui.usecases import records
from tests.commands.conftest import Cli, World
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, DovecotAccount

CANARY = "c4n4ry-pass"


def add(cli: Cli, *options: object, stdin: str | None = None) -> Any:
    return cli("mailbox", "add", "box", "--host", "mail.example.org", "--username", "u", *options, stdin=stdin)


def listed(cli: Cli, name: str = "box") -> dict[str, Any]:
    (mailbox,) = cli.done("mailbox", "list", name, "--json").objects
    return mailbox


def test_every_setting_of_the_file_is_an_option() -> None:
    asked = {
        "name",
        "password",
        "client_secret",
        "ca_pem",
    }  # a word of its own, prompts, and the file instead of its text
    assert set(OPTIONS) == {*records.MAILBOX, *records.SECRET, *records.FILES} - asked


def test_add_edit_list_remove(world: World) -> None:
    cli = world.cli
    assert add(cli, "--project", "sup", "--port", 10993, "--first-contact", "7", stdin="").code == 0
    mailbox = listed(cli)
    assert (mailbox["project"], mailbox["port"], mailbox["first_contact"]) == ("SUP", 10993, 7)
    cli.done(
        *("mailbox", "edit", "box", "--port", 0, "--project", "", "--leave-on-server", "--addresses", "a@b.de, c@d.de"),
        *("--password-command", "pass show 'a b'", "--name", "other"),
    )
    mailbox = listed(cli, "other")
    assert (mailbox["project"], mailbox["port"], mailbox["leave_on_server"]) == (None, None, True)
    assert (mailbox["addresses"], mailbox["password_command"]) == (["a@b.de", "c@d.de"], ["pass", "show", "a b"])
    assert mailbox["first_contact"] == 7
    assert cli.done("mailbox", "edit", "other", "--no-leave-on-server", "--addresses", "", "--json").objects[0] == {
        **mailbox,
        "leave_on_server": False,
        "addresses": [],
    }
    assert cli.done("mailbox", "remove", "other", "--json").objects == [
        {"name": "other", "removed": True, "disabled": False}
    ]
    assert cli("mailbox", "list", "other").code == 2


def test_people_see_what_happens_to_the_mail_and_are_warned(world: World) -> None:
    result = add(world.cli, "--security", "starttls-if-available", stdin="")
    assert result.out == "mailbox box added: imap u on mail.example.org:143/INBOX\n"
    assert "It has no password yet" in result.err
    assert "Unsafe" in result.err
    assert "deleted once they are stored" in result.err
    text = world.cli.done("mailbox", "list").out
    assert max(map(len, text.splitlines())) <= 80
    assert "is deleted" in text
    details = world.cli.done("mailbox", "list", "box").out
    assert "security:            starttls-if-available" in details


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--port", "70000"], "port: a whole number from 1 to 65535 is expected"),
        (["--leave-on-server", "--move-to", "Done"], "move_to: messages are either left"),
        (["--protocol", "pop3", "--folder", "X"], "folder: POP3 has no folders"),
        (["--project", "NOPE"], "project: there is no project NOPE"),
        (["--path", "/x"], "path: only a Maildir has a path"),
        (["--first-contact", "soon"], 'first_contact: "all", "new" or a number of days'),
        (["--ca-file", "/no/such.pem"], "ca_file: /no/such.pem cannot be read"),
        (["--security", "none", "--pin", "a" * 64], "pin: a certificate is of no use"),
        (["--addresses", "nobody"], "addresses: nobody: "),
    ],
)
def test_mistakes_are_told_by_their_setting(world: World, options: list[str], message: str) -> None:
    result = add(world.cli, *options, stdin="")
    assert result.code == 2
    assert f"allegra-tui: {message}" in result.err
    assert len(world.cli.done("mailbox", "list", "--json").objects) == 1


def test_the_same_name_or_account_twice_is_refused(world: World) -> None:
    assert add(world.cli, stdin="").code == 0
    again = add(world.cli, "--json", stdin="")
    assert (again.code, again.error["code"]) == (2, "invalid")
    other = world.cli("mailbox", "add", "y", "--host", "MAIL.example.org", "--username", "u", stdin="")
    assert other.code == 2
    assert "mailbox box reads the same account and folder already" in other.err


def test_a_mailbox_that_messages_came_from_is_disabled_instead_of_removed(world: World) -> None:
    world.fetch(b"From: anna@bosch.com\n\nx\n")
    result = world.cli.done("mailbox", "remove", "post")
    assert "disabled" in result.out
    assert listed(world.cli, "post")["enabled"] is False
    assert len(world.cli.done("issues", "list", "--json").objects) == 1


def test_passwords_come_from_standard_input_or_a_prompt_and_are_shown_nowhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = world.cli
    results = [add(cli, "--password-stdin", stdin=f"{CANARY}\n")]
    assert listed(cli)["password"] is True
    results.append(cli("mailbox", "password", "box", "--remove"))
    assert listed(cli)["password"] is False
    prompts = []

    def prompt(text: str) -> str:
        prompts.append(text)
        return CANARY

    monkeypatch.setattr("getpass.getpass", prompt)
    monkeypatch.setattr(sys, "stdin", open("/dev/null"))  # noqa: SIM115
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    results.append(cli("mailbox", "password", "box"))
    sys.stdin.close()
    assert prompts == ["Password of mailbox box: "]
    assert listed(cli)["password"] is True
    results += [cli("mailbox", "list", "--json"), cli("config", "export"), cli("audit", "list"), cli("config", "show")]
    assert all(result.code == 0 for result in results)
    assert all(CANARY not in result.out + result.err for result in results)
    assert all(CANARY.encode() not in file.read_bytes() for file in cli.data_dir.iterdir())
    assert "password: encrypted -> -" in cli.done("audit", "list").out


@pytest.mark.parametrize(
    "options",
    [
        ("--password-env", "MAIL"),
        ("--password-command", "pass show mail"),
        ("--auth", "oauth2", "--provider", "google", "--client-id", "x"),
    ],
)
def test_a_password_of_no_use_is_not_taken(world: World, options: tuple[str, ...]) -> None:
    result = add(world.cli, "--password-stdin", *options, stdin=f"{CANARY}\n")
    assert (result.code, result.out) == (2, "")
    assert "password" in result.err
    assert CANARY not in result.err
    assert [box["name"] for box in world.cli.done("mailbox", "list", "--json").objects] == ["post"]


def test_without_a_terminal_nobody_is_asked(world: World) -> None:
    assert add(world.cli, stdin=CANARY).code == 0
    assert listed(world.cli)["password"] is False
    result = world.cli("mailbox", "password", "box", stdin=CANARY)
    assert result.code == 2
    assert "--password-stdin" in result.err
    assert world.cli("mailbox", "password", "box", "--password-stdin", stdin="\n").code == 2
    assert world.cli("mailbox", "password", "nope", "--password-stdin", stdin="x\n").code == 2


def test_a_lost_key_is_not_replaced_while_other_passwords_need_it(world: World) -> None:
    cli = world.cli
    add(cli, "--password-stdin", stdin="x\n")
    cli.done("mailbox", "add", "y", "--host", "h", "--username", "u", "--password-stdin", stdin="y\n")
    (cli.data_dir / "secret.key").unlink()
    result = cli("mailbox", "password", "box", "--password-stdin", stdin="x\n")
    assert result.code == 2
    assert "restore it from a backup" in result.err
    cli.done("mailbox", "password", "y", "--remove")
    cli.done("mailbox", "password", "box", "--password-stdin", stdin="x\n")
    assert (cli.data_dir / "secret.key").exists()


STEPS = ["resolve", "connect", "tls", "login", "capabilities", "folder"]


@pytest.fixture
def real(cli: Cli, account: DovecotAccount, mailbox_toml: Callable[..., str]) -> Callable[..., Cli]:
    """Configure a mailbox on Dovecot, whose authority is trusted unless said otherwise."""

    def configure(
        protocol: Protocol = Protocol.IMAP, security: Security = Security.SSL, *, trusted: bool = True
    ) -> Cli:
        table = mailbox_toml("box", protocol, account.dovecot.port(protocol, security), f'security = "{security}"')
        result = cli.apply(f"[intake]\ndefault_project = 'INBOX'\n[[projects]]\nkey = 'INBOX'\n{table}")
        assert result.code == 0, result
        if not trusted:
            cli.done("mailbox", "edit", "box", "--ca-file", "")
        return cli

    return configure


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
@pytest.mark.parametrize("security", [Security.SSL, Security.STARTTLS])
def test_every_step_of_a_connection_is_told(
    real: Callable[..., Cli], account: DovecotAccount, protocol: Protocol, security: Security
) -> None:
    account.deliver(b"Subject: x\r\n\r\n")
    steps = real(protocol, security).done("mailbox", "test", "box", "--json").objects
    assert sorted(STEPS.index(step["step"]) for step in steps) == list(range(6))
    assert all(set(step) == {"step", "ok", "detail"} and step["ok"] and step["detail"] for step in steps)
    assert account.messages()[0].flags == frozenset()


def test_people_see_the_steps(real: Callable[..., Cli]) -> None:
    lines = real().done("mailbox", "test", "box").out.splitlines()
    assert lines[0].startswith("ok  resolve       ")
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("option", "value", "failing"),
    [
        ("--host", "no-such-host.invalid", "resolve"),
        ("--port", "1", "connect"),
        ("--ca-file", "", "tls"),
        ("--password-command", "echo wrong", "login"),
        ("--password-env", "NO_SUCH_VARIABLE", "login"),
        ("--folder", "Nowhere", "folder"),
    ],
)
def test_the_step_that_fails_is_the_last_and_exit_code_is_1(
    real: Callable[..., Cli], option: str, value: str, failing: str
) -> None:
    cli = real()
    cli.done("mailbox", "edit", "box", option, value)
    result = cli("mailbox", "test", "box", "--json")
    assert result.code == 1
    *done, failed = result.objects
    assert all(step["ok"] for step in done)
    assert (failed["step"], failed["ok"]) == (failing, False)
    assert [step["step"] for step in done] == STEPS[: STEPS.index(failing)]
    assert cli("mailbox", "test", "box").code == 1


def test_a_mailbox_that_does_not_exist_is_wrong_usage(world: World) -> None:
    assert world.cli("mailbox", "test", "nope").code == 2
    assert world.cli("mailbox", "trust", "nope").code == 2


def test_a_maildir_has_one_step(world: World) -> None:
    (step,) = world.cli.done("mailbox", "test", "post", "--json").objects
    assert (step["step"], step["ok"]) == ("folder", True)
    assert world.cli("mailbox", "trust", "post").code == 1


def test_trust_pins_the_certificate_that_verification_refuses(
    real: Callable[..., Cli], dovecot: Dovecot, account: DovecotAccount
) -> None:
    account.deliver(b"From: anna@bosch.com\r\nSubject: x\r\n\r\n")
    cli = real(trusted=False)
    assert cli("fetch").code == 1
    hint = cli("mailbox", "test", "box").err
    assert "allegra-tui mailbox trust box" in hint
    asked = cli("mailbox", "trust", "box", stdin="y\n")
    assert asked.code == 2, "nobody can be asked without a terminal"
    assert dovecot.issued.sha256 in asked.out + asked.err
    wrong = cli("mailbox", "trust", "box", "--fingerprint", "0" * 64)
    assert wrong.code == 2
    assert listed(cli)["pin"] is None
    (pinned,) = cli.done("mailbox", "trust", "box", "--fingerprint", dovecot.issued.sha256.upper(), "--json").objects
    assert (pinned["pinned"], pinned["sha256"], pinned["names"]) == (True, dovecot.issued.sha256, ["localhost"])
    assert listed(cli)["pin"] == dovecot.issued.sha256
    cli.done("mailbox", "test", "box")
    assert cli.done("fetch", "--json").objects[-1]["received"] == 1
    assert "pinned already" in cli.done("mailbox", "trust", "box").out
    cli.done("mailbox", "trust", "box", "--forget")
    assert listed(cli)["pin"] is None
    assert cli("fetch").code == 1


def test_a_changed_certificate_is_shown_beside_the_pinned_one(real: Callable[..., Cli], dovecot: Dovecot) -> None:
    cli = real(trusted=False)
    sha256 = dovecot.issued.sha256
    cli.done("mailbox", "trust", "box", "--fingerprint", sha256)
    cli.done("mailbox", "edit", "box", "--pin", "ab" * 32)
    shown = cli("mailbox", "trust", "box").out.splitlines()
    assert shown[0].split() == ["pinned", "until", "now", "presented", "now"]
    assert shown[1].split() == ["Subject", "(not", "known)", "CN=localhost"]
    assert [line.split() for line in shown if line.startswith("SHA-256")] == [["SHA-256", "ab" * 16, sha256[:32]]]
    assert max(map(len, shown)) <= 80


def test_an_authority_is_trusted_for_the_mailbox(
    real: Callable[..., Cli], account: DovecotAccount, tmp_path: Path
) -> None:
    cli = real(trusted=False)
    (tmp_path / "ca.pem").write_text(account.dovecot.ca_pem or "")
    (tmp_path / "other.pem").write_text(Authority(tmp_path, "Other").pem)
    refused = cli("mailbox", "trust", "box", "--ca", tmp_path / "other.pem")
    assert (refused.code, listed(cli)["ca_pem"]) == (1, None)
    assert "is refused as well" in refused.err
    assert cli("mailbox", "trust", "box", "--ca", tmp_path / "nowhere.pem").code == 2
    assert "for this mailbox alone" in cli.done("mailbox", "trust", "box", "--ca", tmp_path / "ca.pem").out
    assert listed(cli)["ca_pem"] == account.dovecot.ca_pem
    cli.done("mailbox", "test", "box")


def test_what_is_unsafe_is_called_so_wherever_it_is_chosen_or_shown(world: World) -> None:
    cli = world.cli
    for security in ("starttls-if-available", "none"):
        for told in (
            add(cli, "--security", security, stdin=""),
            cli("mailbox", "edit", "box", "--security", security),
            cli("mailbox", "test", "box"),
            cli("mailbox", "list", "box"),
            cli("config", "apply", "-", stdin=cli.done("config", "export").out),
        ):
            assert "Unsafe: " in told.out + told.err
        assert " UNSAFE" in cli.done("mailbox", "list").out
        cli.done("mailbox", "edit", "box", "--security", "ssl")
        assert "UNSAFE" not in cli.done("mailbox", "list").out.upper()
        cli.done("mailbox", "remove", "box")


@pytest.mark.parametrize(("answer", "pinned"), [("y\n", True), ("\n", False), ("no\n", False)])
def test_trust_asks(
    real: Callable[..., Cli], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str, pinned: bool
) -> None:
    cli = real(trusted=False)
    (tmp_path / "answer").write_text(answer)
    with (tmp_path / "answer").open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        result = cli("mailbox", "trust", "box")
    assert result.code == 0
    assert "Trust it?" in result.err
    assert (listed(cli)["pin"] is not None) == pinned


def test_a_trusted_certificate_needs_no_pin(real: Callable[..., Cli]) -> None:
    result = real().done("mailbox", "trust", "box")
    assert "no pin is needed" in result.out


def test_a_new_key_for_the_stored_passwords(world: World) -> None:
    cli = world.cli
    refused = cli("mailbox", "rotate-key")
    assert (refused.code, refused.err) == (
        1,
        "allegra-tui: no password is stored encrypted, so there is no key to change\n",
    )
    add(cli, "--password-stdin", stdin=CANARY)
    before = (cli.data_dir / "secret.key").read_bytes()
    result = cli.done("mailbox", "rotate-key")
    assert result.out == "1 stored secret encrypted with a new key\n"
    assert "Backups made before open with the former key only" in result.err
    assert cli.done("mailbox", "rotate-key", "--json").objects == [{"rotated": 1}]
    assert (cli.data_dir / "secret.key").read_bytes() != before
    assert [entry["action"] for entry in cli.done("audit", "list", "--json").objects][:2] == ["rotate", "rotate"]
