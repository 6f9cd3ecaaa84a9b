"""What a verdict asks the journal: the thread a message belongs to, and the same message elsewhere."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, literal_column, or_, select

from allegra_tui.model.journal import JournalRow
from allegra_tui.model.verdict import AFTER_RATE, Outcome
from allegra_tui.store.database import Transaction
from allegra_tui.store.journal.queries import get
from allegra_tui.store.prepared import Prepared
from allegra_tui.store.tables import mailboxes, messages

_THREAD = Prepared(
    select(messages.c.issue)
    .where(
        messages.c.message_id == bindparam("asked"),
        or_(messages.c.outcome == Outcome.CREATED, messages.c.outcome == Outcome.COMMENTED),
        messages.c.issue.is_not(None),
    )
    .order_by(messages.c.id)
    .limit(literal_column("1"))
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
_RECENT = Prepared(
    select(func.count()).where(
        messages.c.sender_key == bindparam("sender_key"),
        messages.c.received >= bindparam("since"),
        messages.c.outcome != Outcome.RECEIVED,
        or_(messages.c.reason.is_(None), *(messages.c.reason == reason for reason in AFTER_RATE)),
    )
)


def recent(tx: Transaction, sender_key: str, since: datetime) -> int:
    """Count a sender's messages that were received since then and that no check before the rate refused.

    What is refused before brings nothing in. Above all, what merely names the sender uses nothing of what the sender
    may send: a From with two readings, mail that failed DMARC, machine mail and copies in the sender's name.
    """
    (count,) = tx.one(_RECENT, {"sender_key": sender_key, "since": since})
    return int(count)


def message_ids_issue(tx: Transaction, message_ids: Sequence[str]) -> int | None:
    """Return the issue of the first of these Message-IDs whose message made an issue or a comment."""
    for message_id in message_ids:
        if found := tx.run(_THREAD, {"asked": message_id}):
            return int(found[0])
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
