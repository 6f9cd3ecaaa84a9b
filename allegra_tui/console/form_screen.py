"""A record to change on a screen of its own."""

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from allegra_tui.console.dialogs import Choose, Confirm
from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.widgets.form import Field, Form, Values
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.usecases.errors import Changed, Invalid, Mistake

Record = TypeVar("Record")


class FormScreen(ConsoleScreen[Record | None], Generic[Record]):
    """A form over one record, None for a new one. Dismissed with the saved record, or with None.

    Saving jumps to the first mistake; leaving asks about what is not saved; who saves second is told what the other
    one changed, and decides.
    """

    HELP_TEXT = "Change the fields, then save with ctrl+s. Changed fields are marked with *."
    CHANGES = frozenset({"save"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "save", id="form.save", tooltip="Save the record"),
        Binding("escape", "leave", "leave", id="form.leave", tooltip="Go back; asks if something is not saved"),
    ]

    def __init__(self, title: str, record: Record | None) -> None:
        super().__init__()
        self._title = title
        self.record = record
        """As it was read: what `save` compares with."""
        self.form = Form(self.fields(), self.check, self.trouble)

    @abstractmethod
    def fields(self) -> Sequence[Field]:
        """Return the fields, in order."""

    @abstractmethod
    def values_of(self, record: Record | None) -> Values:
        """Return what the fields show of a record, or of a new one."""

    @abstractmethod
    def check(self, values: Values) -> Sequence[Mistake]:
        """Return the mistakes, by the use case's own checks. Called in a thread."""

    @abstractmethod
    def save(self, values: Values, was: Record | None) -> Record:
        """Save through the use case and return the record. Called in a thread; raises as the use case does."""

    def body(self) -> ComposeResult:
        """Title and form; subclasses may add to it."""
        yield Heading(self._title)
        yield self.form

    def on_mount(self) -> None:
        """Show the record, the focus in the first field."""
        self.form.fill(self.values_of(self.record))

    @property
    def unsaved(self) -> str | None:
        """The changed fields."""
        changed = self.form.changed
        return f"{self._title}: {', '.join(changed)}" if changed else None

    def action_save(self) -> None:
        """Save."""
        self.change(partial(self.save, self.form.values, self.record), self._saved)

    def _saved(self, record: Record) -> None:
        self.dismiss(record)

    def trouble(self, error: Exception) -> None:
        """Show mistakes at their fields; who was second decides; everything else stands at the top."""
        match error:
            case Invalid(mistakes=mistakes):
                self.clear_trouble()
                rest = self.form.show_mistakes(mistakes)
                if rest:
                    super().trouble(Invalid(rest))
            case Changed(current=current):
                self._second(cast("Record", current))
            case _:
                super().trouble(error)

    def _second(self, current: Record) -> None:
        theirs, mine, before = self.values_of(current), self.form.values, self.values_of(self.record)
        different = [
            f"{field.label}: was {_shown(before.get(field.name))}, now {_shown(theirs.get(field.name))}, "
            f"yours {_shown(mine.get(field.name))}"
            for field in self.fields()
            if theirs.get(field.name) != before.get(field.name)
        ]

        def decided(answer: str | None) -> None:
            if answer is None:
                return
            self.record = current
            if answer == "theirs":
                self.form.fill(theirs)
                return
            self.form.based_on(theirs)
            if answer == "mine":
                self.action_save()

        self.app.push_screen(
            Choose(
                "Somebody else saved this meanwhile",
                [
                    ("look", "Go on editing, compared with what is stored now"),
                    ("mine", "Save mine over it"),
                    ("theirs", "Take theirs, and lose mine"),
                ],
                about="\n".join(different),
            ),
            decided,
        )

    async def action_leave(self) -> None:
        """Go back, by `esc`."""
        self.leave()

    def leave(self) -> bool:
        """Go back. Asks if something is not saved."""
        unsaved = self.unsaved
        if unsaved is None:
            self.dismiss(None)
            return True

        def decided(sure: bool | None) -> None:
            if sure:
                self.dismiss(None)

        self.app.push_screen(Confirm("Leave without saving?", [unsaved], yes="Leave"), decided)
        return True


def _shown(value: object) -> str:
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(map(str, value)) or "nothing"
    return str(value)
