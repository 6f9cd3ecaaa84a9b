"""A section of the settings to change. Nothing is stored here: what is changed is staged."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from allegra_tui.console.form_screen import FormScreen
from allegra_tui.console.settings import trial
from allegra_tui.console.settings.fields import LISTS, MARKERS, Section
from allegra_tui.console.widgets.form import Field, Form, Kind, Values
from allegra_tui.console.widgets.lines import Lines
from allegra_tui.model.settings import IntakeSettings
from allegra_tui.usecases import trying
from allegra_tui.usecases.errors import Invalid, Mistake
from allegra_tui.usecases.session import Session


class SectionForm(FormScreen[IntakeSettings]):
    """The settings of a section; dismissed with all settings as they are to be."""

    DEFAULT_CSS = """
    SectionForm #trial { height: auto; border-top: solid $panel; }
    SectionForm #trial-name { height: 1; padding: 0 1; color: $text-primary; }
    SectionForm #trial-result { height: auto; max-height: 5; padding: 0 1; }
    SectionForm Lines.trial { max-height: 3; }
    """
    HELP_TEXT = (
        "Change the fields, then ctrl+s. The change is kept beside the stored settings: before it is saved you see "
        "the difference, and what it would do to the messages that came last."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "keep", id="form.save", tooltip="Keep the change; it is saved after a last look"),
    ]

    def __init__(
        self,
        session: Session,
        section: Section,
        settings: IntakeSettings,
        projects: Sequence[tuple[str, str]],
        *,
        field: str | None = None,
    ) -> None:
        self._opened, self._section, self._projects, self._first = session, section, projects, field
        super().__init__(section.name, settings)
        self._result = Static(id="trial-result")
        self._typed: Input | Lines | None = None

    def fields(self) -> Sequence[Field]:
        """Return the section's fields."""
        return [
            replace(field, choices=[("", "none"), *self._projects]) if field.kind is Kind.CHOICE else field
            for field in self._section.fields
        ]

    def values_of(self, record: IntakeSettings | None) -> Values:
        """Return what is to be, as far as it was changed before, else what is stored."""
        shown = record or IntakeSettings()
        return {field.name: _plain(getattr(shown, field.name), field.kind) for field in self._section.fields}

    def check(self, values: Values) -> Sequence[Mistake]:
        """Check the values."""
        return self._stage(values)[1]

    def save(self, values: Values, was: IntakeSettings | None) -> IntakeSettings:
        """Return the settings as they are to be."""
        new, mistakes = self._stage(values)
        if mistakes:
            raise Invalid(mistakes)
        return new

    def _stage(self, values: Values) -> tuple[IntakeSettings, Sequence[Mistake]]:
        return trying.stage(self._opened.store, self.record or IntakeSettings(), values)

    def on_mount(self) -> None:
        """Begin with the field that was asked for."""
        super().on_mount()
        if self._first is not None:
            self.call_after_refresh(self.form.focus_field, self._first)

    # --- what the values would do to something that is typed

    def body(self) -> ComposeResult:
        """The form, and for markers and lists something to try them on."""
        yield from super().body()
        if self._section is MARKERS:
            self._typed = Input(placeholder="Re: [#12] Printer", select_on_focus=False, classes="trial")
            self._typed.cursor_blink = False
            name = "Try a subject"
        elif self._section is LISTS:
            self._typed = Lines(placeholder="a subject, an address, a body, a file name or SHA-256")
            self._typed.add_class("trial")
            name = "Try a text"
        else:
            return
        yield Static(Content(name), id="trial-name")
        yield self._typed
        yield self._result

    @on(Input.Changed, ".trial")
    @on(TextArea.Changed, ".trial")
    @on(Form.Changed)
    def _try(self) -> None:
        """Try again what is typed, with the values as they stand."""
        if self._typed is None or not self._typed.value:
            self._result.update("")
            return
        text, values, store = self._typed.value, self.form.values, self._opened.store

        def work() -> Content:
            new, mistakes = self._stage(values)
            if mistakes:
                return trial.wrong(mistakes)
            if self._section is MARKERS:
                return trial.subject_told(trying.try_subject(store, new, text))
            return trial.lists_told(trying.try_lists(new, text), text)

        show: Callable[[Content], None] = self._result.update
        self.read(work, show, group="try")


def _plain(value: object, kind: Kind) -> object:
    if kind is Kind.CHOICE:
        return value or ""
    return list(value) if isinstance(value, list | tuple) else value
