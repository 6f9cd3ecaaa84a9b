"""A night in minutes: everybody who works on a data directory and its mailboxes at a time, each as a thread.

An actor does what it does until it is told to end. What it may not survive is kept, and fails the test.
"""

import contextlib
import imaplib
import json
import random
import subprocess
import sys
import threading
import time
import traceback
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from allegra_tui import mail
from tests.console.terminal import Terminal, open_console, plain
from tests.servers.dovecot import Dovecot, DovecotAccount
from tests.usecases import children

AWAY = (OSError, imaplib.IMAP4.error)
"""What a client meets when the server is restarted or cut off."""


@dataclass
class Post:
    """One mailbox of the test: what was delivered into it, and what somebody else took out of it."""

    name: str
    account: DovecotAccount
    maildir: Path | None = None
    """Where it is no account on the server."""
    delivered: dict[str, bytes] = field(default_factory=dict)
    """By content hash."""
    removed: set[str] = field(default_factory=set)
    """Content hashes of what somebody else removed, or tried to when the server went away."""
    touched: set[str] = field(default_factory=set)
    """Content hashes of what somebody else marked as read."""


def content_hash(raw: bytes) -> str:
    """Return what tells a message within its mailbox."""
    return mail.envelope(raw).content_hash


class Actor(ABC):
    """Somebody who does something again and again."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.done: Counter[str] = Counter()
        """What was done how often."""
        self.failure = ""
        self.stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name=type(self).__name__)

    @abstractmethod
    def act(self) -> None:
        """Do it once."""

    def pause(self, low: float, high: float) -> None:
        """Wait for a time of chance, or until told to end."""
        self.stopped.wait(self.chance.uniform(low, high))

    def _work(self) -> None:
        try:
            while not self.stopped.is_set():
                self.act()
        except Exception:
            self.failure = traceback.format_exc()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Tell to end, and wait."""
        self.stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def close(self) -> None:
        """Leave nothing behind, whatever happened."""
        self.end()


class Senders(Actor):
    """Deliver mail, one message or a burst at a time, to all mailboxes by chance."""

    def __init__(self, seed: int, posts: Sequence[Post], messages: Iterator[bytes]) -> None:
        super().__init__(seed)
        self._posts = posts
        self._messages = messages

    def act(self) -> None:
        """Deliver something."""
        post = self.chance.choice(self._posts)
        for _ in range(self.chance.choice((1, 1, 1, 2, 8))):
            raw = next(self._messages)
            post.delivered[content_hash(raw)] = raw
            if post.maildir is None:
                post.account.deliver(raw)
            else:
                name = f"{time.time_ns()}.soak"
                (post.maildir / "tmp" / name).write_bytes(raw)
                (post.maildir / "tmp" / name).rename(post.maildir / "new" / name)
            self.done["messages delivered"] += 1
        self.pause(0.2, 1.5)


class SomebodyElse(Actor):
    """Reads and deletes in the same mailboxes, as a person with a mail program does."""

    def __init__(self, seed: int, posts: Sequence[Post]) -> None:
        super().__init__(seed)
        self._posts = posts

    def act(self) -> None:
        """Open a mailbox, read some of it, and delete one in a while."""
        post = self.chance.choice(self._posts)
        if post.maildir is not None:
            self._in_maildir(post, post.maildir)
        else:
            with contextlib.suppress(*AWAY), post.account.imap("INBOX") as connection:
                self._on_server(post, connection)
        self.pause(0.2, 2)

    def _on_server(self, post: Post, connection: imaplib.IMAP4) -> None:
        uids = connection.uid("SEARCH", "ALL")[1][0].decode().split()
        for uid in self.chance.sample(uids, min(len(uids), 3)):
            found = connection.uid("FETCH", uid, "(BODY.PEEK[])")[1]
            if not isinstance(found[0], tuple):
                continue  # the intake was quicker
            key = content_hash(found[0][1])
            if self.chance.random() < 0.2:
                post.removed.add(key)
                connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
                connection.uid("EXPUNGE", uid)
                self.done["deleted by somebody else"] += 1
            else:
                post.touched.add(key)
                connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Flagged)")
                self.done["read by somebody else"] += 1

    def _in_maildir(self, post: Post, path: Path) -> None:
        files = [file for folder in ("new", "cur") for file in (path / folder).iterdir()]
        for file in self.chance.sample(files, min(len(files), 2)):
            with contextlib.suppress(FileNotFoundError):  # the intake was quicker
                key = content_hash(file.read_bytes())
                if self.chance.random() < 0.2:
                    post.removed.add(key)
                    file.unlink()
                    self.done["deleted by somebody else"] += 1
                elif file.parent.name == "new":
                    file.rename(path / "cur" / f"{file.name}:2,S")
                    self.done["read by somebody else"] += 1


class ServerTrouble(Actor):
    """Restarts the server, and cuts sessions off."""

    def __init__(self, seed: int, server: Dovecot) -> None:
        super().__init__(seed)
        self._server = server

    def act(self) -> None:
        """Let it work for a while, then disturb it."""
        self.pause(3, 12)
        if self.stopped.is_set():
            return
        if self.chance.random() < 0.3:
            self.restart()
            self.done["server restarted"] += 1
            return
        self.done["clients cut off"] += self._server.cut_off() > 0

    def restart(self) -> None:
        """Stop the server, and start it once nobody else has one of its ports, which may be given away meanwhile."""
        self._server.stop()
        self.pause(0, 3)
        end = time.monotonic() + 60
        while True:
            try:
                self._server.start()
            except RuntimeError:
                self._server.stop()
                if time.monotonic() > end:
                    raise
            else:
                return


class WatchKeeper(Actor):
    """Runs the watch as systemd does, and kills it now and then."""

    def __init__(self, seed: int, directory: Path) -> None:
        super().__init__(seed)
        self._command = [sys.executable, "-m", "allegra_tui", "--data-dir", str(directory), "watch", "--json"]
        self._log = directory.parent / "watch.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0

    def act(self) -> None:
        """Start it, and end it one way or another."""
        self._started = self._begun()
        with self._log.open("ab") as log:
            self._process = process = subprocess.Popen(self._command, stdout=log, stderr=log)
        self.pause(4, 25)
        if self.stopped.is_set():
            return
        if self.chance.random() < 0.7:
            process.kill()
            process.wait()
            self.done["watch killed"] += 1
        else:
            self.terminate()

    def _begun(self) -> int:
        """Count how often it has begun."""
        return self._log.read_bytes().count(b'"started"') if self._log.exists() else 0

    def terminate(self) -> None:
        """End it as systemd does, which it has to do cleanly and in time."""
        assert self._process is not None
        end = time.monotonic() + 60
        while self._begun() == self._started:
            assert self._process.poll() is None, f"the watch ended by itself: {self._process.returncode}"
            assert time.monotonic() < end, "the watch does not begin"
            time.sleep(0.1)
        began = time.monotonic()
        self._process.terminate()
        code = self._process.wait(60)
        assert code == 0, f"the watch ended with {code}"
        self.done["watch ended"] += 1
        self.done["watch ended late"] += time.monotonic() - began > 5

    def close(self) -> None:
        """See `Actor.close`."""
        self.end()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def events(self) -> list[dict[str, object]]:
        """Return what all watches logged. A line that a kill cut off is no event."""
        found = []
        for line in self._log.read_text(errors="replace").splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                found.append(json.loads(line))
        return found


class Cron(Actor):
    """Starts a fetch every few seconds, and kills some."""

    def __init__(self, seed: int, directory: Path) -> None:
        super().__init__(seed)
        self._directory = directory

    def act(self) -> None:
        """Fetch once."""
        process = children.start(children.fetch, self._directory)
        if self.chance.random() < 0.3:
            process.join(self.chance.uniform(0, 2))
            if process.exitcode is None:
                process.kill()
                process.join()
                self.done["fetches killed"] += 1
                return
        process.join(300)
        # A server that is away is an error, another intake at work is none.
        assert process.exitcode in (0, 1, 3), f"fetch ended with {process.exitcode}"
        self.done[f"fetches ended with {process.exitcode}"] += 1
        self.pause(1, 6)


class Person(Actor):
    """Sits at a console, looks around, and fetches by hand now and then."""

    _PLACES: Sequence[Sequence[str]] = (
        ("1",),
        ("2", "down", "down", "enter", "escape"),
        ("3",),
        ("7", "f"),
        ("8", "down"),
    )

    def __init__(self, seed: int, directory: Path) -> None:
        super().__init__(seed)
        self._terminal: Terminal = open_console(directory)

    def act(self) -> None:
        """Go somewhere and look."""
        for key in self.chance.choice(self._PLACES):
            self._terminal.send(key)
            self._look(0.3)
        self.done["places looked at"] += 1
        self._look(self.chance.uniform(0.5, 3))

    def _look(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._terminal.read(0.1)
        assert self._terminal.process.poll() is None, plain(bytes(self._terminal.output))[-2000:]

    def close(self) -> None:
        """See `Actor.close`."""
        self.end()
        with self._terminal:
            pass  # which ends it

    def leave(self) -> bytes:
        """Quit, and return everything that was on the screen."""
        with self._terminal as terminal:
            terminal.send("\x11")
            code = terminal.wait(60)
            shown = plain(bytes(terminal.output))
        assert code == 0, (code, shown[-2000:])
        return shown
