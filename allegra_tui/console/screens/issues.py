"""Issues: browse, search, read, triage. The model of how a screen is written."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from allegra_tui.console.dialogs import Choose
from allegra_tui.console.issues.filtering import Chosen, dialog, from_link
from allegra_tui.console.issues.reading import ReadingScreen
from allegra_tui.console.issues.rows import COLUMNS, IssueRows, issue_cells
from allegra_tui.console.links import Link
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.issue import IssueLine
from allegra_tui.model.settings import Mailbox, Project
from allegra_tui.usecases import browse, triage
from allegra_tui.usecases.triage import Done

_DONE = {"move": "moved", "close": "closed", "reopen": "reopened"}


class IssuesScreen(ReadingScreen):
    """The list of issues and the details of one: beside each other from 110 columns on, one of them below."""

    CSS_PATH = "issues.tcss"
    HELP_TEXT = (
        "Issues, the newest first. Enter opens one, / searches and filters. Mark several with space, then move, close "
        "or reopen them together; u takes the last such action back."
    )
    CHANGES = frozenset({"move", "set_state", "undo"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="issues.filter", tooltip="Search, and filter the list"),
        Binding("backspace", "clear_filter", "all", id="issues.all", tooltip="Take the filter away, show all issues"),
        Binding("m", "move", "move", id="issues.move", tooltip="Move the marked issues, or this one, to a project"),
        Binding("x", "set_state('close')", "close", id="issues.close", tooltip="Close the marked issues, or this one"),
        Binding("o", "set_state('reopen')", "reopen", id="issues.reopen", tooltip="Reopen the marked issues, or this"),
        Binding("u", "undo", "undo", id="issues.undo", tooltip="Take the last move, close or reopen back"),
        Binding("s", "sort", "sort", id="issues.sort", tooltip="Sort by number or by last change", show=False),
        Binding("t", "quoted", "quoted", id="issues.quoted", tooltip="Show or hide quoted text"),
        Binding("w", "why", "why", id="issues.why", tooltip="Show or hide the checks that led here"),
        Binding("a", "save_file", "files", id="issues.files", tooltip="Save an attachment; nothing is overwritten"),
        Binding("v", "original", "source", id="issues.original", tooltip="View the original message"),
        Binding("J", "beside(1)", "next issue", id="issues.next", tooltip="Read the next issue", show=False),
        Binding("K", "beside(-1)", "last issue", id="issues.before", tooltip="Read the issue before", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.chosen = Chosen()
        """The filter in force."""
        self._table: VirtualTable[IssueLine] = VirtualTable(COLUMNS, issue_cells, self.trouble)
        self._heading = Heading()
        self._undo: Done | None = None
        self._shown: Chosen | None = None
        self._projects: Sequence[Project] = ()
        self._mailboxes: Sequence[Mailbox] = ()

    def body(self) -> ComposeResult:
        """Heading, list and details."""
        yield self._heading
        with Horizontal():
            yield self._table
            yield self.view

    # --- the list

    def load(self) -> None:
        """Read the list, from its start where the filter is another one, and what the dialogs offer."""
        store = self.session.store
        self.read(lambda: (browse.all_projects(store)[0], browse.mailboxes_of(store, [])), self._know, group="known")
        self._heading.left = self.chosen.words()
        if self._shown == self.chosen:
            self._table.reload()
            self.want_again()
            return
        self._shown = self.chosen
        self._heading.right = "..."
        self._table.hits = self.chosen.hits()
        self._table.empty = self._empty()
        self._table.show(IssueRows(self.session, self.chosen.query(datetime.now(UTC))))
        self.refresh_bindings()

    def _know(self, known: tuple[Sequence[Project], Sequence[Mailbox]]) -> None:
        self._projects, self._mailboxes = known

    def _empty(self) -> Sequence[str]:
        if self.chosen.everything:
            return ("No issues yet. Mail that is taken in becomes issues.", "7 fetches mail, 3 sets a mailbox up.")
        return ("No issue is found by this filter.", "backspace takes it away, / changes it.")

    @on(VirtualTable.Counted)
    def _counted(self, event: VirtualTable.Counted) -> None:
        marked = f"{len(self._table.marked):,} marked, " if self._table.marked else ""
        order = "by last change, " if self.chosen.by_change else ""
        count = f"{self._table.count:,}{'' if event.complete else '+'}"
        self._heading.right = f"{marked}{order}{count} {'issue' if count == '1' else 'issues'}"

    def follow(self, link: Link) -> None:
        """Open the issue of `record`, or filter by `where`: search, project, state, mailbox, sender, days."""
        self.chosen = from_link(link.where)
        self.load()
        if isinstance(link.record, int):
            self._table.reload(link.record)
            self._open(link.record)

    def action_filter(self) -> None:
        """Ask which issues to show."""

        def decided(chosen: Chosen | None) -> None:
            if chosen is not None:
                self.chosen = chosen
                self._leave_details()
                self.load()

        projects = [project.key for project in self._projects]
        mailboxes = [mailbox.name for mailbox in self._mailboxes]
        self.app.push_screen(dialog(self.chosen, projects, mailboxes), decided)

    def action_clear_filter(self) -> None:
        """Show all issues."""
        self.chosen = Chosen(by_change=self.chosen.by_change)
        self.load()

    def action_sort(self) -> None:
        """Sort by the other order."""
        self.chosen = replace(self.chosen, by_change=not self.chosen.by_change)
        self.load()

    # --- the details

    @on(VirtualTable.Moved)
    def _moved(self, event: VirtualTable.Moved) -> None:
        if self.view.display:
            self.want(event.row_id)

    @on(VirtualTable.Opened)
    def _opened(self, event: VirtualTable.Opened) -> None:
        self._open(event.row_id)

    def _open(self, number: int) -> None:
        self.add_class("-reading")
        self.view.focus()
        self.want(number)

    def on_resize(self) -> None:
        """Fill the details where they come into view."""
        self.call_after_refresh(self._fill_details)

    def _fill_details(self) -> None:
        if self.view.display and self.wanted is None:
            self.want(self._table.cursor_id)

    @property
    def hits(self) -> re.Pattern[str] | None:
        """The words of the search."""
        return self.chosen.hits()

    def leave(self) -> None:
        """Back from the details to the list, then to where the person came from."""
        if self.has_class("-reading"):
            self._leave_details()
        else:
            super().leave()

    def _leave_details(self) -> None:
        self.remove_class("-reading")
        self._table.focus()

    def action_beside(self, step: int) -> None:
        """Move the cursor, and read that issue."""
        self._table.action_move(step)
        self.want(self._table.cursor_id)

    # --- triage

    @property
    def _numbers(self) -> list[int]:
        """What an action is about: the marked issues, else the one that is read, else the one under the cursor."""
        if not self._table.marked and self.has_class("-reading") and self.wanted is not None:
            return [self.wanted]
        return self._table.chosen

    def action_move(self) -> None:
        """Ask for a project and move there."""
        numbers = self._numbers
        if not numbers:
            return
        store, who = self.session.store, self.session.who

        def chosen(key: str | None) -> None:
            if key is not None:
                self._triage(partial(triage.move, store, numbers, key, who=who), f" to {key}")

        projects = [(found.key, f"{found.key}  {found.name}") for found in self._projects if not found.archived]
        if len(projects) < 2:
            self.tell("There is no other project to move to: 4 adds one.", failed=True)
            return
        title = f"Move #{numbers[0]} to" if len(numbers) == 1 else f"Move {len(numbers):,} issues to"
        self.app.push_screen(Choose(title, projects), chosen)

    def action_set_state(self, action: str) -> None:
        """Close or reopen."""
        if numbers := self._numbers:
            act = triage.close if action == "close" else triage.reopen
            self._triage(partial(act, self.session.store, numbers, who=self.session.who))

    def _triage(self, act: Callable[[], Done], where: str = "") -> None:
        def done(result: Done) -> None:
            count = len(result.before)
            if count:
                self._undo = result
                what = f"#{next(iter(result.before))}" if count == 1 else f"{count:,} issues"
                self.tell(f"{what} {_DONE[result.action]}{where}; u takes it back.")
            else:
                self.tell("Nothing to do: so it is already.")
            self._table.unmark()
            self.load()
            self.refresh_bindings()

        self.change(act, done)

    def action_undo(self) -> None:
        """Take the last action back."""
        last = self._undo
        if last is None:
            return

        def done(_: None) -> None:
            self._undo = None
            self.tell(f"Taken back: {len(last.before):,} {_DONE[last.action]}.")
            self.load()
            self.refresh_bindings()

        self.change(partial(triage.undo, self.session.store, last, who=self.session.who), done)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        match action:
            case "undo" if self._undo is None:
                return False
            case "clear_filter" if self.chosen.everything:
                return False
            case "beside" if not self.view.display:
                return False
        return super().check_action(action, parameters)
