"""The journal: every message and what became of it; the quarantine as a work list."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from allegra_tui.console.filter_dialog import ANY
from allegra_tui.console.journal.acting import InHand, MessageScreen
from allegra_tui.console.journal.filtering import Chosen, dialog, from_link
from allegra_tui.console.journal.rows import COLUMNS, JournalRows, journal_cells
from allegra_tui.console.links import Link
from allegra_tui.console.list_screen import ListScreen
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.journal import JournalLine
from allegra_tui.model.verdict import Review
from allegra_tui.usecases import browse_journal
from allegra_tui.usecases.browse_journal import Reading
from allegra_tui.usecases.events import MessageDone

MOST_DISCARDED = 100_000
"""Messages that can be marked: a flood is discarded in one go."""


class JournalScreen(ListScreen[Chosen, JournalLine, Reading], MessageScreen):
    """The list of messages and one of them to read."""

    HELP_TEXT = (
        "Every message that ever came, the newest first, with what became of it and why. o shows the quarantine: what "
        "was refused or failed and waits for a decision. Release takes a message after all, retry handles a failed one "
        "again, discard closes its review; the message stays here in any case. Mark several with space.\n"
        "Glyphs: + taken, x rejected, - ignored, = the same again, ! failed, . not handled yet."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "o", "quarantine", "quarantine", id="journal.quarantine", tooltip="Only what waits for a decision, or all"
        ),
        Binding("slash", "filter", "filter", id="journal.filter", tooltip="Filter the list"),
        Binding(
            "backspace", "clear_filter", "all", id="journal.all", tooltip="Take the filter away, show all messages"
        ),
    ]

    def __init__(self) -> None:
        super().__init__(Chosen(), VirtualTable(COLUMNS, journal_cells, self.trouble, most_marked=MOST_DISCARDED))

    # --- the list

    def source(self) -> JournalRows:
        """Return messages."""
        return JournalRows(self.session, self.chosen.query())

    def empty(self) -> Sequence[str]:
        """Say how messages come to be here."""
        if self.chosen.everything:
            return ("No message came yet. Each one that is taken in stands here with its verdict.", "7 fetches mail.")
        if self.chosen == Chosen(review=Review.OPEN):
            return ("Nothing waits for a decision.", "o or backspace shows all messages.")
        return ("No message is found by this filter.", "backspace takes it away, / changes it.")

    def counted(self, count: str) -> str:
        """Count messages."""
        return f"{count} {'message' if count == '1' else 'messages'}"

    def follow(self, link: Link) -> None:
        """Open the message of `record`, or filter by `where`: text, outcome, review, mailbox, sender."""
        self.show_linked(from_link(link.where), link.record)

    def action_quarantine(self) -> None:
        """Show what waits for a decision, or all."""
        self.filter_by(replace(self.chosen, review=ANY if self.chosen.quarantine else Review.OPEN))

    def action_filter(self) -> None:
        """Ask which messages to show."""
        store = self.session.store
        names = partial(browse_journal.mailbox_names, store)
        self.read(names, lambda names: self.ask_filter(dialog(self.chosen, names)), group="filter")

    # --- what is done with messages

    @property
    def chosen_messages(self) -> Sequence[int]:
        """The marked messages, else the one that is read, else the one under the cursor."""
        return self.meant

    @property
    def has_chosen(self) -> bool:
        """Whether there is any; asked often, so it counts none of a million."""
        return self.table.count > 0

    def in_hand(self) -> InHand | None:
        """Return what is known of the one message that is meant."""
        if self.table.marked:
            return None
        cursor = self.table.cursor_id
        line: JournalLine | None = self.table.row(cursor) if cursor is not None else None
        if self.is_reading and self.found is not None and self.found.row.id == self.wanted:
            line = self.found.row
        return InHand(line.outcome, line.review, line.issue) if line else None

    @on(VirtualTable.Moved)
    def _offer(self) -> None:
        """Offer what can be done with the row under the cursor."""
        self.refresh_bindings()

    def show_progress(self, words: str) -> None:
        """Show it in place of the count."""
        self.heading.right = words

    def acted(self, done: Sequence[MessageDone]) -> None:
        """Read the list again."""
        self.table.unmark()
        self.table.reload()
