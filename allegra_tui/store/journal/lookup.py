"""What a verdict asks the journal: the thread a message belongs to, and the same message elsewhere."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from allegra_tui.model.journal import JournalRow
from allegra_tui.model.verdict import Outcome
from allegra_tui.store.database import Transaction
from allegra_tui.store.journal.queries import get
from allegra_tui.store.tables import mailboxes, messages

_AT_ONCE = 200
"""Message-IDs a query; a hostile References field has thousands."""

_THREAD = (
    select(messages.c.message_id, messages.c.issue)
    .where(
        messages.c.message_id.in_(bindparam("asked", expanding=True)),
        messages.c.outcome.in_((Outcome.CREATED, Outcome.COMMENTED)),
        messages.c.issue.is_not(None),
    )
    .order_by(messages.c.id.desc())  # of several with one Message-ID the oldest is read last, and stays
)
_ELSEWHERE = (
    select(messages.c.content_hash, mailboxes.c.name, messages.c.issue)
    .join(mailboxes, mailboxes.c.id == messages.c.mailbox_id)
    .where(
        messages.c.content_hash.in_(bindparam("hashes", expanding=True)),
        messages.c.duplicate_of.is_(None),
        messages.c.mailbox_id != bindparam("mailbox_id"),
    )
    .order_by(messages.c.id)
)
_RECENT = select(func.count()).where(
    messages.c.sender_key == bindparam("sender_key"),
    messages.c.received >= bindparam("since"),
    messages.c.outcome != Outcome.RECEIVED,
)


def recent(tx: Transaction, sender_key: str, since: datetime) -> int:
    """Count a sender's messages that were received since then and are decided."""
    count: int = tx.execute(_RECENT, {"sender_key": sender_key, "since": since}).scalar_one()
    return count


def message_ids_issue(tx: Transaction, message_ids: Sequence[str]) -> int | None:
    """Return the issue of the first of these Message-IDs whose message made an issue or a comment."""
    for start in range(0, len(message_ids), _AT_ONCE):
        asked = message_ids[start : start + _AT_ONCE]
        found: dict[str, int] = {row.message_id: row.issue for row in tx.execute(_THREAD, {"asked": asked})}
        for message_id in asked:
            if message_id in found:
                return found[message_id]
    return None


def same_content(tx: Transaction, mailbox_id: int, content_hash: str) -> JournalRow | None:
    """Return the message of this mailbox that had this content first."""
    message_id: int | None = tx.execute(
        select(messages.c.id).where(
            messages.c.content_hash == content_hash,
            messages.c.mailbox_id == mailbox_id,
            messages.c.duplicate_of.is_(None),
        )
    ).scalar()
    return None if message_id is None else get(tx, message_id)


def elsewhere(tx: Transaction, mailbox_id: int, hashes: Sequence[str]) -> dict[str, list[tuple[str, int | None]]]:
    """Return for each of these contents that other mailboxes took, too, their names and issues."""
    found: defaultdict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for row in tx.execute(_ELSEWHERE, {"hashes": hashes, "mailbox_id": mailbox_id}):
        found[row.content_hash].append((row.name, row.issue))
    return found
