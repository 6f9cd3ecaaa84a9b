"""An intake on a data directory of its own, as the commands and the console drive it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from allegra_tui.model.issue import Issue
from allegra_tui.model.journal import JournalRow
from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, RegisteredSender, Secret, SecretKind
from allegra_tui.secrets import Vault
from allegra_tui.store import Store, issues, journal, mailboxes, projects, senders, settings
from allegra_tui.usecases.events import Event, MessageDone, RunDone
from allegra_tui.usecases.intake import fetch, fetch_dry


@dataclass
class Intake:
    """A store with a default project, and what its runs told."""

    store: Store
    directory: Path
    events: list[Event] = field(default_factory=list)

    def add(self, mailbox: Mailbox, password: str = "") -> Mailbox:
        """Set a mailbox up, its password in a file."""
        file = self.directory / f"{mailbox.name}.password"
        file.write_text(password)
        file.chmod(0o600)
        secret = Secret(kind=SecretKind.FILE, value=(str(file),)) if password else Secret()
        with self.store.write() as tx:
            return mailboxes.add(tx, replace(mailbox, secret=secret))

    def change(self, mailbox: Mailbox) -> None:
        with self.store.write() as tx:
            mailboxes.save(tx, mailbox)

    def set(self, **changes: object) -> None:
        """Change settings of the intake."""
        with self.store.write() as tx:
            settings.save(tx, replace(settings.load(tx), **changes))  # type: ignore[arg-type]

    def register(self, *addresses: str) -> None:
        with self.store.write() as tx:
            senders.add(tx, RegisteredSender(name=addresses[0], addresses=addresses))

    def fetch(self, *names: str, dry_run: bool = False) -> RunDone:
        run = fetch_dry if dry_run else fetch
        return run(self.store, Vault(self.directory / "secret.key"), names=names, emit=self.events.append)

    @property
    def told(self) -> list[MessageDone]:
        """What was told of messages, in order."""
        return [event for event in self.events if isinstance(event, MessageDone)]

    def issues(self) -> list[Issue]:
        """All issues, oldest first."""
        with self.store.read() as tx:
            numbers = sorted(issues.numbers(tx, issues.IssueFilter()))
            return [issue for number in numbers if (issue := issues.get(tx, number))]

    def rows(self) -> list[JournalRow]:
        """The whole journal, oldest first."""
        with self.store.read() as tx:
            lines = journal.lines(tx, journal.JournalFilter(), limit=100_000)
            return [row for line in reversed(lines) if (row := journal.get(tx, line.id))]

    def settled(self) -> list[str]:
        """How each location is settled, by journal row."""
        return [str(location.settle) for row in self.rows() for location in row.locations]


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    """An intake that takes mail from everybody into INBOX."""
    store = new_store(tmp_path)
    yield Intake(store, tmp_path)
    store.close()


def new_store(directory: Path) -> Store:
    """Make a database that takes mail from everybody into INBOX."""
    store = Store.open(directory / "allegra.db")
    with store.write() as tx:
        projects.add(tx, Project(key="INBOX", name="Catch-all"))
        projects.add(tx, Project(key="SUP", name="Support"))
        settings.save(tx, IntakeSettings(default_project="INBOX", allow_unknown_senders=True))
    return store


def letter(
    subject: str = "Printer",
    text: str = "It does not print.",
    sender: str = "anna@bosch.com",
    message_id: str | None = None,
    headers: Sequence[str] = (),
) -> bytes:
    """Write a plain message."""
    lines = [
        f"From: {sender}",
        "To: issues@example.org",
        f"Subject: {subject}",
        "Date: Mon, 02 Nov 2026 10:00:00 +0100",
    ]
    if message_id:
        lines.append(f"Message-ID: {message_id}")
    return "\r\n".join([*lines, *headers, "", text, ""]).encode()
