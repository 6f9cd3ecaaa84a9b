"""A mailbox's messages on the server against the journal."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from allegra_tui.console.background import deliver
from allegra_tui.console.issues.details import moment, size
from allegra_tui.console.mailboxes import words
from allegra_tui.console.mailboxes.connected import ConnectedScreen
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.model.settings import Mailbox
from allegra_tui.text import clip, display
from allegra_tui.usecases.comparison import UNEXPLAINED, WORDS, Kind
from allegra_tui.usecases.reconcile import Named, Reconciliation, about, reconcile, remarks

_NAMED = 200
"""Messages of each kind that are named: more than anybody reads on a screen; the command line has them all."""
_KEY = 24


class ReconcileScreen(ConnectedScreen):
    """Reads the mailbox in the background and shows the server's count as a sum. Nothing is changed."""

    HELP_TEXT = (
        "What the mailbox holds on its server, message by message, against the journal: the server's count is the sum "
        "of what became of each. Messages that somebody else removed there are named, and those that were not fetched "
        "yet. A line with ! is what the journal does not explain. Read-only: nothing is taken, marked or deleted."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "load", "again", id="reconcile.again", tooltip="Compare again"),
        Binding("c", "stop", "cancel", id="reconcile.stop", tooltip="Stop comparing"),
        Binding("escape", "back", "back", id="reconcile.back", tooltip="Back; stops comparing"),
    ]

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__(mailbox)
        self._found: Reconciliation | None = None
        self._step: str | None = None
        """What is going on; None where nothing is."""

    def body(self) -> ComposeResult:
        """Title and table."""
        yield Heading(f"{self._mailbox.name} against the journal", words.where(self._mailbox))
        yield self._view

    def load(self) -> None:
        """Compare, unless it is going on."""
        if self._step is not None:
            return
        self._found, self._step, self._ended = None, "connecting", False
        self.clear_trouble()
        session, mailbox = self.session, self._mailbox

        def work() -> Reconciliation:
            return reconcile(
                session.store,
                session.vault,
                mailbox,
                named=_NAMED,
                opened=self._opened,
                progress=lambda step: deliver(self, partial(self._going_on, step)),
            )

        self.read(work, self._done, group="reconcile")
        self._draw()

    def _going_on(self, step: str) -> None:
        if self._step is not None:
            self._step = step
            self._draw()

    def _done(self, found: Reconciliation) -> None:
        self._over()
        self._step, self._found = None, found
        self._draw()

    def trouble(self, error: Exception) -> None:
        """It is over."""
        self._over()
        self._step = None
        if not self._ended:
            super().trouble(error)
        self._draw()

    # --- what is shown

    def _draw(self) -> None:
        if self._step is not None:
            shown: Sequence[TextLine] = [TextLine(f"> {display(self._step)} ...", "muted")]
        elif self._found is not None:
            shown = lines(self._found)
        elif self._ended:
            shown = [TextLine("- Cancelled: r compares again.", "muted")]
        else:
            shown = [TextLine("! r tries again, t on the mailbox tests the connection step by step.", "warning")]
        self._view.show(shown, keep_place=True)
        self.refresh_bindings()

    # --- what can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        match action:
            case "stop" if self._step is None:
                return False
            case "load" if self._step is not None:
                return False
        return super().check_action(action, parameters)


def lines(found: Reconciliation) -> list[TextLine]:
    """Return a comparison as lines to read: the sum, what is to be known of it, the messages that have names."""
    compared = found.comparison
    room = len(f"{compared.server:,}")
    shown = [
        TextLine(f"{'!' if kind in UNEXPLAINED else ' '} {count:>{room},}  {WORDS[kind]}", _style(kind), hang=room + 4)
        for kind, count in compared.counts.items()
    ]
    shown.append(TextLine(f"= {compared.server:>{room},}  on the server", "title"))
    if compared.explained:
        shown.append(TextLine("+ All is explained. Nothing was changed.", "good"))
    else:
        shown.append(TextLine("! Not all is explained. Nothing was changed.", "bad"))
    for remark in remarks(found):
        shown += [TextLine(""), TextLine(display(remark))]
    for kind, messages in found.named.items():
        total = len(compared.gone) if kind is Kind.GONE else len(compared.keys[kind])
        shown += [TextLine(""), TextLine(f"{WORDS[kind]}: {total:,}", "title"), *map(_named, messages)]
        if total > len(messages):
            rest = f"... and {total - len(messages):,} more: allegra-tui reconcile {found.mailbox} --json names all"
            shown.append(TextLine(display(rest), "muted", hang=4))
    return shown


def _style(kind: Kind) -> str:
    return "bad" if kind in UNEXPLAINED else ""


def _named(one: Named) -> TextLine:
    start = f"  {clip(display(one.key), _KEY)}  "
    return TextLine(start + display(about(one, lambda when: moment(when) if when else "no date", size)), hang=4)
