"""The JSON objects that more than one command prints."""

from collections.abc import Sequence
from typing import Any

from allegra_tui.model.issue import Issue, IssueLine, StoredAttachment, Submitter
from allegra_tui.model.journal import JournalLine, JournalRow

Object = dict[str, Any]


def issue_json(issue: Issue, *, texts: bool = True) -> Object:
    """Return a whole issue; without `texts` what a list of issues tells."""
    return {
        "number": issue.number,
        "project": issue.project,
        "title": issue.title,
        **({"description": issue.description} if texts else {}),
        **_state(issue),
        "attachments": _attachments(issue.attachments),
        "comments": [
            {
                **({"text": comment.text} if texts else {}),
                "submitter": _submitter(comment.submitter),
                "created": comment.created,
                "attachments": _attachments(comment.attachments),
            }
            for comment in issue.comments
        ],
    }


def line_json(line: IssueLine) -> Object:
    """Return an issue without what belongs to it."""
    return {"number": line.number, "project": line.project, "title": line.title, **_state(line)}


def journal_json(line: JournalLine) -> Object:
    """Return a message as the journal's list tells it."""
    return {
        "id": line.id,
        "mailbox": line.mailbox,
        "received": line.received,
        "subject": line.subject,
        "sender": line.sender,
        "outcome": line.outcome,
        "reason": line.reason,
        "review": line.review,
        "issue": line.issue,
        "locations": [{"key": location.key, "settle": location.settle} for location in line.locations],
    }


def message_json(row: JournalRow) -> Object:
    """Return everything known of a message."""
    return journal_json(row) | {
        "sender_name": row.sender_name,
        "date": row.date,
        "message_id": row.message_id,
        "size": row.size,
        "detail": row.detail,
        "checks": [{"name": check.name, "passed": check.passed, "detail": check.detail} for check in row.checks],
        "repairs": list(row.repairs),
        "comment": row.comment,
        "duplicate_of": row.duplicate_of,
        "attempts": row.attempts,
        "trace": row.trace or None,
        "has_original": row.has_original,
    }


def _state(line: IssueLine) -> Object:
    return {
        "state": line.state,
        "submitter": _submitter(line.submitter),
        "created": line.created,
        "updated": line.updated,
    }


def _submitter(submitter: Submitter) -> Object:
    return {"address": submitter.address, "name": submitter.name, "registered": submitter.registered}


def _attachments(attachments: Sequence[StoredAttachment]) -> list[Object]:
    return [
        {"filename": file.filename, "content_type": file.content_type, "size": file.size, "sha256": file.sha256}
        for file in attachments
    ]
