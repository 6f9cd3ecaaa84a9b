"""Fetch: take mail in now, or see what would happen."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from allegra_tui.console import background
from allegra_tui.console.dialogs import Confirm
from allegra_tui.console.fetching import rows, summary
from allegra_tui.console.fetching.boxes import BoxTable
from allegra_tui.console.fetching.rows import IssueRow, IssueRows
from allegra_tui.console.fetching.run import FetchRun
from allegra_tui.console.journal import details
from allegra_tui.console.journal.acting import InHand, MessageScreen
from allegra_tui.console.links import Link
from allegra_tui.console.mailboxes.trying import TestScreen
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.verdict import Outcome, Review
from allegra_tui.usecases.browse_fetch import Fetchable, fetchable
from allegra_tui.usecases.events import MessageDone, RunDone

SHOW_SECONDS = 0.25
"""How often a run is drawn at most."""
LOOK_SECONDS = 3.0
"""How often it is looked whether somebody else fetches."""


class FetchScreen(MessageScreen):
    """The mailboxes, and what the last run over them did."""

    CSS_PATH = "fetch.tcss"
    HELP_TEXT = (
        "Takes new mail in from the marked mailboxes, or from all that are enabled. A dry run shows what would happen "
        "and changes nothing, neither here nor on the servers. Enter opens the issue a message became; of a message "
        "that was not taken it shows the checks, and you can release it there. What was fetched is settled when you "
        "cancel; what was not stays on the server for the next time. tab goes from list to list."
    )
    CHANGES = MessageScreen.CHANGES | {"fetch"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f", "fetch", "fetch", id="fetch.fetch", tooltip="Take the new mail of the marked mailboxes, or of all"
        ),
        Binding("F", "dry_run", "dry run", id="fetch.dry_run", tooltip="Show what a fetch would do; changes nothing"),
        Binding("c", "cancel", "cancel", id="fetch.cancel", tooltip="Stop after the message in hand"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._heading = Heading("Fetch")
        self._boxes = BoxTable(self.trouble)
        self._summary = Static(id="summary")
        self._messages: VirtualTable[MessageDone] = VirtualTable(
            rows.MESSAGES, rows.message_cells, self.trouble, id="messages"
        )
        self._issues: VirtualTable[IssueRow] = VirtualTable(
            rows.ISSUES, rows.issue_cells, self.trouble, markable=False, id="issues"
        )
        self._run: FetchRun | None = None
        self._failure: Exception | None = None
        """Why the last run did not even start."""
        self._soon: Timer | None = None

    def body(self) -> ComposeResult:
        """Mailboxes, what the run did, and the message under the cursor."""
        yield self._heading
        yield self._boxes
        yield self._summary
        with Horizontal():
            with Vertical(id="lists"):
                yield self._messages
                yield self._issues
            yield self.view

    def on_mount(self) -> None:
        """Keep an eye on who else fetches."""
        self._messages.empty = ("What becomes of each message is shown here.",)
        self._messages.fill({})
        self._show_words()
        self.console.at_end(self._stop)
        self.set_interval(LOOK_SECONDS, self._look)

    @property
    def listed(self) -> VirtualTable[MessageDone]:
        """The messages: what is read is one of them."""
        return self._messages

    # --- the mailboxes

    def load(self) -> None:
        """Read how the mailboxes are."""
        store = self.session.store
        self.read(lambda: fetchable(store), self._show_boxes, group="boxes")

    def _look(self) -> None:
        """Read it again while the screen is looked at; trouble is told by `load`."""
        if self.is_active:
            store = self.session.store
            background.run(self, lambda: fetchable(store), self._show_boxes, lambda _: None, group="boxes")

    def _show_boxes(self, found: Sequence[Fetchable]) -> None:
        if self._boxes.know(found):
            self._show_words()
            self.refresh_bindings()

    # --- the run

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._run is not None and not self._run.ended

    def action_fetch(self) -> None:
        """Fetch."""
        self._with_boxes(self._fetch)

    def action_dry_run(self) -> None:
        """Show what a fetch would do."""
        self._with_boxes(partial(self._start, dry_run=True))

    def _with_boxes(self, act: Callable[[Sequence[Fetchable]], None]) -> None:
        """Act on the marked mailboxes, else on all that are enabled; once they are read."""
        store = self.session.store

        def known(found: Sequence[Fetchable]) -> None:
            self._show_boxes(found)
            act(self._boxes.wanted)

        self.read(lambda: fetchable(store), known, group="boxes")

    def _fetch(self, chosen: Sequence[Fetchable]) -> None:
        """Begin; where nobody said yet what to take of a mailbox, ask that, or whether to leave it out."""
        ready = [one for one in chosen if not one.unanswered]
        if chosen and not ready:
            self._ask_what_to_take(chosen[0])
            return
        if len(ready) == len(chosen):
            self._start(ready, dry_run=False)
            return

        def decided(sure: bool | None) -> None:
            if sure:
                self._start(ready, dry_run=False)

        names = [one.mailbox.name for one in chosen if one.unanswered]
        why = "Nobody said yet what to take of the mail there; enter on the mailbox's line asks."
        self.app.push_screen(Confirm("Fetch without these?", [*names, why], yes="Fetch"), decided)

    def _ask_what_to_take(self, box: Fetchable) -> None:
        """Look into a mailbox and have the person say what to take of the mail there; then it can be fetched."""
        self.app.push_screen(TestScreen(box.mailbox, unanswered=True))

    def _start(self, chosen: Sequence[Fetchable], *, dry_run: bool) -> None:
        if self.running:
            return
        if not chosen:
            self.tell("No mailbox is enabled: mark one with space, or enable it under 3.", failed=True)
            return
        polling = self.console.polling
        run = FetchRun(
            self.session,
            [one.mailbox.name for one in chosen],
            dry_run=dry_run,
            changed=lambda: background.deliver(self, self._show_soon),
            first=polling.give_way if polling is not None and not dry_run else lambda _: None,
        )
        self._run = self._boxes.run = run
        self._failure = None
        self.want(None)
        self._messages.unmark()
        self._messages.fill({})
        self._issues.show(IssueRows(self.session, run))
        self._messages.focus()
        self._last = 0
        self._show_words()
        self.refresh_bindings()
        background.run(
            self,
            run.work,
            partial(self._ended, run),
            partial(self._failed, run),
            group="fetch",
            exclusive=False,
            finished=True,
        )

    def _ended(self, run: FetchRun, _: RunDone) -> None:
        run.ended = True
        self._show_run()
        self.load()

    def _failed(self, run: FetchRun, error: Exception) -> None:
        run.ended = True
        self._failure = error
        self._show_run()

    def action_cancel(self) -> None:
        """Stop after the message in hand."""
        self._stop()
        self._show_run()

    def _stop(self) -> None:
        if self._run is not None:
            self._run.stop.set()

    def _show_soon(self) -> None:
        if self._soon is None:
            self._soon = self.set_timer(SHOW_SECONDS, self._show_run)

    def _show_run(self) -> None:
        """Draw how far the run is."""
        if self._soon is not None:
            self._soon.stop()
            self._soon = None
        run = self._run
        if run is None:
            return
        run.look()
        messages, made = run.messages(), run.issues()
        following = self._last in (0, self._messages.cursor_id)
        self._last = next(reversed(messages), 0)
        self._boxes.draw()
        self._messages.fill(messages, self._last if following and messages else None)
        self.set_class(bool(made), "-issues")
        self._issues.reload()
        self._show_words()
        self.refresh_bindings()

    _last = 0
    """The number of the message that was the last one when the list was drawn. The cursor that is on it follows the
    run; in the beginning it does, wherever it was left."""

    def _show_words(self) -> None:
        self._heading.left = summary.title(self._run)
        self._heading.right = summary.status(self._run)
        self._summary.update(Content(summary.text(self._run, self._failure, read_only=self.console.read_only)))

    # --- the messages

    def _message(self) -> MessageDone | None:
        cursor = self._messages.cursor_id
        return self._run.message(cursor) if self._run is not None and cursor is not None else None

    @on(VirtualTable.Moved, "#messages")
    def _moved(self) -> None:
        if self.view.display:
            self._show_message()
        self.refresh_bindings()

    def _show_message(self) -> None:
        message = self._message()
        if message is not None and message.journal is None:
            self.want(None)
            self.view.show(details.decided_lines(message))
        else:
            self.want(message.journal if message else None)

    @on(VirtualTable.Opened, "#messages")
    def _opened_message(self) -> None:
        message = self._message()
        if message is None:
            return
        taken = message.outcome in (Outcome.CREATED, Outcome.COMMENTED)
        if taken and message.issue is not None and not message.dry_run:
            self.console.go(Link("issues", message.issue))
            return
        self.open_details()
        self._show_message()

    @on(VirtualTable.Opened, "#issues")
    def _opened_issue(self, event: VirtualTable.Opened) -> None:
        if self._run is not None and not self._run.dry_run:
            self.console.go(Link("issues", event.row_id))

    @on(VirtualTable.Opened, "#boxes")
    def _opened_box(self, event: VirtualTable.Opened) -> None:
        box = self._boxes.row(event.row_id)
        if box is not None and box.fetchable.unanswered and not self.console.read_only:
            self._ask_what_to_take(box.fetchable)
        elif box is not None:
            self.console.go(Link("journal", where={"mailbox": box.fetchable.mailbox.name}))

    def on_resize(self) -> None:
        """Fill the message's side where it comes into view."""
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        if self.view.display and self.found is None:
            self._show_message()

    # --- what is done with messages

    @property
    def chosen_messages(self) -> Sequence[int]:
        """The journal rows of the marked messages, else of the one under the cursor."""
        kept = self._run.messages() if self._run is not None else {}
        chosen = (kept.get(number) for number in self._messages.chosen)
        return [message.journal for message in chosen if message is not None and message.journal is not None]

    def in_hand(self) -> InHand | None:
        """Return what is known of the message under the cursor."""
        message = self._message()
        if message is None or message.journal is None or self._messages.marked:
            return None
        if self.found is not None and self.found.row.id == message.journal:
            return InHand(self.found.row.outcome, self.found.row.review, self.found.row.issue)
        refused = message.outcome in (Outcome.REJECTED, Outcome.FAILED)
        return InHand(message.outcome, Review.OPEN if refused else Review.NONE, message.issue)

    def show_progress(self, words: str) -> None:
        """Show it in place of how the run is."""
        self._heading.right = words

    def acted(self, done: Sequence[MessageDone]) -> None:
        """Show what became of the messages in the run's lists."""
        self._messages.unmark()
        if self._run is not None:
            self._run.amend(done)
            self._show_run()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        if action == "cancel":
            return self._run is not None and self.running and not self._run.stop.is_set()
        if action in ("fetch", "dry_run") and (self.running or self._boxes.found == []):
            return None
        return super().check_action(action, parameters)
