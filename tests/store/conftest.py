"""A fresh database for each test, copied from one that was made once: making the schema takes a while."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from allegra_tui.model.journal import Place
from allegra_tui.model.settings import Mailbox, Project
from allegra_tui.store import Store, mailboxes, projects


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the schema and nothing in it."""
    path = tmp_path_factory.mktemp("fresh") / "allegra.db"
    Store.open(path).close()
    return path


@pytest.fixture
def database(fresh_database: Path, tmp_path: Path) -> Path:
    """A copy of the fresh database, not open."""
    return Path(shutil.copy2(fresh_database, tmp_path / "allegra.db"))


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """An open, empty store."""
    opened = Store.open(database)
    yield opened
    opened.close()


@pytest.fixture
def place(store: Store) -> Place:
    """The inbox of the mailbox `system`, in a store that has the projects SUP and DEV."""
    with store.write() as tx:
        projects.add(tx, Project(key="SUP", name="Support"))
        projects.add(tx, Project(key="DEV", name="Development"))
        mailbox = mailboxes.add(tx, Mailbox(name="system", host="mail.example.org", username="issues"))
    assert mailbox.id is not None
    return Place(mailbox_id=mailbox.id, epoch=1, folder="INBOX", uidvalidity=7)
