"""`watch` as an administrator runs it: a process, its log, its signals, and what it tells systemd."""

import contextlib
import functools
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from allegra_tui.commands import watch_unit
from allegra_tui.commands.systemd import Service
from allegra_tui.model.settings import Mailbox, Protocol, Secret, SecretKind
from tests.commands.conftest import MINIMAL, Cli, World, letter
from tests.servers.dovecot import DovecotAccount
from tests.servers.scripted import FakeImap, FakePop3, Script, Talk, scripted
from tests.usecases import children

SECONDS = 30.0
CANARY = "canary-4711-password"


class Process:
    """A watch in a process of its own, and the lines it logs."""

    _numbers = itertools.count(1)

    def __init__(self, data_dir: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self._log = data_dir.parent / f"watch-{next(self._numbers)}.log"
        self._log.touch()
        run = functools.partial(children.watch, log=self._log, options=options, env=env or {})
        self.process = children.start(run, data_dir)

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def lines(self) -> list[str]:
        """What it logged so far, whole lines."""
        return self._log.read_text().split("\n")[:-1]

    def wait_for(self, wanted: Callable[[str], bool], count: int = 1) -> str:
        """Wait for so many lines, and return the last of them."""
        end = time.monotonic() + SECONDS
        while len(found := [line for line in self.lines if wanted(line)]) < count:
            assert time.monotonic() < end, "\n".join(self.lines)
            time.sleep(0.02)
        return found[count - 1]

    def event(self, name: str, count: int = 1) -> dict[str, Any]:
        """Wait for an event in a log of JSON objects."""
        found: dict[str, Any] = json.loads(self.wait_for(lambda line: json.loads(line)["event"] == name, count))
        return found

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int | None, float]:
        """Send a signal; the exit code, and the seconds until it was there."""
        began = time.monotonic()
        self.send(number)
        self.process.join(SECONDS)
        return self.process.exitcode, time.monotonic() - began

    def close(self) -> None:
        """Leave nothing behind."""
        self.process.kill()
        self.process.join()


@pytest.fixture
def start(cli: Cli) -> Iterator[Callable[..., Process]]:
    """Start watches on the test's data directory."""
    with contextlib.ExitStack() as stack:

        def started(*options: str, env: dict[str, str] | None = None) -> Process:
            return stack.enter_context(contextlib.closing(Process(cli.data_dir, *options, env=env)))

        yield started


def add_scripted(cli: Cli, port: int, protocol: str = "imap", *changes: str) -> None:
    """Set a mailbox up on a scripted server."""
    lines = [
        MINIMAL,
        "[[mailboxes]]",
        'name = "box"',
        f'protocol = "{protocol}"',
        'host = "127.0.0.1"',
        f"port = {port}",
        'security = "none"',
        'username = "user"',
        f'password = "{CANARY}"',
        *changes,
    ]
    assert cli.apply("\n".join(lines)).code == 0


def silent(talk: Talk) -> None:
    talk.silence()


class Refusing(FakeImap):
    """Refuses every log-in."""

    def complete(self, talk: Talk, tag: str, name: str, command: str) -> None:
        no = name == "LOGIN"
        talk.send(f"{tag} {'NO' if no else 'OK'} {name} is \x1b[31mdone\r\n".encode())


class HangingAt(FakeImap):
    """Behaves until a command, then says nothing."""

    capabilities = "IMAP4rev1 UIDPLUS IDLE"

    def __init__(self, command: str) -> None:
        super().__init__({uid: letter(f"Number {uid}").replace(b"\n", b"\r\n") for uid in range(1, 31)})
        self._command = command

    def answer(self, talk: Talk, tag: str, name: str, command: str) -> None:
        if self._command in command:
            talk.silence()
        super().answer(talk, tag, name, command)


class HangingAtQuit(FakePop3):
    """Does not answer QUIT."""

    def answer(self, talk: Talk, name: str, numbers: list[int]) -> None:
        if name == "QUIT":
            talk.silence()
        super().answer(talk, name, numbers)


PHASES: dict[str, tuple[Script, str, str]] = {
    "greeting": (silent, "imap", "progress"),
    "log-in": (HangingAt("LOGIN"), "imap", "progress"),
    "download": (HangingAt("BODY.PEEK[]"), "imap", "progress"),
    "expunge": (HangingAt("EXPUNGE"), "imap", "message"),
    "waiting by IDLE": (HangingAt("IDLE"), "imap", "waiting"),
    "back-off": (Refusing(), "imap", "backoff"),
    "QUIT": (HangingAtQuit([letter().replace(b"\n", b"\r\n")]), "pop3", "message"),
    "waiting for its turn": (FakePop3(), "pop3", "waiting"),
}


@pytest.mark.parametrize("phase", PHASES)
def test_sigterm_ends_it_cleanly_in_every_phase(cli: Cli, start: Callable[..., Process], phase: str) -> None:
    script, protocol, event = PHASES[phase]
    with scripted(script) as server:
        add_scripted(cli, server.port, protocol, "read_timeout = 60")
        watch = start("--json", "--verbose")
        watch.event(event)
        code, seconds = watch.end()
    assert code == 0
    assert seconds < 5
    assert json.loads(watch.lines[-1])["event"] == "ended"
    assert not json.loads(watch.lines[-1])["unfinished"]
    (box,) = cli("status", "--json").objects
    assert box["holder"] is None
    assert CANARY not in "\n".join(watch.lines)


def test_a_second_watch_has_nothing_to_do(world: World, start: Callable[..., Process]) -> None:
    watch = start("--json")
    watch.event("connected")
    second = world.cli("watch", "--json")
    assert second.code == 3
    assert second.error["code"] == "already_watched"
    assert f"process {watch.pid}" in second.error["message"]
    assert f"process {watch.pid}" in world.cli("status").out
    assert watch.end(signal.SIGINT)[0] == 0
    assert "watch" not in world.cli("status").out


def test_a_killed_watch_is_followed_at_once(cli: Cli, start: Callable[..., Process]) -> None:
    with scripted(HangingAt("SEARCH"), HangingAt("nothing")) as server:
        add_scripted(cli, server.port, "imap", "read_timeout = 60")
        watch = start("--json", "--verbose")
        watch.wait_for(lambda line: "folder" in line)
        (box,) = cli("status", "--json").objects
        assert (box["state"], box["holder"].split()[1]) == ("running", str(watch.pid))
        assert cli("fetch").code == 3
        assert watch.end(signal.SIGKILL)[0] == -signal.SIGKILL
        (box,) = cli("status", "--json").objects
        assert (box["state"], box["holder"]) == ("ok", None)
        assert cli.done("fetch", "--json").objects[-1]["received"] == 30
        again = start("--json")
        again.event("connected")
        assert again.end()[0] == 0


def test_the_log_as_json(world: World, start: Callable[..., Process]) -> None:
    watch = start("--json")
    assert watch.event("started")["mailboxes"] == ["post"]
    assert watch.event("connected")["how"] == "directory"
    world.deliver(letter("One \x1b]0;owned\x07"), letter("Two", sender="eve@evil.org"))
    summaries = [watch.event("message"), watch.event("message", 2)]
    assert [one["outcome"] for one in summaries] == ["created", "rejected"]
    assert watch.event("summary")["mailboxes"][0]["name"] == "post"
    world.cli.done("mailbox", "edit", "post", "--poll-seconds", 77)
    assert watch.event("reloaded")["changed"] == ["post"]
    watch.send(signal.SIGHUP)
    assert watch.event("reloaded", 2)["changed"] == []
    world.cli.done("mailbox", "edit", "post", "--path", world.maildir.parent / "nowhere")
    assert watch.event("error")["code"] == "folder"
    backoff = watch.event("backoff")
    assert (backoff["mailbox"], backoff["failures"]) == ("post", 1)
    (box,) = world.cli("status", "--json").objects
    assert box["next_run"] == backoff["next_run"]
    assert watch.end()[0] == 0
    for line in watch.lines:
        assert line.isascii()
        assert json.loads(line)["time"].endswith("Z")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["watching post", "connected", "created #1", "1 received, 1 left", "nowhere", "ended"]),
        (("--quiet",), ["nowhere"]),
    ],
)
def test_the_log_for_people(
    world: World, start: Callable[..., Process], options: Sequence[str], expected: Sequence[str]
) -> None:
    watch = start(*options)
    if not options:
        watch.wait_for(lambda line: "connected" in line)
    world.deliver(letter("Printer \x1b]0;owned\x07\u202eexe"))
    deadline = time.monotonic() + SECONDS
    while not world.cli("issues", "list", "--json").objects:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    world.cli.done("mailbox", "edit", "post", "--path", world.maildir.parent / "nowhere")
    watch.wait_for(lambda line: "nowhere" in line)
    assert watch.end()[0] == 0
    text = "\n".join(watch.lines)
    places = [text.index(words) for words in expected]
    assert places == sorted(places)
    assert not set(text) & set("\x1b\x07\u202e")
    assert ("settings read again" in text) is (not options)
    assert [line[4] for line in watch.lines] == ["-"] * len(watch.lines)  # each begins with its date


class Manager:
    """The socket on which a service tells systemd how it is."""

    def __init__(self, address: str) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(address)
        self.sock.settimeout(SECONDS)
        self.told: list[str] = []

    def wait_for(self, start: str, count: int = 1) -> str:
        """Receive until so many messages begin like this."""
        while sum(text.startswith(start) for text in self.told) < count:
            self.told.append(self.sock.recv(4096).decode())
        return [text for text in self.told if text.startswith(start)][count - 1]


@pytest.mark.parametrize("abstract", [False, True])
def test_what_systemd_hears(world: World, start: Callable[..., Process], tmp_path: Path, abstract: bool) -> None:
    address = f"\0allegra-tui-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    manager = Manager(address)
    with contextlib.closing(manager.sock):
        watch = start(env={"NOTIFY_SOCKET": address.replace("\0", "@"), "WATCHDOG_USEC": "400000"})
        manager.wait_for("READY=1")
        assert "1 mailbox" in manager.wait_for("STATUS=")
        manager.wait_for("WATCHDOG=1", 3)
        watch.send(signal.SIGHUP)
        assert "MONOTONIC_USEC=" in manager.wait_for("RELOADING=1")
        manager.wait_for("READY=1", 2)
        assert watch.end()[0] == 0
        manager.wait_for("STOPPING=1")


def test_the_watchdog_hears_nothing_while_a_mailbox_stalls(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allegra_tui.usecases.watch.mailbox._SPARE_SECONDS", 0.0)
    monkeypatch.setattr("allegra_tui.usecases.watch.wanted._patience", lambda *_: 1.0)
    manager = Manager(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    heard: list[int] = []

    def look() -> None:
        manager.wait_for("WATCHDOG=1")
        time.sleep(3)
        manager.sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while manager.sock.recv(4096):
                pass
        time.sleep(1)
        with contextlib.suppress(BlockingIOError):
            while text := manager.sock.recv(4096):
                heard.append(text.count(b"WATCHDOG"))
        os.kill(os.getpid(), signal.SIGTERM)

    looking = threading.Thread(target=look)
    with scripted(HangingAt("SEARCH")) as server, contextlib.closing(manager.sock):
        add_scripted(cli, server.port, "imap", "read_timeout = 60")
        looking.start()
        result = cli("watch", "--json")
        looking.join()
    assert result.code == 0
    assert sum(heard) == 0
    assert "stalled" in [line["event"] for line in result.objects]


def test_without_systemd_nothing_is_told_and_children_never_speak_for_the_service() -> None:
    service = Service({})
    service.ready()
    service.ping()
    surroundings = {"NOTIFY_SOCKET": "/nowhere/notify", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1", "PATH": "/bin"}
    Service(surroundings).ping()
    assert surroundings == {"PATH": "/bin"}


def test_the_unit_is_true_to_where_things_are_and_systemd_takes_it(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "bin" / "allegra-tui"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(script)])
    text = world.cli.done("watch", "--print-unit").out
    assert f"ExecStart={script} --data-dir {world.cli.data_dir} watch\n" in text
    assert f"ReadWritePaths={world.cli.data_dir}\nReadWritePaths={world.maildir}\n" in text
    assert "Type=notify\n" in text
    assert "\nProtectHome=yes\n" in text
    if analyze := shutil.which("systemd-analyze"):
        file = tmp_path / "allegra-tui.service"
        file.write_text(text)
        checked = subprocess.run([analyze, "verify", str(file)], capture_output=True, text=True, check=False)
        assert "allegra-tui.service" not in checked.stderr, checked.stderr
    monkeypatch.setattr(sys, "argv", ["/usr/lib/python3/pytest"])
    odd = watch_unit.unit(
        Path("/var/lib/allegra 50%/$x"),
        [Mailbox(name="box", protocol=Protocol.IMAP, secret=Secret(kind=SecretKind.COMMAND, value=("pass",)))],
    )
    assert f'ExecStart={sys.executable} -m allegra_tui --data-dir "/var/lib/allegra 50%%/$$x" watch\n' in odd
    assert 'StateDirectory="allegra 50%%/$x"\n' in odd
    assert "\nProtectHome=read-only\n" in odd


def test_a_data_directory_without_a_database_is_one_line(cli: Cli) -> None:
    result = cli("watch")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert not cli.data_dir.exists()


def test_a_lock_that_cannot_be_opened_is_one_line(world: World) -> None:
    (world.cli.data_dir / "watch.lock").mkdir()
    done = world.cli("watch")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "watch.lock cannot be opened: Is a directory" in done.err


def test_mail_of_dovecot_is_taken_while_it_waits(
    cli: Cli, account: DovecotAccount, mailbox_toml: Callable[..., str], start: Callable[..., Process]
) -> None:
    port = account.mailbox().port
    assert port is not None
    assert (
        cli.apply(
            MINIMAL.replace("[[projects]]", "allow_unknown_senders = true\n[[projects]]")
            + mailbox_toml("post", "imap", port)
        ).code
        == 0
    )
    watch = start("--json")
    assert watch.event("connected")["how"] == "idle"
    account.deliver(letter("Under way"))
    assert watch.event("message")["subject"] == "Under way"
    assert watch.end()[0] == 0
    assert account.messages() == []
    assert account.password not in "\n".join(watch.lines)
