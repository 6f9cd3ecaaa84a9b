"""The program as a shell calls it, in this process, on a data directory of its own."""

import hashlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from allegra_tui.__main__ import main
from allegra_tui.secrets import Vault
from allegra_tui.store import Store, mailboxes
from allegra_tui.usecases import configuration
from tests.servers.dovecot import DovecotAccount


@dataclass(frozen=True)
class Result:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Standard output as JSON, one object a line, which has to be ASCII."""
        assert self.out.isascii()
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> dict[str, str]:
        """The error that standard error holds as JSON."""
        found = json.loads(self.err)["error"]
        assert isinstance(found, dict)
        return found


@dataclass
class Cli:
    """Runs commands on one data directory."""

    data_dir: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *arguments: object, stdin: str | bytes | None = None) -> Result:
        """Run a command; what it is to succeed at is for the caller to say."""
        if stdin is not None:
            raw = stdin.encode() if isinstance(stdin, str) else stdin
            self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        self.capsys.readouterr()
        code = main(["--data-dir", str(self.data_dir), *map(str, arguments)])
        captured = self.capsys.readouterr()
        return Result(code, captured.out, captured.err)

    def done(self, *arguments: object, stdin: str | bytes | None = None) -> Result:
        """Run a command that has to succeed."""
        result = self(*arguments, stdin=stdin)
        assert result.code == 0, result
        return result

    def apply(self, text: str, *options: str) -> Result:
        """Apply a configuration file."""
        return self("config", "apply", "-", *options, stdin=text)

    def store(self) -> "closing[Store]":
        """Open the database beside the program."""
        return closing(Store.open(self.data_dir / "allegra.db"))


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of the machine's own settings gets in, and the umask comes back."""
    for name in ("ALLEGRA_TUI_DATA_DIR", "SUDO_USER", "SSH_CONNECTION", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The program on an empty data directory."""
    return Cli(tmp_path / "data", capsys, monkeypatch)


MINIMAL = """
[intake]
default_project = "INBOX"
[[projects]]
key = "INBOX"
"""
BOX = """
[[mailboxes]]
name = "{name}"
host = "mail.example.org"
username = "{name}"
"""
WORLD = """
[intake]
default_project = "INBOX"
allowed_pattern = '[^@ \\t]@bosch\\.com'

[[projects]]
key = "INBOX"
name = "Catch-all"

[[projects]]
key = "SUP"
name = "Support"

[[mailboxes]]
name = "post"
protocol = "maildir"
path = "{maildir}"
leave_on_server = true

[[senders]]
name = "Anna Meier"
addresses = ["anna@bosch.com"]
"""


@dataclass
class World:
    """A configured data directory whose one mailbox is a Maildir that tests deliver into."""

    cli: Cli
    maildir: Path
    delivered: int = 0

    def deliver(self, *messages: bytes) -> None:
        for raw in messages:
            self.delivered += 1
            (self.maildir / "new" / f"{self.delivered:06d}.test").write_bytes(raw.replace(b"\n", b"\r\n"))

    def fetch(self, *messages: bytes) -> Result:
        """Deliver messages and take them in."""
        self.deliver(*messages)
        return self.cli("fetch", "--json")


@pytest.fixture(scope="session")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the configuration of `world`, to copy."""
    root = tmp_path_factory.mktemp("configured")
    with closing(Store.open(root / "allegra.db")) as store:
        configuration.apply(store, Vault(root / "secret.key"), WORLD.format(maildir=root), base=root, who="test")
    return root


@pytest.fixture
def world(cli: Cli, configured: Path, tmp_path: Path) -> World:
    """Two projects, one registered sender, a pattern, and an empty Maildir."""
    maildir = tmp_path / "mail"
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
    cli.data_dir.mkdir(0o700)
    for file in configured.iterdir():
        (cli.data_dir / file.name).touch(0o600)
        (cli.data_dir / file.name).write_bytes(file.read_bytes())
    with cli.store() as store, store.write() as tx:
        (box,) = mailboxes.every(tx)
        mailboxes.save(tx, replace(box, path=str(maildir)))
    return World(cli, maildir)


def letter(
    subject: str = "Printer",
    sender: str = "Anna Meier <anna@bosch.com>",
    body: str = "It does not print.",
    extra: str = "",
) -> bytes:
    """Write a message. Each has an id of its own, made of subject and sender."""
    name = hashlib.sha256(repr((subject, sender, body)).encode()).hexdigest()[:16]
    head = f"From: {sender}\nTo: post@example.org\nSubject: {subject}\nMessage-ID: <{name}@bosch.com>\n{extra}"
    return f"{head}Date: Mon, 1 Jan 2024 10:00:00 +0000\n\n{body}\n".encode("utf-8", "surrogateescape")


@pytest.fixture
def mailbox_toml(account: DovecotAccount, tmp_path: Path) -> Callable[..., str]:
    """Write the table of a mailbox on a real server; `changes` are further lines."""
    (tmp_path / "ca.pem").write_text(account.server.ca_pem or "")

    def write(name: str, protocol: str, port: int, *changes: str) -> str:
        lines = [
            "[[mailboxes]]",
            f'name = "{name}"',
            f'protocol = "{protocol}"',
            'host = "localhost"',
            f"port = {port}",
            f'username = "{account.username}"',
            f'password = "{account.password}"',
            f'ca_file = "{tmp_path / "ca.pem"}"',
            *changes,
        ]
        return "\n".join(lines) + "\n"

    return write
