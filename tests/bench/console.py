"""How quick the console is, on a real pty. Run: python -m tests.bench.console [--issues N]

Ratios are taken within one run, alternating, as medians: a busy machine makes seconds meaningless.
"""

import argparse
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, Protocol
from allegra_tui.paths import DataDir
from allegra_tui.store import Store, mailboxes, projects, settings
from allegra_tui.store.tables import issue_texts, issues
from tests.console.terminal import Terminal, open_console, plain
from tests.console.world import letter

BARE = """
from textual.app import App
from textual.widgets import Footer, Header
class Bare(App):
    BINDINGS = [("q", "quit", "Quit")]
    def compose(self):
        yield Header()
        yield Footer()
Bare().run()
"""
WORDS = ["printer", "login", "invoice", "fails", "page", "slow", "urgent", "account", "network", "cable", "monitor"]
RARE_EVERY = 1_000


def fill(root: Path, count: int) -> None:
    """Make a database with so many issues; every thousandth holds the word `zanzibar`."""
    directory = DataDir(root)
    directory.prepare()
    store = Store.open(directory.database)
    chance = random.Random(1)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with store.write() as tx:
        for key in ("INBOX", "SUP", "WEB"):
            projects.add(tx, Project(key=key, name=key))
        settings.save(tx, IntakeSettings(default_project="INBOX"))
        for first in range(1, count + 1, 10_000):
            rows, texts = [], []
            for number in range(first, min(first + 10_000, count + 1)):
                moment = start + timedelta(seconds=20 * number)
                address = f"user{number % 977}@example.org"
                rows.append(
                    {
                        "number": number,
                        "project_id": chance.choice((1, 1, 2, 3)),
                        "state": chance.choice(("open", "open", "closed")),
                        "created": moment,
                        "updated": moment,
                        "title": " ".join(chance.sample(WORDS, 6)).capitalize(),
                        "submitter_address": address,
                        "submitter_key": address,
                        "submitter_name": f"Person {number % 977}",
                        "submitter_registered": True,
                    }
                )
                words = " ".join(chance.choices(WORDS, k=20))
                rare = " zanzibar" if number % RARE_EVERY == 0 else ""
                texts.append({"number": number, "description": words + rare, "visible_text": None})
            tx.execute(insert(issues), rows)
            tx.execute(insert(issue_texts), texts)
        tx.execute(text("INSERT INTO search (search) VALUES ('rebuild')"))
    store.close()


def until_still(terminal: Terminal, *keys: str) -> tuple[float, int]:
    """Press keys; return the milliseconds to the last byte that follows, and how many bytes there were."""
    before, began = len(terminal.output), time.monotonic()
    terminal.send(*keys)
    last = began
    while terminal.read(0.25):
        last = time.monotonic()
    return 1000 * (last - began), len(terminal.output) - before


def until_shown(terminal: Terminal, words: str, *keys: str) -> float:
    """Press keys; return the milliseconds until words are written."""
    since, began = len(terminal.output), time.monotonic()
    terminal.send(*keys)
    return 1000 * (terminal.wait_for(words.encode(), since=since) - began)


def first_paint(start: Callable[[], Terminal], words: bytes) -> float:
    """Return the milliseconds from exec to the frame."""
    with start() as terminal:
        return 1000 * (terminal.wait_for(words) - terminal.started)


def compare_first_paint(empty: Path, full: Path, rounds: int) -> None:
    """Print the frame's time against a bare app's, and with issues against without."""
    times: dict[str, list[float]] = {"bare": [], "none": [], "many": []}
    for _ in range(rounds):
        times["bare"].append(first_paint(lambda: Terminal([sys.executable, "-c", BARE]), b"Quit"))
        times["none"].append(first_paint(lambda: open_console(empty), b"? help"))
        times["many"].append(first_paint(lambda: open_console(full), b"? help"))
    bare, none, many = (statistics.median(times[name]) for name in ("bare", "none", "many"))
    print(f"first paint: bare app {bare:.0f} ms, console {none:.0f} ms, with many issues {many:.0f} ms")
    print(f"  against the bare app {none / bare:.2f} (at most 1.5); many issues against none {many / none:.2f} (1.1)")


def ready(terminal: Terminal, count: int) -> None:
    """Go to the issues, and wait until all are known."""
    terminal.wait_for(b"? help")
    terminal.send("2")
    terminal.wait_for(f"{count:,} issues".encode(), seconds=60)
    terminal.quiet()


def compare_moves(small: Path, full: Path, count: int, rounds: int) -> None:
    """Print page-down and jump to the end with many issues against a hundred."""
    times: dict[tuple[str, str], list[float]] = {}
    with open_console(small) as few, open_console(full) as many:
        ready(few, 100)
        ready(many, count)
        for _ in range(rounds):
            for name, terminal in (("few", few), ("many", many)):
                times.setdefault(("page down", name), []).append(until_still(terminal, "pagedown")[0])
                times.setdefault(("to the end", name), []).append(until_still(terminal, "G")[0])
                until_still(terminal, "g")
        moved = [until_still(many, "down")[1] for _ in range(10)]
        for what in ("page down", "to the end"):
            hundred, million = (statistics.median(times[what, name]) for name in ("few", "many"))
            print(
                f"{what}: 100 issues {hundred:.0f} ms, {count:,} issues {million:.0f} ms: {million / hundred:.2f} (1.2)"
            )
        print(f"bytes of a cursor-down: {max(moved)} (at most 400)")
        print(f"bytes while nothing changes: {many.quiet(2)} (0)")


def search(full: Path, count: int, rounds: int) -> None:
    """Print how soon searches show their first page, how long a key waits meanwhile, and the memory."""
    with open_console(full) as terminal:
        ready(terminal, count)
        for name, word in (("common", "printer"), ("rare", "zanzibar"), ("unknown", "qqqq")):
            times = []
            for _ in range(rounds):
                terminal.send("/")
                terminal.wait_for(b"tab goes on", since=len(terminal.output) - 1)
                terminal.send(*word)
                terminal.quiet()
                times.append(
                    until_shown(terminal, f"{'No issue is found' if name == 'unknown' else ' issues'}", "enter")
                )
                terminal.quiet(1.5)
                terminal.send("\x7f")
                terminal.wait_for(f"{count:,} issues".encode(), since=len(terminal.output) - 1, seconds=60)
                terminal.quiet()
            print(f"search for a {name} word: first page after {statistics.median(times):.0f} ms (at most 200)")
        terminal.send("r")
        waits = [until_still(terminal, "down")[0] for _ in range(20)]
        print(f"a key while {count:,} numbers are read: at most {max(waits):.0f} ms (200)")
        status = Path(f"/proc/{terminal.process.pid}/status").read_text(encoding="ascii")
        peak, now = (int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1000 for name in ("VmHWM", "VmRSS"))  # type: ignore[index]
        print(f"memory: {now:.0f} MB, at most {peak:.0f} MB (150)")
        assert plain(bytes(terminal.output))


def visits(full: Path, count: int) -> None:
    """Print how long the first visit of each place takes: a key waits for it."""
    with open_console(full) as terminal:
        ready(terminal, count)
        terminal.quiet(2)
        times = {key: until_still(terminal, key)[0] for key in "3456789"}
        slowest = max(times, key=lambda key: times[key])
        print(f"first visit of a place: at most {times[slowest]:.0f} ms, of {slowest} (200)")


def fetching(root: Path, messages: int, rounds: int) -> None:
    """Print how long a key waits while messages are taken in."""
    maildir = root.parent / "maildir"
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    for number in range(messages):
        (maildir / "new" / f"{number:06}.host").write_bytes(letter(f"Printer {number}", "It does not print.\n" * 50))
    store = Store.open(DataDir(root).database)
    with store.write() as tx:
        settings.save(tx, IntakeSettings(default_project="INBOX", allow_unknown_senders=True))
        mailboxes.add(tx, Mailbox(name="local", protocol=Protocol.MAILDIR, path=str(maildir)))
    store.close()
    with open_console(root) as terminal:
        terminal.wait_for(b"? help")
        terminal.send("7")
        terminal.wait_for(b"never fetched")
        terminal.send("f")
        terminal.wait_for(b"created")
        waits = []
        for _ in range(rounds):
            waits.append(until_shown(terminal, "Help", "?"))
            terminal.send("escape")
            terminal.wait_for(b"c cancel", since=len(terminal.output) - 1)
        print(f"a key during a fetch: at most {max(waits):.0f} ms, as a rule {statistics.median(waits):.0f} ms (200)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        empty, small, full = (Path(temporary) / name for name in ("empty", "small", "full"))
        for root, count in ((empty, 0), (small, 100), (full, args.issues)):
            fill(root, count)
        compare_first_paint(empty, full, args.rounds)
        compare_moves(small, full, args.issues, args.rounds)
        search(full, args.issues, max(1, args.rounds // 2))
        visits(full, args.issues)
        fetching(small, 20_000, args.rounds)


if __name__ == "__main__":
    main()
