"""Import: messages from files through the same intake. The files stay as they are."""

import mailbox as mail_files
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from allegra_tui import mail
from allegra_tui.model.journal import Place
from allegra_tui.model.settings import Mailbox
from allegra_tui.model.verdict import SettleAction
from allegra_tui.store import Store, audit, journal, mailboxes
from allegra_tui.usecases.changes import Changes
from allegra_tui.usecases.errors import NotFound, Refused, UseCaseError
from allegra_tui.usecases.events import Emit, Event, MailboxDone, MessageDone, RunDone
from allegra_tui.usecases.intake.download import Arrived
from allegra_tui.usecases.intake.handle import Handler
from allegra_tui.usecases.intake.journaling import commit
from allegra_tui.usecases.intake.run import Tally, plan, refusal
from allegra_tui.usecases.intake.selection import batches

FOLDER = "import"
"""Files have no folder of a server: their locations stand under this name."""


def import_paths(store: Store, paths: Sequence[Path], *, mailbox: str | None = None, emit: Emit) -> RunDone:
    """Take in `.eml` files, mbox files and Maildirs, as if they had come by a mailbox or by none.

    Raise `NotFound` for a path or mailbox that does not exist, `Refused` where the mailbox could not be read either,
    `UseCaseError` where a file cannot be read, after what came before it, and what `plan` raises.
    """
    for path in paths:
        with _reading(path):
            if not path.exists():
                raise NotFound(f"there is no {path}")
    loaded = plan(store, [mailbox] if mailbox else []).policies
    with store.write() as tx:
        box = mailboxes.find(tx, mailbox) if mailbox else mailboxes.importing(tx)
        assert box is not None
        state = mailboxes.state(tx, box.id)
        leftovers = journal.leftovers(tx, box.id)
    refused = refusal(replace(box, enabled=True), loaded)  # a disabled mailbox is not polled, but may be imported for
    if refused:
        raise Refused(f"{box.name}: {refused.error}")
    tally = Tally(emit)
    handler = Handler(store, {box.id: loaded.of(box)}, tally.emit)
    for row in leftovers:
        handler.handle_leftover(box, row)
    place = Place(mailbox_id=box.id, epoch=state.epoch, folder=FOLDER, uidvalidity=0)
    limit = loaded.settings.max_message_mb * 1024 * 1024
    count = 0
    for batch in batches(_arrived(paths, limit)):
        count += _take(store, handler, box, place, batch, tally.emit)
    report = MailboxDone(name=box.name, received=count, left=count)
    tally.emit(report)
    done = tally.done([report])
    emit(done)
    return done


def import_asked_for(
    store: Store, paths: Sequence[Path], *, mailbox: str | None = None, emit: Emit, who: str
) -> RunDone:
    """Do the same for a person, of whom the audit tells, also where it ends before all is taken."""
    taken = 0

    def hear(event: Event) -> None:
        nonlocal taken
        taken += isinstance(event, MessageDone)
        emit(event)

    try:
        done = import_paths(store, paths, mailbox=mailbox, emit=hear)
    except Exception:
        if taken:
            _record(store, paths, mailbox, taken, who)
        raise
    _record(store, paths, mailbox, done.received, who)
    return done


def _record(store: Store, paths: Sequence[Path], mailbox: str | None, received: int, who: str) -> None:
    what: Changes = {"files": [None, [_stored(str(path)) for path in paths]], "received": [None, received]}
    with store.write() as tx:
        audit.record(tx, who=who, action="import", subject=f"mailbox {mailbox or mailboxes.IMPORTING}", changes=what)


def _take(store: Store, handler: Handler, box: Mailbox, place: Place, batch: Sequence[Arrived], emit: Emit) -> int:
    items, known = commit(store, box, place, batch, SettleAction.LEAVE)
    for event in known:
        emit(event)
    handler.handle(box, items)
    return len(items) + len(known)


def _arrived(paths: Sequence[Path], limit: int) -> Iterator[Arrived]:
    """Read the messages one by one. The moment keeps the same file apart from its next import."""
    moment = time.time_ns()
    for path in paths:
        with _reading(path):
            for name, raw in read_messages(path):
                whole = len(raw) <= limit
                kept = raw if whole else mail.header_source(raw)
                yield Arrived(f"{_stored(name)}@{moment}", kept, len(raw), whole)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UseCaseError(f"{error.filename or path} cannot be read: {error.strerror}") from error


def read_messages(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each message of a file, an mbox, a Maildir, or a folder of `.eml` files."""
    if path.is_dir() and (path / "cur").is_dir():
        for part in ("new", "cur"):
            for file in sorted((path / part).iterdir()):
                if file.is_file():
                    yield str(file), file.read_bytes()
    elif path.is_dir():
        for file in sorted(path.rglob("*.eml")):
            if file.is_file():
                yield str(file), file.read_bytes()
    elif path.suffix.lower() != ".eml" and _is_mbox(path):
        with closing(mail_files.mbox(path, create=False)) as box:
            for key in box.iterkeys():
                yield f"{path}#{key}", box.get_bytes(key)
    else:
        yield str(path), path.read_bytes()


def _stored(name: str) -> str:
    """Return a file's name as it is stored: bytes that are not UTF-8 are written out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"From "
