"""Running the demo: `--headless` fetches the sample mail and shows what became of it; and how the demo is ended."""

import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from allegra_tui.commands.declare import ExitCode
from allegra_tui.commands.output import Column, emit, note, plural, say, table
from allegra_tui.demo.session import MAILBOXES, Demo, session
from allegra_tui.model.issue import Issue
from allegra_tui.model.journal import JournalLine
from allegra_tui.model.verdict import Outcome
from allegra_tui.secrets import Vault
from allegra_tui.store import Store, issues, journal
from allegra_tui.usecases.events import Event, MailboxDone
from allegra_tui.usecases.intake import fetch

_TAKEN = (Outcome.CREATED, Outcome.COMMENTED)
_MANY = 1_000


def headless(*, as_json: bool) -> int:
    """Run the demo without the console and return the exit code. Raises `DemoError` where it cannot run."""
    with ended_cleanly():
        if not as_json:
            note("Starting a mail server with sample mail on this machine, and fetching from it by IMAP …")
        with session() as demo, closing(Store.open(demo.data_dir.database)) as store:
            troubles = _fetch(demo, store)
            made, refused = _result(store)
    if as_json:
        _print_json(made, refused)
    else:
        _print(made, refused)
    for trouble in troubles:
        note(trouble)
    failed = troubles or any(line.outcome is Outcome.FAILED for line in refused)
    return ExitCode.FAILED if failed else ExitCode.DONE


def _fetch(demo: Demo, store: Store) -> list[str]:
    """Take in what waits, one mailbox after the other so that each issue always gets the same number."""
    troubles: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, MailboxDone) and event.error:
            troubles.append(f"{event.name}: {event.error}")

    for name in MAILBOXES:
        fetch(store, Vault(demo.data_dir.key), names=(name,), emit=listen)
    return troubles


def _result(store: Store) -> tuple[list[Issue], list[JournalLine]]:
    """Read all issues, and the messages that made none, both in their order."""
    with store.read() as tx:
        found = [issues.get(tx, number) for number in sorted(issues.numbers(tx, issues.IssueFilter()))]
        lines = journal.lines(tx, journal.JournalFilter(), limit=_MANY)
    return [issue for issue in found if issue], [line for line in reversed(lines) if line.outcome not in _TAKEN]


def _print(made: list[Issue], refused: list[JournalLine]) -> None:
    say(f"{plural(len(made), 'issue')}:")
    table(
        (
            Column("#", 3, right=True),
            Column("PROJECT", 7),
            Column("STATE", 6),
            Column("COMMENTS", 8, right=True),
            Column("FILES", 5, right=True),
            Column("TITLE"),
        ),
        ((one.number, one.project, one.state, len(one.comments), _files(one), one.title) for one in made),
    )
    say()
    say(f"{plural(len(refused), 'message')} without an issue:")
    table(
        (Column("OUTCOME", 9), Column("REASON", 16), Column("SENDER", 24), Column("SUBJECT")),
        ((line.outcome, line.reason, line.sender, line.subject) for line in refused),
    )


def _print_json(made: list[Issue], refused: list[JournalLine]) -> None:
    for issue in made:
        emit(
            {
                "event": "issue",
                "number": issue.number,
                "project": issue.project,
                "state": issue.state,
                "title": issue.title,
                "submitter": issue.submitter.address,
                "comments": len(issue.comments),
                "attachments": _files(issue),
            }
        )
    for line in refused:
        emit(
            {
                "event": "message",
                "mailbox": line.mailbox,
                "outcome": line.outcome,
                "reason": line.reason,
                "detail": line.detail,
                "sender": line.sender,
                "subject": line.subject,
            }
        )


def _files(issue: Issue) -> int:
    return len(issue.attachments) + sum(len(comment.attachments) for comment in issue.comments)


@contextmanager
def ended_cleanly() -> Iterator[None]:
    """Let a request to end do what Ctrl-C does: server and data directory are removed on the way out."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def finish_undisturbed() -> None:
    """Let no further signal interrupt the removal of what the demo made. It is short, and the process ends after it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
