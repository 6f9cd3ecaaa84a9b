"""The console's screens, and how one is written.

**Registered.** `PLACES` below lists what a number key leads to. A screen is one module here and one `.tcss` beside it
where it needs one (`CSS_PATH = "overview.tcss"`; rules begin with the screen's class name). The module is imported when
a person first goes there, after the database is open: it imports the use cases it needs at its top, like any module.

**Written.** A class of `console.screen.ConsoleScreen`; `body()` yields the widgets between the bar of places and the
bar of keys, usually a `Heading` first. A filtered list with details beside it is a `console.list_screen.ListScreen`;
`issues.py` is the model to follow. Dialogs are classes of `console.dialogs.Dialog`, forms of
`console.form_screen.FormScreen`; both are pushed by the screen.

**Data.** `self.session` has `store`, `vault`, `who`, `read_only`; it is what parts of a screen are given, because the
console imports the use cases, `model` and `text` alone, no type of the store. `load()` is called when the screen is
first shown,
each time it is come back to, and by `r`; it calls `self.read(work, then)`: `work` runs in a thread and returns what a
use case returns, `then` gets that on the event loop and shows it. `self.change(work, then)` does the same for what
writes. Nothing else may touch the store, the network or a big file, and nothing may block the event loop. Expected
trouble (`usecases.workspace.EXPECTED`) goes to `trouble(error)`, which shows it under the heading until the next read
succeeds; other exceptions are defects and end the console with their trace. Work that tells its progress calls
`background.deliver(self, partial(self.show, event))` from its thread. A run that must be stopped when the console ends
registers with `self.console.at_end(stop)`.

A dialog that a key opens is pushed at once, with what `load` read before: who types ahead then types into it.

**States.** Empty: `Empty` says what the list is for and which key fills it; no hits: it names the filter and how to
clear it; error: `trouble`. All three stay on the screen. `self.tell(text)` (a toast) is only for the result of the
person's own action.

**Keys.** Every key is a `Binding` with `id` ("issues.move") and `tooltip` in `BINDINGS`; that one declaration feeds
the bar of keys (`show`), help and palette. The names of actions that change something stand in `CHANGES`: they are
greyed out with `--read-only`. `HELP_TEXT` is a few lines on what the screen is for. `check_action` greys out what
cannot be done now (call `super()`), and `self.refresh_bindings()` says that this changed.

**Links.** `self.console.go(Link("issues", 12))` goes elsewhere, and `esc` comes back; a screen that can be linked to
says in `follow(link)` what it understands.

**Foreign text** (subjects, names, addresses, file names, server greetings, errors that quote them) passes
`text.display` (one line) or `text.display_lines` before it becomes a widget's value, and is given as `Content(...)`,
never as markup: `from_markup("[b]$name[/b]", name=...)` is the safe form. Titles and labels of widgets are markup too.

**Forms.** `widgets.form.Form` is made of `Field`s; mistakes come from the use case's own checks, appear on blur under
their field, and saving jumps to the first.

**Tests.** `tests/console/test_<screen>.py` tells stories with the `console` fixture (see `tests/console/conftest.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allegra_tui.console.screen import ConsoleScreen


@dataclass(frozen=True, slots=True)
class Place:
    """A screen that a number leads to. Making this object imports nothing."""

    key: str
    name: str
    title: str
    short: str
    """The title where there is little room."""
    screen: str
    """The class, in the module of this package that has the place's name."""
    about: str

    @property
    def module(self) -> str:
        """The module's full name."""
        return f"{__name__}.{self.name}"

    def make(self) -> "ConsoleScreen[None]":
        """Import the module and make the screen."""
        factory: Callable[[], ConsoleScreen[None]] = getattr(import_module(self.module), self.screen)
        return factory()


PLACES = (
    Place(
        "1", "overview", "Overview", "Overview", "OverviewScreen", "How every mailbox does, and what needs attention"
    ),
    Place("2", "issues", "Issues", "Issues", "IssuesScreen", "Browse, search and triage issues"),
    Place("3", "mailboxes", "Mailboxes", "Mailbox", "MailboxesScreen", "Set mailboxes up and test their connections"),
    Place("4", "projects", "Projects", "Projects", "ProjectsScreen", "Where issues live"),
    Place("5", "senders", "Senders", "Senders", "SendersScreen", "Registered persons and their addresses"),
    Place("6", "pattern", "Pattern", "Pattern", "PatternScreen", "Try and set the pattern of allowed sender domains"),
    Place("7", "fetch", "Fetch", "Fetch", "FetchScreen", "Take mail in now, or see what would happen"),
    Place("8", "journal", "Journal", "Journal", "JournalScreen", "Every message, and the quarantine as a work list"),
    Place("9", "settings", "Settings", "Settings", "SettingsScreen", "Settings of the intake and of the console"),
)
