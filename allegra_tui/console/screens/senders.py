"""Senders: who is registered, with which addresses."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from allegra_tui.console.dialogs import Ask, Choose, Confirm
from allegra_tui.console.links import Link
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.senders import rows
from allegra_tui.console.senders.form import SenderForm
from allegra_tui.console.senders.importing import ImportScreen, read_preview
from allegra_tui.console.senders.rows import SenderRows, sender_cells
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.text_view import TextLine, TextView
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.settings import RegisteredSender
from allegra_tui.usecases import browse_senders, configure
from allegra_tui.usecases.browse_senders import SenderFacts


class SendersScreen(ConsoleScreen[None]):
    """The list of senders and what is known of one: beside each other from 110 columns on."""

    CSS_PATH = "senders.tcss"
    HELP_TEXT = (
        "Registered persons and their addresses. Where unknown senders are refused, only these may write; the pattern "
        "of allowed senders holds for them too. A sender is disabled, not deleted: issues keep their author. c reads "
        "a CSV file and shows what it would change before anything is stored."
    )
    CHANGES = frozenset({"add", "edit", "disable", "enable", "import"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", id="senders.search", tooltip="Search names and addresses"),
        Binding("backspace", "clear_search", "all", id="senders.all", tooltip="Show all senders again"),
        Binding("a", "add", "add", id="senders.add", tooltip="Register a sender"),
        Binding("e", "edit", "edit", id="senders.edit", tooltip="Change name and addresses"),
        Binding("d", "disable", "disable", id="senders.disable", tooltip="Disable: as if not registered"),
        Binding("o", "enable", "enable", id="senders.enable", tooltip="Enable the sender again"),
        Binding("i", "issues", "issues", id="senders.issues", tooltip="Show the sender's issues"),
        Binding("c", "import", "CSV", id="senders.import", tooltip="Register the senders of a CSV file"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.search = ""
        """What names or addresses are to hold."""
        self._table: VirtualTable[RegisteredSender] = VirtualTable(
            rows.COLUMNS, sender_cells, self.trouble, markable=False
        )
        self._view = TextView()
        self._heading = Heading()
        self._shown: str | None = None
        self._wanted: int | None = None

    def body(self) -> ComposeResult:
        """Heading, list and details."""
        yield self._heading
        with Horizontal():
            yield self._table
            yield self._view

    # --- the list

    def load(self) -> None:
        """Read the list, from its start where the search is another one."""
        search = self.search.strip()
        self._heading.left = f'Senders with "{search}"' if search else "Senders"
        if self._shown == search:
            self._table.reload(self._wanted)
            self._read_details()
        else:
            self._shown = search
            self._table.hits = re.compile(re.escape(search), re.IGNORECASE) if search else None
            self._table.empty = self._empty(search)
            self._table.show(SenderRows(self.session, search))
        self._wanted = None
        self.refresh_bindings()

    @staticmethod
    def _empty(search: str) -> Sequence[str]:
        if search:
            return ("No sender is found by this search.", "backspace takes it away, / changes it.")
        return (
            "Nobody is registered yet. Where unknown senders are refused,",
            "only registered ones may write.",
            "a registers one, c reads a CSV file.",
        )

    @on(VirtualTable.Counted)
    def _counted(self, event: VirtualTable.Counted) -> None:
        count = f"{self._table.count:,}{'' if event.complete else '+'}"
        self._heading.right = f"{count} {'sender' if count == '1' else 'senders'}"
        self.refresh_bindings()

    def follow(self, link: Link) -> None:
        """Search for the address or name that is `record`; `where` with `add` (and `name`) registers that address."""
        if address := link.where.get("add"):
            self._register(link.where.get("name", ""), [address])
            return
        self._search_for(str(link.record) if link.record is not None else link.where.get("search", ""))

    def action_search(self) -> None:
        """Ask what to search for."""

        def decided(text: str | None) -> None:
            if text is not None:
                self._search_for(text)

        self.app.push_screen(Ask("Search senders", value=self.search, about="Part of a name or address"), decided)

    def action_clear_search(self) -> None:
        """Show all."""
        self._search_for("")

    def _search_for(self, text: str) -> None:
        self.search = text
        self._leave_details()
        self.load()

    # --- the details

    @on(VirtualTable.Moved)
    def _moved(self) -> None:
        self._read_details()
        self.refresh_bindings()

    @on(VirtualTable.Opened)
    def _opened(self) -> None:
        self.add_class("-reading")
        self._view.focus()
        self._read_details()
        self.refresh_bindings()

    def on_resize(self) -> None:
        """Fill the details where they come into view."""
        self.call_after_refresh(self._read_details)

    def _read_details(self) -> None:
        sender_id = self._table.cursor_id
        if not self._view.display:
            return
        if sender_id is None:
            self._view.show(())
            return
        store = self.session.store

        def read() -> list[TextLine]:
            facts: SenderFacts = browse_senders.sender_facts(store, sender_id)
            return rows.lines(facts)

        self.read(read, self._view.show, group="details")

    def leave(self) -> None:
        """Back from the details to the list, then to where the person came from."""
        if self.has_class("-reading"):
            self._leave_details()
        else:
            super().leave()

    def _leave_details(self) -> None:
        self.remove_class("-reading")
        self._table.focus()

    # --- what can be done

    @property
    def _sender(self) -> RegisteredSender | None:
        """The sender under the cursor."""
        row_id = self._table.cursor_id
        return self._table.row(row_id) if row_id is not None else None

    def action_add(self) -> None:
        """Register a sender."""
        self._register("", ())

    def _register(self, name: str, addresses: Sequence[str]) -> None:
        form = SenderForm(self.session, None, name=name, addresses=addresses)
        self.app.push_screen(form, partial(self._saved, "registered"))

    def action_edit(self) -> None:
        """Change a sender."""
        if sender := self._sender:
            self.app.push_screen(SenderForm(self.session, sender), partial(self._saved, "changed"))

    def _saved(self, word: str, sender: RegisteredSender | None) -> None:
        if sender is not None:
            self._wanted = sender.id
            self.tell(f"{sender.name} {word}.")
        self.load()

    def action_disable(self) -> None:
        """Ask, and have the sender treated as if not registered."""
        if (sender := self._sender) is None:
            return

        def decided(sure: bool | None) -> None:
            if sure:
                self._save(replace(sender, enabled=False), sender, "disabled")

        names = [sender.name, *sender.addresses, "Mail from there is then treated like that of unknown senders."]
        self.app.push_screen(Confirm("Disable this sender?", names, yes="Disable"), decided)

    def action_enable(self) -> None:
        """Register the sender again."""
        if sender := self._sender:
            self._save(replace(sender, enabled=True), sender, "enabled")

    def _save(self, new: RegisteredSender, was: RegisteredSender, word: str) -> None:
        session = self.session

        def save() -> RegisteredSender:
            configure.save_sender(session.store, new, was=was, who=session.who)
            return new

        self.change(save, partial(self._saved, word))

    def action_issues(self) -> None:
        """Go to the issues of one of the addresses."""
        if (sender := self._sender) is None:
            return

        def chosen(address: str | None) -> None:
            if address is not None:
                self.console.go(Link("issues", where={"sender": address}))

        if len(sender.addresses) == 1:
            chosen(sender.addresses[0])
        else:
            choices = [(address, address) for address in sender.addresses]
            self.app.push_screen(Choose("Issues from which address", choices), chosen)

    def action_import(self) -> None:
        """Ask for a CSV file and show what it would do."""
        session = self.session

        def named(path: str | None) -> None:
            if path and path.strip():
                file = Path(path.strip()).expanduser()
                self.change(partial(read_preview, session, file), preview)

        def preview(found: ImportScreen) -> None:
            self.app.push_screen(found, lambda _: self.load())

        about = (
            "On the machine where the console runs. Columns: name, address; further addresses follow in the same "
            "cell, parted by semicolons, or in further columns. Nothing is stored before you have seen what it does."
        )
        self.app.push_screen(Ask("Register the senders of a CSV file", value=f"{Path.cwd()}/", about=about), named)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the sender under the cursor."""
        sender = self._sender
        match action:
            case "clear_search" if not self.search.strip():
                return False
            case "edit" | "issues" if sender is None:
                return False
            case "disable" if sender is None or not sender.enabled:
                return False
            case "enable" if sender is None or sender.enabled:
                return False
        return super().check_action(action, parameters)
