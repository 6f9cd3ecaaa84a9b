"""The connection to a mailbox, tried step by step."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from allegra_tui.console.background import deliver
from allegra_tui.console.mailboxes import asking, words
from allegra_tui.console.mailboxes.connected import ConnectedScreen
from allegra_tui.console.mailboxes.trust import TrustDialog
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.model.settings import Mailbox
from allegra_tui.text import display
from allegra_tui.usecases import certificates, connect, rules
from allegra_tui.usecases.connect import Certificate, Tried

_NAME = 14
_HANG = 2 + _NAME


class TestScreen(ConnectedScreen):
    """Shows the steps one after the other as they are taken, by the very code of the fetch. Nothing is changed."""

    __test__ = False  # (pytest would take it for a test)
    HELP_TEXT = (
        "The connection, step by step, read-only: no message is taken, marked or deleted. A certificate that ordinary "
        "verification refuses can be trusted for this mailbox alone."
    )
    CHANGES = frozenset({"trust", "first_contact"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trust", "trust", id="test.trust", tooltip="Look at the certificate, and trust it"),
        Binding("f", "first_contact", "first contact", id="test.first", tooltip="Say what to take of the mail there"),
        Binding("r", "load", "again", id="test.again", tooltip="Try again"),
        Binding("c", "stop", "cancel", id="test.stop", tooltip="Stop trying"),
        Binding("escape", "back", "back", id="test.back", tooltip="Back; stops trying"),
    ]

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        password: str | None = None,
        unanswered: bool = False,
        pinned: Callable[[str], object] | None = None,
    ) -> None:
        """`password` is one that is typed and not stored; with `pinned`, a pin is handed over instead of stored."""
        super().__init__(mailbox)
        self._password, self._unanswered, self._pinned = password, unanswered, pinned
        self._steps: list[Tried] = []
        self._trying = False

    def body(self) -> ComposeResult:
        """Title and steps."""
        yield Heading(f"Test of {self._mailbox.name or 'the new mailbox'}", words.where(self._mailbox))
        yield self._view

    def load(self) -> None:
        """Try, unless it is being tried."""
        if self._trying:
            return
        self._steps, self._trying, self._ended = [], True, False
        self.clear_trouble()
        session, mailbox, password = self.session, self._mailbox, self._password

        def work() -> None:
            steps = connect.try_steps(session.store, session.vault, mailbox, password=password, opened=self._opened)
            for tried in steps:
                deliver(self, partial(self._taken, tried))

        self.read(work, self._done, group="test")
        self._draw()

    def _taken(self, tried: Tried) -> None:
        self._steps.append(tried)
        self._draw()

    def _done(self, _: None) -> None:
        self._over()
        self._trying = False
        self._draw()
        if self._works and self._unanswered and not self.console.read_only:
            self.action_first_contact()

    def trouble(self, error: Exception) -> None:
        """It is over."""
        self._trying = False
        super().trouble(error)
        self._draw()

    @property
    def _works(self) -> bool:
        return bool(self._steps) and not self._trying and all(tried.ok for tried in self._steps)

    @property
    def _refused(self) -> Certificate | None:
        """The certificate that can be pinned."""
        last = self._steps[-1] if self._steps and not self._trying else None
        return last.certificate if last is not None and not last.ok else None

    # --- what is shown

    def _draw(self) -> None:
        lines: list[TextLine] = []
        for tried in self._steps:
            lines += _step(tried, self.size.width - 2)
        if self._trying:
            last = self._steps[-1].step if self._steps else None
            coming = connect.steps_of(self._mailbox)
            coming = coming[coming.index(last) + 1 :] if last in coming else coming
            if coming:
                lines.append(TextLine(f"> {coming[0]:<{_NAME}}...", "muted"))
            lines += [TextLine(f". {step}", "muted") for step in coming[1:]]
        else:
            lines += [TextLine(""), *self._conclusion()]
        self._view.show(lines, keep_place=True)
        self.refresh_bindings()

    def _conclusion(self) -> Sequence[TextLine]:
        if self._works:
            found = [TextLine("+ The connection works. Nothing on the server was changed.", "good")]
            if unsafe := rules.unsafe(self._mailbox):
                found.append(TextLine(f"! {unsafe}", "warning"))
            if self._unanswered:
                found.append(TextLine("? Nobody said yet what to take of the mail that is there: f asks.", "warning"))
            return found
        if self._ended:
            return [TextLine("- Cancelled: r tries again.", "muted")]
        if self._refused is not None:
            return [TextLine("! t looks at this certificate, to trust it for this mailbox alone.", "warning")]
        found = [TextLine("! r tries again.", "warning")]
        if self._steps and self._steps[-1].step == "folder":
            found.append(TextLine("! ctrl+o in the form asks the server for its folders.", "warning"))
        return found

    # --- what can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done now."""
        match action:
            case "trust" if self._refused is None:
                return False
            case "first_contact" if not (self._works and self._unanswered):
                return False
            case "stop" if not self._trying:
                return False
            case "load" if self._trying:
                return False
        return super().check_action(action, parameters)

    def action_trust(self) -> None:
        """Show the certificate, and pin it where the person vouches for it."""
        certificate = self._refused
        if certificate is None:
            return

        def show(former: Certificate | None) -> None:
            dialog = TrustDialog(self._mailbox, certificate, former)
            self.app.push_screen(dialog, partial(self._vouched, certificate))

        self.read(partial(certificates.pinned, self.session.store, self._mailbox), show, group="trust")

    def _vouched(self, certificate: Certificate, sure: bool | None) -> None:
        if not sure:
            return
        pinned = replace(self._mailbox, pin=certificate.sha256)
        if self._pinned is not None:
            self._pinned(certificate.sha256)
            self._again(pinned, None)
            return
        session = self.session
        act = partial(connect.pin, session.store, session.vault, self._mailbox, certificate, who=session.who)
        self.change(act, partial(self._again, pinned))

    def _again(self, pinned: Mailbox, _: None) -> None:
        self._mailbox = pinned
        self.tell("Trusted from now on, and no other." if self._pinned is None else "Trusted once the form is saved.")
        self.load()

    def action_first_contact(self) -> None:
        """Ask what to take of the mail that is there."""

        def done() -> None:
            self._unanswered = False
            self._draw()

        self._ended = False
        asking.ask(self, self._mailbox, done, self._opened)


def _step(tried: Tried, width: int) -> Sequence[TextLine]:
    certificate = tried.certificate
    # What a refused certificate lacks is said without the advice for the command line.
    detail = certificate.problem if certificate is not None and not tried.ok else tried.detail
    first = TextLine(
        f"{'+' if tried.ok else 'x'} {tried.step:<{_NAME}}{display(detail)}", "" if tried.ok else "bad", hang=_HANG
    )
    return [first, *(words.certificate_lines(certificate, width, _HANG) if certificate is not None else ())]
