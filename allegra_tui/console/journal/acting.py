"""A screen on which messages of the journal are put right: the journal's own, and that of a fetch."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from allegra_tui.console.dialogs import Choose, Confirm
from allegra_tui.console.journal import again
from allegra_tui.console.journal.reading import ReadingScreen
from allegra_tui.console.links import Link
from allegra_tui.console.text_screen import TextScreen
from allegra_tui.model.journal import JournalLine
from allegra_tui.model.settings import Project
from allegra_tui.model.verdict import Outcome, Review
from allegra_tui.usecases import browse, browse_journal, review
from allegra_tui.usecases.events import MessageDone
from allegra_tui.usecases.session import Session

_NAMED, _NAMED_ABOVE = 50, 6
"""Messages that a question names one by one, where they can be scrolled and where not."""
Lines = Sequence[JournalLine]


class MessageScreen(ReadingScreen):
    """Does with the chosen messages what the journal allows."""

    CHANGES = frozenset({"release", "retry", "discard", "undo"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "release", "release", id="message.release", tooltip="Take refused messages after all"),
        Binding("t", "retry", "retry", id="message.retry", tooltip="Handle failed messages again"),
        Binding("d", "discard", "discard", id="message.discard", tooltip="Close the review without taking the message"),
        Binding("u", "undo", "undo", id="message.undo", tooltip="Take the last discard back"),
        Binding("i", "issue", "issue", id="message.issue", tooltip="Go to the issue the message became"),
        Binding("w", "again", "why now", id="message.again", tooltip="Judge again by today's settings: what differs"),
        Binding("v", "original", "source", id="message.original", tooltip="View the original source"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._discarded: Sequence[int] = ()

    @property
    @abstractmethod
    def chosen_messages(self) -> Sequence[int]:
        """Journal ids that an action is about: the marked ones, else that of the message in hand."""

    @abstractmethod
    def outcome_in_hand(self) -> tuple[Outcome, Review] | None:
        """Return what is known of the message in hand; None where several are marked, or there is none."""

    @abstractmethod
    def acted(self, done: Sequence[MessageDone]) -> None:
        """Show the list as it is after an action."""

    # --- what can be done

    def action_release(self) -> None:
        """Ask how refused messages are to be taken after all, and do it."""
        session, wanted = self.session, self.chosen_messages

        def read() -> tuple[Lines, Sequence[Project]]:
            return _lines(session, wanted), browse.all_projects(session.store)[0]

        def ask(read: tuple[Lines, Sequence[Project]]) -> None:
            found, projects = read
            chosen = [line for line in found if line.outcome in review.RELEASABLE]
            if not chosen:
                self._nothing("to release", found)
                return
            ways = [
                ("", "To where it would have gone"),
                ("+", "To where it would have gone, and register the sender"),
                *((one.key, f"Into {one.key}  {one.name}, as a new issue") for one in projects if not one.archived),
            ]

            def decided(way: str | None) -> None:
                if way is not None:
                    project, register = (None, bool(way)) if way in ("", "+") else (way, False)
                    ids = [line.id for line in chosen]
                    act = partial(review.release, session.store, ids, who=session.who)
                    self._do(partial(act, project=project, register=register), "released")

            about = "\n".join(_names(chosen, found, _NAMED_ABOVE))
            self.app.push_screen(Choose(f"Release {_count(chosen)}", ways, about=about), decided)

        self.read(read, ask, group="ask")

    def action_retry(self) -> None:
        """Handle failed messages again."""
        act = partial(review.retry, self.session.store, who=self.session.who)
        self._ask(
            "Handle again",
            lambda line: line.outcome is Outcome.FAILED,
            lambda ids: self._do(partial(act, ids), ""),
            "to retry",
        )

    def action_discard(self) -> None:
        """Close reviews."""
        store, who = self.session.store, self.session.who

        def done(closed: Sequence[int]) -> None:
            self._discarded = closed
            self.tell(f"{_messages(len(closed))} discarded; u takes it back.")
            self._after(())

        self._ask(
            "Discard",
            lambda line: line.review is Review.OPEN,
            lambda ids: self.change(partial(review.discard, store, ids, who=who), done),
            "to discard",
        )

    def action_undo(self) -> None:
        """Take the last discard back."""
        store, who, last = self.session.store, self.session.who, self._discarded

        def done(_: None) -> None:
            self._discarded = ()
            self.tell(f"Taken back: {_messages(len(last))} discarded.")
            self._after(())

        if last:
            self.change(partial(review.undo_discard, store, last, who=who), done)

    def _ask(
        self, verb: str, fits: Callable[[JournalLine], bool], then: Callable[[list[int]], object], what: str
    ) -> None:
        """Name the chosen messages that fit, and go on if the person agrees."""
        session, wanted = self.session, self.chosen_messages

        def ask(found: Lines) -> None:
            chosen = [line for line in found if fits(line)]
            if not chosen:
                self._nothing(what, found)
                return

            def decided(sure: bool | None) -> None:
                if sure:
                    then([line.id for line in chosen])

            names = _names(chosen, found, _NAMED)
            self.app.push_screen(Confirm(f"{verb} {_count(chosen)}?", names, yes=verb), decided)

        self.read(lambda: _lines(session, wanted), ask, group="ask")

    def _nothing(self, what: str, found: Lines) -> None:
        outcomes = ", ".join(sorted({str(line.outcome) for line in found}))
        self.tell(f"Nothing {what} here{f': {outcomes}' if outcomes else ''}.", failed=True)

    def _do(self, act: Callable[[], list[MessageDone]], what: str) -> None:
        def done(result: list[MessageDone]) -> None:
            self.tell(_told(result, what))
            self._after(result)

        self.change(act, done)

    def _after(self, done: Sequence[MessageDone]) -> None:
        self.acted(done)
        self.want_again()
        self.refresh_bindings()

    # --- looking elsewhere

    def action_issue(self) -> None:
        """Go to the issue."""
        if self.reading is not None and self.reading.row.issue is not None:
            self.console.go(Link("issues", self.reading.row.issue))

    def action_again(self) -> None:
        """Judge again, and show the difference."""
        ids = self.chosen_messages
        if ids:
            store, message_id = self.session.store, ids[0]
            self.app.push_screen(
                TextScreen(
                    f"Message {message_id} by today's settings",
                    lambda: again.lines(browse_journal.judge_again(store, message_id)),
                )
            )

    def action_original(self) -> None:
        """View the source."""
        ids = self.chosen_messages
        if ids:
            read = partial(browse.original, self.session.store, ids[0])
            self.app.push_screen(
                TextScreen(f"Original of message {ids[0]}", lambda: read().decode("utf-8", "replace"), wrapped=False)
            )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the message in hand; with marked ones, everything."""
        if not self._offered(action):
            return False
        return super().check_action(action, parameters)

    def _offered(self, action: str) -> bool:
        known = self.outcome_in_hand()
        match action:
            case "undo":
                return bool(self._discarded)
            case "issue":
                return self.reading is not None and self.reading.row.issue is not None
            case "again" | "original":
                return self.view.display and bool(self.chosen_messages)
            case "release" | "retry" | "discard" if known is None:
                return bool(self.chosen_messages)
            case "release":
                return known is not None and known[0] in review.RELEASABLE
            case "retry":
                return known is not None and known[0] is Outcome.FAILED
            case "discard":
                return known is not None and known[1] is Review.OPEN
        return True


def _lines(session: Session, ids: Sequence[int]) -> Lines:
    found = browse_journal.messages_by_id(session.store, ids)
    return [found[message_id] for message_id in ids if message_id in found]


def _names(chosen: Lines, found: Lines, most: int) -> list[str]:
    """Name messages, and say how many of those found are not among them."""
    names = [f"{line.id}  {line.sender or 'nobody'}  {line.subject or '(no subject)'}" for line in chosen[:most]]
    names += [f"and {len(chosen) - most:,} more"] if len(chosen) > most else []
    others = len(found) - len(chosen)
    return [*names, f"({_messages(others)} marked as well, and left alone)"] if others else names


def _count(lines: Lines) -> str:
    return "this message" if len(lines) == 1 else f"these {len(lines):,} messages"


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count:,} messages"


def _told(done: Sequence[MessageDone], what: str) -> str:
    """Tell what became of messages."""
    issues = [f"#{one.issue}" for one in done if one.issue is not None]
    named = ", ".join(issues[:5]) + (f" and {len(issues) - 5:,} more" if len(issues) > 5 else "")
    if what:
        return f"{_messages(len(done))} {what}: {named}"
    if len(done) == 1:
        return f"Now {done[0].outcome}{f': {named}' if named else ''}{f': {done[0].detail}' if not named else ''}"
    return f"{_messages(len(done))} handled again{f': {named}' if named else ''}"
