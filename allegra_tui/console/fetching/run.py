"""A fetch and what it told so far. It works in a thread, and is looked at from others."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from allegra_tui.model.verdict import Outcome
from allegra_tui.usecases.events import Event, MailboxDone, MessageDone, Progress, RunDone
from allegra_tui.usecases.intake import fetch, fetch_dry
from allegra_tui.usecases.session import Session

KEPT = 2_000
"""Messages of a run that are kept to look at; the journal keeps all."""


@dataclass(frozen=True, slots=True)
class BoxProgress:
    """How far a mailbox is."""

    step: str = "waiting for its turn"
    decided: int = 0
    total: int | None = None
    done: MailboxDone | None = None


@dataclass(slots=True)
class IssueMade:
    """What a run did to an issue."""

    number: int
    title: str
    """The subject of the first message; what the store says wins where it is a real run."""
    created: bool = False
    comments: int = 0

    @property
    def what(self) -> str:
        """New, or how many comments were added."""
        comments = f"+{self.comments} comment{'' if self.comments == 1 else 's'}" if self.comments else ""
        return f"new {comments}".strip() if self.created else comments


class FetchRun:
    """One run. `changed` is called from the run's threads, once until somebody looked (`look`); `first` before all,
    with the mailboxes' names."""

    def __init__(
        self,
        session: Session,
        names: Sequence[str],
        *,
        dry_run: bool,
        changed: Callable[[], object],
        first: Callable[[Sequence[str]], object] = lambda _: None,
    ) -> None:
        self.names = names
        self.dry_run = dry_run
        self.ended = False
        self.result: RunDone | None = None
        self.stop = threading.Event()
        self.counts: Counter[Outcome] = Counter()
        self._session = session
        self._changed = changed
        self._first = first
        self._lock = threading.Lock()
        self._told = False
        self._boxes: dict[str, BoxProgress] = dict.fromkeys(names, BoxProgress())
        self._messages: deque[MessageDone] = deque(maxlen=KEPT)
        self._issues: dict[int, IssueMade] = {}
        self._seen = 0

    def work(self) -> RunDone:
        """Fetch. Raises as `intake.fetch` does."""
        self._first(self.names)
        act = fetch_dry if self.dry_run else fetch
        return act(self._session.store, self._session.vault, names=self.names, emit=self._hear, stop=self.stop)

    # --- what the run tells, from its threads

    def _hear(self, event: Event) -> None:
        with self._lock:
            self._take(event)
            tell, self._told = not self._told, True
        if tell:
            self._changed()

    def _take(self, event: Event) -> None:
        match event:
            case Progress():
                box = self._boxes.get(event.mailbox, BoxProgress())
                self._boxes[event.mailbox] = replace(box, step=event.step, total=event.total or box.total)
            case MessageDone():
                box = self._boxes.get(event.mailbox, BoxProgress())
                self._boxes[event.mailbox] = replace(box, decided=box.decided + 1)
                self._messages.append(event)
                self._seen += 1
                self.counts[event.outcome] += 1
                self._note_issue(event)
            case MailboxDone():
                self._boxes[event.name] = replace(self._boxes.get(event.name, BoxProgress()), done=event)
            case RunDone():
                self.result = event

    def _note_issue(self, event: MessageDone) -> None:
        if event.issue is None or event.outcome not in (Outcome.CREATED, Outcome.COMMENTED):
            return
        made = self._issues.setdefault(event.issue, IssueMade(event.issue, event.subject))
        if event.outcome is Outcome.CREATED:
            made.created = True
        else:
            made.comments += 1
        while len(self._issues) > KEPT:
            del self._issues[next(iter(self._issues))]

    # --- what is looked at

    def look(self) -> None:
        """Have `changed` called again from the next event on."""
        with self._lock:
            self._told = False

    def box(self, name: str) -> BoxProgress | None:
        """Return how far a mailbox is; None where it is not part of the run."""
        with self._lock:
            return self._boxes.get(name)

    @property
    def boxes(self) -> dict[str, BoxProgress]:
        """All mailboxes of the run."""
        with self._lock:
            return dict(self._boxes)

    @property
    def dropped(self) -> int:
        """How many messages were decided but are no longer kept here."""
        with self._lock:
            return self._seen - len(self._messages)

    def messages(self) -> dict[int, MessageDone]:
        """Return the kept messages by their number in the run, in the order of their decision."""
        with self._lock:
            return dict(enumerate(self._messages, self._seen - len(self._messages) + 1))

    def issues(self) -> dict[int, IssueMade]:
        """Return the issues that resulted, in the order of their first message."""
        with self._lock:
            return {number: replace(made) for number, made in self._issues.items()}

    def message(self, number: int) -> MessageDone | None:
        """Return a kept message by its number in the run."""
        with self._lock:
            index = number - (self._seen - len(self._messages)) - 1
            return self._messages[index] if 0 <= index < len(self._messages) else None

    def amend(self, done: Sequence[MessageDone]) -> None:
        """Take over what became of messages that were put right after the run."""
        by_row = {one.journal: one for one in done}
        with self._lock:
            for index, message in enumerate(self._messages):
                now = by_row.get(message.journal) if message.journal is not None else None
                if now is not None:
                    self._messages[index] = now
                    self._note_issue(now)
