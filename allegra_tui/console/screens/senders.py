"""Senders: who is registered, with which addresses."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from allegra_tui.console.dialogs import Ask, Choose, Confirm
from allegra_tui.console.links import Link
from allegra_tui.console.list_screen import ListScreen
from allegra_tui.console.senders import rows
from allegra_tui.console.senders.filtering import Chosen
from allegra_tui.console.senders.form import SenderForm
from allegra_tui.console.senders.importing import ImportScreen, read_preview
from allegra_tui.console.senders.rows import SenderRows, sender_cells
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.settings import RegisteredSender
from allegra_tui.paths import expanded
from allegra_tui.usecases import browse_senders, configure
from allegra_tui.usecases.browse_senders import SenderFacts


class SendersScreen(ListScreen[Chosen, RegisteredSender, SenderFacts]):
    """The list of senders and what is known of one."""

    CSS_PATH = "senders.tcss"
    HELP_TEXT = (
        "Registered persons and their addresses. Where unknown senders are refused, only these may write; the pattern "
        "of allowed senders holds for them too. A sender is disabled, not deleted: issues keep their author. c reads "
        "a CSV file and shows what it would change before anything is stored."
    )
    CHANGES = frozenset({"add", "edit", "disable", "enable", "import"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "search", id="senders.search", tooltip="Search names and addresses"),
        Binding("backspace", "clear_filter", "all", id="senders.all", tooltip="Show all senders again"),
        Binding("a", "add", "add", id="senders.add", tooltip="Register a sender"),
        Binding("e", "edit", "edit", id="senders.edit", tooltip="Change name and addresses"),
        Binding("d", "disable", "disable", id="senders.disable", tooltip="Disable: as if not registered"),
        Binding("o", "enable", "enable", id="senders.enable", tooltip="Enable the sender again"),
        Binding("i", "issues", "issues", id="senders.issues", tooltip="Show the sender's issues"),
        Binding("c", "import", "CSV", id="senders.import", tooltip="Register the senders of a CSV file"),
    ]

    def __init__(self) -> None:
        super().__init__(Chosen(), VirtualTable(rows.COLUMNS, sender_cells, self.trouble, markable=False))

    def source(self) -> SenderRows:
        """Return senders."""
        return SenderRows(self.session, self.chosen.search)

    def empty(self) -> Sequence[str]:
        """Say how senders come to be here."""
        if not self.chosen.everything:
            return ("No sender is found by this search.", "backspace takes it away, / changes it.")
        return (
            "Nobody is registered yet. Where unknown senders are refused,",
            "only registered ones may write.",
            "a registers one, c reads a CSV file.",
        )

    def counted(self, count: str) -> str:
        """Count senders."""
        return f"{count} {'sender' if count == '1' else 'senders'}"

    def reader(self, wanted: int) -> Callable[[], tuple[SenderFacts, list[TextLine]]]:
        """Return what reads a sender."""
        store = self.session.store

        def read() -> tuple[SenderFacts, list[TextLine]]:
            facts = browse_senders.sender_facts(store, wanted)
            return facts, rows.lines(facts)

        return read

    def follow(self, link: Link) -> None:
        """Search for the address or name that is `record`; `where` with `add` (and `name`) registers that address."""
        if address := link.where.get("add"):
            self._register(link.where.get("name", ""), [address])
            return
        self.filter_by(Chosen(str(link.record) if link.record is not None else link.where.get("search", "")))

    def action_filter(self) -> None:
        """Ask what to search for."""

        def decided(text: str | None) -> None:
            if text is not None:
                self.filter_by(Chosen(text))

        asked = Ask("Search senders", value=self.chosen.search, about="Part of a name or address")
        self.app.push_screen(asked, decided)

    # --- what can be done

    @property
    def _sender(self) -> RegisteredSender | None:
        """The sender under the cursor."""
        row_id = self.table.cursor_id
        return self.table.row(row_id) if row_id is not None else None

    @on(VirtualTable.Moved)
    def _offer(self) -> None:
        """Offer what can be done with the row under the cursor."""
        self.refresh_bindings()

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
        self.load()
        if sender is not None:
            self.table.reload(sender.id)
            self.tell(f"{sender.name} {word}.")

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
                file = expanded(path.strip())
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
            case "edit" | "issues" if sender is None:
                return False
            case "disable" if sender is None or not sender.enabled:
                return False
            case "enable" if sender is None or sender.enabled:
                return False
        return super().check_action(action, parameters)
