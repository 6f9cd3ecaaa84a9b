"""Files that people take out of the database."""

import os
from pathlib import Path

from allegra_tui.model.issue import StoredAttachment
from allegra_tui.store import Store, blobs
from allegra_tui.usecases.errors import Refused


def save_attachment(store: Store, file: StoredAttachment, path: Path) -> Path:
    """Write an attachment to a path, readable by its owner alone, and return the path. Nothing is overwritten.

    Raises `Refused` where it cannot be written.
    """
    target = path.expanduser().absolute()
    with store.read() as tx:
        data = blobs.get(tx, file.sha256)
    if data is None:
        raise Refused(f"the bytes of {file.filename} are not in the database: restore a backup")
    try:
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(data)
    except FileExistsError:
        raise Refused(f"{target} is there already, and nothing is overwritten: choose another name") from None
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}") from None
    return target
