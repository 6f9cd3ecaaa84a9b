"""Mailboxes: set up, tested, trusted, enabled; the global ones and those of each project."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Tree

from allegra_tui.console.details_screen import DetailsScreen
from allegra_tui.console.dialogs import Confirm
from allegra_tui.console.links import Link
from allegra_tui.console.mailboxes import asking, details
from allegra_tui.console.mailboxes.form import MailboxForm
from allegra_tui.console.mailboxes.reconciling import ReconcileScreen
from allegra_tui.console.mailboxes.signing_in import SignInScreen
from allegra_tui.console.mailboxes.tree import MailboxTree, Spot
from allegra_tui.console.mailboxes.trying import TestScreen
from allegra_tui.console.widgets.empty import Empty
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.model.settings import Auth, Mailbox
from allegra_tui.usecases import browse_mailboxes, configure
from allegra_tui.usecases.browse_mailboxes import MailboxView, Overview

_EMPTY = (
    "No mailbox yet. A mailbox is where mail is taken from: a POP3 or IMAP account, or a Maildir on this machine. "
    "Global mailboxes feed the default project; each project can have its own.\n\na adds one."
)


class MailboxesScreen(DetailsScreen):
    """The tree of mailboxes and the details of one."""

    CSS_PATH = "mailboxes.tcss"
    HELP_TEXT = (
        "Mailboxes, the global ones first, then those of each project. a adds one, t tests its connection step by step "
        "without changing anything, f says what to take of the mail that is there before the first fetch, c compares "
        "what the server holds with the journal.\n"
        "+ ok  . new, never fetched  ? answer: f asks what to take  ? sign in: s signs in\n"
        "x error  ! overdue  = paused  > running  - disabled"
    )
    CHANGES = frozenset({"add", "edit", "first_contact", "sign_in", "switch", "remove"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "add", id="mailboxes.add", tooltip="Add a mailbox"),
        Binding("e", "edit", "edit", id="mailboxes.edit", tooltip="Change the mailbox's settings"),
        Binding("t", "test", "test", id="mailboxes.test", tooltip="Test the connection; nothing is changed"),
        Binding("s", "sign_in", "sign in", id="mailboxes.sign_in", tooltip="Sign in with a browser (OAuth2)"),
        Binding("f", "first_contact", "first", id="mailboxes.first", tooltip="Say what to take of the mail there"),
        Binding("x", "switch", "on/off", id="mailboxes.switch", tooltip="Enable or disable the mailbox"),
        Binding("d", "remove", "remove", id="mailboxes.remove", tooltip="Remove the mailbox, or disable it"),
        Binding("v", "messages", "messages", id="mailboxes.messages", tooltip="The messages that came from it"),
        Binding("c", "compare", "compare", id="mailboxes.compare", tooltip="Compare server and journal (reconcile)"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._tree = MailboxTree()
        self._tree.add_class("listed")
        self._empty = Empty()
        self._heading = Heading("Mailboxes")
        self._overview: Overview | None = None
        self._wanted: Spot | None = None
        """Where the cursor is to be once the list is read."""
        self._added: int | None = None
        """The new mailbox, whose connection is tried at once, or which is signed in to."""

    def body(self) -> ComposeResult:
        """Heading, tree and details."""
        yield self._heading
        yield self._empty
        with Horizontal():
            yield self._tree
            yield self.view

    @property
    def listed(self) -> MailboxTree:
        """The tree."""
        return self._tree

    # --- the tree

    def load(self) -> None:
        """Read all mailboxes."""
        self.read(partial(browse_mailboxes.every, self.session.store), self._show)

    def _show(self, overview: Overview) -> None:
        self._overview = overview
        count = len(overview.mailboxes)
        self._heading.right = f"{count} mailbox{'' if count == 1 else 'es'}"
        self._empty.say(None if count else _EMPTY)
        self.set_class(not count, "-none")
        self._tree.show(overview, self._wanted)
        self._wanted = None
        self._show_details()
        added, self._added = self._added, None
        if added is not None and (view := overview.find(added)) is not None:
            if view.mailbox.auth is Auth.OAUTH2:
                self.app.push_screen(SignInScreen(view.mailbox))
            else:
                self._test(view)

    @property
    def _chosen(self) -> MailboxView | None:
        """The mailbox under the cursor."""
        spot = self._tree.spot
        return self._overview.find(spot[1]) if self._overview is not None and spot and spot[1] else None

    def _show_details(self) -> None:
        view, overview = self._chosen, self._overview
        self.view.show(details.lines(view, overview) if view and overview else ())
        if view is None and self.is_reading:
            self.close_details()
        self.refresh_bindings()

    @on(Tree.NodeHighlighted)
    def _moved(self) -> None:
        self._show_details()

    @on(Tree.NodeSelected)
    def _opened(self) -> None:
        if self._chosen is not None:
            self.open_details()

    def follow(self, link: Link) -> None:
        """Go to the mailbox whose name `record` is; with `where` action=add, to the form for a new one."""

        def found(overview: Overview) -> None:
            view = next((one for one in overview.mailboxes if one.mailbox.name == link.record), None)
            self._wanted = (view.mailbox.project, view.mailbox.id) if view else None
            self._show(overview)
            if link.where.get("action") == "add" and not self.console.read_only:
                self.action_add()

        self.read(partial(browse_mailboxes.every, self.session.store), found)

    # --- what can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        match action:
            case "edit" | "test" | "switch" | "remove" | "messages" | "compare" if self._chosen is None:
                return False
            case "first_contact" if self._chosen is None or not self._chosen.unanswered:
                return False
            case "sign_in" if self._chosen is None or self._chosen.mailbox.auth is not Auth.OAUTH2:
                return False
        return super().check_action(action, parameters)

    def action_add(self) -> None:
        """Describe a new mailbox, of the project under the cursor; then test it."""
        if self._overview is None:
            return
        spot = self._tree.spot

        def added(mailbox: Mailbox | None) -> None:
            if mailbox is not None:
                self._wanted, self._added = (mailbox.project, mailbox.id), mailbox.id
                self.load()

        form = MailboxForm(self._overview, None, project=spot[0] if spot else None)
        self.app.push_screen(form, added)

    def action_edit(self) -> None:
        """Change the settings."""

        def saved(mailbox: Mailbox | None) -> None:
            if mailbox is not None:
                self._wanted = (mailbox.project, mailbox.id)
                self.tell(f"Mailbox {mailbox.name} saved. t tests it.")
                self.load()

        if self._chosen is not None and self._overview is not None:
            self.app.push_screen(MailboxForm(self._overview, self._chosen), saved)

    def action_test(self) -> None:
        """Test the connection."""
        if self._chosen is not None:
            self._test(self._chosen)

    def _test(self, view: MailboxView) -> None:
        self.app.push_screen(TestScreen(view.mailbox, unanswered=view.unanswered))

    def action_sign_in(self) -> None:
        """Sign in by OAuth2."""
        if self._chosen is not None:
            self.app.push_screen(SignInScreen(self._chosen.mailbox))

    def action_first_contact(self) -> None:
        """Ask what to take of the mail that is there."""
        if self._chosen is not None:
            asking.ask(self, self._chosen.mailbox, self.load, _unwatched)

    def action_compare(self) -> None:
        """Compare what the server holds with the journal."""
        if self._chosen is not None:
            self.app.push_screen(ReconcileScreen(self._chosen.mailbox))

    def action_messages(self) -> None:
        """Show the journal's messages of the mailbox."""
        if self._chosen is not None:
            self.console.go(Link("journal", where={"mailbox": self._chosen.mailbox.name}))

    def action_switch(self) -> None:
        """Enable or disable."""
        view = self._chosen
        if view is not None:
            self._enable(view.mailbox, enabled=not view.mailbox.enabled)

    def _enable(self, mailbox: Mailbox, *, enabled: bool) -> None:
        def done(_: None) -> None:
            self.tell(f"Mailbox {mailbox.name} {'enabled' if enabled else 'disabled'}.")
            self.load()

        session = self.session
        act = partial(
            configure.save_mailbox,
            session.store,
            session.vault,
            replace(mailbox, enabled=enabled),
            was=mailbox,
            who=session.who,
        )
        self.change(act, done)

    def action_remove(self) -> None:
        """Remove, or disable where messages came from it. Asks."""
        view = self._chosen
        if view is None:
            return
        name = view.mailbox.name
        if view.referenced:
            question = "Disable this mailbox?"
            names = [name, "Messages in the journal came from it, so it cannot be removed."]
            yes = "Disable"
        else:
            question, names, yes = "Remove this mailbox?", [name, "Mail on the server is not touched."], "Remove"

        def done(removed: bool) -> None:
            self.tell(f"Mailbox {name} {'removed' if removed else 'disabled: messages came from it'}.")
            self.load()

        def decided(sure: bool | None) -> None:
            if sure:
                self.change(partial(configure.remove_mailbox, self.session.store, name, who=self.session.who), done)

        self.app.push_screen(Confirm(question, names, yes=yes), decided)


def _unwatched(cancel: Callable[[], None]) -> None:
    """The connection has its own time limits."""
