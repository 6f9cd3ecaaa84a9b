"""Issues: browse, search, read, triage. The model of how a screen is written."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from allegra_tui.console.dialogs import Choose
from allegra_tui.console.issues.details import Details
from allegra_tui.console.issues.filtering import Chosen, dialog, from_link
from allegra_tui.console.issues.reading import IssueScreen
from allegra_tui.console.issues.rows import COLUMNS, IssueRows, issue_cells
from allegra_tui.console.links import Link
from allegra_tui.console.list_screen import ListScreen
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.issue import IssueLine
from allegra_tui.model.settings import Mailbox, Project
from allegra_tui.usecases import browse, triage
from allegra_tui.usecases.triage import Done

_DONE = {"move": "moved", "close": "closed", "reopen": "reopened"}


class IssuesScreen(ListScreen[Chosen, IssueLine, Details], IssueScreen):
    """The list of issues and the details of one."""

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
    ]

    def __init__(self) -> None:
        super().__init__(Chosen(), VirtualTable(COLUMNS, issue_cells, self.trouble))
        self._undo: Done | None = None
        self._projects: Sequence[Project] = ()
        self._mailboxes: Sequence[Mailbox] = ()

    # --- the list

    def load(self) -> None:
        """Read the list, from its start where the filter is another one, and what the dialogs offer."""
        store = self.session.store
        self.read(lambda: (browse.all_projects(store)[0], browse.mailboxes_of(store, [])), self._know, group="known")
        super().load()

    def _know(self, known: tuple[Sequence[Project], Sequence[Mailbox]]) -> None:
        self._projects, self._mailboxes = known

    def source(self) -> IssueRows:
        """Return issues."""
        return IssueRows(self.session, self.chosen.query(datetime.now(UTC)))

    def empty(self) -> Sequence[str]:
        """Say how issues come to be here."""
        if self.chosen.everything:
            return ("No issues yet. Mail that is taken in becomes issues.", "7 fetches mail, 3 sets a mailbox up.")
        return ("No issue is found by this filter.", "backspace takes it away, / changes it.")

    def counted(self, count: str) -> str:
        """Return the order as well."""
        order = "by last change, " if self.chosen.by_change else ""
        return f"{order}{count} {'issue' if count == '1' else 'issues'}"

    def follow(self, link: Link) -> None:
        """Open the issue of `record`, or filter by `where`: search, project, state, mailbox, sender, days."""
        self.show_linked(from_link(link.where), link.record)

    def action_filter(self) -> None:
        """Ask which issues to show."""
        projects = [project.key for project in self._projects]
        mailboxes = [mailbox.name for mailbox in self._mailboxes]
        self.ask_filter(dialog(self.chosen, projects, mailboxes))

    def action_clear_filter(self) -> None:
        """Show all issues, in the same order."""
        self.filter_by(Chosen(by_change=self.chosen.by_change))

    def action_sort(self) -> None:
        """Sort by the other order."""
        self.chosen = replace(self.chosen, by_change=not self.chosen.by_change)
        self.load()

    @property
    def hits(self) -> re.Pattern[str] | None:
        """The words of the search."""
        return self.chosen.hits()

    # --- triage

    def action_move(self) -> None:
        """Ask for a project and move there."""
        numbers = self.meant
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
        if numbers := self.meant:
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
            self.table.unmark()
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
        if action == "undo" and self._undo is None:
            return False
        return super().check_action(action, parameters)
