"""Maildir: a directory that a local delivery agent writes into. Files are told by their base names, which stay."""

import os
import stat
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from allegra_tui.model.settings import Mailbox
from allegra_tui.sources.source import (
    CancelledError,
    Download,
    Entry,
    FolderError,
    Listing,
    RefusedError,
    Settlement,
    Step,
    StepName,
)

_HEADER = 1024 * 1024
_FOLDERS = ("new", "cur")
_LOOKS = 3
"""How often a message that is to be removed is looked for: a directory that is read while others rename in it may not
show one that is there."""
_LOOK_SECONDS = 0.25
"""How often it is looked whether something was delivered."""


class MaildirSource:
    """One Maildir. Nothing in it is renamed, so readers of the same Maildir keep their flags."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._path = Path(mailbox.path)
        self._read_only = False
        self._cancelled = False
        self._files: dict[str, str] = {}
        self._count = 0
        self._marked: list[str] = []
        self._refused: dict[str, str] = {}
        self._changed: int | None = None
        """When something was last delivered, as far as the last `list` knew."""

    def connect(self, *, read_only: bool = False) -> Iterator[Step]:
        """See `Source.connect`."""
        self._read_only = read_only
        self._marked, self._refused = [], {}
        for folder in _FOLDERS:
            path = self._path / folder
            try:
                present = path.is_dir() and not path.is_symlink()
            except OSError as error:
                raise FolderError(f"{path} cannot be read: {error.strerror}; look at path and permissions") from error
            if not present:
                raise FolderError(f"{self._path} is no Maildir: it has no directory {folder}; look at the path")
        self._scan()
        yield Step(name=StepName.FOLDER, detail=f"{self._path} holds {len(self._files)} messages")

    @property
    def announces(self) -> bool:
        """See `Source.announces`: looking at one directory's time is cheap enough to be done all the time."""
        return True

    def wait(self, seconds: float) -> bool:
        """See `Source.wait`."""
        end = time.monotonic() + seconds
        while self._delivered() == self._changed:
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(left, _LOOK_SECONDS))
            self._check()
        return True

    def _delivered(self) -> int:
        """Return when something came into `new` or left it, in nanoseconds."""
        try:
            return (self._path / "new").stat().st_mtime_ns
        except OSError as error:
            raise FolderError(f"{self._path / 'new'} cannot be read: {error.strerror}") from error

    def list(self) -> Listing:
        """See `Source.list`."""
        self._changed = self._delivered()  # before the scan: what comes during it is looked for once more
        self._scan()
        return Listing(uidvalidity=0, keys=sorted(self._files, key=_order), count=self._count)

    def marked(self) -> Collection[str]:
        """See `Source.marked`."""
        return {key for key, path in self._files.items() if "T" in path.rpartition("/")[2].partition(":2,")[2]}

    def _scan(self) -> None:
        """Look where every message is now. Links are not followed, so nothing outside the Maildir is ever read."""
        self._check()
        files: dict[str, str] = {}  # as texts: a hundred thousand paths take as long as all else
        count = 0
        for folder in _FOLDERS:
            try:
                with os.scandir(self._path / folder) as entries:
                    for entry in entries:
                        if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
                            files[_key(entry.name)] = entry.path
                            count += 1
            except OSError as error:
                raise FolderError(f"{self._path / folder} cannot be read: {error.strerror}") from error
        self._files, self._count = files, count

    def describe(self, keys: Sequence[str], *, dates: bool = False) -> Iterator[Entry]:
        """See `Source.describe`. The date is that of the file."""
        for key in keys:
            status = self._stat(key)
            if status is not None:
                arrived = datetime.fromtimestamp(status.st_mtime, UTC)
                yield Entry(key=key, size=status.st_size, internal_date=arrived)

    def _stat(self, key: str) -> os.stat_result | None:
        for path in self._places(key):
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise FolderError(f"{path} cannot be read: {error.strerror}") from error
            return status if stat.S_ISREG(status.st_mode) else None
        return None

    def _places(self, key: str) -> Iterator[Path]:
        """Yield where a message was seen, and then, if it is asked for more, where it is now: others set flags.

        What the last scan did not see is gone. So it is looked for once more only where something changed since then,
        and once for all that changed together.
        """
        self._check()
        if key in self._files:
            yield Path(self._files[key])
            self._scan()
        if key in self._files:
            yield Path(self._files[key])

    def download(self, entries: Sequence[Entry]) -> Iterator[Download]:
        """See `Source.download`."""
        for entry in entries:
            try:
                raw = self._read(entry.key, None)
            except RefusedError as error:
                yield Download(key=entry.key, problem=str(error))
                continue
            if raw is None:
                yield Download(key=entry.key, problem="vanished", vanished=True)
            elif not raw:
                yield Download(key=entry.key, problem="the file is empty")
            else:
                yield Download(key=entry.key, raw=raw)

    def _read(self, key: str, limit: int | None) -> bytes | None:
        for path in self._places(key):
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise RefusedError(f"{path} cannot be read: {error.strerror}") from error
            with open(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise RefusedError(f"{path} is no file")
                try:
                    return file.read() if limit is None else file.read(limit)
                except OSError as error:
                    raise RefusedError(f"{path} cannot be read: {error.strerror}") from error
        return None

    def header(self, key: str) -> bytes:
        """See `Source.header`."""
        start = self._read(key, _HEADER) or b""
        ends = [end + len(mark) for mark in (b"\n\n", b"\n\r\n") if (end := start.find(mark)) >= 0]
        return start[: min(ends)] if ends else start

    def delete(self, keys: Collection[str]) -> None:
        """See `Source.delete`."""
        if self._read_only:
            self._refused.update(dict.fromkeys(keys, "the connection is read-only"))
        else:
            self._marked += keys

    def move(self, keys: Collection[str], target: str) -> None:
        """See `Source.move`: only IMAP moves."""
        self._refused.update(dict.fromkeys(keys, f"a Maildir has no folder {target} to move it to"))

    def finish(self) -> Settlement:
        """See `Source.finish`."""
        missing: Collection[str] = self._marked
        for _ in range(_LOOKS):
            missing = [key for key in missing if not self._removed(key)]
            if not missing:
                break
            self._scan()
        self._refused |= {key: "it is renamed all the time" for key in missing if key in self._files}
        done = [key for key in self._marked if key not in self._refused]
        return Settlement(done=done, refused=dict(self._refused))

    def _removed(self, key: str) -> bool:
        """Remove a message from where it was seen; False where it is not there."""
        self._check()
        path = self._files.get(key)
        if path is None:
            return False
        try:
            os.unlink(path)
        except FileNotFoundError:
            return False
        except OSError as error:
            self._refused[key] = f"{path} cannot be removed: {error.strerror}"
        return True

    def folders(self) -> Iterable[str]:
        """See `Source.folders`: a Maildir is one by itself."""
        return ()

    def cancel(self) -> None:
        """See `Source.cancel`."""
        self._cancelled = True

    def _check(self) -> None:
        if self._cancelled:
            raise CancelledError("cancelled")

    def close(self) -> None:
        """See `Source.close`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _key(name: str) -> str:
    """Return the base name, which stays when flags change. Bytes that are not UTF-8 are written out."""
    return os.fsencode(name.partition(":")[0]).decode("utf-8", "backslashreplace")


def _order(key: str) -> tuple[int, str]:
    """Order by the time of delivery that every base name begins with."""
    seconds = key.partition(".")[0]
    return (int(seconds) if seconds.isdecimal() else 0, key)
