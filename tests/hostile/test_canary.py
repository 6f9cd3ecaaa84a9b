"""Passwords and tokens of every kind, looked for wherever the program leaves anything: found in their places alone."""

import base64
import itertools
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from allegra_tui import mail
from allegra_tui.model.settings import Auth, Mailbox, Protocol, Provider, Secret, SecretKind, Security
from allegra_tui.model.sign_in import SignIn
from allegra_tui.paths import DataDir
from allegra_tui.policy.pattern.contained import check_contained
from allegra_tui.secrets import Vault
from allegra_tui.sources.source import SourceError
from allegra_tui.store import mailboxes, sign_ins
from allegra_tui.usecases.intake import trial
from tests.commands.conftest import Cli, Result
from tests.console.terminal import Terminal
from tests.console.world import START, World, build, letter
from tests.hostile import test_commands
from tests.servers.scripted import FakeImap, FakePop3, Scripted, Talk, scripted
from tests.sources.using import steps

CANARIES = {
    "command": "c4n4ry-of-a-command",
    "env": "c4n4ry-of-a-variable",
    "file": "c4n4ry-of-a-file",
    "credential": "c4n4ry-of-systemd",
    "stored": 'c4n4ry-"stored\\',
    "typed": "c4n4ry-typed",
    "client": "c4n4ry-client-secret",
    "refresh": "c4n4ry-refresh-token",
    "access": "c4n4ry-access-token",
}
"""A secret for each way in which the program gets to know one."""

COMMAND_LINES = """
import os, sys
with open(sys.argv[1], "a") as seen:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            seen.write(open(f"/proc/{pid}/cmdline").read() + "\\n")
        except OSError:
            pass
print(open(sys.argv[2]).read())
"""
"""A password command that writes down every command line on the machine while it runs."""


class Echo(FakeImap):
    """A server that quotes what it does not like, as some do: the log-in with its password."""

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name == "LOGIN":
            talk.send(f"{tag} BAD what is {command}?\r\n".encode())
        else:
            super().answer(talk, tag, name, command)


class Garbage(FakeImap):
    """A server that repeats the log-in as a terminal would."""

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if name == "LOGIN":
            talk.send(f"{tag} {command}\r\n".encode())
            talk.hang_up()
        super().answer(talk, tag, name, command)


class EchoPop3(FakePop3):
    """The same in POP3."""

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        if name == "PASS":
            talk.send(b"-ERR what is " + talk._received[-1] + b"\r\n")
        else:
            super().answer(talk, name, numbers)


@dataclass
class Guarded:
    """A data directory with a secret of every kind, the places where they belong, and what the program printed."""

    world: World
    places: set[Path]
    environment: dict[str, str]
    seen: Path
    printed: list[Result] = field(default_factory=list)
    shown: bytearray = field(default_factory=bytearray)

    def told(self) -> bytes:
        """Everything that anybody could read."""
        found = [result.out + result.err for result in self.printed]
        return "\n".join(found).encode("utf-8", "replace") + bytes(self.shown) + self.seen.read_bytes()


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guarded]:
    """Mailboxes on servers that let them in, and on servers that repeat what they are given."""
    world = build(tmp_path / "data", monkeypatch)
    vault = Vault(DataDir(world.root).key)
    secrets = tmp_path / "secrets"
    secrets.mkdir(0o700)
    for name in ("command", "file", "credential"):
        (secrets / name).write_text(CANARIES[name])
    (tmp_path / "watch.py").write_text(COMMAND_LINES)
    seen = tmp_path / "seen"
    seen.touch()
    words = (sys.executable, str(tmp_path / "watch.py"), str(seen), str(secrets / "command"))
    kinds = {
        "command": Secret(kind=SecretKind.COMMAND, value=words),
        "env": Secret(kind=SecretKind.ENV, value=("MAIL_PASSWORD",)),
        "file": Secret(kind=SecretKind.FILE, value=(str(secrets / "file"),)),
        "credential": Secret(kind=SecretKind.FILE, value=("credential",)),
        "stored": vault.encrypt(CANARIES["stored"]),
    }
    environment = {"MAIL_PASSWORD": CANARIES["env"], "CREDENTIALS_DIRECTORY": str(secrets)}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with _servers() as servers:
        for (name, secret), (number, (server, protocol)) in itertools.product(kinds.items(), enumerate(servers)):
            box = server.mailbox(protocol, username=f"{name}{number}", secret=secret)
            world.mailbox(replace(box, name=f"{name}-{number}", read_timeout=5))
        _sign_in(world, vault)
        yield Guarded(world, set(secrets.iterdir()), environment, seen)


@contextmanager
def _servers() -> Iterator[list[tuple[Scripted, Protocol]]]:
    good = FakeImap({1: letter(), 2: letter("x", sender="nobody at all")})
    with scripted(good) as one, scripted(Echo()) as two, scripted(Garbage()) as three, scripted(EchoPop3()) as four:
        yield [(one, Protocol.IMAP), (two, Protocol.IMAP), (three, Protocol.IMAP), (four, Protocol.POP3)]


def _sign_in(world: World, vault: Vault) -> None:
    """Add a mailbox that somebody signed in to, whose provider is not to be reached."""
    box = Mailbox(name="oauth", host="127.0.0.1", port=1, username="u", security=Security.SSL, auth=Auth.OAUTH2)
    secret, nobody = vault.encrypt(CANARIES["client"]), "https://127.0.0.1:1/"
    box = replace(box, provider=Provider.CUSTOM, client_id="c", client_secret=secret)
    box = replace(box, device_endpoint=nobody, token_endpoint=nobody, scope="mail")
    added = world.mailbox(box)
    refresh, access = vault.encrypt(CANARIES["refresh"]), vault.encrypt(CANARIES["access"])
    signed_in = SignIn(
        mailbox_id=added.id,
        client="c",
        refresh=refresh,
        access=access,
        since=START,
        renew_at=START,
        expires_at=START,
    )
    with world.store() as store, store.write() as tx:
        sign_ins.save(tx, signed_in)
        assert len(mailboxes.every(tx)) == 21


def forms(canary: str) -> set[bytes]:
    """The ways in which a secret might be written down."""
    plain = canary.encode()
    in_base64 = {base64.b64encode(b"\0" * before + plain)[4:-4] for before in range(3)}
    quoted = canary.replace("\\", "\\\\").replace('"', '\\"')
    return {
        plain,
        quoted.encode(),
        repr(quoted.encode())[2:-1].encode(),
        json.dumps(canary)[1:-1].encode(),
        plain.hex().encode(),
        plain.decode().encode("utf-16-le"),
        *in_base64,
    }


def hits(text: bytes) -> list[str]:
    """Name the secrets that a text holds."""
    return [name for name, canary in CANARIES.items() if any(form in text for form in forms(canary))]


def test_no_file_and_no_output_holds_a_secret(guarded: Guarded, cli: Cli, tmp_path: Path) -> None:
    with _reading(guarded.world.root / "allegra.db"):
        _every_command(guarded, cli, tmp_path)
        _watch(guarded)
        _console(guarded, tmp_path)
        assert (guarded.world.root / "allegra.db-wal").stat().st_size > 0
        files = [path for path in tmp_path.rglob("*") if path.is_file() and path not in guarded.places]
        assert {"allegra.db", "allegra.db-wal", "secret.key", "backup.db"} <= {path.name for path in files}
        assert {str(path): found for path in files if (found := hits(path.read_bytes()))} == {}
    with guarded.world.store() as store, store.read() as tx:
        errors = [mailboxes.state(tx, box.id).error for box in mailboxes.every(tx)]
    assert sum("***" in (error or "") for error in errors) >= 6, "the servers were to repeat what they were given"
    assert hits(guarded.told()) == []
    assert b"watch.py" in guarded.seen.read_bytes(), "nobody looked at the process list"


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Have another process read the database meanwhile, so that the write-ahead log stays."""
    program = (
        "import sqlite3, sys\n"
        "reader = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "reader.execute('BEGIN')\n"
        "print(reader.execute('SELECT count(*) FROM mailboxes').fetchone(), flush=True)\n"
        "sys.stdin.read()\n"
    )
    argv = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        yield
        reader.communicate()


def _every_command(guarded: Guarded, cli: Cli, directory: Path) -> None:
    """Run each command, as people and programs do."""
    words = {
        "BOX": "command-0",
        "SERVER": "stored-1",
        "OPEN": "2",
        "SENDER": "x",
        "BACKUP": str(directory / "backup.db"),
    }
    words |= {
        "EXPORTED": str(directory / "exported.toml"),
        "SENDERS": "/no/such",
        "TOML": "/no/such",
        "BAD": "/no/such",
    }
    words |= {"FILES": "/no/such", "NEW": str(directory / "new"), "post": "env-0"}
    calls = {name: lists[0] for name, lists in test_commands.ARGUMENTS.items()}
    calls["mailbox list"] = [f"{kind}-0" for kind in ("command", "env", "file", "credential", "stored")]
    for name in sorted(calls, key=lambda name: name in ("mailbox remove", "mailbox password", "restore")):
        for as_json in ([], ["--json"]):
            arguments = [words.get(word, word) for word in calls[name]]
            guarded.printed.append(cli(*name.split(), *as_json, *arguments, stdin="y\n"))
    for kind, number in itertools.product(("env", "file", "credential", "stored"), range(4)):
        guarded.printed.append(cli("mailbox", "test", f"{kind}-{number}"))
    guarded.printed.append(cli("mailbox", "password", "env-3", "--password-stdin", stdin=f"{CANARIES['typed']}\n"))
    wrong = f"[[mailboxes]]\nname = 'x'\npasword = '{CANARIES['typed']}'\npassword = '{CANARIES['typed']}\n"
    guarded.printed.append(cli.apply(wrong))


def _watch(guarded: Guarded) -> None:
    argv = [sys.executable, "-m", "allegra_tui", "--data-dir", str(guarded.world.root), "watch", "--verbose"]
    with Terminal(argv, env=guarded.environment) as terminal:
        terminal.wait_for(lambda shown: shown.count(b"***") >= 4)
        terminal.process.send_signal(signal.SIGTERM)
        terminal.wait(60)
        guarded.shown += terminal.output


def _console(guarded: Guarded, directory: Path) -> None:
    """Look at the mailboxes, and at one while it is tested and edited."""
    asked = {"root": str(guarded.world.root), "told": str(directory / "told"), "typed": CANARIES["typed"]}
    file = min(guarded.places).parent / "walk"
    file.write_text(json.dumps({**asked, "rows": 4, "depth": 0, "place": "mailboxes", "border": True}))
    guarded.places.add(file)
    with Terminal([sys.executable, "-m", "tests.hostile.walk", str(file)], env=guarded.environment) as terminal:
        assert terminal.wait(120) == 0
        guarded.shown += terminal.output


@pytest.mark.parametrize(
    "act",
    [
        lambda: check_contained("a+"),
        lambda: trial.survives(letter()),
        lambda: mail.parse(b"Content-Type: text/html\r\n\r\n" + b"<p>x</p>" * 200_000),
    ],
    ids=["pattern", "message", "html"],
)
def test_no_child_that_reads_foreign_text_inherits_a_secret(
    act: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = tmp_path / "python"
    spy.write_text(f'#!/bin/sh\nenv > {tmp_path}/environment\nexec {sys.executable} "$@"\n')
    spy.chmod(0o700)
    monkeypatch.setenv("MAIL_PASSWORD", CANARIES["env"])
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/allegra-tui.service")
    monkeypatch.setattr(sys, "executable", str(spy))
    assert callable(act)
    act()
    found = (tmp_path / "environment").read_bytes()
    assert hits(found) == []
    assert b"CREDENTIALS" not in found


def test_the_trace_of_a_defect_in_the_console_shows_no_variables(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from allegra_tui.console import run\n"
        "from allegra_tui.console.screens.overview import OverviewScreen\n"
        "def broken(self):\n"
        f"    password = {CANARIES['typed']!r}\n"
        "    self.read(lambda: 1 / len(password[:0]), lambda _: None)\n"
        "OverviewScreen.load = broken\n"
        "sys.exit(run(Path(sys.argv[1])))\n"
    )
    with Terminal([sys.executable, "-c", program, str(tmp_path / "data")]) as terminal:
        terminal.wait(60)
    assert b"ZeroDivisionError" in terminal.output
    assert hits(bytes(terminal.output)) == []


def test_the_trace_of_a_defect_does_not_steer_the_terminal(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from allegra_tui.__main__ import main\n"
        "import allegra_tui.usecases.browse as browse\n"
        "def broken(*_, **__): raise ValueError('\\x1b]0;owned\\x07\\u202e')\n"
        "browse.issue = broken\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    data = ["--data-dir", str(tmp_path / "data")]
    subprocess.run([sys.executable, "-m", "allegra_tui", *data, "projects", "add", "X"], check=True, timeout=60)
    child = subprocess.run(
        [sys.executable, "-c", program, *data, "issues", "show", "1"], capture_output=True, timeout=60, check=False
    )
    assert child.returncode == 1
    assert b"ValueError" in child.stderr
    assert "\u241b]0;owned\u2407\ufffd".encode() in child.stderr
    assert b"\x1b" not in child.stderr


@pytest.mark.parametrize("script", [Echo(), Garbage(), EchoPop3()], ids=lambda script: type(script).__name__)
@pytest.mark.parametrize("password", [CANARIES["stored"], CANARIES["file"]])
def test_a_server_that_repeats_the_password_is_not_quoted(script: FakeImap | FakePop3, password: str) -> None:
    protocol = Protocol.POP3 if isinstance(script, FakePop3) else Protocol.IMAP
    with scripted(script) as server, pytest.raises(SourceError) as caught:
        steps(server.mailbox(protocol), password)
    assert hits(str(caught.value).encode()) == []
    assert "***" in str(caught.value)
