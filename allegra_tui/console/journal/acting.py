"""A screen on which messages of the journal are put right: the journal's own, and that of a fetch."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from allegra_tui.console import background
from allegra_tui.console.details_screen import ReadingScreen
from allegra_tui.console.dialogs import Choose, Confirm
from allegra_tui.console.journal import again, details
from allegra_tui.console.links import Link
from allegra_tui.console.text_screen import TextScreen
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.model.journal import JournalLine
from allegra_tui.model.settings import Project
from allegra_tui.model.verdict import Outcome, Review
from allegra_tui.usecases import browse, browse_journal, review
from allegra_tui.usecases.browse_journal import PREVIEW_BYTES, Fitting, Reading, fitting
from allegra_tui.usecases.events import MessageDone

MOST_TAKEN = 1_000
"""Messages that are released or retried at once: all or none, so the intake waits meanwhile."""
_NAMED, _NAMED_ABOVE = 50, 6
"""Messages that a question names one by one, where they can be scrolled and where not."""


@dataclass(frozen=True, slots=True)
class InHand:
    """What decides which keys mean something for a message."""

    outcome: Outcome
    review: Review
    issue: int | None


class MessageScreen(ReadingScreen[Reading]):
    """Shows a message, and does with the chosen ones what the journal allows."""

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

    @property
    def has_chosen(self) -> bool:
        """Whether there is any."""
        return bool(self.chosen_messages)

    @abstractmethod
    def in_hand(self) -> InHand | None:
        """Return what is known of the message in hand; None where several are marked, or there is none."""

    @abstractmethod
    def show_progress(self, words: str) -> None:
        """Show how far an action on many messages is, until `acted`."""

    @abstractmethod
    def acted(self, done: Sequence[MessageDone]) -> None:
        """Show the list as it is after an action."""

    # --- the message

    def reader(self, wanted: int) -> Callable[[], tuple[Reading, list[TextLine]]]:
        """Return what reads a message: one that was opened whole, however large it is."""
        store, most = self.session.store, None if self.is_reading else PREVIEW_BYTES

        def read() -> tuple[Reading, list[TextLine]]:
            found = browse_journal.read_message(store, wanted, most_bytes=most)
            return found, details.lines(found)

        return read

    def want(self, wanted: int | None, *, anew: bool = False) -> None:
        """Show a message, or nothing; of one that was opened more than the preview."""
        cut = self.found is not None and self.found.mail is None and self.found.row.has_original
        super().want(wanted, anew=anew or (cut and self.is_reading))

    # --- what can be done

    def action_release(self) -> None:
        """Ask how refused messages are to be taken after all, and do it."""
        session, wanted = self.session, self.chosen_messages

        def read() -> tuple[Fitting, Sequence[Project]]:
            found = fitting(session.store, wanted, _is_releasable, named=_NAMED_ABOVE)
            return found, browse.all_projects(session.store)[0]

        def ask(read: tuple[Fitting, Sequence[Project]]) -> None:
            found, projects = read
            if not self._any("to release", found) or self._too_many("released", found):
                return
            ways = [
                ("", "To where it would have gone"),
                ("+", "To where it would have gone, and register the sender"),
                *((one.key, f"Into {one.key}  {one.name}, as a new issue") for one in projects if not one.archived),
            ]

            def decided(way: str | None) -> None:
                if way is not None:
                    project, register = (None, bool(way)) if way in ("", "+") else (way, False)
                    act = partial(review.release, session.store, found.ids, who=session.who)
                    self._do(partial(act, project=project, register=register), "released")

            self.app.push_screen(Choose(f"Release {_count(found)}", ways, about="\n".join(_names(found))), decided)

        self.read(read, ask, group="ask")

    def action_retry(self) -> None:
        """Handle failed messages again."""
        act = partial(review.retry, self.session.store, who=self.session.who)
        failed: Callable[[JournalLine], bool] = lambda line: line.outcome is Outcome.FAILED  # noqa: E731
        self._ask("Retry", failed, lambda ids: self._do(partial(act, ids), ""), at_once=True)

    def action_discard(self) -> None:
        """Close reviews."""
        store, who = self.session.store, self.session.who

        def done(closed: Sequence[int]) -> None:
            self._discarded = closed
            self.tell(f"{_messages(len(closed))} discarded; u takes it back.")
            self._after(())

        def act(ids: Sequence[int]) -> None:
            told = self._progress("discarded", len(ids))
            self.change(partial(review.discard, store, ids, who=who, progress=told), done)

        self._ask("Discard", lambda line: line.review is Review.OPEN, act)

    def action_undo(self) -> None:
        """Take the last discard back."""
        store, who, last = self.session.store, self.session.who, self._discarded

        def done(_: None) -> None:
            self._discarded = ()
            self.tell(f"Taken back: {_messages(len(last))} discarded.")
            self._after(())

        if last:
            told = self._progress("taken back", len(last))
            self.change(partial(review.undo_discard, store, last, who=who, progress=told), done)

    def _progress(self, done: str, total: int) -> Callable[[int], None]:
        """Return what an action calls in its thread: how many are behind, of many a word."""

        def told(count: int) -> None:
            if count < total:
                background.deliver(self, partial(self.show_progress, f"{count:,} of {total:,} {done}"))

        return told

    def _ask(
        self,
        verb: str,
        fits: Callable[[JournalLine], bool],
        then: Callable[[Sequence[int]], object],
        *,
        at_once: bool = False,
    ) -> None:
        """Name the chosen messages that fit, and go on if the person agrees."""
        store, wanted = self.session.store, self.chosen_messages

        def ask(found: Fitting) -> None:
            def decided(sure: bool | None) -> None:
                if sure:
                    then(found.ids)

            if self._any(f"to {verb.lower()}", found) and not (at_once and self._too_many("handled again", found)):
                self.app.push_screen(Confirm(f"{verb} {_count(found)}?", _names(found), yes=verb), decided)

        self.read(lambda: fitting(store, wanted, fits, named=_NAMED), ask, group="ask")

    def _any(self, what: str, found: Fitting) -> bool:
        """Whether there is anything to act on; where not, say so."""
        if not found.ids:
            outcomes = ", ".join(sorted(found.others))
            self.tell(f"Nothing {what} here{f': {outcomes}' if outcomes else ''}.", failed=True)
        return bool(found.ids)

    def _too_many(self, done: str, found: Fitting) -> bool:
        """Whether they are more than can be taken in one go; if so, say it."""
        if len(found.ids) > MOST_TAKEN:
            self.tell(f"At most {MOST_TAKEN:,} messages are {done} at once: mark fewer, or filter first.", failed=True)
        return len(found.ids) > MOST_TAKEN

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
        known = self.in_hand()
        if known is not None and known.issue is not None:
            self.console.go(Link("issues", known.issue))

    def action_again(self) -> None:
        """Judge again, and show the difference."""
        if self.found is None:
            return
        store, message_id = self.session.store, self.found.row.id

        def read() -> Sequence[TextLine]:
            return again.lines(browse_journal.judge_again(store, message_id))

        self.app.push_screen(TextScreen(f"Message {message_id} by today's settings", read))

    def action_original(self) -> None:
        """View the source."""
        if self.found is None:
            return
        store, message_id = self.session.store, self.found.row.id

        def read() -> str:
            return browse.original(store, message_id).decode("utf-8", "replace")

        self.app.push_screen(TextScreen(f"Original of message {message_id}", read, wrapped=False))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the message in hand; with marked ones, everything."""
        if not self._offered(action):
            return False
        return super().check_action(action, parameters)

    def _offered(self, action: str) -> bool:
        known = self.in_hand()
        match action:
            case "undo":
                return bool(self._discarded)
            case "issue":
                return known is not None and known.issue is not None
            case "again" | "original":
                return self.view.display and self.found is not None
            case "release" | "retry" | "discard" if known is None:
                return self.has_chosen
            case "release":
                return known is not None and known.outcome in review.RELEASABLE
            case "retry":
                return known is not None and known.outcome is Outcome.FAILED
            case "discard":
                return known is not None and known.review is Review.OPEN
        return True


def _is_releasable(line: JournalLine) -> bool:
    return line.outcome in review.RELEASABLE


def _names(found: Fitting) -> list[str]:
    """Name messages, and say how many of those marked are not among them."""
    names = [f"{line.id}  {line.sender or 'nobody'}  {line.subject or '(no subject)'}" for line in found.first]
    more, others = len(found.ids) - len(names), sum(found.others.values())
    names += [f"and {more:,} more"] if more else []
    return [*names, f"({_messages(others)} marked as well, and left alone)"] if others else names


def _count(found: Fitting) -> str:
    return "this message" if len(found.ids) == 1 else f"these {len(found.ids):,} messages"


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
