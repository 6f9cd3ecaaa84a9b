"""Processes that use one database at a time, for a while, and write down how it went. `children` starts them."""

import contextlib
import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Engine

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.secrets import Vault
from allegra_tui.store import issues
from allegra_tui.store.database import Store, Transaction
from allegra_tui.usecases import browse, status, triage
from allegra_tui.usecases.intake import fetch
from tests.usecases.conftest import letter

_DELIVERED = 20
"""Messages that a writer finds at a time."""


def maildir(directory: Path, name: str) -> Mailbox:
    """Make an empty Maildir and return a mailbox that reads it."""
    path = directory / name
    for folder in ("tmp", "new", "cur"):
        (path / folder).mkdir(parents=True)
    return Mailbox(name=name, protocol=Protocol.MAILDIR, path=str(path))


def intake(directory: Path, *, name: str, seconds: float) -> None:
    """Fetch from a Maildir into which mail keeps coming, as `watch` and cron do."""

    def act(store: Store, number: int) -> None:
        for part in range(_DELIVERED):
            file = directory / name / "new" / f"{number}.{part}"
            file.write_bytes(letter(f"{name} {number}.{part}", f"Number {number}.{part}. " + "word " * 500))
        done = fetch(store, Vault(directory / "secret.key"), names=[name], emit=lambda _: None)
        assert (done.created, done.mailboxes[0].error) == (_DELIVERED, None), done

    _use(directory, name, seconds, act)


def console(directory: Path, *, name: str, seconds: float) -> None:
    """Close, move and reopen issues, as people do in a console."""
    chance = random.Random(name)

    def act(store: Store, number: int) -> None:
        with store.read() as tx:
            there = issues.numbers(tx, issues.IssueFilter())
        chosen = sorted(chance.sample(there, min(len(there), 30)))
        triage.close(store, chosen, who=name)
        triage.move(store, chosen, ("SUP", "INBOX")[number % 2], who=name)
        triage.reopen(store, chosen, who=name)

    _use(directory, name, seconds, act)


def read(directory: Path, *, name: str, seconds: float) -> None:
    """Look at what screens and commands show: lists, a search, one issue, the journal, how the mailboxes are."""

    def act(store: Store, number: int) -> None:
        lines = list(browse.issue_lines(store, browse.IssueFilter(), limit=50))
        list(browse.issue_lines(store, browse.IssueFilter(search="number"), limit=50))
        browse.issue(store, lines[number % len(lines)].number)
        list(browse.messages(store, browse.JournalFilter(), limit=50))
        status.every(store)

    _use(directory, name, seconds, act)


class Timed(Store):
    """Notes how long each write took, from asking for it to its commit."""

    def __init__(self, path: Path, readers: Engine, writer: Engine | None) -> None:
        super().__init__(path, readers, writer)
        self.writes: list[float] = []

    @contextlib.contextmanager
    def write(self) -> Iterator[Transaction]:
        began = time.perf_counter()
        with super().write() as tx:
            yield tx
        self.writes.append(time.perf_counter() - began)


def _use(directory: Path, name: str, seconds: float, act: Callable[[Store, int], None]) -> None:
    """Act again and again. Afterwards `name.json` holds how often, and the seconds that each write took."""
    end = time.monotonic() + seconds
    store = Timed.open(directory / "allegra.db")
    for acts in itertools.count(1):
        act(store, acts)
        if time.monotonic() > end:
            break
    store.close()
    (directory / f"{name}.json").write_text(json.dumps({"acts": acts, "writes": store.writes}))
