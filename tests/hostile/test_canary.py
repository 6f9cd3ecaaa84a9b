"""Passwords and tokens of every kind, looked for wherever the program leaves anything: found in their places alone."""

import base64
import hashlib
import itertools
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from html import escape
from pathlib import Path

import pytest

from allegra_tui import mail
from allegra_tui.console import ending
from allegra_tui.console.plain_text import BACK
from allegra_tui.model.settings import Mailbox, Protocol, Secret, SecretKind, Security
from allegra_tui.model.sign_in import SignIn
from allegra_tui.paths import DataDir
from allegra_tui.policy.pattern.contained import check_contained
from allegra_tui.secrets import Vault
from allegra_tui.store import mailboxes, sign_ins
from allegra_tui.usecases import tokens
from allegra_tui.usecases.intake import trial
from tests.commands.conftest import Cli, Result
from tests.console.terminal import Terminal, end, open_console
from tests.console.world import START, World, build, letter
from tests.hostile import test_commands
from tests.hostile.repeating import Echo, EchoPop3, EchoProvider, Garbage, TokenImap
from tests.servers.ports import HOST
from tests.servers.scripted import FakeImap, Scripted, over_tls, scripted

CANARIES = {
    "command": "c4n4ry-of-a-command",
    "env": "c4n4ry-of-a-variable",
    "file": "c4n4ry-of-a-file",
    "credential": "c4n4ry-of-systemd",
    "stored": 'c4n4ry-"stored\\',
    "typed": "c4n4ry-typed",
    "client": "c4n4ry-client-secret",
    "refresh": f"c4n4ry-refresh-{hashlib.sha512(b'refresh').hexdigest()}",
    "access": f"c4n4ry-access-{hashlib.sha512(b'access').hexdigest() * 3}",
}
"""A secret for each way in which the program gets to know one."""

SIGNED_IN = ("giving", "repeating", "nowhere")
"""What the providers of those mailboxes do that somebody signed in to."""

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
    with _servers() as servers, _providers(tmp_path, world, vault):
        for (name, secret), (number, (server, protocol)) in itertools.product(kinds.items(), enumerate(servers)):
            box = server.mailbox(protocol, username=f"{name}{number}", secret=secret)
            world.mailbox(replace(box, name=f"{name}-{number}", read_timeout=5))
        with world.store() as store, store.read() as tx:
            assert len(mailboxes.every(tx)) == 23
        yield Guarded(world, set(secrets.iterdir()), environment, seen)


@contextmanager
def _servers() -> Iterator[list[tuple[Scripted, Protocol]]]:
    good = FakeImap({1: letter(), 2: letter("x", sender="nobody at all")})
    with scripted(good) as one, scripted(Echo()) as two, scripted(Garbage()) as three, scripted(EchoPop3()) as four:
        yield [(one, Protocol.IMAP), (two, Protocol.IMAP), (three, Protocol.IMAP), (four, Protocol.POP3)]


@contextmanager
def _providers(directory: Path, world: World, vault: Vault) -> Iterator[None]:
    """Add mailboxes that somebody signed in to, on servers that refuse all tokens and repeat them.

    Their providers give these very tokens again, or repeat what they are asked, or are not to be reached.
    """
    with ExitStack() as stack:
        for name in SIGNED_IN:
            (directory / name).mkdir()
            provider = EchoProvider(directory / name)
            if name == "giving":
                provider.tokens = {"access_token": CANARIES["access"], "refresh_token": CANARIES["refresh"]}
            provider.start()
            stack.callback(provider.stop)
            script = over_tls(TokenImap(), provider.authority.issue("mail", [HOST]))
            box = stack.enter_context(scripted(script)).mailbox(security=Security.SSL, username=name, host=HOST)
            box = replace(box, name=name, read_timeout=5, ca_pem=provider.authority.pem, **provider.settings())
            _sign_in(world, vault, replace(box, token_endpoint="https://127.0.0.1:1/") if name == "nowhere" else box)
        yield


def _sign_in(world: World, vault: Vault, box: Mailbox) -> None:
    added = world.mailbox(replace(box, client_secret=vault.encrypt(CANARIES["client"])))
    refresh, access = vault.encrypt(CANARIES["refresh"]), vault.encrypt(CANARIES["access"])
    until = START + timedelta(days=36_500)
    client = tokens._client(added)
    signed_in = SignIn(
        mailbox_id=added.id,
        client=client,
        refresh=refresh,
        access=access,
        since=START,
        renew_at=until,
        expires_at=until,
    )
    with world.store() as store, store.write() as tx:
        sign_ins.save(tx, signed_in)


@cache
def forms(canary: str) -> set[bytes]:
    """The ways in which a secret might be written down, and of one that is long, parts of it."""
    plain = canary.encode()
    if len(plain) > 100:
        return set().union(*(forms(canary[at : at + 20]) for at in range(0, len(plain) - 20, 7)))
    in_base64 = {base64.b64encode(b"\0" * before + plain)[4:-4] for before in range(3)}
    quoted = canary.replace("\\", "\\\\").replace('"', '\\"')
    return {
        plain,
        quoted.encode(),
        repr(quoted.encode())[2:-1].encode(),
        json.dumps(canary)[1:-1].encode(),
        escape(canary).encode(),
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
    tested = [cli("mailbox", "test", name) for name in SIGNED_IN]
    assert ["***" in result.out for result in tested] == [True, True, False], tested
    guarded.printed += tested
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
    """Look at the mailboxes, and at one while it is tested and edited; have every screen's picture and plain text.

    Pictures are Textual's. The console has no command that saves one, but a person's terminal may.
    """
    pictures = directory / "pictures"
    pictures.mkdir()
    asked = {"root": str(guarded.world.root), "told": str(directory / "told"), "typed": CANARIES["typed"]}
    asked |= {"pictures": str(pictures)}
    file = min(guarded.places).parent / "walk"
    file.write_text(json.dumps({**asked, "rows": 4, "depth": 0, "place": "mailboxes", "border": True}))
    guarded.places.add(file)
    with Terminal([sys.executable, "-m", "tests.hostile.walk", str(file)], env=guarded.environment) as terminal:
        assert terminal.wait(120) == 0
        guarded.shown += terminal.output
    assert any("***" in picture.read_text() for picture in pictures.iterdir()), "no picture shows what was repeated"
    with open_console(guarded.world.root, env=guarded.environment) as terminal:
        terminal.wait_for(b"? help")
        terminal.send("3")
        terminal.wait_for(b"t test")
        terminal.send("t")
        terminal.wait_for(b"x login")
        terminal.wait_for(b"r again")
        before = len(terminal.output)
        terminal.send("Y")
        terminal.wait_for(BACK.encode(), since=before)
        assert b"***" in terminal.output[before:]
        guarded.shown += terminal.output
        terminal.send("enter")
        assert end(terminal, signal.SIGTERM) == ending.INTERRUPTED


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
        f"    password = '-'.join({CANARIES['typed'].split('-')})\n"  # nothing for the process list
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
