"""Every command over a poisoned data directory: nothing it prints steers the terminal, nothing makes it fail."""

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from allegra_tui.commands import SUMMARIES
from allegra_tui.commands.declare import Parser
from allegra_tui.model.settings import Mailbox, Security
from allegra_tui.model.verdict import Review
from allegra_tui.store import mailboxes, senders
from allegra_tui.text import STACK, cells
from allegra_tui.usecases import browse
from allegra_tui.usecases.browse import JournalFilter
from tests.commands.conftest import Cli, Result
from tests.console.terminal import Terminal
from tests.console.world import World
from tests.hostile.server import HostileImap, letters
from tests.hostile.strangers import TEXTS, certificate, refusal, told
from tests.hostile.strings import STRINGS, steering
from tests.servers.authorization import serving
from tests.servers.scripted import FakeImap, over_tls, scripted

NAMES = [text.replace("\x00", "") for text in STRINGS.values()]
ARGV = [name.encode("utf-8", "replace").decode() for name in NAMES]
"""The hostile strings as a shell could hand them over."""
NAMED = [(number, name) for number, name in enumerate(ARGV) if "\x7f" not in name]
ARGUMENTS: dict[str, list[list[str]]] = {
    "fetch": [["post"], ["--dry-run"], [], *([name] for name in ARGV)],
    "import": [["FILES"], ["/no/\x1b]0;owned\x07such"], ["FILES", "--mailbox", ARGV[0]]],
    "explain": [["FILES"], ["/no/\x1b]0;owned\x07such"]],
    "status": [[]],
    "watch": [["--print-unit"]],  # what it logs is read below
    "doctor": [[]],
    "backup": [["BACKUP"]],
    "restore": [["/no/\x1b]0;owned\x07such", "--replace"], ["FILES", "--replace"]],
    "issues list": [[], *(["--search", name] for name in ARGV), ["--project", ARGV[0]], ["--mailbox", ARGV[1]]],
    "issues show": [[str(number), "--save-attachments", "NEW"] for number in range(1, len(STRINGS) + 1)],
    "issues move": [["1", "2", "P1"], ["3", ARGV[0]]],
    "issues close": [["1", "2", "3"]],
    "issues reopen": [["1", "2", "3"]],
    "issues export": [[], ["--csv"]],
    "journal list": [[], *(["--search", name] for name in ARGV), ["--mailbox", ARGV[0]]],
    "journal show": [[str(number)] for number in range(1, 3 * len(STRINGS))],
    "journal source": [["1"], ["SOURCE"]],
    "journal release": [["--register-sender", "OPEN"], ["OPEN", "--project", ARGV[0]]],
    "journal retry": [["OPEN"]],
    "journal discard": [["OPEN", "1"]],
    "mailbox list": [[], *([name] for name in ARGV), ["BOX"]],
    "mailbox add": [[name, "--host", name, "--username", name] for name in ARGV],
    "mailbox edit": [["post", "--folder", name] for name in ARGV] + [["BOX", "--host", "a"]],
    "mailbox remove": [["BOX"], [ARGV[0]]],
    "mailbox password": [["BOX", "--remove"], [ARGV[0], "--remove"]],
    "mailbox rotate-key": [[]],
    "mailbox sign-in": [["BOX"], ["BOX", "--forget"], [ARGV[0]]],
    "mailbox test": [["BOX"], ["post"], ["SERVER"]],
    "mailbox trust": [["BOX"], ["BOX", "--forget"], ["SERVER"]],
    "projects list": [[]],
    "projects add": [[name, name] for name in ARGV] + [["NEW", name] for name in ARGV],
    "projects edit": [["P1", "--name", name] for name in ARGV] + [[ARGV[0], "--name", "x"]],
    "projects archive": [["P2"], [ARGV[0]]],
    "reconcile": [["post"], ["SERVER"], []],
    "senders list": [[]],
    "senders add": [[name, f"a{number}@bosch.com"] for number, name in enumerate(ARGV)] + [["x", ARGV[0]]],
    "senders edit": [["SENDER", "--name", name] for name in ARGV] + [[ARGV[0], "--name", "x"]],
    "senders import": [["SENDERS"], ["SENDERS", "--dry-run"]],
    "pattern check": [[name, name] for name in ARGV],
    "pattern lint": [[name] for name in ARGV],
    "pattern senders": [[name] for name in ARGV],
    "config show": [[]],
    "config apply": [["TOML"], ["TOML", "--dry-run"], ["BAD"]],
    "config export": [[], ["EXPORTED"]],
    "audit list": [[]],
}
"""What each command is tried with. Words in capitals stand for what the test makes."""
AS_IT_CAME = {"journal source", "config export", "watch"}
"""Commands whose standard output is a file's content, as it came where it is no terminal."""
CSV = "number,project,"
OWN_TEXT = {"demo": "prints sample mail of the program's own: see tests/demo"}


def commands() -> Iterator[str]:
    """Every command, as the program itself declares them."""
    for name in SUMMARIES:
        parser = Parser(prog=name)
        import_module(f"allegra_tui.commands.{'import_' if name == 'import' else name}").declare(parser)
        below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        if below:
            yield from (f"{name} {word}" for word in below[0].choices)
        else:
            yield name


def test_every_command_is_tried() -> None:
    assert sorted(commands()) == sorted([*ARGUMENTS, *OWN_TEXT])


@pytest.mark.parametrize("name", ARGUMENTS)
def test_nothing_that_a_command_prints_steers_the_terminal(
    name: str, hostile_world: World, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long_run: bool
) -> None:
    with scripted(HostileImap(), HostileImap(refuse="LOGIN"), HostileImap(refuse="EXAMINE")) as server:
        words = _made(hostile_world, tmp_path, server.port)
        calls = ARGUMENTS[name]
        for arguments in calls if long_run else calls[:: 1 + len(calls) // 3]:
            given = [words.get(word, word) for word in arguments]
            for as_json in (False, True) if name != "watch" else (False,):
                result = cli(*name.split(), *(["--json"] if as_json else []), *given, stdin="y\n")
                _check(result, as_json=as_json, data=name in AS_IT_CAME)
            with monkeypatch.context() as patch:
                patch.setattr(sys.stdout, "isatty", lambda: True)
                patch.setenv("COLUMNS", "120")
                _check(cli(*name.split(), *given, stdin="y\n"), as_json=False)


def _made(world: World, directory: Path, port: int) -> dict[str, str]:
    """Make what the arguments stand for."""
    with world.store() as store:
        with store.write() as tx:
            box = next(mailbox for mailbox in mailboxes.every(tx) if mailbox.name != "post")
            reached = Mailbox(name="server", host="127.0.0.1", port=port, security=Security.NONE, username="u")
            mailboxes.add(tx, replace(reached, read_timeout=5))
        waiting = next(browse.messages(store, JournalFilter(review=Review.OPEN), limit=1))
        with store.read() as tx:
            sender = senders.every(tx)[0]
    for number, raw in enumerate(letters()):
        file = directory / "files" / f"{number} \x1b]0;owned\x07\u202e.eml"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(raw)
        (directory / "mail-post" / "new" / f"{number}.host").write_bytes(raw)
    rows = "".join(f'"{name}";b{number}@bosch.com\n' for number, name in enumerate(ARGV) if '"' not in name)
    (directory / "senders.csv").write_text(f"name;addresses\n{rows}\x1b;\x1b\n", encoding="utf-8")
    people = [f"[[senders]]\nname = {json.dumps(name)}\naddresses = ['c{number}@bosch.com']" for number, name in NAMED]
    (directory / "good.toml").write_text("\n".join(people), encoding="utf-8")
    bad = [f"[[{json.dumps(name)}]]\n{json.dumps(name)} = {json.dumps(name)}" for _, name in NAMED]
    (directory / "bad.toml").write_text("\n".join(bad), encoding="utf-8")
    files = {"FILES": "files", "NEW": "new", "SENDERS": "senders.csv", "TOML": "good.toml", "BAD": "bad.toml"}
    files |= {"EXPORTED": "exported.toml", "BACKUP": "backup.db"}
    made = {word: str(directory / name) for word, name in files.items()}
    return made | {"BOX": box.name, "SERVER": "server", "OPEN": str(waiting.id), "SENDER": sender.addresses[0]}


def _check(result: Result, *, as_json: bool, data: bool = False) -> None:
    assert result.code in (0, 1, 2), result
    assert "Traceback" not in result.err
    if as_json and not result.out.startswith(CSV):
        assert result.out.isascii()
        assert result.err.isascii()
        for line in result.out.splitlines():
            json.loads(line)
        return
    if not data:
        assert steering(result.out) == []
        piled = [line for line in result.out.splitlines() if len(line) > (STACK + 1) * (cells(line) + 1)]
        assert piled == [], "what takes no room of its own is drawn without end"
    assert steering(result.err) == []
    if result.out.startswith(CSV):
        return  # in CSV a cell may have several lines
    forged = [line for line in (result.out + result.err).splitlines() if line.startswith("two")]
    assert forged == [], "what stands in one field begins a line of its own"


def test_nothing_that_a_watch_logs_steers_the_terminal(hostile_world: World, tmp_path: Path) -> None:
    with scripted(HostileImap(), HostileImap(refuse="LOGIN"), HostileImap(refuse="EXAMINE")) as server:
        _made(hostile_world, tmp_path, server.port)
        argv = [sys.executable, "-m", "allegra_tui", "--data-dir", str(hostile_world.root), "watch", "--verbose"]
        with Terminal(argv) as terminal:
            terminal.wait_for(lambda shown: b"server" in shown and shown.count(b"mallory") > len(STRINGS))
            terminal.process.send_signal(signal.SIGTERM)
            assert terminal.wait(60) == 0
    assert steering(terminal.output.decode().replace("\r\n", "\n")) == []


def test_no_certificate_steers_the_terminal(world: World, cli: Cli, tmp_path: Path) -> None:
    """Refused, shown alone, and beside the one that was trusted."""
    name = f"box {TEXTS[0]}"
    issued = [certificate(tmp_path / f"{number}", TEXTS[number::2]) for number in range(2)]
    with ExitStack() as stack:
        servers = [stack.enter_context(scripted(over_tls(FakeImap(), each))) for each in issued]
        ports = [server.port for server in servers]
        box = world.mailbox(replace(servers[0].mailbox(security=Security.SSL, read_timeout=5), name=name))
        for port in ports:
            with world.store() as store, store.write() as tx:
                mailboxes.save(tx, replace(box, port=port, pin=issued[0].sha256 if port != ports[0] else None))
            for arguments in (["test", name], ["trust", name]):
                for as_json in ([], ["--json"]):
                    _check(cli("mailbox", *arguments, *as_json), as_json=bool(as_json))
            shown = cli("mailbox", "trust", name, "--fingerprint", issued[0].sha256)
            assert "\u241b]" in shown.out
            assert ("presented now" in shown.out) == (port != ports[0])


def test_no_provider_steers_the_terminal(world: World, cli: Cli, tmp_path: Path) -> None:
    with serving(tmp_path) as provider:
        box = Mailbox(name=f"box {TEXTS[0]}", host="127.0.0.1", port=1, username="u", ca_pem=provider.authority.pem)
        world.mailbox(replace(box, **provider.settings()))
        code = {"device_code": "4f1c9b02", "user_code": TEXTS[1], "expires_in": 900, "interval": 1}
        code["verification_uri"] = "https://login.example/[@click=app.quit]quit[/]"
        for number, as_json in enumerate(([], ["--json"])):
            for answers in ([refusal(number, TEXTS)], [told(code), refusal(number, TEXTS)]):
                provider.answers = [*answers]
                result = cli("mailbox", "sign-in", box.name, *as_json)
                assert result.code == 1
                _check(result, as_json=bool(as_json))
