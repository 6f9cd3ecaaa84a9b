"""Maildirs: files of others, which come, go and are renamed at any time."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.sources import CancelledError, FolderError, Source, StepName
from tests.sources.using import RAW, bodies, connected, download_all, steps


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """A Maildir with a new message, a read one, and files that are no messages."""
    path = tmp_path / "Maildir"
    for folder in ("tmp", "new", "cur"):
        (path / folder).mkdir(parents=True)
    (path / "cur" / "1000.a.host:2,S").write_bytes(b"Subject: read\n\nOld\n")
    (path / "new" / "2000.b.host").write_bytes(RAW)
    (path / "new" / ".nfs0001").write_bytes(b"no message")
    (path / "tmp" / "3000.c.host").write_bytes(b"not delivered yet")
    (path / "cur" / "subdirectory").mkdir()
    return path


@pytest.fixture
def source(maildir: Path) -> Iterator[Source]:
    with connected(mailbox(maildir)) as source:
        yield source


def mailbox(path: Path) -> Mailbox:
    return Mailbox(name="box", protocol=Protocol.MAILDIR, path=str(path))


def files(maildir: Path) -> set[str]:
    return {path.name for folder in ("new", "cur") for path in (maildir / folder).iterdir() if path.is_file()}


def test_messages_are_listed_by_base_name_in_their_order(source: Source, maildir: Path) -> None:
    (maildir / "new" / "900.z.host").write_bytes(b"Subject: first\n\n")
    assert source.list().keys == ["900.z.host", "1000.a.host", "2000.b.host"]
    assert source.list().uidvalidity == 0
    assert source.folders() == ()


def test_messages_are_read_and_stay_where_they_are(source: Source, maildir: Path) -> None:
    before = files(maildir)
    assert bodies(source) == [b"Subject: read\n\nOld\n", RAW]
    assert source.header("1000.a.host") == b"Subject: read\n\n"
    assert source.header("2000.b.host") == RAW[: RAW.index(b"Body")]
    assert source.header("gone") == b""
    assert source.finish().done == []
    assert files(maildir) == before


def test_size_and_date_are_described(source: Source, maildir: Path) -> None:
    os.utime(maildir / "new" / "2000.b.host", (1_700_000_000, 1_700_000_000))
    (entry,) = source.describe(["2000.b.host", "gone"])
    assert (entry.size, entry.internal_date) == (len(RAW), datetime.fromtimestamp(1_700_000_000, UTC))


def test_a_message_whose_flags_change_meanwhile_is_still_the_same(source: Source, maildir: Path) -> None:
    entries = list(source.describe(source.list().keys))
    (maildir / "new" / "2000.b.host").rename(maildir / "cur" / "2000.b.host:2,RS")
    downloads = {one.key: one.raw for one in source.download(entries)}
    assert downloads["2000.b.host"] == RAW
    (maildir / "cur" / "1000.a.host:2,S").rename(maildir / "cur" / "1000.a.host:2,FS")
    source.delete(["1000.a.host"])
    assert source.finish().done == ["1000.a.host"]
    assert files(maildir) == {".nfs0001", "2000.b.host:2,RS"}


def test_what_vanished_is_told(source: Source, maildir: Path) -> None:
    entries = list(source.describe(source.list().keys))
    (maildir / "new" / "2000.b.host").unlink()
    assert [one.vanished for one in source.download(entries)] == [False, True]
    source.delete(["2000.b.host"])
    assert source.finish().done == ["2000.b.host"]


def test_many_that_vanished_are_looked_for_together(
    source: Source, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        (maildir / "new" / f"3{number:03}.x").write_bytes(RAW)
    keys = source.list().keys
    looked: list[Path] = []
    scandir = os.scandir

    def counted(path: Path) -> object:
        looked.append(path)
        return scandir(path)

    monkeypatch.setattr("allegra_tui.sources.maildir.os.scandir", counted)
    for number in range(200):
        (maildir / "new" / f"3{number:03}.x").unlink()
    entries = list(source.describe(keys))
    assert (len(entries), len(looked)) == (102, 2), "new and cur once"
    for number in range(200, 250):
        (maildir / "new" / f"3{number:03}.x").unlink()
    for number in range(250, 300):
        (maildir / "new" / f"3{number:03}.x").rename(maildir / "cur" / f"3{number:03}.x:2,S")
    downloads = list(source.download(entries))
    assert (sum(one.vanished for one in downloads), sum(one.raw == RAW for one in downloads)) == (50, 51)
    assert len(looked) == 4
    source.delete(keys)
    assert sorted(source.finish().done) == sorted(keys)
    assert files(maildir) == {".nfs0001"}
    assert len(looked) == 10


def test_a_message_that_cannot_be_caught_is_not_said_to_be_removed(
    source: Source, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renamed(path: str) -> None:
        raise FileNotFoundError(path)

    monkeypatch.setattr("allegra_tui.sources.maildir.os.unlink", renamed)
    source.delete(["2000.b.host"])
    settled = source.finish()
    assert (settled.done, settled.refused) == ([], {"2000.b.host": "it is renamed all the time"})
    assert "2000.b.host" in files(maildir)


def test_deletions_happen_at_finish(source: Source, maildir: Path) -> None:
    source.delete(["1000.a.host"])
    assert "1000.a.host:2,S" in files(maildir)
    assert source.finish().done == ["1000.a.host"]
    assert files(maildir) == {".nfs0001", "2000.b.host"}


def test_read_only_deletes_nothing(maildir: Path) -> None:
    with connected(mailbox(maildir), read_only=True) as source:
        source.delete(["1000.a.host"])
        assert source.finish().refused.keys() == {"1000.a.host"}
    assert "1000.a.host:2,S" in files(maildir)


def test_moving_is_refused(source: Source) -> None:
    source.move(["1000.a.host"], "Done")
    assert source.finish().refused.keys() == {"1000.a.host"}


def test_links_are_not_followed(source: Source, maildir: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"Subject: secret\n\n")
    (maildir / "new" / "4000.link").symlink_to(secret)
    assert "4000.link" not in source.list().keys
    entries = list(source.describe(["2000.b.host"]))
    (maildir / "new" / "2000.b.host").unlink()
    (maildir / "new" / "2000.b.host").symlink_to(secret)
    (one,) = source.download(entries)
    assert one.raw == b""
    assert one.problem


def test_a_pipe_does_not_hold_up_the_others(source: Source, maildir: Path) -> None:
    entries = list(source.describe(source.list().keys))
    (maildir / "new" / "2000.b.host").unlink()
    os.mkfifo(maildir / "new" / "2000.b.host")
    downloads = {one.key: one for one in source.download(entries)}
    assert downloads["1000.a.host"].problem is None
    assert downloads["2000.b.host"].problem


def test_an_empty_file_is_not_taken(source: Source, maildir: Path) -> None:
    (maildir / "new" / "5000.e").touch()
    assert download_all(source)["5000.e"].problem == "the file is empty"


def test_a_name_that_is_not_utf8_can_be_read_and_stored(source: Source, maildir: Path) -> None:
    (Path(os.fsdecode(os.fsencode(maildir / "new") + b"/6000.\xff"))).write_bytes(RAW)
    key = source.list().keys[-1]
    assert key.encode("utf-8") == rb"6000.\xff"
    assert download_all(source)[key].raw == RAW


@pytest.mark.parametrize("missing", ["", "new", "cur"])
def test_what_is_no_maildir_is_named(maildir: Path, missing: str) -> None:
    path = maildir / "missing" if not missing else maildir
    if missing:
        (maildir / missing).rename(maildir / "away")
    with pytest.raises(FolderError, match=str(path)):
        steps(mailbox(path))


def test_the_only_step_is_the_folder(maildir: Path) -> None:
    taken = steps(mailbox(maildir))
    assert {name: step.detail for name, step in taken.items()} == {StepName.FOLDER: f"{maildir} holds 2 messages"}


def test_cancel_ends_it(source: Source) -> None:
    source.cancel()
    with pytest.raises(CancelledError):
        source.list()


def test_a_path_that_cannot_be_looked_at_is_told(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="File name too long; look at path and permissions"):
        steps(mailbox(tmp_path / ("x" * 300)))
