"""What the README promises is what the program does."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from textual.binding import Binding

from allegra_tui.__main__ import main
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.screens.issues import IssuesScreen
from allegra_tui.console.screens.journal import JournalScreen
from allegra_tui.console.screens.mailboxes import MailboxesScreen
from allegra_tui.model.settings import Protocol, Security
from allegra_tui.model.verdict import CheckName
from allegra_tui.usecases import records
from tests.servers.dovecot import DovecotAccount
from tests.usecases.conftest import letter

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
PROGRAM = [sys.executable, "-m", "allegra_tui"]


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of a language, without the indentation of the list they stand in."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)
    return [re.sub(f"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def lines_of(text: str) -> list[list[str]]:
    """Return the program's command lines, as the shell splits them."""
    commands = [line.partition(" > ")[0] for line in text.splitlines() if line.startswith("allegra-tui ")]
    return [shlex.split(command)[1:] for command in commands]


def run(arguments: list[str], **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the program to its end."""
    whole = {**os.environ, **environment}
    return subprocess.run([*PROGRAM, *arguments], env=whole, capture_output=True, text=True, timeout=120, check=False)


def test_the_picture_is_what_the_demo_prints(tmp_path: Path) -> None:
    shown = re.search(r"^\$ allegra-tui demo --headless\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert shown is not None
    done = run(["demo", "--headless"], TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == shown[1].splitlines()


def test_the_first_mailbox_is_set_up_as_described(account: DovecotAccount, tmp_path: Path) -> None:
    account.deliver_all([letter("Hello", sender="anna@example.com"), letter("Spam", sender="eve@example.org")])
    mail = next(text for text in blocks("toml"))
    ours = {
        'host = "mail.example.com"': f'host = "localhost"\nport = {account.server.port(Protocol.IMAP, Security.SSL)}',
        'username = "issues@example.com"': f'username = "{account.username}"',
        '["pass", "show", "mail/issues"]': f'["echo", "{account.password}"]\nca_file = "ca.pem"',
    }
    for theirs, replacement in ours.items():
        assert theirs in mail
        mail = mail.replace(theirs, replacement)
    (tmp_path / "mail.toml").write_text(mail)
    (tmp_path / "ca.pem").write_text(account.server.ca_pem or "")
    steps = next(lines_of(text) for text in blocks("sh") if "config apply" in text)
    for step in steps:
        done = run(
            [str(tmp_path / word) if word == "mail.toml" else word for word in step],
            ALLEGRA_TUI_DATA_DIR=str(tmp_path / "data"),
        )
        assert done.returncode == 0, (step, done.stdout, done.stderr)
    assert steps[-1] == ["issues", "list"]
    assert "Hello" in done.stdout
    assert "Spam" not in done.stdout
    assert len(account.messages()) == 2


COMMAND_LINES = [line for text in blocks("sh") for line in lines_of(text)]


@pytest.mark.parametrize("arguments", COMMAND_LINES, ids=" ".join)
def test_every_command_line_is_one_that_the_program_takes(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if arguments[:2] == ["mailbox", "add"]:
        arguments = arguments if "--auth" in arguments else [*arguments, "--password-env", "NOWHERE"]  # it would ask
    assert main(["--data-dir", str(tmp_path), *arguments]) == 0 or "usage: " not in capsys.readouterr().err


def test_every_command_is_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    table = README.partition("## Commands")[2].partition("## ")[0].splitlines()
    for command in _commands(capsys):
        rows = [row for row in table if row.startswith(f"| `{command}") and not row[3 + len(command)].isalpha()]
        assert rows, command
        for word in _commands(capsys, command):
            assert any(f"`{word}" in row or f"{command} {word}" in row for row in rows), (command, word)


def _commands(capsys: pytest.CaptureFixture[str], *group: str) -> list[str]:
    """Return the commands that --help lists, of the program or of a group."""
    with pytest.raises(SystemExit):
        main([*group, "--help"])
    listed = capsys.readouterr().out.partition("\ncommands:\n")[2]
    return re.findall(r"^    ([a-z-]+)(?:  |$)", listed, re.MULTILINE)


def test_every_key_of_the_configuration_is_explained() -> None:
    reference = README.partition("## Configuration")[2]
    keys = {*records.INTAKE, *records.PROJECT, *records.SENDER, *records.MAILBOX, *records.SECRET, *records.FILES}
    keys.remove("ca_pem")  # what an export writes in place of ca_file
    explained = set(re.findall(r"`(\w+)`", reference))
    assert keys <= explained
    assert [name for name in CheckName if f"| `{name}` |" not in README] == []


def test_the_keys_of_the_places_are_the_ones_they_have() -> None:
    places: dict[str, type[ConsoleScreen[None]]] = {
        "issues": IssuesScreen,
        "journal": JournalScreen,
        "mailboxes": MailboxesScreen,
    }
    rows = re.findall(r"^\| ((?:`\w`(?:, )?)+) \| (issues|journal|mailboxes): (.*) \|$", README, re.MULTILINE)
    assert [place for _, place, _ in rows] == list(places)
    for written, place, about in rows:
        keys = re.findall(r"`(\w)`", written)
        bound = {
            binding.key: binding.description
            for one in places[place].__mro__
            for binding in vars(one).get("BINDINGS", ())
            if isinstance(binding, Binding)
        }
        assert bound.keys() >= set(keys), place
        if place != "mailboxes":
            assert [bound[key] for key in keys] == about.split(", ")
