"""The data directory: who may read it, who owns it, and what it lies on."""

import os
import pwd
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from allegra_tui.paths import DATABASE, KEY, WATCH_LOCK, DataDir
from allegra_tui.usecases.doctor import mounts
from allegra_tui.usecases.doctor.finding import Finding, error, ok, warning

_OURS = (DATABASE, KEY, WATCH_LOCK)
"""How the names of files begin that nobody else may own or read."""
_MB = 1_000_000
SCARCE, LOW = 100 * _MB, 1_000 * _MB
"""Bytes free below which it is an error, and a warning."""
_FEW_FILES = 1_000


def examine(directory: DataDir) -> Iterator[Finding]:
    """Look at directory and files. Nothing is opened."""
    root = directory.root
    status = root.stat()
    files = {path: path.lstat() for path in sorted(root.iterdir()) if path.name.startswith(_OURS)}
    yield _directory(root, status)
    yield _owner(root, status, files)
    yield _modes(root, files)
    yield _file_system(root)
    yield _space(root)


def _directory(root: Path, status: os.stat_result) -> Finding:
    mode = stat.S_IMODE(status.st_mode)
    advice = f"chmod 700 {shlex.quote(str(root))}"
    if mode & 0o022:
        return error("directory", f"{root} can be written by others (mode {mode:04o})", advice)
    if mode & 0o055:
        return warning("directory", f"{root} is open to others (mode {mode:04o})", advice)
    return ok("directory", f"{root} is private (mode {mode:04o})")


def _owner(root: Path, status: os.stat_result, files: dict[Path, os.stat_result]) -> Finding:
    owner = _name(status.st_uid)
    foreign = [f"{path.name} ({_name(found.st_uid)})" for path, found in files.items() if found.st_uid != status.st_uid]
    if foreign:
        return error(
            "owner",
            f"the directory belongs to {owner}, and not all that is in it: {', '.join(foreign)}",
            f"chown {owner} {shlex.quote(str(root))}/*; run allegra-tui as {owner} alone, never as root",
        )
    if os.geteuid() not in (0, status.st_uid):
        return error(
            "owner",
            f"the data belongs to {owner}, and you are {_name(os.geteuid())}",
            f"run allegra-tui as the account that owns the data: sudo -u {owner} allegra-tui ...",
        )
    return ok("owner", f"everything belongs to {owner}")


def _modes(root: Path, files: dict[Path, os.stat_result]) -> Finding:
    open_ = {path: stat.S_IMODE(found.st_mode) for path, found in files.items() if found.st_mode & 0o077}
    if open_:
        told = ", ".join(f"{path.name} (mode {mode:04o})" for path, mode in open_.items())
        names = " ".join(shlex.quote(str(path)) for path in open_)
        return error("files", f"open to others: {told}", f"chmod 600 {names}")
    return ok("files", f"{', '.join(path.name for path in files)}: private")


def _file_system(root: Path) -> Finding:
    kind = mounts.file_system(root)
    if kind is None:
        return ok("file_system", "this system does not tell what the data lies on")
    if kind in mounts.NETWORK:
        return warning(
            "file_system",
            f"the data lies on {kind}, which several machines share: the database may be damaged",
            "move the data directory to a local disk; if that cannot be, use it from one machine alone",
        )
    if kind in mounts.IN_MEMORY:
        return warning(
            "file_system",
            f"the data lies on {kind}, in memory: it is gone when the machine is restarted",
            "move the data directory to a local disk",
        )
    return ok("file_system", f"the data lies on {kind}")


def _space(root: Path) -> Finding:
    found = os.statvfs(root)
    if found.f_flag & os.ST_RDONLY:
        return error("disk", "the data lies on what is mounted read-only", "look at the disk, and mount it writable")
    free = found.f_bavail * found.f_frsize
    told = f"{free / _MB:,.0f} MB are free"
    advice = "make room; when the disk is full no mail is taken, and none is lost on the servers"
    if found.f_files and found.f_favail < _FEW_FILES:
        return error("disk", f"{told}, but only {found.f_favail} more files can be made", advice)
    if free < SCARCE:
        return error("disk", f"only {told}", advice)
    if free < LOW:
        return warning("disk", f"only {told}", advice)
    return ok("disk", told)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
