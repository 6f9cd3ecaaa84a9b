"""Who did what: the list of the audit, and one entry to read."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from allegra_tui.console.audit import rows
from allegra_tui.console.audit.filtering import Chosen, dialog
from allegra_tui.console.list_screen import ListScreen
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.journal import AuditEntry
from allegra_tui.usecases import browse_audit


class AuditScreen(ListScreen[Chosen, AuditEntry, AuditEntry | None]):
    """The list and the entry."""

    DEFAULT_CSS = "AuditScreen.-wide VirtualTable { width: 2fr; }"
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
        super().__init__(Chosen(), VirtualTable(rows.COLUMNS, rows.cells, self.trouble, markable=False))

    def source(self) -> rows.AuditRows:
        """Return entries."""
        return rows.AuditRows(self.session, self.chosen.query(datetime.now(UTC)))

    def empty(self) -> Sequence[str]:
        """Say how entries come to be here."""
        if self.chosen.everything:
            return ("Nobody changed anything yet. Whatever a person changes stands here with their name.",)
        return ("No entry is found by this filter.", "backspace takes it away, / changes it.")

    def counted(self, count: str) -> str:
        """Count entries."""
        return f"{count} {'entry' if count == '1' else 'entries'}"

    def reader(self, wanted: int) -> Callable[[], tuple[AuditEntry | None, list[TextLine]]]:
        """Return what reads an entry."""
        store = self.session.store

        def read() -> tuple[AuditEntry | None, list[TextLine]]:
            found = browse_audit.entries_by_id(store, [wanted]).get(wanted)
            return found, rows.lines(found) if found is not None else []

        return read

    def action_filter(self) -> None:
        """Ask which entries to show."""
        actions = partial(browse_audit.actions, self.session.store)
        self.read(actions, lambda actions: self.ask_filter(dialog(self.chosen, actions)), group="filter")
