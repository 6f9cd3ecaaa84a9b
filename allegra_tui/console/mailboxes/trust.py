"""Asks whether one certificate is to be trusted that ordinary verification refuses."""

from itertools import zip_longest
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from allegra_tui.console.dialogs import Dialog
from allegra_tui.console.mailboxes import words
from allegra_tui.console.widgets.columns import fit
from allegra_tui.console.widgets.text_view import wrap
from allegra_tui.model.settings import Mailbox
from allegra_tui.text import clip, display
from allegra_tui.usecases.connect import Certificate

_WIDTH = 66
_TWO_LINES = 2 * _WIDTH - 12
_HALF = 30


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

    def __init__(self, mailbox: Mailbox, certificate: Certificate, former: Certificate | None = None) -> None:
        """`former` holds the facts of the pinned one, where they are known."""
        super().__init__("Trust this certificate?")
        self._mailbox, self._certificate, self._former = mailbox, certificate, former

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
        if self._mailbox.pin:
            return self._both(self._mailbox.pin)
        lines = words.certificate_lines(self._certificate, self.app.size.width - 8)
        # Two lines each, so that no server can push the SHA-256 out of sight.
        return [part for line in lines for part in wrap(clip(line.text, _TWO_LINES), _WIDTH, line.hang)]

    def _both(self, pin: str) -> list[str]:
        """Return the pinned one and the new one side by side; of the former, what is known."""
        found = [f"{'':9}{'pinned until now':<{_HALF}}presented now"]
        old = words.certificate_facts(self._former) if self._former else {}
        for name, new in words.certificate_facts(self._certificate).items():
            # Two lines each, as above.
            sides = [
                wrap(clip(display(text), 2 * _HALF - 6), _HALF - 1) for text in (old.get(name, "(not known)"), new)
            ]
            for number, (left, right) in enumerate(zip_longest(*sides, fillvalue="")):
                found.append(f"{'' if number else name:<9}{fit(left, _HALF)}{right}")
        prints = zip(words.fingerprint(pin, 8), words.fingerprint(self._certificate.sha256, 8), strict=True)
        found += [f"{'' if n else 'SHA-256':<9}{left:<{_HALF}}{right}" for n, (left, right) in enumerate(prints)]
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
