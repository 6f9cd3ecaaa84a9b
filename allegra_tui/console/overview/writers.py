"""Who may write: the settings that decide it, and their consequence in words."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from allegra_tui.console.form_screen import FormScreen
from allegra_tui.console.senders.form import SenderForm
from allegra_tui.console.widgets.form import Field, Form, Kind, Values
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.model.settings import IntakeSettings, RegisteredSender
from allegra_tui.usecases import configure, overview, records, rules
from allegra_tui.usecases.errors import Invalid, Mistake
from allegra_tui.usecases.session import Session
from allegra_tui.usecases.welcome import consequence

_FIELDS = (
    Field(
        name="allow_unknown_senders",
        label="Unknown may write",
        kind=Kind.FLAG,
        help="Whether people may write who are not registered. Otherwise their mail waits in the quarantine.",
    ),
    Field(
        name="allowed_pattern",
        label="Pattern of addresses",
        placeholder=r"[^@ \t]@example\.org",
        help="A Perl 5 pattern that the sender's address has to match to its end, registered or not. Empty: every one.",
    ),
)


class WritersForm(FormScreen[IntakeSettings]):
    """Unknown senders, the pattern, and the way to registering senders."""

    DEFAULT_CSS = """
    WritersForm > #consequence { height: auto; padding: 1 1 1 1; color: $text-warning; }
    WritersForm > #forged { height: auto; padding: 0 1; color: $text-muted; }
    """
    HELP_TEXT = (
        "Who may write. Registered senders may always; ctrl+n registers one. The pattern holds for them as well."
    )
    CHANGES = FormScreen.CHANGES | {"register"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "register", "register a sender", id="writers.register", tooltip="Register a sender"),
    ]

    def __init__(self, session: Session, settings: IntakeSettings, senders: int) -> None:
        self._opened = session
        self._senders = senders
        super().__init__("Who may write", settings)
        self._consequence = Static(id="consequence")

    def body(self) -> ComposeResult:
        """The consequence, and the form."""
        yield Heading("Who may write")
        yield self._consequence
        yield self.form
        yield Static(
            Content("A sender's address is what a message says it is; like a letterhead, anybody can copy it."),
            id="forged",
        )

    def on_mount(self) -> None:
        """Show what is stored."""
        super().on_mount()
        self._tell()

    def fields(self) -> Sequence[Field]:
        """Unknown senders and the pattern."""
        return _FIELDS

    def values_of(self, record: IntakeSettings | None) -> Values:
        """Return what is stored."""
        shown = record or IntakeSettings()
        return {field.name: getattr(shown, field.name) for field in _FIELDS}

    def check(self, values: Values) -> Sequence[Mistake]:
        """Check the pattern."""
        read, mistakes = self._read(values)
        if mistakes:
            return mistakes
        # The default project is no field here: whether it still stands is told elsewhere.
        return rules.settings_mistakes(replace(read, default_project=None), ())

    def save(self, values: Values, was: IntakeSettings | None) -> IntakeSettings:
        """Save through the use case."""
        read, mistakes = self._read(values)
        if mistakes:
            raise Invalid(mistakes)
        configure.save_settings(self._opened.store, read, was=was, who=self._opened.who)
        return read

    def _read(self, values: Values) -> tuple[IntakeSettings, list[Mistake]]:
        return records.read_settings(values, self.record or IntakeSettings())

    @on(Form.Changed)
    def _changed(self) -> None:
        self._tell()

    def _tell(self) -> None:
        read, mistakes = self._read(self.form.values)
        if not mistakes:
            self._consequence.update(Content(consequence(read, self._senders)))

    def action_register(self) -> None:
        """Register a sender."""

        def registered(sender: RegisteredSender | None) -> None:
            if sender is not None:
                self.tell(f"{sender.name} is registered.")
                self.read(lambda: overview.situation(self._opened.store).senders, self._counted)

        self.app.push_screen(SenderForm(self._opened, None), registered)

    def _counted(self, senders: int) -> None:
        self._senders = senders
        self._tell()
