"""Signing in to a mailbox by OAuth2: what a person does in a browser, and waiting for it."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from allegra_tui.console.background import deliver
from allegra_tui.console.dialogs import Ask
from allegra_tui.console.mailboxes import words
from allegra_tui.console.mailboxes.connected import ConnectedScreen
from allegra_tui.console.mailboxes.trying import TestScreen
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.model.settings import Mailbox
from allegra_tui.text import display

if TYPE_CHECKING:
    from allegra_tui.usecases.sign_in import Attempt, Shown

_PASTE = (
    "In the end the browser cannot open a page whose address begins with http://127.0.0.1: that is in order. Copy this "
    "whole address and give it here with p."
)


class SignInScreen(ConnectedScreen):
    """Shows the address, and the code where there is one, and waits until somebody has signed in."""

    HELP_TEXT = (
        "Somebody who may read the mailbox signs in with a browser, on any machine, and agrees that allegra-tui reads "
        "its mail. What the provider gives is stored encrypted, and renewed by itself until the consent ends."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy_address", "copy address", id="sign_in.copy", tooltip="Copy the address to open"),
        Binding("Y", "copy_code", "copy code", id="sign_in.code", tooltip="Copy the code to type there"),
        Binding(
            "p", "paste", "give address", id="sign_in.paste", tooltip="Give the address at which the browser ended"
        ),
        Binding("r", "load", "again", id="sign_in.again", tooltip="Begin again"),
        Binding("t", "test", "test", id="sign_in.test", tooltip="Test the connection"),
        Binding("escape", "back", "back", id="sign_in.back", tooltip="Back; stops waiting"),
    ]

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__(mailbox)
        self._view.can_focus = False
        self._attempt: Attempt | None = None
        self._shown: Shown | None = None
        self._begun = self._done = False

    def body(self) -> ComposeResult:
        """Title and what to do."""
        yield Heading(f"Sign in to {self._mailbox.name}", words.where(self._mailbox))
        yield self._view

    def load(self) -> None:
        """Begin, unless it is begun."""
        if self._begun or self._done:
            return
        self._begun, self._shown = True, None
        self.clear_trouble()
        session, mailbox = self.session, self._mailbox

        def work() -> bool:
            from allegra_tui.usecases.sign_in import Attempt

            attempt = Attempt(session.store, session.vault, mailbox)
            self._attempt = attempt
            self._opened(attempt.cancel)
            shown = attempt.begin()
            deliver(self, partial(self._show, shown))
            if shown.code is not None:
                attempt.wait(who=session.who)
            return shown.code is not None

        self.read(work, self._waited, group="sign_in")
        self._draw()

    def _show(self, shown: "Shown") -> None:
        self._shown = shown
        self._draw()

    def _waited(self, signed_in: bool) -> None:
        if signed_in:
            self._finish(None)

    def _finish(self, _: None) -> None:
        self._done, self._begun, self._shown = True, False, None
        self._draw()

    def trouble(self, error: Exception) -> None:
        """Tell what went wrong. Another address can be given where one is asked for; a code is of no more use."""
        if self._shown is None or self._shown.code is not None:
            self._begun, self._shown = False, None
        super().trouble(error)
        self._draw()

    # --- what is shown

    def _draw(self) -> None:
        self._view.show([TextLine(""), *self._lines()])
        self.refresh_bindings()

    def _lines(self) -> Sequence[TextLine]:
        if self._done:
            return [
                TextLine("+ Signed in. The log-in is renewed by itself until the consent ends.", "good"),
                TextLine("  t tests the connection."),
            ]
        if self._shown is None:
            return [TextLine("> asking the provider ..." if self._begun else "! r begins again.", "muted")]
        lines = [TextLine("Open in a browser, on any machine:"), TextLine("")]
        lines += [TextLine(display(self._shown.address), "title"), TextLine("")]
        if self._shown.code is None:
            return [*lines, TextLine(_PASTE)]
        minutes = max(1, (self._shown.seconds or 0) // 60)
        return [
            *lines,
            TextLine("Type there the code:"),
            TextLine(""),
            TextLine(display(self._shown.code), "title"),
            TextLine(""),
            TextLine(f"> waiting until somebody has signed in; the code is good for {minutes} minutes", "muted"),
        ]

    # --- what can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        match action:
            case "copy_address" if self._shown is None:
                return False
            case "copy_code" if self._shown is None or self._shown.code is None:
                return False
            case "paste" if self._shown is None or self._shown.code is not None:
                return False
            case "load" if self._begun or self._done:
                return False
            case "test" if not self._done:
                return False
        return super().check_action(action, parameters)

    def action_copy_address(self) -> None:
        """Copy the address."""
        if self._shown is not None:
            self.app.copy_to_clipboard(display(self._shown.address))
            self.tell("Address copied, if your terminal takes it.")

    def action_copy_code(self) -> None:
        """Copy the code."""
        if self._shown is not None and self._shown.code is not None:
            self.app.copy_to_clipboard(display(self._shown.code))
            self.tell("Code copied, if your terminal takes it.")

    def action_paste(self) -> None:
        """Take the address at which the browser ended."""

        def put(pasted: str | None) -> None:
            attempt = self._attempt
            if pasted and attempt is not None:
                self.change(partial(attempt.finish, pasted, who=self.session.who), self._finish)

        self.app.push_screen(Ask("The address at which the browser ended"), put)

    def action_test(self) -> None:
        """Test the connection."""
        self.app.switch_screen(TestScreen(self._mailbox))
