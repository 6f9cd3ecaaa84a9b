"""A disk that is full, and a database that cannot be written: told in one line, the server untouched, nothing lost."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from allegra_tui.model.settings import Protocol
from tests.bench import mix
from tests.conftest import NOBODY
from tests.servers.faulty import FaultyServer, Maildrop, faulty
from tests.usecases import children
from tests.usecases.conftest import Intake, new_store

MESSAGES = [
    b"From: anna@bosch.com\r\nSubject: Scan %d\r\n" % number
    + mix.multipart(
        "mixed",
        f"b{number}",
        [mix.text_part("See the file."), mix.file_part(os.urandom(400_000), "image/png", "scan.png")],
    )
    for number in range(10)
]
"""More than the disk holds, and more than a limited file may have."""


@dataclass(frozen=True)
class Disk:
    """Room for a data directory that does not suffice at first."""

    directory: Path
    """Of the logs; the data directory is `data` below it."""
    fetch: Callable[[Path], None]
    """Fetches while there is too little room."""
    grow: Callable[[], None]

    def told(self) -> str:
        """What all fetches wrote."""
        return "".join(file.read_text() for file in self.directory.glob("*.log"))


@pytest.fixture(params=["a disk of its own", "limited files"])
def disk(request: pytest.FixtureRequest) -> Iterator[Disk]:
    """A tiny file system, or files that may not grow, which is all there is where nothing can be mounted."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        data = directory / "data"
        data.mkdir(mode=0o700)
        if request.param == "limited files" or not _mounted(data, "size=4m,mode=700"):
            yield Disk(directory, children.fetch_with_files_limited, lambda: None)
            return
        try:
            yield Disk(directory, children.fetch_from, lambda: _remount(data, "size=64m"))
        finally:
            subprocess.run(["umount", "--lazy", data], check=True)


def _mounted(directory: Path, options: str) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    mount = ["mount", "-t", "tmpfs", "-o", options, "allegra-test", str(directory)]
    return subprocess.run(mount, check=False, capture_output=True).returncode == 0


def _remount(directory: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", directory], check=True)


@pytest.mark.parametrize("protocol", [Protocol.IMAP, Protocol.POP3])
def test_a_full_disk_is_told_and_the_next_fetch_completes(disk: Disk, protocol: Protocol) -> None:
    with faulty(protocol, Maildrop(MESSAGES)) as server:
        intake = Intake(new_store(disk.directory / "data"), disk.directory / "data")
        intake.add(server.mailbox(), "secret")
        assert children.run_to_end(disk.fetch, disk.directory) != 0
        told = disk.told()
        assert "the disk is full" in told or "its free space" in told
        assert "Traceback" not in told
        _assert_nothing_lost(intake, server)
        assert len(intake.rows()) < len(MESSAGES), "the disk was too large"

        disk.grow()
        assert children.run_to_end(children.fetch_from, disk.directory) == 0
        assert sorted(issue.title for issue in intake.issues()) == [f"Scan {number}" for number in range(10)]
        assert server.maildrop.inbox.messages == []
        intake.store.close()


def _assert_nothing_lost(intake: Intake, server: FaultyServer) -> None:
    there = {stored.raw for stored in server.maildrop.inbox.messages}
    known = {row.subject for row in intake.rows()}
    assert {f"Scan {number}" for number, raw in enumerate(MESSAGES) if raw not in there} <= known
    for stored in server.maildrop.inbox.messages:
        assert r"\Deleted" not in stored.flags or f"Scan {MESSAGES.index(stored.raw)}" in known


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder with a data directory that belongs to somebody who is not root."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "data").mkdir(mode=0o700)
        yield directory


@pytest.mark.parametrize("whole", [True, False], ids=["directory", "file"])
def test_a_database_that_cannot_be_written_is_told_and_the_server_left_alone(closed: Path, whole: bool) -> None:
    data = closed / "data"
    with faulty(Protocol.IMAP, Maildrop(MESSAGES[:2])) as server:
        intake = Intake(new_store(data), data)
        intake.add(server.mailbox(), "secret")
        intake.store.close()
        if os.geteuid() == 0:
            for path in (closed, data, *data.iterdir()):
                os.chown(path, NOBODY, -1)
        (data / "allegra.db").chmod(0o400)
        data.chmod(0o500 if whole else 0o700)
        assert children.run_to_end(children.fetch_as_nobody, closed) == 2
        told = "".join(file.read_text() for file in closed.glob("*.log"))
        assert "permission" in told
        assert "Traceback" not in told
        assert (server.connections, len(server.maildrop.inbox.messages)) == (0, 2)

        data.chmod(0o700)
        (data / "allegra.db").chmod(0o600)
        assert children.run_to_end(children.fetch_from, closed) == 0
        assert server.maildrop.inbox.messages == []
