"""A message of the journal as people read it in a terminal."""

from allegra_tui import disguise
from allegra_tui.commands.output import block, fields, say, size
from allegra_tui.model.journal import JournalRow


def show(row: JournalRow) -> None:
    """Print everything known of a message."""
    found: list[tuple[str, object]] = [
        ("Message", row.id),
        ("Subject", row.subject),
        ("From", f"{row.sender_name} <{row.sender}>" if row.sender_name else row.sender),
        *([("Careful", told)] if (told := disguise.remarks(row.sender, row.resembles)) else []),
        ("Date", row.date),
        ("Message-ID", row.message_id),
        ("Size", size(row.size)),
        ("Mailbox", row.mailbox),
        ("Received", row.received),
        ("Outcome", f"{row.outcome} ({row.reason})" if row.reason else row.outcome),
        ("Review", row.review),
    ]
    if row.detail:
        found.append(("Detail", row.detail))
    if row.issue is not None:
        found.append(("Issue", f"#{row.issue}, as a comment" if row.comment is not None else f"#{row.issue}"))
    if row.duplicate_of is not None:
        found.append(("Same as", f"message {row.duplicate_of}"))
    if row.attempts > 1:
        found.append(("Attempts", str(row.attempts)))
    if not row.has_original:
        found.append(("Original", "no longer kept"))
    found += [("Location", f"{location.place.folder} {location.key}: {location.settle}") for location in row.locations]
    fields(found)
    if row.checks:
        say()
    for check in row.checks:
        block(f"{'ok' if check.passed else 'NO'}  {check.name:<14}  {check.detail}", hanging=20)
    for repair in row.repairs:
        block(f"repaired: {repair}", hanging=10)
    if row.trace:
        say()
        block(row.trace)
