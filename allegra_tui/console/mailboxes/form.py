"""The form of a mailbox."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from allegra_tui.console.dialogs import Choose
from allegra_tui.console.form_screen import FormScreen
from allegra_tui.console.mailboxes import describing, fields, words
from allegra_tui.console.mailboxes.trying import TestScreen
from allegra_tui.console.widgets.form import Field, FieldRow, Form, Values
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.model.settings import Mailbox, Protocol
from allegra_tui.text import display_lines
from allegra_tui.usecases import configure, connect
from allegra_tui.usecases.browse_mailboxes import MailboxView, Overview
from allegra_tui.usecases.errors import Invalid, Mistake
from allegra_tui.usecases.records import MailboxEntry


class MailboxForm(FormScreen[Mailbox]):
    """A mailbox, or a new one, of a project where one is named."""

    DEFAULT_CSS = """
    MailboxForm > .warning { height: auto; padding: 0 1; color: $text-warning; }
    """
    HELP_TEXT = (
        "Settings of a mailbox. The port follows protocol and security until you type one; a blank password keeps the "
        "stored one. Save with ctrl+s; ctrl+t tests what the form says, saved or not."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "test", "test", id="mailbox.test", tooltip="Test the connection with what the form says"),
        Binding("ctrl+o", "folders", "folders", id="mailbox.folders", tooltip="Choose from the server's folders"),
        # With priority, so that what is typed right after the key goes to the next field, also over a slow line.
        Binding("tab", "app.focus_next", "next", id="mailbox.next", tooltip="Next field", show=False, priority=True),
        Binding(
            "shift+tab",
            "app.focus_previous",
            "before",
            id="mailbox.before",
            tooltip="The field before",
            show=False,
            priority=True,
        ),
    ]

    def __init__(self, overview: Overview, view: MailboxView | None, *, project: str | None = None) -> None:
        self._overview = overview
        self._project = project
        self._unanswered = view is None or view.unanswered
        self._contacted = view is not None and view.state.contacted
        self._cancel: Callable[[], None] = lambda: None
        record = view.mailbox if view else None
        super().__init__(f"Mailbox {record.name}" if record else "New mailbox", record)
        start = self.values_of(record)
        self._port = describing.default_port(start)
        self._warning = Static(classes="warning")
        self._arrange(start)

    def body(self) -> ComposeResult:
        """Title, warning and form."""
        yield Heading(self._title)
        yield self._warning
        yield self.form

    def on_unmount(self) -> None:
        """End what is still asked of the server."""
        self._cancel()

    def on_screen_resume(self) -> None:
        """Show the fields that mean something, whatever happened meanwhile."""
        self.call_after_refresh(lambda: self._arrange(self.form.values))

    # --- fields that follow others

    def fields(self) -> Sequence[Field]:
        """See `fields.fields`."""
        return fields.fields(self.record, self._overview)

    def values_of(self, record: Mailbox | None) -> Values:
        """See `describing.values_of`."""
        found = describing.values_of(record, unanswered=self._unanswered)
        return found if record else {**found, "project": self._project or ""}

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        values = self.form.values
        self._arrange(values)
        if event.name in ("protocol", "security"):
            self._follow(self.form.values)

    def _follow(self, values: Values) -> None:
        """Let port and what is done with mail follow the protocol."""
        before, self._port = self._port, describing.default_port(values)
        if not self.form.touched("port") and values.get("port", before) in (before, None):
            self.form.put("port", self._port)
        if values.get("protocol") != Protocol.IMAP and values.get("leave_on_server") == "move":
            self.form.put("leave_on_server", "leave")

    def _arrange(self, values: Values) -> None:
        """Show the fields that mean something, and the warnings. What comes into view decides about others."""
        for _ in range(2):
            for name, means in describing.shown(values, contacted=self._contacted).items():
                self.form.reveal(name, shown=means)
            values = {**values, **self.form.values}
        self.form.offer("leave_on_server", fields.taken_choices(values))
        warnings = words.warnings(describing.outline(values))
        self._warning.display = bool(warnings)
        self._warning.update(Content(display_lines("\n".join(f"! {warning}" for warning in warnings))))

    # --- checking and saving

    def check(self, values: Values) -> Sequence[Mistake]:
        """Return the mistakes of single values, then those of the whole."""
        entry, mistakes = describing.described(values, self.record)
        wrong = {mistake.place for mistake in mistakes}
        try:
            configure.check_mailbox(self.session.store, entry.mailbox)
        except Invalid as error:
            mistakes += [mistake for mistake in error.mistakes if mistake.place not in wrong]
        return mistakes

    def save(self, values: Values, was: Mailbox | None) -> Mailbox:
        """Save through the use case."""
        entry = self._entry(values, was)
        store, vault, who = self.session.store, self.session.vault, self.session.who
        settled = values["first_contact"] != fields.ASK if "first_contact" in values else None
        if was is None:
            return configure.add_mailbox(
                store,
                vault,
                entry.mailbox,
                password=entry.password,
                client_secret=entry.client_secret,
                settled=bool(settled),
                who=who,
            )
        configure.save_mailbox(
            store,
            vault,
            entry.mailbox,
            password=entry.password,
            client_secret=entry.client_secret,
            was=was,
            settled=settled,
            who=who,
        )
        with store.read() as tx:
            return configure.find_mailbox(tx, entry.mailbox.name)

    def _entry(self, values: Values, was: Mailbox | None) -> MailboxEntry:
        entry, mistakes = describing.described(values, was)
        if mistakes:
            raise Invalid(mistakes)
        return entry

    # --- the server

    def action_test(self) -> None:
        """Test the connection with what is typed."""

        def test(entry: MailboxEntry) -> None:
            pinned = partial(self.form.put, "pin")
            self.app.push_screen(TestScreen(entry.mailbox, password=entry.password, pinned=pinned))

        self.read(partial(self._entry, self.form.values, self.record), test, group="server")

    def action_folders(self) -> None:
        """Choose a folder from the server's."""
        rows = self.focused.ancestors if self.focused is not None else ()
        moving = any(isinstance(row, FieldRow) and row.field.name == "move_to" for row in rows)
        target = "move_to" if moving else "folder"
        values, record, session = self.form.values, self.record, self.session

        def ask() -> Sequence[str]:
            entry = self._entry(values, record)
            return connect.folders(session.store, session.vault, entry.mailbox, password=entry.password, opened=opened)

        def opened(cancel: Callable[[], None]) -> None:
            self._cancel = cancel

        def show(names: Sequence[str]) -> None:
            choices = [(name, name) for name in names]
            chosen = str(self.form.values.get(target, ""))
            title = "Move taken mail to" if target == "move_to" else "Take mail from"
            self.app.push_screen(Choose(title, choices, chosen=chosen), put)

        def put(name: str | None) -> None:
            if name is not None:
                self.form.put(target, name)

        self.read(ask, show, group="server")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only IMAP has folders."""
        if action == "folders" and self.form.values.get("protocol") != Protocol.IMAP:
            return False
        return super().check_action(action, parameters)
