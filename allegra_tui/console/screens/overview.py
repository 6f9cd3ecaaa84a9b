"""Overview: how every mailbox does, and what needs attention; at first the way there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from allegra_tui.console import background
from allegra_tui.console.links import Link
from allegra_tui.console.mailboxes.form import MailboxForm
from allegra_tui.console.mailboxes.trying import TestScreen
from allegra_tui.console.overview import guide, words
from allegra_tui.console.overview.plot import Plot
from allegra_tui.console.overview.words import Box
from allegra_tui.console.overview.writers import WritersForm
from allegra_tui.console.projects.form import ProjectForm
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.text_view import TextView
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.settings import Mailbox
from allegra_tui.text import cells, display_lines
from allegra_tui.usecases import attention, overview, welcome
from allegra_tui.usecases.attention import Concern
from allegra_tui.usecases.browse_mailboxes import MailboxView
from allegra_tui.usecases.overview import Day, Situation
from allegra_tui.usecases.presence import watching
from allegra_tui.usecases.status import Health
from allegra_tui.usecases.welcome import StepName

LOOK_SECONDS = 5.0
"""How often it is looked whether something changed."""
_MOST_CONCERNS, _MOST_BOXES = 5, 6


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read at one moment."""

    situation: Situation
    days: Sequence[Day]
    watcher: str | None
    """The process that watches the mailboxes, if one does."""


class OverviewScreen(ConsoleScreen[None]):
    """What needs attention, the mailboxes, the last days; or the first steps."""

    CSS_PATH = "overview.tcss"
    HELP_TEXT = (
        "What needs attention stands at the top: enter goes to where it is put right, and esc comes back. Below are "
        "the mailboxes, and what came in during the last two weeks. While this console is open it polls the mailboxes "
        "by their intervals, unless another intake does, or it was opened with --read-only. w shows the first steps.\n"
        "+ ok  . new, never fetched  ? answer  x error  ! overdue  = paused  > running  - disabled"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "guide", "first steps", id="overview.guide", tooltip="Show or hide the first steps"),
        Binding("f", "fetch", "fetch", id="overview.fetch", tooltip="Go to the fetch screen"),
        Binding("A", "app.audit", "audit", id="overview.audit", tooltip="Who did what"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._heading = Heading("Overview")
        self._banner = Static(id="banner")
        self._concerns: VirtualTable[Concern] = VirtualTable(
            words.CONCERNS, words.concern_cells, self.trouble, markable=False, id="concerns"
        )
        self._boxes: VirtualTable[Box] = VirtualTable(
            words.BOXES, words.box_cells, self.trouble, markable=False, id="boxes"
        )
        self._plot = Plot()
        self._whole = Static(id="whole")
        self._steps: VirtualTable[guide.Row] = VirtualTable(
            guide.COLUMNS, guide.row_cells, self.trouble, markable=False, id="steps"
        )
        self._about = TextView()
        self._about.id = "about"
        self._about.can_focus = False
        self._seen: Seen | None = None
        self._concern_rows: dict[int, Concern] = {}
        self._box_rows: dict[int, Box] = {}
        self._step_rows: dict[int, guide.Row] = {}
        self._guiding: bool | None = None
        """Whether the first steps are shown; None until it is known whether they are needed."""

    def body(self) -> ComposeResult:
        """The overview and, in its place, the guide."""
        yield self._heading
        with Vertical(id="situation"):
            yield self._banner
            yield Static(Content("+ Nothing needs attention."), id="calm")
            yield self._concerns
            yield self._boxes
            yield self._plot
            yield self._whole
        with Vertical(id="guide"):
            yield self._steps
            yield self._about

    def on_mount(self) -> None:
        """Show what is read, again and again."""
        self._boxes.empty = ("No mailbox is set up: 3 adds one, w shows the first steps.",)
        self.set_interval(LOOK_SECONDS, self._look)

    # --- what is shown

    def load(self) -> None:
        """Read everything."""
        self.read(self._read, self._show, group="overview")

    def _read(self) -> Seen:
        store = self.session.store
        return Seen(overview.situation(store), overview.history(store), watching(self.session.directory))

    def _look(self) -> None:
        """Read it again where something changed while the screen is looked at; trouble is told by `load`."""
        if not self.is_active or self._seen is None:
            return
        store, before = self.session.store, self._seen

        def read() -> Seen:
            now = overview.situation(store)
            watcher = watching(self.session.directory)
            same = (now, watcher) == (before.situation, before.watcher)
            return before if same else Seen(now, overview.history(store), watcher)

        background.run(self, read, self._show, lambda _: None, group="overview")

    def _show(self, seen: Seen) -> None:
        before, self._seen = self._seen, seen
        if before is seen:
            return
        situation = seen.situation
        if self._guiding is None:
            self._guiding = not welcome.begun(situation)
        self._show_situation(seen)
        self._show_steps(situation)
        self._turn(before is None)
        self._say()

    def _show_situation(self, seen: Seen) -> None:
        situation = seen.situation
        found = attention.concerns(situation)
        self._concern_rows = dict(enumerate(found, 1))
        self.set_class(not found, "-calm")
        self._concerns.styles.height = min(len(found), _MOST_CONCERNS) + 1
        self._banner.display = situation.pattern_trouble is not None
        if situation.pattern_trouble is not None:
            self._banner.update(Content(f"x NO MAIL IS TAKEN IN: {display_lines(situation.pattern_trouble)}"))
        self._box_rows = {
            view.mailbox.id: Box(view, self._next_run(view), situation.now) for view in situation.mailboxes
        }
        self._boxes.styles.height = (min(len(self._box_rows), _MOST_BOXES) or 2) + 1
        self._concerns.fill(self._concern_rows)
        self._boxes.fill(self._box_rows)
        self._plot.show(seen.days)
        self._tell_line()

    def _next_run(self, view: MailboxView) -> datetime | None:
        status, polling = view.status, self.console.polling
        if view.unanswered or status.state in (Health.DISABLED, Health.PAUSED):
            return None
        return polling.next_run(status.mailbox, status.next_run) if polling else status.next_run

    def _show_steps(self, situation: Situation) -> None:
        before, here = self._step_rows, self._steps.cursor_id or 0
        self._step_rows = guide.rows(welcome.steps(situation))
        left = [number for number, row in self._step_rows.items() if not row.step.done]
        advanced = here in before and here not in left and not before[here].step.done
        if not left:
            self._guiding = False
        # From a step that was taken to the next open one, which need not be the first: some are left out on purpose.
        following = next((number for number in left if number > here), left[0] if left else None)
        self._steps.fill(self._step_rows, following if advanced or not before else None)
        self._tell_step()

    def _turn(self, first: bool) -> None:
        """Show the guide or the overview, the cursor where there is something to do."""
        guiding = bool(self._guiding)
        turned = guiding != self.has_class("-guide")
        self.set_class(guiding, "-guide")
        if turned or first or self.focused is None or not self.focused.is_on_screen:
            target = self._steps if guiding else (self._boxes if self.has_class("-calm") else self._concerns)
            target.focus()
        self.refresh_bindings()

    def _say(self) -> None:
        rows = self._step_rows.values()
        if self._guiding:
            self._heading.left = "First steps: from here to the first issue"
            self._heading.right = f"{sum(row.step.done for row in rows)} of {len(rows)} done"
            return
        self._heading.left = "Overview"
        trouble = self.console.polling.trouble if self.console.polling else None
        if self._seen is not None:
            self._heading.right = words.intake(
                self._seen.situation,
                self._box_rows.values(),
                trouble,
                self._seen.watcher,
                read_only=self.console.read_only,
            )

    @on(VirtualTable.Moved, "#concerns, #boxes")
    @on(events.DescendantFocus)
    @on(events.Resize)
    def _tell_line(self) -> None:
        """Show in full what the line under the cursor has no room for."""
        if self._boxes.has_focus:
            box = self._box_rows.get(self._boxes.cursor_id or 0)
            text, room = (words.box_cells(box)[-1] if box else ""), words.room(words.BOXES, self.size.width)
        else:
            concern = self._concern_rows.get(self._concerns.cursor_id or 0)
            text, room = (
                (words.concern_cells(concern)[1] if concern else ""),
                words.room(words.CONCERNS, self.size.width),
            )
        self._whole.display = cells(text) > room
        self._whole.update(Content(text))

    # --- the first steps

    @on(VirtualTable.Moved, "#steps")
    def _tell_step(self) -> None:
        row = self._step_rows.get(self._steps.cursor_id or 1)
        if row is not None and self._seen is not None:
            self._about.show(guide.about(row, self._seen.situation))

    def action_guide(self) -> None:
        """Show or hide the first steps."""
        self._guiding = not self._guiding
        self._turn(False)
        self._say()

    @on(VirtualTable.Opened, "#steps")
    def _opened_step(self, event: VirtualTable.Opened) -> None:
        row = self._step_rows.get(event.row_id)
        if row is None or self._seen is None:
            return
        if self.console.read_only:
            self.tell("This console was opened with --read-only: nothing can be set up here.", failed=True)
            return
        self._take_step(row, self._seen.situation)

    def _take_step(self, row: guide.Row, situation: Situation) -> None:
        """Go where the step is taken; coming back reads again how far it is."""
        view = next((view for view in situation.mailboxes if view.mailbox.enabled), None)
        open_view = next((view for view in situation.mailboxes if view.mailbox.enabled and view.unanswered), None)
        match row.step.name:
            case StepName.PROJECT if not situation.boxes.projects:
                self.app.push_screen(ProjectForm(self.session, None, default=True))
            case StepName.PROJECT:
                self.console.go(Link("projects", where={"from": "overview"}))
            case StepName.MAILBOX if not situation.mailboxes:
                self.app.push_screen(MailboxForm(situation.boxes, None), self._added)
            case StepName.MAILBOX if view is not None:
                self.app.push_screen(TestScreen(view.mailbox))
            case StepName.WRITERS:
                self.app.push_screen(WritersForm(self.session, situation.intake, situation.senders))
            case StepName.TAKE if open_view is not None:
                self.app.push_screen(TestScreen(open_view.mailbox, unanswered=True))
            case StepName.FETCH:
                self.console.go(Link("fetch", where={"from": "overview"}))
            case StepName.REFUSED:
                self.console.go(Link("journal", where={"review": "open"}))
            case _:
                self.console.go(Link("mailboxes", where={"from": "overview"}))

    def _added(self, mailbox: Mailbox | None) -> None:
        """Try a new mailbox at once."""
        if mailbox is not None:
            self.app.push_screen(TestScreen(mailbox))

    # --- links

    @on(VirtualTable.Opened, "#concerns")
    def _opened_concern(self, event: VirtualTable.Opened) -> None:
        concern = self._concern_rows.get(event.row_id)
        if concern is not None:
            self.console.go(words.link(concern))

    @on(VirtualTable.Opened, "#boxes")
    def _opened_box(self, event: VirtualTable.Opened) -> None:
        box = self._box_rows.get(event.row_id)
        if box is not None:
            self.console.go(Link("mailboxes", box.view.mailbox.name))

    def action_fetch(self) -> None:
        """Go to the fetch screen."""
        self.console.go(Link("fetch", where={"from": "overview"}))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the first steps until all are done."""
        if action == "guide" and not any(row.next for row in self._step_rows.values()):
            return False
        return super().check_action(action, parameters)
