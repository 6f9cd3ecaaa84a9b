"""The journal: every message and what became of it; the quarantine as a work list."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from allegra_tui.console.filter_dialog import ANY
from allegra_tui.console.journal.acting import InHand, MessageScreen
from allegra_tui.console.journal.filtering import Chosen, dialog, from_link
from allegra_tui.console.journal.rows import COLUMNS, JournalRows, journal_cells
from allegra_tui.console.links import Link
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.journal import JournalLine
from allegra_tui.model.verdict import Review
from allegra_tui.usecases import browse_journal
from allegra_tui.usecases.events import MessageDone

MOST_DISCARDED = 100_000
"""Messages that can be marked: a flood is discarded in one go."""


class JournalScreen(MessageScreen):
    """The list of messages and one of them to read: beside each other from 110 columns on, one of them below."""

    CSS_PATH = "journal.tcss"
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
        Binding("J", "beside(1)", "next", id="journal.next", tooltip="Read the next message", show=False),
        Binding("K", "beside(-1)", "before", id="journal.before", tooltip="Read the message before", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.chosen = Chosen()
        """The filter in force."""
        self._table: VirtualTable[JournalLine] = VirtualTable(
            COLUMNS, journal_cells, self.trouble, most_marked=MOST_DISCARDED
        )
        self._heading = Heading()
        self._shown: Chosen | None = None

    def body(self) -> ComposeResult:
        """Heading, list and message."""
        yield self._heading
        with Horizontal():
            yield self._table
            yield self.view

    # --- the list

    def load(self) -> None:
        """Read the list, from its start where the filter is another one."""
        self._heading.left = self.chosen.words()
        if self._shown == self.chosen:
            self._table.reload()
            self.want_again()
            return
        self._shown = self.chosen
        self._table.hits = self.chosen.hits()
        self._table.empty = self._empty()
        self._table.show(JournalRows(self.session, self.chosen.query()))
        self.refresh_bindings()

    def _empty(self) -> Sequence[str]:
        if self.chosen.everything:
            return ("No message came yet. Each one that is taken in stands here with its verdict.", "7 fetches mail.")
        if self.chosen == Chosen(review=Review.OPEN):
            return ("Nothing waits for a decision.", "o or backspace shows all messages.")
        return ("No message is found by this filter.", "backspace takes it away, / changes it.")

    @on(VirtualTable.Counted)
    def _counted(self, event: VirtualTable.Counted) -> None:
        marked = f"{len(self._table.marked):,} marked, " if self._table.marked else ""
        count = f"{self._table.count:,}{'' if event.complete else '+'}"
        self._heading.right = f"{marked}{count} {'message' if count == '1' else 'messages'}"
        self.refresh_bindings()

    def follow(self, link: Link) -> None:
        """Open the message of `record`, or filter by `where`: text, outcome, review, mailbox, sender."""
        self.chosen = from_link(link.where)
        self.load()
        if isinstance(link.record, int):
            self._table.reload(link.record)
            self._open(link.record)
        else:
            self._leave_message()

    def action_quarantine(self) -> None:
        """Show what waits for a decision, or all."""
        self._filter(replace(self.chosen, review=ANY if self.chosen.quarantine else Review.OPEN))

    def action_filter(self) -> None:
        """Ask which messages to show."""

        def decided(chosen: Chosen | None) -> None:
            if chosen is not None:
                self._filter(chosen)

        def ask(mailboxes: Sequence[str]) -> None:
            self.app.push_screen(dialog(self.chosen, mailboxes), decided)

        store = self.session.store
        self.read(lambda: browse_journal.mailbox_names(store), ask, group="filter")

    def action_clear_filter(self) -> None:
        """Show all messages."""
        self._filter(Chosen())

    def _filter(self, chosen: Chosen) -> None:
        self.chosen = chosen
        self._leave_message()
        self.load()

    # --- the message

    @on(VirtualTable.Moved)
    def _moved(self, event: VirtualTable.Moved) -> None:
        if self.view.display:
            self.want(event.row_id, whole=self.has_class("-reading"))
        self.refresh_bindings()

    @on(VirtualTable.Opened)
    def _opened(self, event: VirtualTable.Opened) -> None:
        self._open(event.row_id)

    def _open(self, message_id: int) -> None:
        self.add_class("-reading")
        self.view.focus()
        self.want(message_id, whole=True)

    def on_resize(self) -> None:
        """Fill the message's side where it comes into view."""
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        if self.view.display and self.reading is None:
            self.want(self._table.cursor_id)

    def leave(self) -> None:
        """Back from the message to the list, then to where the person came from."""
        if self.has_class("-reading"):
            self._leave_message()
        else:
            super().leave()

    def _leave_message(self) -> None:
        self.remove_class("-reading")
        self._table.focus()

    def action_beside(self, step: int) -> None:
        """Move the cursor, and read that message."""
        self._table.action_move(step)
        self.want(self._table.cursor_id, whole=True)

    # --- what is done with messages

    @property
    def chosen_messages(self) -> Sequence[int]:
        """The marked messages, else the one that is read, else the one under the cursor."""
        if not self._table.marked and self.has_class("-reading") and self.reading is not None:
            return [self.reading.row.id]
        return self._table.chosen

    @property
    def has_chosen(self) -> bool:
        """Whether there is any; asked often, so it counts none of a million."""
        return self._table.count > 0

    def in_hand(self) -> InHand | None:
        """Return what is known of the one message that is meant."""
        if self._table.marked:
            return None
        cursor = self._table.cursor_id
        line: JournalLine | None = self._table.row(cursor) if cursor is not None else None
        if self.has_class("-reading") and self.reading is not None:
            line = self.reading.row
        return InHand(line.outcome, line.review, line.issue) if line else None

    def show_progress(self, words: str) -> None:
        """Show it in place of the count."""
        self._heading.right = words

    def acted(self, done: Sequence[MessageDone]) -> None:
        """Read the list again."""
        self._table.unmark()
        self._table.reload()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        match action:
            case "clear_filter" if self.chosen.everything:
                return False
            case "beside" if not self.view.display:
                return False
        return super().check_action(action, parameters)
