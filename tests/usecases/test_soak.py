"""A night's worth compressed into minutes, by `--soak`: afterwards journal, issues and servers agree to the message."""

import itertools
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from allegra_tui import mail
from allegra_tui.model.issue import Comment, Issue
from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.model.verdict import Outcome
from allegra_tui.store import Transaction, blobs, journal
from allegra_tui.usecases import status
from tests.bench import mix
from tests.servers.dovecot import Dovecot, running
from tests.usecases import children
from tests.usecases.conftest import Intake
from tests.usecases.soak import (
    AWAY,
    Actor,
    Cron,
    Person,
    Post,
    Senders,
    ServerTrouble,
    SomebodyElse,
    WatchKeeper,
    content_hash,
)

SETTLE_SECONDS = 300.0
TAKEN = {Outcome.CREATED, Outcome.COMMENTED, Outcome.REJECTED, Outcome.IGNORED}


@pytest.fixture
def server() -> Iterator[Dovecot]:
    """A server of one's own, to be restarted."""
    with running() as own:
        yield own


@pytest.fixture
def posts(intake: Intake, server: Dovecot, tmp_path: Path) -> dict[str, Post]:
    """Five mailboxes, one of each kind, polled every two seconds."""
    intake.register(*mix.SENDERS)
    found = {name: Post(name, server.account()) for name in ("deleted", "left", "moved", "pop3", "maildir")}
    kinds: dict[str, dict[str, Any]] = {
        "deleted": {},
        "left": {"leave_on_server": True},
        "moved": {"move_to": "Processed"},
        "pop3": {"protocol": Protocol.POP3},
    }
    for name, changes in kinds.items():
        account = found[name].account
        intake.add(account.mailbox(name, poll_seconds=2, **changes), account.password)
    path = tmp_path / "Maildir"
    for folder in ("new", "cur", "tmp"):
        (path / folder).mkdir(parents=True)
    found["maildir"].maildir = path
    intake.add(Mailbox(name="maildir", protocol=Protocol.MAILDIR, path=str(path), poll_seconds=2))
    return found


@pytest.mark.timeout(0)
def test_a_night(
    intake: Intake, server: Dovecot, posts: dict[str, Post], soak_seconds: float, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = intake.directory
    assert children.run_to_end(children.fetch, directory) == 0  # so that no console has to ask about a first contact
    everybody = list(posts.values())
    keeper = WatchKeeper(1, directory)
    people = [Person(2, directory), Person(3, directory)]
    trouble = ServerTrouble(4, server)
    senders = Senders(5, everybody, mix.messages(1_000_000, seed=6))
    others = [Cron(7, directory), SomebodyElse(8, everybody)]
    actors = (senders, keeper, trouble, *people, *others)
    with ExitStack() as stack:
        for actor in actors:
            stack.callback(actor.close)
            actor.start()
        time.sleep(soak_seconds)
        for actor in (senders, trouble, *others):
            actor.end()
        trouble.restart()  # a server ends with the thread that started it
        assert _failures(actors) == []
        keeper.end()  # the watch goes on, and takes what is left
        _wait_until_all_is_taken(intake, posts)
        keeper.terminate()
        for person in people:
            person.end()
        shown = [person.leave() for person in people]
    for _ in range(2):
        assert children.run_to_end(children.fetch, directory) == 0
    figures = sum((actor.done for actor in actors), Counter[str]())
    with capsys.disabled():
        print(f"\n{soak_seconds:g} s: " + ", ".join(f"{count} {name}" for name, count in sorted(figures.items())))
    assert _failures(actors) == []
    assert figures["watch ended late"] == 0
    events = Counter(str(event["event"]) for event in keeper.events() if "event" in event)
    assert not events["defect"] + events["stalled"], events
    for screen in shown:
        assert b"Traceback" not in screen
        assert b"locked" not in screen
    for mailbox in status.every(intake.store):
        assert (mailbox.error, mailbox.holder, mailbox.overdue) == (None, None, False)
    _assert_agreement(intake, posts)
    _assert_sound(intake)


def _failures(actors: Iterable[Actor]) -> list[str]:
    return [actor.failure for actor in actors if actor.failure]


def _wait_until_all_is_taken(intake: Intake, posts: dict[str, Post]) -> None:
    """Wait until the watch has nothing left to do; what is wrong then is told by the assertions that follow."""
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        time.sleep(2)
        rows = Counter(row.mailbox for row in intake.rows() if row.outcome is not Outcome.RECEIVED)
        if all(rows[name] >= len(post.delivered.keys() - post.removed) for name, post in posts.items()) and not any(
            _there(posts[name]) for name in ("deleted", "moved", "pop3", "maildir")
        ):
            return


def _there(post: Post, folder: str = "INBOX") -> Counter[str]:
    """Return what a mailbox holds now."""
    if post.maildir is not None:
        files = [file for name in ("new", "cur") for file in (post.maildir / name).iterdir()]
        return Counter(content_hash(file.read_bytes()) for file in files)
    end = time.monotonic() + 30
    while True:
        try:
            return Counter(content_hash(message.raw) for message in post.account.messages(folder))
        except AWAY:  # it was restarted a moment ago
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def _assert_agreement(intake: Intake, posts: dict[str, Post]) -> None:
    """Every message is where it belongs: once in the journal, once as what it became, and on the server or not."""
    rows = intake.rows()
    journaled = {name: Counter(row.content_hash for row in rows if row.mailbox == name) for name in posts}
    for name, post in posts.items():
        assert set(journaled[name].values()) <= {1}, f"{name}: a message is in the journal twice"
        assert journaled[name].keys() <= post.delivered.keys(), f"{name}: a message nobody sent"
        missing = post.delivered.keys() - journaled[name].keys()
        assert missing <= post.removed, f"{name}: {len(missing - post.removed)} messages are lost"
        assert not missing & _there(post).keys(), f"{name}: a message was left behind"
    for name in ("deleted", "moved", "pop3", "maildir"):
        assert not _there(posts[name]), f"{name}: not settled"
    left = _there(posts["left"])
    assert set(left.values()) <= {1}
    assert posts["left"].delivered.keys() - posts["left"].removed <= left.keys()
    assert left.keys() <= posts["left"].delivered.keys()
    for message in posts["left"].account.messages():
        mine = content_hash(message.raw) not in posts["left"].touched
        assert not mine or not message.flags, "the intake set a flag on a message that stays"
    moved = _there(posts["moved"], "Processed")
    assert set(moved.values()) <= {1}, "a message was moved twice"
    assert moved.keys() <= journaled["moved"].keys()
    assert journaled["moved"].keys() - moved.keys() <= posts["moved"].removed


def _assert_sound(intake: Intake) -> None:
    """What a message asked for exists once, every file has its bytes, and the database is in order."""
    rows = intake.rows()
    assert {row.outcome for row in rows} <= TAKEN
    made: dict[int | None, list[str]] = {}
    for issue in intake.issues():
        written: list[Issue | Comment] = [issue, *issue.comments]
        for one in written:
            assert one.message_id not in made, "two issues or comments from one message"
            made[one.message_id] = sorted(file.sha256 for file in one.attachments)
    with intake.store.read() as tx:
        originals = {row.id: _original(tx, row.id) for row in rows}
        assert made == {
            row.id: sorted(file.sha256 for file in mail.parse(originals[row.id]).attachments)
            for row in rows
            if row.outcome in (Outcome.CREATED, Outcome.COMMENTED)
        }
        for name in set(itertools.chain(*made.values())):
            assert sha256(blobs.get(tx, name) or b"").hexdigest() == name
    with closing(sqlite3.connect(intake.store.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT count(*) FROM leases").fetchall() == [(0,)]


def _original(tx: Transaction, row: int) -> bytes:
    raw = journal.original(tx, row)
    assert raw is not None
    return raw
