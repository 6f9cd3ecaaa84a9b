"""The screens that the walk does not lead to, over a server, a provider, settings and a data directory of strangers.

On a real terminal. A key is pressed once the screen shows that it is offered.
"""

import base64
import re
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from allegra_tui.console import ending
from allegra_tui.model.settings import Mailbox, Security
from tests.console.boxes import stored
from tests.console.terminal import Terminal, end, open_console
from tests.console.world import World
from tests.hostile.strangers import TEXTS, certificate, refusal, told
from tests.hostile.strings import STRINGS, steering, steering_console
from tests.servers.authorization import Device, serving
from tests.servers.scripted import FakeImap, over_tls, scripted

LOOKED_AT = b"t looks at this certificate"
"""What the test of a connection offers once it has ended."""
DEVICE = "4f1c9b02"
CLIPBOARD = "\u241b]52;c;b3duZWQ=\u2407"
"""One of them as it may be shown."""


@contextmanager
def console(root: Path, size: tuple[int, int] = (80, 24)) -> Iterator[Terminal]:
    """Open the console, and look at all that it wrote to its terminal in the end."""
    with open_console(root, size=size) as terminal:
        terminal.wait_for(b"? help")
        yield terminal
        assert end(terminal, signal.SIGTERM) == ending.INTERRUPTED
    assert steering_console(bytes(terminal.output)) == []
    assert b"@click=app.quit" in terminal.output


def press(terminal: Terminal, key: str, *wanted: bytes) -> bytes:
    """Press a key and return what is written until all that is wanted was, one after the other.

    What was on the screen before may be painted once more: only what it did not show tells that something happened.
    """
    before = since = len(terminal.output)
    terminal.send(key)
    for each in wanted:
        terminal.wait_for(each, since=since)
        since = max(since, terminal.output.find(each, since))
    return bytes(terminal.output[before:])


def paste(text: str) -> str:
    """A text as a terminal hands it over that is told of pasting."""
    return f"\x1b[200~{text}\x1b[201~"


def test_a_certificate(world: World, empty_dir: Path, tmp_path: Path) -> None:
    """Every string once in subject, issuer and names; then another certificate beside the one that was trusted."""
    groups = [TEXTS[at : at + 5] for at in range(0, len(TEXTS), 5)]
    issued = [certificate(tmp_path / f"number{number}.example", group) for number, group in enumerate(groups)]
    scripts = [over_tls(FakeImap(), each) for each in issued for _ in ("refused", "looked at")]
    with scripted(*scripts, over_tls(FakeImap(), issued[0])) as server, console(empty_dir, (120, 40)) as terminal:
        world.mailbox(server.mailbox(security=Security.SSL, read_timeout=10))
        press(terminal, "3", b"t test")
        press(terminal, "t", b"number0.example", LOOKED_AT)
        for number in range(1, len(groups)):
            press(terminal, "t", b"Trust this certificate?", b"Trust it")
            press(terminal, "n", b"r again")
            press(terminal, "r", b"number%d.example" % number, LOOKED_AT)
        press(terminal, "t", b"Trust this certificate?", b"Trust it")
        press(terminal, "y", b"number0.example", LOOKED_AT)
        press(terminal, "t", b"presented now", b"Trust it")
        press(terminal, "y", b"Trusted from now on", b"x login")
    assert CLIPBOARD.encode() in terminal.output
    assert stored(world, "box")[0].pin == issued[0].sha256


def test_a_provider(world: World, empty_dir: Path, tmp_path: Path) -> None:
    """Every string once in what a provider refuses with, then as its code and address, and where a browser ends."""
    with serving(tmp_path) as provider:
        box = Mailbox(name="office", host="127.0.0.1", port=1, username="u", ca_pem=provider.authority.pem)
        world.mailbox(replace(box, name=f"office {TEXTS[0]}", **provider.settings()))
        world.mailbox(replace(box, name=f"xbrowser {TEXTS[1]}", username="x", **provider.settings(device=False)))
        code = {"device_code": DEVICE, "user_code": TEXTS[1], "expires_in": 900, "interval": 1}
        code["verification_uri"] = "https://login.example/[@click=app.quit]quit[/]%1b]0;owned%07"
        groups = [TEXTS[at : at + 4] for at in range(0, len(TEXTS), 4)]
        provider.answers = [*(refusal(number, each) for number, each in enumerate(groups)), told(code)]
        provider.devices[DEVICE] = Device()
        with console(empty_dir) as terminal:
            press(terminal, "3", b"s sign in")
            press(terminal, "s", b"refusal 0")
            for number in range(1, len(groups)):
                press(terminal, "r", b"refusal %d" % number)
            shown = press(terminal, "r", b"waiting until", b"Y copy code")
            assert CLIPBOARD.encode() in shown
            press(terminal, "Y", b"Code copied")
            provider.decide(f"the end {TEXTS[2]}")
            terminal.wait_for(b"the end")
            press(terminal, "\x1b", b"t test")
            press(terminal, "j", b"xbrowser")
            press(terminal, "s", b"p give address")
            address = copied(press(terminal, "y", b"Address copied"))
            for number, text in enumerate(TEXTS[:3]):
                press(terminal, "p", b"The address at which the browser ended")
                state = re.search(r"state=([^&]+)", address)
                assert state is not None
                told_there = f"error={quote(text)}&error_description=ended%20{number}%20{quote(text)}"
                ended = f"http://127.0.0.1:51773/?{told_there}&state={state[1]}"
                press(terminal, paste(ended), b"51773/?error=")
                press(terminal, "enter", b"ended %d" % number)


def copied(output: bytes) -> str:
    """Return what was put on the clipboard."""
    (found,) = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", output)
    return base64.b64decode(found).decode()


def test_who_may_write(empty_dir: Path) -> None:
    """Settings that came from elsewhere, on an otherwise empty data directory: the first steps lead to their form."""
    world = World(empty_dir)
    pattern = f"{TEXTS[0]}{TEXTS[1]}[@click=app.quit]quit[/"
    world.set(allowed_pattern=pattern)
    with console(empty_dir) as terminal:
        terminal.wait_for(b"of 6 done")
        press(terminal, "j", b"A mailbox")
        press(terminal, "j", b"Who may write")
        shown = press(terminal, "enter", b"Unknown may write", b"ctrl+n register")
        assert CLIPBOARD[:-1].encode() in shown  # a field leaves out the bell by itself
        press(terminal, "tab", b"A Perl 5 pattern")
        press(terminal, paste(STRINGS["closing nothing"] + "("), b"[/x]")
        press(terminal, "\x13", b"no closing")  # ctrl+s
        press(terminal, "\x0e", b"A new sender")  # ctrl+n


def test_a_database_that_is_not_opened(tmp_path: Path) -> None:
    """Both the path and what the file says of itself are named."""
    root = tmp_path / f"data{TEXTS[1]}{TEXTS[5]}".replace("\0", "")
    World(root).set()
    with closing(sqlite3.connect(root / "allegra.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", ["".join(TEXTS[:8])])
    with Terminal([sys.executable, "-m", "allegra_tui", "--data-dir", str(root)]) as terminal:
        assert terminal.wait(60) == 2
    output = bytes(terminal.output)
    assert steering_console(output) == []
    after = output.decode().rpartition("\x1b[?1049l")[2]
    assert after.count(CLIPBOARD) == 2
    assert steering(re.sub(r"\x1b\[\?\d+[hl]|\x1b\[[<>=]?\d*u", "", after).replace("\r\n", "\n")) == []
