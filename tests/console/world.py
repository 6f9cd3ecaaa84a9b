"""A data directory as the console meets it, filled through the use cases, at times that never change."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, RegisteredSender
from allegra_tui.paths import DataDir
from allegra_tui.store import Store, mailboxes, projects, senders, settings
from allegra_tui.store.database import Transaction
from allegra_tui.usecases.events import Event, RunDone
from allegra_tui.usecases.importing import import_paths

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@dataclass
class World:
    """A data directory. Its clock stands still between messages."""

    root: Path
    now: datetime = START
    letters: int = 0

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the database."""
        directory = DataDir(self.root)
        directory.prepare()
        store = Store.open(directory.database)
        try:
            yield store
        finally:
            store.close()

    def set(self, **changes: object) -> None:
        """Change settings of the intake."""
        with self.store() as store, store.write() as tx:
            settings.save(tx, replace(settings.load(tx), **changes))  # type: ignore[arg-type]

    def project(self, key: str, name: str) -> None:
        """Add a project."""
        with self.store() as store, store.write() as tx:
            projects.add(tx, Project(key=key, name=name))

    def sender(self, name: str, *addresses: str) -> None:
        """Register a sender."""
        with self.store() as store, store.write() as tx:
            senders.add(tx, RegisteredSender(name=name, addresses=addresses))

    def mailbox(self, mailbox: Mailbox) -> Mailbox:
        """Add a mailbox."""
        with self.store() as store, store.write() as tx:
            return mailboxes.add(tx, mailbox)

    def receive(self, *letters: bytes, mailbox: str | None = None) -> RunDone:
        """Take messages in as if they had come by mail, an hour apart."""
        told: list[Event] = []
        with self.store() as store:
            for letter in letters:
                self.letters += 1
                self.now += timedelta(hours=1)
                file = self.root.parent / f"{self.letters:04}.eml"
                file.write_bytes(letter)
                import_paths(store, [file], mailbox=mailbox, emit=told.append)
        done = told[-1]
        assert isinstance(done, RunDone)
        return done


def letter(
    subject: str = "Printer",
    text: str = "It does not print.",
    sender: str = "Anna Meier <anna@bosch.com>",
    *,
    message_id: str = "",
    headers: tuple[str, ...] = (),
    files: tuple[tuple[str, bytes], ...] = (),
) -> bytes:
    """Write a message; with `files` a multipart one."""
    lines = [
        f"From: {sender}",
        "To: issues@example.org",
        f"Subject: {subject}",
        "Date: Mon, 02 Nov 2026 09:00:00 +0000",
    ]
    lines += [f"Message-ID: {message_id}"] if message_id else []
    lines += [*headers, "MIME-Version: 1.0"]
    body = [*lines, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", text, ""]
    if files:
        body = [*lines, 'Content-Type: multipart/mixed; boundary="=b"', "", "--=b"]
        body += ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", text]
        for name, data in files:
            body += ["--=b", f'Content-Type: application/octet-stream; name="{name}"']
            body += [f'Content-Disposition: attachment; filename="{name}"', "Content-Transfer-Encoding: 8bit", ""]
            body += [data.decode("latin-1")]
        body += ["--=b--", ""]
    return "\r\n".join(body).encode()


def build(root: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Make a world with a default project that takes mail from everybody, and freeze the clock."""
    world = World(root)
    monkeypatch.setattr(Transaction, "now", lambda tx: world.now)
    with world.store() as store, store.write() as tx:
        projects.add(tx, Project(key="INBOX", name="Catch-all"))
        projects.add(tx, Project(key="SUP", name="Support"))
        settings.save(tx, IntakeSettings(default_project="INBOX", allow_unknown_senders=True))
    return world
