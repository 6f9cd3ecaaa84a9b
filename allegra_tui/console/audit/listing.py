"""Who did what: the list of the audit, and one entry to read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from allegra_tui.console.audit import rows
from allegra_tui.console.audit.filtering import Chosen, dialog
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.text_view import TextView
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.journal import AuditEntry
from allegra_tui.usecases import browse_audit


class AuditScreen(ConsoleScreen[None]):
    """The list and the entry: beside each other from 110 columns on, one of them below."""

    DEFAULT_CSS = """
    AuditScreen TextView { display: none; padding: 0 1; }
    AuditScreen.-reading VirtualTable { display: none; }
    AuditScreen.-reading TextView { display: block; }
    AuditScreen.-wide VirtualTable { display: block; width: 2fr; }
    AuditScreen.-wide TextView { display: block; width: 1fr; border-left: solid $panel; }
    AuditScreen.-wide TextView:focus { border-left: solid $primary; }
    """
    HELP_TEXT = (
        "Who did what, the newest first: settings, mailboxes, projects and senders that were changed, certificates "
        "that were trusted, messages released and discarded, issues moved and closed, backups. Enter shows what was "
        "before (-) and after (+). A person is named by who ran sudo, or logged in, and by where the SSH "
        "connection came from."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="audit.filter", tooltip="Filter the list"),
        Binding("backspace", "clear_filter", "all", id="audit.all", tooltip="Show all entries again"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.chosen = Chosen()
        """The filter in force."""
        self._table: VirtualTable[AuditEntry] = VirtualTable(rows.COLUMNS, rows.cells, self.trouble, markable=False)
        self._view = TextView()
        self._heading = Heading()
        self._shown: Chosen | None = None

    def body(self) -> ComposeResult:
        """Heading, list and entry."""
        yield self._heading
        with Horizontal():
            yield self._table
            yield self._view

    def load(self) -> None:
        """Read the list, from its start where the filter is another one."""
        self._heading.left = self.chosen.words()
        if self._shown == self.chosen:
            self._table.reload()
            return
        self._shown = self.chosen
        self._table.hits = self.chosen.hits()
        self._table.empty = self._empty()
        self._table.show(rows.AuditRows(self.session, self.chosen.query(datetime.now(UTC))))
        self.refresh_bindings()

    def _empty(self) -> Sequence[str]:
        if self.chosen.everything:
            return ("Nobody changed anything yet. Whatever a person changes stands here with their name.",)
        return ("No entry is found by this filter.", "backspace takes it away, / changes it.")

    @on(VirtualTable.Counted)
    def _counted(self, event: VirtualTable.Counted) -> None:
        count = f"{self._table.count:,}{'' if event.complete else '+'}"
        self._heading.right = f"{count} {'entry' if count == '1' else 'entries'}"
        self._show_entry()

    # --- the entry

    @on(VirtualTable.Moved)
    def _moved(self) -> None:
        self._show_entry()

    @on(VirtualTable.Opened)
    def _opened(self) -> None:
        self.add_class("-reading")
        self._view.focus()
        self._show_entry()

    def on_resize(self) -> None:
        """Fill the entry's side where it comes into view."""
        self.call_after_refresh(self._show_entry)

    def _show_entry(self) -> None:
        row_id = self._table.cursor_id
        if not self._view.display:
            return
        if row_id is None:
            self._view.show(())
            return
        store = self.session.store

        def show(found: AuditEntry | None) -> None:
            self._view.show(() if found is None else rows.lines(found))

        self.read(lambda: browse_audit.entries_by_id(store, [row_id]).get(row_id), show, group="entry")

    def leave(self) -> None:
        """Back from the entry to the list, then to where the person came from."""
        if self.has_class("-reading"):
            self._leave_entry()
        else:
            super().leave()

    def _leave_entry(self) -> None:
        self.remove_class("-reading")
        self._table.focus()

    # --- what can be done

    def action_filter(self) -> None:
        """Ask which entries to show."""

        def decided(chosen: Chosen | None) -> None:
            if chosen is not None:
                self._filter(chosen)

        def ask(actions: Sequence[str]) -> None:
            self.app.push_screen(dialog(self.chosen, actions), decided)

        store = self.session.store
        self.read(lambda: browse_audit.actions(store), ask, group="filter")

    def action_clear_filter(self) -> None:
        """Show all."""
        self._filter(Chosen())

    def _filter(self, chosen: Chosen) -> None:
        self.chosen = chosen
        self._leave_entry()
        self.load()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        if action == "clear_filter" and self.chosen.everything:
            return False
        return super().check_action(action, parameters)
