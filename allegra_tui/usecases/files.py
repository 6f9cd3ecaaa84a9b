"""Files that people take out of the database: only where told, never over another, never executable."""

import os
from pathlib import Path
from typing import BinaryIO

from allegra_tui.model.issue import Issue, StoredAttachment
from allegra_tui.paths import expanded
from allegra_tui.store import Store, blobs
from allegra_tui.usecases.errors import Refused

_MAX_NAME_BYTES = 200


def save_attachments(store: Store, found: Issue, directory: Path) -> list[Path]:
    """Write the files of an issue and its comments into a directory, each under its own number, and return their paths.

    Raises `Refused` as `write_new` does.
    """
    files = [*found.attachments, *(file for comment in found.comments for file in comment.attachments)]
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{directory} cannot be written: {error.strerror}") from None
    return [save_attachment(store, file, directory / file_name(file)) for file in files]


def save_attachment(store: Store, file: StoredAttachment, path: Path) -> Path:
    """Write an attachment to a path and return the path. Raises `Refused` as `write_new` does."""
    target = expanded(path)
    with store.read() as tx:
        data = blobs.get(tx, file.sha256)
    if data is None:
        raise Refused(f"the bytes of {file.filename} are not in the database: restore a backup")
    write_new(target, data)
    return target


def file_name(file: StoredAttachment) -> str:
    """Return the name an attachment is saved under: its own number first, so that no name means anything else."""
    plain = "".join(char if char.isprintable() and char not in '/\\:*?"<>|' else "_" for char in file.filename)
    stem, dot, ending = plain.rpartition(".")
    ending = f"{dot}{ending}" if stem and len(ending) <= 10 else ""
    stem = plain.removesuffix(ending) if ending else plain
    kept = stem.encode()[: _MAX_NAME_BYTES - len(ending.encode())].decode(errors="ignore")
    return f"{file.id}-{kept}{ending}"


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, readable by its owner alone.

    A name that is there already is refused, also where it is a link that leads nowhere. Raises `Refused`.
    """
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            _write(opened, data, path)
    except FileExistsError:
        raise Refused(f"{path} is there already, and nothing is overwritten: choose another name") from None
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from None


def _write(opened: BinaryIO, data: bytes, path: Path) -> None:
    """Write all or leave nothing behind, so that the same name can be tried again."""
    try:
        opened.write(data)
        opened.flush()
    except OSError:
        path.unlink()
        raise
