"""The overview's tables: what they show, and where their lines lead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from allegra_tui.console.links import Link
from allegra_tui.console.mailboxes import words
from allegra_tui.console.widgets.columns import Column
from allegra_tui.text import display
from allegra_tui.usecases.attention import Concern, Kind
from allegra_tui.usecases.browse_mailboxes import MailboxView
from allegra_tui.usecases.overview import Situation

CONCERNS = (Column("needs attention", 15), Column(""), Column("enter leads to", 14, from_width=100))
BOXES = (
    Column("mailbox", 16),
    Column("state", 10),
    Column("last success", 12),
    Column("next run", 12),
    Column("waits", 6, right=True),
    Column("last error"),
)

_CONCERNS = {
    Kind.PATTERN: ("x paused", "6 Pattern"),
    Kind.OFF: ("= switched off", "9 Settings"),
    Kind.PROJECT: ("x no project", "4 Projects"),
    Kind.ERROR: ("x error", "3 Mailboxes"),
    Kind.OVERDUE: ("! overdue", "3 Mailboxes"),
    Kind.ANSWER: ("? answer", "3 Mailboxes"),
    Kind.QUARANTINE: ("! quarantine", "8 Journal"),
    Kind.SENDERS: ("! senders", "5 Senders"),
    Kind.MAILBOX: ("! no mailbox", "3 Mailboxes"),
    Kind.NOTE: (". note", "3 Mailboxes"),
}
"""Glyph and word, and what enter leads to."""


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox as the overview shows it."""

    view: MailboxView
    next_run: datetime | None
    """When it is fetched next, by this console or by another intake; None where nobody will by itself."""
    now: datetime


def concern_cells(concern: Concern) -> Sequence[str]:
    """Return what the columns show of what needs attention."""
    word, target = _CONCERNS[concern.kind]
    return word, display(concern.text), target


def link(concern: Concern) -> Link:
    """Return where it is put right."""
    match concern.kind:
        case Kind.PATTERN:
            return Link("pattern", where={"from": "overview"})
        case Kind.OFF:
            return Link("settings", "enabled")
        case Kind.PROJECT:
            return Link("projects", where={"from": "overview"})
        case Kind.QUARANTINE:
            return Link("journal", where={"review": "open"})
        case Kind.SENDERS:
            return Link("senders", where={"search": ""})
        case Kind.MAILBOX:
            return Link("mailboxes", where={"from": "overview"})
    return Link("mailboxes", concern.mailbox)


def box_cells(box: Box) -> Sequence[str]:
    """Return what the columns show of a mailbox."""
    status = box.view.status
    return (
        display(status.mailbox),
        " ".join(words.state(box.view)),
        clock(status.last_success, box.now) if status.last_success else "never",
        coming(box.next_run, box.now) if box.next_run else "-",
        f"{status.quarantine:,}" if status.quarantine else "-",
        display(box.view.state.error or box.view.state.note or ""),
    )


def intake(
    situation: Situation, boxes: Iterable[Box], trouble: str | None, watcher: str | None, *, read_only: bool
) -> str:
    """Tell whether mail is being taken in, or when it will be.

    `trouble` is that of the console's own polling, `watcher` the process that watches the mailboxes.
    """
    if not situation.intake.enabled:
        return "the intake is switched off"
    if read_only and watcher is None:
        return "read-only: nothing is polled from here"
    running = [view.mailbox.name for view in situation.mailboxes if view.status.holder]
    if running:
        return f"fetching {running[0]}" + (f" and {len(running) - 1} more" if len(running) > 1 else "")
    if watcher is not None:
        return f"watched by {watcher}"
    if trouble:
        return f"not polled: {trouble}"
    times = [box.next_run for box in boxes if box.next_run is not None]
    return f"next run {coming(min(times), situation.now)}" if times else ""


def clock(when: datetime, now: datetime) -> str:
    """Return a time in the local zone: of today the hour, of this year the day, else the date."""
    shown, today = when.astimezone(), now.astimezone()
    if shown.date() == today.date():
        return f"{shown:%H:%M}"
    return f"{shown:%m-%d %H:%M}" if shown.year == today.year else f"{shown:%Y-%m-%d}"


def coming(when: datetime, now: datetime) -> str:
    """Return a time that is to come; one that is over means that it is due."""
    return "due" if when <= now else clock(when, now)


def room(columns: Sequence[Column], width: int) -> int:
    """Return the cells that a table of this width leaves to the column that takes the rest."""
    shown = [column for column in columns if width >= column.from_width]
    return width - 2 - sum(column.width + 1 for column in shown) + 1
