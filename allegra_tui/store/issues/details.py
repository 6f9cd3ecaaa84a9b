"""Whole issues, with texts, comments and attachments."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select

from allegra_tui.model.issue import Comment, Issue, StoredAttachment, Submitter
from allegra_tui.store import senders
from allegra_tui.store.database import Transaction
from allegra_tui.store.issues.queries import LINE, IssueFilter, line_fields, numbers, submitter
from allegra_tui.store.tables import attachments, blobs, comments, issue_texts, issues

_AT_ONCE = 50
"""Issues read together."""
_ISSUE = (*LINE, issues.c.message_id, issue_texts.c.description, issue_texts.c.visible_text)


def get(tx: Transaction, number: int) -> Issue | None:
    """Return a whole issue, its people compared with the register."""
    found = next(iter(_whole(tx, [number])), None)
    if found is None:
        return None
    return replace(
        found,
        submitter=_compared(tx, found.submitter),
        comments=tuple(replace(comment, submitter=_compared(tx, comment.submitter)) for comment in found.comments),
    )


def export(tx: Transaction, chosen: IssueFilter) -> Iterator[Issue]:
    """Give the issues of a filter in its order, a few in memory at a time."""
    found = numbers(tx, chosen)
    for start in range(0, len(found), _AT_ONCE):
        yield from _whole(tx, found[start : start + _AT_ONCE])


def _compared(tx: Transaction, person: Submitter) -> Submitter:
    return replace(person, resembles=senders.resembled(tx, person.address or ""))


def _whole(tx: Transaction, wanted: Sequence[int]) -> list[Issue]:
    files = _attachments(tx, wanted)
    added = _comments(tx, wanted, files)
    rows = tx.execute(
        select(*_ISSUE).join(issue_texts, issue_texts.c.number == issues.c.number).where(issues.c.number.in_(wanted))
    )
    found = {
        row.number: Issue(
            **line_fields(row),
            description=row.description,
            visible_text=row.description if row.visible_text is None else row.visible_text,
            attachments=tuple(files[row.number, None]),
            comments=tuple(added[row.number]),
            message_id=row.message_id,
        )
        for row in rows
    }
    return [found[number] for number in wanted if number in found]


def _comments(
    tx: Transaction, wanted: Sequence[int], files: defaultdict[tuple[int, int | None], list[StoredAttachment]]
) -> defaultdict[int, list[Comment]]:
    found: defaultdict[int, list[Comment]] = defaultdict(list)
    query = select(comments).where(comments.c.issue.in_(wanted)).order_by(comments.c.issue, comments.c.position)
    for row in tx.execute(query):
        found[row.issue].append(
            Comment(
                id=row.id,
                text=row.text,
                visible_text=row.text if row.visible_text is None else row.visible_text,
                submitter=submitter(row),
                created=row.created,
                attachments=tuple(files[row.issue, row.id]),
                message_id=row.message_id,
            )
        )
    return found


def _attachments(tx: Transaction, wanted: Sequence[int]) -> defaultdict[tuple[int, int | None], list[StoredAttachment]]:
    """Return the files by issue and comment."""
    found: defaultdict[tuple[int, int | None], list[StoredAttachment]] = defaultdict(list)
    query = (
        select(attachments, blobs.c.size, blobs.c.sha256)
        .join(blobs, blobs.c.id == attachments.c.blob_id)
        .where(attachments.c.issue.in_(wanted))
        .order_by(attachments.c.id)
    )
    for row in tx.execute(query):
        found[row.issue, row.comment_id].append(
            StoredAttachment(
                id=row.id,
                filename=row.filename,
                content_type=row.content_type,
                size=row.size,
                sha256=row.sha256,
                inline=row.inline,
            )
        )
    return found
