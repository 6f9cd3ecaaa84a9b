"""Asks whether one certificate is to be trusted that ordinary verification refuses."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from allegra_tui.console.dialogs import Dialog
from allegra_tui.console.mailboxes import words
from allegra_tui.console.widgets.text_view import wrap
from allegra_tui.model.settings import Mailbox
from allegra_tui.text import clip, display
from allegra_tui.usecases.connect import Certificate

_WIDTH = 66
_TWO_LINES = 2 * _WIDTH - 12


class TrustDialog(Dialog[bool]):
    """Shows why the certificate is refused, whose it is, and its SHA-256; beside a pinned one where there is one."""

    DEFAULT_CSS = """
    TrustDialog > Vertical { overflow-y: auto; }
    TrustDialog Static { height: auto; margin: 0 0 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "trust", id="trust.yes", tooltip="Trust this certificate for the mailbox"),
        Binding("n", "answer(False)", "no", id="trust.no", tooltip="Do not trust it"),
        Binding("down,j", "move(1)", "down", id="trust.down", tooltip="Scroll down", show=False),
        Binding("up,k", "move(-1)", "up", id="trust.up", tooltip="Scroll up", show=False),
        Binding("left,right", "app.focus_next", "other answer", id="trust.other", tooltip="The other answer"),
    ]

    def __init__(self, mailbox: Mailbox, certificate: Certificate) -> None:
        super().__init__("Trust this certificate?")
        self._mailbox, self._certificate = mailbox, certificate

    def body(self) -> ComposeResult:
        """Show the facts and offer both answers, the focus on No."""
        name = display(self._mailbox.name) or "the new one"
        problem = clip(f"Refused: {display(self._certificate.problem)}", _TWO_LINES)
        yield Static(Content(problem), classes="bad")
        yield Static(Content("\n".join(self._facts())))
        yield Static(
            Content(
                "Compare the SHA-256 with what the server's administrator tells you by another way than this "
                f"connection. It is then trusted for the mailbox {name} alone, and no other certificate is."
            ),
            classes="label",
        )
        with Horizontal():
            yield Button(Content("Do not trust"), id="no")
            yield Button(Content("Trust it"), id="yes", variant="error")

    def _facts(self) -> list[str]:
        """Return the lines, wrapped here, so that what belongs together stays under each other."""
        certificate, pinned = self._certificate, self._mailbox.pin
        lines = words.certificate_lines(certificate, self.app.size.width - 8)
        if pinned:
            lines = lines[:4]
        # Two lines each, so that no server can push the SHA-256 out of sight.
        found = [part for line in lines for part in wrap(clip(line.text, _TWO_LINES), _WIDTH, line.hang)]
        if pinned:
            found += ["", "SHA-256", f"  {'pinned until now':<26}presented now"]
            both = zip(words.fingerprint(pinned, 8), words.fingerprint(certificate.sha256, 8), strict=True)
            found += [f"  {old:<26}{new}" for old, new in both]
        return found

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        """Answer by key."""
        self.dismiss(yes)

    def action_move(self, lines: int) -> None:
        """Scroll, where the terminal is too small for all of it."""
        self.query_one(Vertical).scroll_relative(y=lines, animate=False)

    def action_cancel(self) -> None:
        """Answer no."""
        self.dismiss(False)
