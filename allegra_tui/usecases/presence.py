"""That a watch is at work, told by a lock on a file in the data directory. The kernel drops it when the process ends,
however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from allegra_tui.paths import DataDir, PathError
from allegra_tui.usecases.errors import UseCaseError

_CLAIM_SECONDS = 1.0
"""Whoever merely looks holds the lock for a moment; a watch that begins waits that out."""


class AlreadyWatched(UseCaseError):  # noqa: N818  (it reads as what happened)
    """A watch is at work on this data directory, and a second one has nothing to do."""

    code = "already_watched"
    exit_code = 3


@contextmanager
def claim(directory: DataDir) -> Iterator[None]:
    """Be the one watch of a data directory. Raises `AlreadyWatched`, and `PathError` where the lock cannot be had."""
    try:
        file = os.open(directory.watch_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PathError(
            f"{directory.watch_lock} cannot be opened: {error.strerror}; if another account's watch left it, remove it"
        ) from error
    try:
        until = time.monotonic() + _CLAIM_SECONDS
        while not _locked(file, fcntl.LOCK_EX):
            if time.monotonic() >= until:
                raise AlreadyWatched(f"a watch is at work on {directory.root} already: {_named(file)}")
            time.sleep(0.02)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)


def watching(directory: DataDir) -> str | None:
    """Tell which process watches a data directory, in words; None where none does."""
    try:
        file = os.open(directory.watch_lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return None if _locked(file, fcntl.LOCK_SH) else _named(file)
    finally:
        os.close(file)


def _locked(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _named(file: int) -> str:
    number = os.pread(file, 20, 0).strip()
    return f"process {number.decode()}" if number.isdigit() else "a process that has just begun"
