"""Mailboxes, messages and issues of a fetch, as its tables show them."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allegra_tui.console.fetching.run import BoxProgress, FetchRun, IssueMade
from allegra_tui.console.issues.details import moment
from allegra_tui.console.journal import words
from allegra_tui.console.widgets.columns import Column
from allegra_tui.console.widgets.progress import bar
from allegra_tui.model.issue import IssueLine
from allegra_tui.model.settings import Mailbox
from allegra_tui.model.verdict import SettleAction
from allegra_tui.text import display
from allegra_tui.usecases import lists
from allegra_tui.usecases.browse_fetch import Fetchable, settle_action
from allegra_tui.usecases.events import MailboxDone, MessageDone
from allegra_tui.usecases.session import Session

BOXES = (
    Column("mailbox", 16),
    Column("state"),
    Column("project", 8, from_width=100),
    Column("afterwards", 18, from_width=70),
)
MESSAGES = (
    Column("outcome", 11),
    Column("issue or why", 16),
    Column("mailbox", 12, from_width=110),
    Column("sender", 22, from_width=60),
    Column("subject"),
)
_BAR = 12
"""Cells of a bar: the step in words beside it has to fit, too."""
ISSUES = (Column("issue", 8, right=True), Column("what", 16), Column("project", 8, from_width=60), Column("title"))


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox, and its part in the run."""

    fetchable: Fetchable
    progress: BoxProgress | None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue that resulted; without a line in a dry run."""

    made: IssueMade
    line: IssueLine | None


class IssueRows:
    """The issues that resulted, with what the store knows of those that are looked at."""

    def __init__(self, session: Session, run: FetchRun) -> None:
        self._store, self._run = session.store, run

    def first(self, limit: int) -> Sequence[tuple[int, IssueRow]]:
        """Return the first ones."""
        return list(self.rows(self.ids()[:limit]).items())

    def ids(self) -> "array[int]":
        """Return all numbers."""
        return array("q", self._run.issues())

    def rows(self, ids: Sequence[int]) -> Mapping[int, IssueRow]:
        """Return some."""
        made = self._run.issues()
        lines = {} if self._run.dry_run else lists.issues_by_number(self._store, ids)
        return {number: IssueRow(made[number], lines.get(number)) for number in ids if number in made}


def box_cells(box: Box) -> Sequence[str]:
    """Return what the columns show of a mailbox."""
    mailbox = box.fetchable.mailbox
    return (display(mailbox.name), display(state(box)), display(mailbox.project or ""), display(then(mailbox)))


def state(box: Box) -> str:
    """Tell in one line how a mailbox is, or how far."""
    progress = box.progress
    if progress is None:
        return _before(box.fetchable)
    if progress.done is not None:
        return _after(progress.done, dry_run=box.dry_run)
    if progress.total:
        done = min(progress.decided, progress.total)
        return f"{bar(done, progress.total, width=_BAR)} {progress.step}"
    return f"> {progress.step}"


def then(mailbox: Mailbox) -> str:
    """Tell what is done with taken mail on the server."""
    match settle_action(mailbox):
        case SettleAction.DELETE:
            return "mail is deleted"
        case SettleAction.MOVE:
            return f"moved to {mailbox.move_to}"
    return "mail stays there"


def first_take(mailbox: Mailbox) -> str:
    """Tell what is taken at the first contact."""
    match mailbox.first_contact:
        case "all":
            return "takes all mail"
        case "new":
            return "skips the mail that is there"
    return f"takes the mail of the last {mailbox.first_contact} days"


def message_cells(message: MessageDone) -> Sequence[str]:
    """Return what the columns show of a message."""
    return (
        words.outcome(message.outcome),
        words.result(message.issue, message.reason),
        display(message.mailbox),
        display(message.sender) or "nobody",
        display(message.subject) or "(no subject)",
    )


def issue_cells(row: IssueRow) -> Sequence[str]:
    """Return what the columns show of an issue."""
    line = row.line
    return (
        f"#{row.made.number}",
        row.made.what,
        display(line.project) if line else "",
        display(line.title if line else row.made.title) or "(no subject)",
    )


def _before(found: Fetchable) -> str:
    box, known = found.mailbox, found.state
    if found.holder is not None:
        return f"> being fetched by {found.holder}"
    if not box.enabled:
        return "- disabled"
    if known.error is not None:
        return f"x {known.error}"
    if found.unanswered:
        return "? enter asks what to take of its mail"
    if not known.contacted:
        return f". never fetched; {first_take(box)}"
    return f"+ fetched {moment(known.last_success)}" if known.last_success else ". not fetched yet"


def _after(done: MailboxDone, *, dry_run: bool) -> str:
    if done.error:
        return f"x {done.error}"
    if done.skipped:
        return f"- skipped: {done.skipped}"
    counts = {"left": done.left, "deleted": done.deleted, "moved": done.moved}
    told = f"+ {done.received:,} received" + "".join(f", {count:,} {name}" for name, count in counts.items() if count)
    if dry_run:
        told = f"+ {done.received:,} looked at"
    return f"{told}; more waits" if done.more else told
