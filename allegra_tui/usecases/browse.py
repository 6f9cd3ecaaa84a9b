"""Issues, messages and changes as people and programs read them. Nothing here changes anything."""

from collections.abc import Iterator, Sequence
from itertools import islice

from allegra_tui.model.issue import Issue, IssueLine
from allegra_tui.model.journal import JournalLine, JournalRow
from allegra_tui.model.settings import IntakeSettings, Mailbox, Project, RegisteredSender
from allegra_tui.store import (
    Store,
    Transaction,
    issues,
    journal,
    mailboxes,
    projects,
    senders,
    settings,
)
from allegra_tui.store.issues import IssueFilter as IssueFilter  # so that callers need not know the store
from allegra_tui.store.journal import JournalFilter as JournalFilter
from allegra_tui.usecases.configure import find_mailbox, find_project
from allegra_tui.usecases.errors import NotFound, no_message

_PAGE = 500


def issue_lines(store: Store, chosen: IssueFilter, *, limit: int | None = None) -> Iterator[IssueLine]:
    """Give the issues of a filter, page by page. Raises `NotFound` for a project or mailbox that is none."""
    with store.read() as tx:
        _check(tx, chosen.project, chosen.mailbox)
        last: IssueLine | None = None
        while limit is None or limit > 0:
            wanted = _PAGE if limit is None else min(limit, _PAGE)
            page = issues.lines(tx, chosen, limit=wanted, before=last)
            yield from page
            if len(page) < wanted:
                return
            last = page[-1]
            limit = None if limit is None else limit - len(page)


def whole_issues(store: Store, chosen: IssueFilter, *, limit: int | None = None) -> Iterator[Issue]:
    """Give the issues of a filter with texts, comments and attachments. Raises `NotFound` as `issue_lines` does."""
    with store.read() as tx:
        _check(tx, chosen.project, chosen.mailbox)
        yield from islice(issues.export(tx, chosen), limit)


def count_issues(store: Store, chosen: IssueFilter) -> int:
    """Count the issues of a filter."""
    with store.read() as tx:
        return issues.count(tx, chosen)


def issue(store: Store, number: int) -> Issue:
    """Return a whole issue. Raises `NotFound`."""
    with store.read() as tx:
        found = issues.get(tx, number)
    if found is None:
        raise NotFound(f"there is no issue #{number}")
    return found


def messages(store: Store, chosen: JournalFilter, *, limit: int | None = None) -> Iterator[JournalLine]:
    """Give the messages of a filter, the newest first. Raises `NotFound` for a mailbox that is none."""
    before: int | None = None
    with store.read() as tx:
        _check(tx, None, chosen.mailbox)
        while limit is None or limit > 0:
            wanted = _PAGE if limit is None else min(limit, _PAGE)
            page = journal.lines(tx, chosen, limit=wanted, before=before)
            yield from page
            if len(page) < wanted:
                return
            before = page[-1].id
            limit = None if limit is None else limit - len(page)


def message(store: Store, message_id: int) -> JournalRow:
    """Return everything known of a message but its bytes. Raises `NotFound`."""
    with store.read() as tx:
        found = journal.get(tx, message_id)
    if found is None:
        raise no_message(message_id)
    return found


def original(store: Store, message_id: int) -> bytes:
    """Return the original bytes of a message. Raises `NotFound`, also where they are no longer kept."""
    row = message(store, message_id)
    with store.read() as tx:
        raw = journal.original(tx, row.id)
    if raw is None:
        raise NotFound(f"the original of message {message_id} is no longer kept")
    return raw


def all_projects(store: Store) -> tuple[list[Project], str | None]:
    """Return all projects, archived ones too, and the key of the default one."""
    with store.read() as tx:
        return projects.every(tx, archived=True), settings.load(tx).default_project


def all_senders(store: Store) -> list[RegisteredSender]:
    """Return all registered senders, disabled ones too."""
    with store.read() as tx:
        return senders.every(tx, disabled=True)


def intake_settings(store: Store | None) -> IntakeSettings:
    """Return the intake's settings; the defaults where nothing is stored."""
    if store is None:
        return IntakeSettings()
    with store.read() as tx:
        return settings.load(tx)


def mailboxes_of(store: Store, names: Sequence[str]) -> list[Mailbox]:
    """Return the mailboxes named, or all. Raises `NotFound`."""
    with store.read() as tx:
        return [find_mailbox(tx, name) for name in names] or mailboxes.every(tx)


def _check(tx: Transaction, project: str | None, mailbox: str | None) -> None:
    """A filter by something that does not exist is a mistake, not an empty list."""
    if project is not None:
        find_project(tx, project)
    if mailbox is not None and mailbox != mailboxes.IMPORTING:
        find_mailbox(tx, mailbox)
