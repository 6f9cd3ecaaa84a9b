"""The dialog that asks which rows a list shows. What can be asked for is the list's own business."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from allegra_tui.console.dialogs import Dialog
from allegra_tui.console.widgets.choice import Choice

Chosen = TypeVar("Chosen")

ANY = ""
"""The value of a field that leaves nothing out."""
AGES = ((ANY, "any"), ("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("365", "a year"))


class FilterDialog(Dialog[Chosen | None]):
    """Asks field by field, and answers with what `answer` makes of them."""

    DEFAULT_CSS = """
    FilterDialog Horizontal { height: 1; }
    FilterDialog .name { width: 12; }
    FilterDialog Input { margin: 0; }
    FilterDialog .about { height: auto; margin: 1 0 0 0; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "show", id="filter.apply", tooltip="Show what is chosen"),
        Binding("down", "app.focus_next", "next", id="filter.next", tooltip="The next field", show=False),
        Binding("up", "app.focus_previous", "before", id="filter.before", tooltip="The field before", show=False),
    ]

    def __init__(
        self, things: str, fields: Mapping[str, Input | Choice], answer: Callable[[], Chosen], *, about: str = ""
    ) -> None:
        super().__init__(f"Which {things}")
        self._fields = fields
        self._answer = answer
        keys = f"enter shows the {things}, tab goes on, left and right choose"
        self._about = f"{about}\n{keys}" if about else keys

    def body(self) -> ComposeResult:
        """Offer the fields."""
        for name, control in self._fields.items():
            with Horizontal():
                yield Static(name, classes="name")
                yield control
        yield Static(Content(self._about), classes="about")

    def action_apply(self) -> None:
        """Answer."""
        self.dismiss(self._answer())

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_apply()


def line(value: str) -> Input:
    """Return a field to type in."""
    control = Input(value, select_on_focus=False)
    control.cursor_blink = False
    return control


def one_of(names: Sequence[str], value: str, title: str) -> Choice:
    """Return a field to choose one of several names, or any."""
    return Choice([(ANY, "any"), *((name, name) for name in names)], value, title=title)
