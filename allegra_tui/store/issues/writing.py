"""Issues are made and changed; the full-text index goes with every change."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, exists, func, insert, or_, select, update

from allegra_tui.model.issue import State, Submitter
from allegra_tui.model.mail import Attachment
from allegra_tui.store import blobs, projects, search, senders
from allegra_tui.store.database import Transaction
from allegra_tui.store.prepared import Prepared
from allegra_tui.store.tables import attachments, comments, issue_texts, issues, messages

# Made once: building a statement takes longer than running it.
_MAILBOX_OF = select(messages.c.mailbox_id).where(messages.c.id == bindparam("source")).scalar_subquery()
_CREATE = Prepared(insert(issues).values(mailbox_id=_MAILBOX_OF).returning(issues.c.number))
_DESCRIBE = Prepared(insert(issue_texts))
_NEXT_POSITION = select(func.coalesce(func.max(comments.c.position), 0) + 1).where(
    comments.c.issue == bindparam("source")
)
_COMMENT = Prepared(
    insert(comments).values(position=_NEXT_POSITION.scalar_subquery()).returning(comments.c.id, comments.c.position)
)
_EXISTS = Prepared(select(issues.c.number).where(issues.c.number == bindparam("number")))
_TAKES_PART = Prepared(
    select(
        or_(
            exists().where(issues.c.number == bindparam("number"), issues.c.submitter_key == bindparam("key")),
            exists().where(comments.c.issue == bindparam("number"), comments.c.submitter_key == bindparam("key")),
        )
    )
)
_ATTACH = insert(attachments)
_CHANGE_STATE = (
    update(issues)
    .where(issues.c.number == bindparam("number_"))
    .values(state=bindparam("state"), updated=bindparam("updated"))
)
_REOPEN = Prepared(_CHANGE_STATE)


def create(
    tx: Transaction,
    *,
    project: str,
    title: str,
    description: str,
    visible_text: str,
    submitter: Submitter,
    message_id: int | None,
) -> int:
    """Make an issue and return its number. Raises StoreError if there is no such project."""
    now = tx.now()
    values = {
        "project_id": projects.id_of(tx, project),
        "state": State.OPEN,
        "created": now,
        "updated": now,
        "message_id": message_id,
        "source": message_id,
        "title": title,
        **_submitter(submitter),
    }
    (number,) = tx.one(_CREATE, values)
    tx.run(
        _DESCRIBE,
        {"number": number, "description": description, "visible_text": _differing(visible_text, description)},
    )
    search.add(tx, number, 0)
    return int(number)


def comment(
    tx: Transaction, number: int, *, text: str, visible_text: str, submitter: Submitter, message_id: int | None
) -> int:
    """Add a comment and return its id. A closed issue is open again."""
    now = tx.now()
    comment_id, position = tx.one(
        _COMMENT,
        {
            "issue": number,
            "source": number,
            "created": now,
            "message_id": message_id,
            "text": text,
            "visible_text": _differing(visible_text, text),
            **_submitter(submitter),
        },
    )
    tx.run(_REOPEN, {"number_": number, "state": State.OPEN, "updated": now})
    search.add(tx, number, position)
    return int(comment_id)


def attach(tx: Transaction, files: Sequence[Attachment], *, issue: int, comment: int | None = None) -> None:
    """Store files of an issue, or of a comment on it; the same bytes are stored once."""
    if not files:
        return
    blob_ids = blobs.ensure(tx, {file.sha256: file.data for file in files})
    tx.execute(
        _ATTACH,
        [
            {
                "issue": issue,
                "comment_id": comment,
                "blob_id": blob_ids[file.sha256],
                "filename": file.filename,
                "content_type": file.content_type,
                "inline": file.inline,
            }
            for file in files
        ],
    )


def takes_part(tx: Transaction, number: int, address: str) -> bool:
    """Tell whether this address, whatever its case, submitted the issue or a comment on it."""
    (found,) = tx.one(_TAKES_PART, {"number": number, "key": senders.key(address)})
    return bool(found)


def has(tx: Transaction, number: int) -> bool:
    """Tell whether there is an issue with this number."""
    return tx.run(_EXISTS, {"number": number}) is not None


def move(tx: Transaction, numbers: Sequence[int], project: str) -> None:
    """Put issues into a project. Raises StoreError if there is none with this key."""
    if not numbers:
        return
    project_id, now = projects.id_of(tx, project), tx.now()
    search.remove(tx, numbers)
    tx.execute(
        update(issues).where(issues.c.number == bindparam("number_")).values(project_id=project_id, updated=now),
        [{"number_": number} for number in numbers],
    )
    search.restore(tx, numbers)


def set_state(tx: Transaction, numbers: Sequence[int], state: State) -> None:
    """Close issues, or open them again."""
    if numbers:
        now = tx.now()
        tx.execute(_CHANGE_STATE, [{"number_": number, "state": state, "updated": now} for number in numbers])


def _submitter(submitter: Submitter) -> dict[str, Any]:
    return {
        "submitter_address": submitter.address,
        "submitter_key": None if submitter.address is None else senders.key(submitter.address),
        "submitter_name": submitter.name,
        "submitter_registered": submitter.registered,
    }


def _differing(visible_text: str, text: str) -> str | None:
    return None if visible_text == text else visible_text
