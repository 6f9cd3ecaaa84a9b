"""Forms: fields with label and help; mistakes appear under their field when one leaves it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static, TextArea

from allegra_tui.console import background
from allegra_tui.console.widgets.choice import Choice
from allegra_tui.console.widgets.lines import Lines
from allegra_tui.text import display_lines
from allegra_tui.usecases.errors import Mistake

Values = Mapping[str, object]
_FLAG = (("yes", "yes"), ("no", "no"))


class Kind(Enum):
    """What is typed into a field, and which Python value it gives."""

    TEXT = "text"
    """str"""
    PASSWORD = "password"  # noqa: S105  (a kind of field)
    """str, not shown"""
    NUMBER = "number"
    """int; None where nothing is typed, str where it is no number, so that the check can say so"""
    LIST = "list"
    """list of str, separated by commas or spaces"""
    LINES = "lines"
    """list of str, one a line, blank lines left out"""
    FLAG = "flag"
    """bool"""
    CHOICE = "choice"
    """str, the value of one of the choices"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a form."""

    name: str
    """As the use case's check calls it."""
    label: str
    kind: Kind = Kind.TEXT
    help: str = ""
    choices: Sequence[tuple[str, str]] = ()
    """Value and words."""
    placeholder: str = ""


class FieldRow(Vertical):
    """Label, control, and the mistake under them."""

    DEFAULT_CSS = """
    FieldRow { height: auto; }
    FieldRow Horizontal { height: auto; }
    FieldRow .name { width: 24; height: 1; padding: 0 1; }
    FieldRow .mistake { display: none; height: auto; padding: 0 0 0 24; color: $text-error; }
    FieldRow:focus-within .name { text-style: bold; }
    """

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self.initial: object = None
        self.touched = False
        """Whether a person changed it."""
        self._label = Static(classes="name")
        self._mistake = Static(classes="mistake")
        self.control: Input | Choice | Lines
        match field.kind:
            case Kind.FLAG:
                self.control = Choice(_FLAG, "no", title=field.label)
            case Kind.CHOICE:
                self.control = Choice(field.choices, title=field.label)
            case Kind.LINES:
                self.control = Lines(placeholder=field.placeholder)
            case _:
                self.control = Input(password=field.kind is Kind.PASSWORD, select_on_focus=field.kind is Kind.NUMBER)
                self.control.placeholder = field.placeholder
                self.control.cursor_blink = False

    def compose(self) -> ComposeResult:
        """Put the parts together."""
        with Horizontal():
            yield self._label
            yield self.control
        yield self._mistake

    def on_mount(self) -> None:
        """Show the label."""
        self.mark()

    @property
    def value(self) -> object:
        """What is typed, as the kind's Python value."""
        text = self.control.value
        match self.field.kind:
            case Kind.FLAG:
                return text == "yes"
            case Kind.LIST:
                return text.replace(",", " ").split()
            case Kind.LINES:
                return [line for line in text.splitlines() if line.strip()]
            case Kind.NUMBER:
                number = text.strip()
                return int(number) if number.isascii() and number.isdecimal() else number or None
        return text

    @value.setter
    def value(self, value: object) -> None:
        match value:
            case bool():
                self.control.value = "yes" if value else "no"
            case list() | tuple():
                self.control.value = ("\n" if self.field.kind is Kind.LINES else ", ").join(map(str, value))
            case _:
                self.control.value = "" if value is None else str(value)
        self.mark()

    @property
    def changed(self) -> bool:
        """Whether it differs from what is stored."""
        return self.value != self.initial

    def mark(self) -> None:
        """Show at the label whether the value is changed."""
        self._label.update(Content(f"{self.field.label}{' *' if self.changed else ''}"))

    def say(self, mistake: str | None) -> None:
        """Show a mistake, or none."""
        self._mistake.display = mistake is not None
        if mistake is not None:
            self._mistake.update(Content(f"x {display_lines(mistake)}"))


class Form(VerticalScroll, can_focus=False):
    """Fields under each other. `check` runs in a thread and returns the mistakes by the fields' names."""

    DEFAULT_CSS = """
    Form { height: 1fr; width: 1fr; }
    Form > .help { dock: bottom; height: 2; padding: 0 1; color: $text-muted; background: $background; }
    """

    class Changed(Message):
        """A person changed a field."""

        def __init__(self, form: "Form", name: str) -> None:
            super().__init__()
            self.form, self.name = form, name

        @property
        def control(self) -> "Form":
            """The form."""
            return self.form

    def __init__(
        self,
        fields: Sequence[Field],
        check: Callable[[Values], Sequence[Mistake]] = lambda _: (),
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        super().__init__()
        self._rows = {field.name: FieldRow(field) for field in fields}
        self._check = check
        self._failed = failed or (lambda error: None)
        self._left: set[str] = set()
        """Fields that a person was in; only their mistakes are shown."""
        self._out: set[str] = set()
        """Fields that mean nothing now."""
        self._help = Static(classes="help")

    def compose(self) -> ComposeResult:
        """Put the fields under each other, and the help of the focused one at the bottom."""
        yield from self._rows.values()
        yield self._help

    @property
    def values(self) -> dict[str, object]:
        """What the fields hold, by name, those that are shown."""
        return {name: row.value for name, row in self._rows.items() if name not in self._out}

    @property
    def changed(self) -> list[str]:
        """Labels of the fields that differ from what is stored."""
        return [row.field.label for name, row in self._rows.items() if name not in self._out and row.changed]

    def fill(self, values: Values) -> None:
        """Show a record: nothing is changed, nobody touched anything."""
        for name, row in self._rows.items():
            if name in values:
                row.value = values[name]
            row.initial, row.touched = row.value, False
            row.mark()
            row.say(None)
        self._left.clear()

    def based_on(self, values: Values) -> None:
        """Compare with another stored record from now on; what is typed stays."""
        shown = {name: row.value for name, row in self._rows.items()}
        self.fill(values)
        for name, value in shown.items():
            self._rows[name].value = value

    def touched(self, name: str) -> bool:
        """Whether a person changed the field; a default that follows from other fields leaves those alone."""
        return self._rows[name].touched

    def put(self, name: str, value: object) -> None:
        """Set a field because of another one."""
        self._rows[name].value = value

    def reveal(self, name: str, *, shown: bool) -> None:
        """Show a field, or take it out because it means nothing now."""
        self._rows[name].display = shown
        (self._out.discard if shown else self._out.add)(name)

    def offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        """Offer other values in a field of kind CHOICE."""
        control = self._rows[name].control
        if isinstance(control, Choice):
            control.offer(choices)

    def focus_field(self, name: str) -> None:
        """Go to a field."""
        self._rows[name].control.focus()

    def show_mistakes(self, mistakes: Sequence[Mistake]) -> list[Mistake]:
        """Show mistakes under their fields and go to the first. Returns those that belong to no field shown."""
        self._left.update(self._rows)
        self._place(mistakes)
        first = next((name for name in self._rows if _of(name, mistakes) and name not in self._out), None)
        if first is not None:
            self.focus_field(first)
        return [mistake for mistake in mistakes if _row_name(mistake) not in self.values]

    def _place(self, mistakes: Sequence[Mistake]) -> None:
        for name in self._left:
            self._rows[name].say("; ".join(_of(name, mistakes)) or None)

    @on(events.DescendantBlur)
    def _left_field(self, event: events.DescendantBlur) -> None:
        for name, row in self._rows.items():
            if row.control is event.widget:
                self._left.add(name)
        values = self.values
        background.run(self, lambda: self._check(values), self._place, self._failed, group="check")

    @on(events.DescendantFocus)
    def _entered_field(self, event: events.DescendantFocus) -> None:
        for row in self._rows.values():
            if row.control is event.widget:
                self._help.update(Content(row.field.help))

    @on(Input.Changed)
    @on(Choice.Changed)
    @on(TextArea.Changed)
    def _typed(self, event: Input.Changed | Choice.Changed | TextArea.Changed) -> None:
        event.stop()
        for name, row in self._rows.items():
            if row.control is event.control:
                if row.control.has_focus:
                    row.touched = True
                row.mark()
                self.post_message(self.Changed(self, name))

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()


def _row_name(mistake: Mistake) -> str:
    return mistake.place.rpartition(".")[2].partition("[")[0]


def _of(name: str, mistakes: Sequence[Mistake]) -> list[str]:
    return [mistake.message for mistake in mistakes if _row_name(mistake) == name]
