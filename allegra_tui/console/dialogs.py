"""Questions: yes or no, a line of text, one of several things."""

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from allegra_tui.text import display, display_lines

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A box over the screen that asks something; `esc` is the answer None or no. Subclasses yield `body`."""

    DEFAULT_CSS = """
    Dialog { align: center middle; }
    Dialog > Vertical {
        width: 72; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; padding: 0 1; background: $surface;
    }
    Dialog .names { height: auto; max-height: 8; margin: 1 0; padding: 0 1; }
    Dialog .names Static { height: auto; }
    Dialog .problem { height: auto; color: $text-error; }
    Dialog Horizontal { height: auto; align-horizontal: right; }
    Dialog Button { min-width: 10; height: 1; border: none; margin: 0 0 0 2; }
    Dialog OptionList { height: auto; max-height: 14; border: none; background: $surface; }
    Dialog Input { border: none; height: 1; background: $panel; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", id="dialog.cancel", tooltip="Change nothing and go back"),
    ]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._heading = Content(display(title))

    def compose(self) -> ComposeResult:
        """Put the box around `body`."""
        with Vertical() as box:
            box.border_title = self._heading
            yield from self.body()

    def body(self) -> ComposeResult:
        """Yield what is in the box."""
        return iter(())

    def action_cancel(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)


class Confirm(Dialog[bool]):
    """Asks before something is done that cannot be undone. Names the things it is about. The focus is on No."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "yes", id="confirm.yes", tooltip="Do it"),
        Binding("n", "answer(False)", "no", id="confirm.no", tooltip="Change nothing and go back"),
        Binding("left,right", "app.focus_next", "other answer", id="confirm.other", tooltip="The other answer"),
    ]

    def __init__(self, question: str, names: Sequence[str], *, yes: str, no: str = "Cancel") -> None:
        super().__init__(question)
        self._names = names
        self._yes, self._no = yes, no

    def body(self) -> ComposeResult:
        """Name the things, and offer both answers."""
        with VerticalScroll(classes="names", can_focus=False):
            yield Static(Content("\n".join(display(name) for name in self._names)))
        with Horizontal():
            yield Button(Content(f"{self._no} (n)"), id="no")
            yield Button(Content(f"{self._yes} (y)"), id="yes", variant="error")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        """Answer by key."""
        self.dismiss(yes)

    def action_cancel(self) -> None:
        """Answer no."""
        self.dismiss(False)


class Ask(Dialog[str | None]):
    """Asks for a line of text. `check` returns what is wrong with it, or None."""

    def __init__(
        self, title: str, *, value: str = "", about: str = "", check: Callable[[str], str | None] = lambda _: None
    ) -> None:
        super().__init__(title)
        self._value, self._about, self._check = value, about, check

    def body(self) -> ComposeResult:
        """Offer the line."""
        if self._about:
            yield Static(Content(display_lines(self._about)))
        field = Input(self._value)
        field.cursor_blink = False
        yield field
        yield Static(classes="problem")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        problem = self._check(event.value)
        if problem is None:
            self.dismiss(event.value)
        else:
            self.query_one(".problem", Static).update(Content(display_lines(problem)))


class Choose(Dialog[str | None]):
    """Asks for one of a bounded list: (value, words) each. Answers with the value."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", "down", id="choose.down", tooltip="Next", show=False),
        Binding("k", "move(-1)", "up", id="choose.up", tooltip="Previous", show=False),
    ]

    def __init__(
        self, title: str, choices: Sequence[tuple[str, str]], *, chosen: str | None = None, about: str = ""
    ) -> None:
        super().__init__(title)
        self._choices, self._chosen, self._about = choices, chosen, about

    def body(self) -> ComposeResult:
        """Offer the choices."""
        if self._about:
            yield Static(Content(display_lines(self._about)))
        yield OptionList(*(Option(Content(display(words))) for _, words in self._choices))

    def on_mount(self) -> None:
        """Begin with the present choice."""
        values = [value for value, _ in self._choices]
        if self._chosen in values:
            self.query_one(OptionList).highlighted = values.index(self._chosen)

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        choices = self.query_one(OptionList)
        choices.action_cursor_down() if step > 0 else choices.action_cursor_up()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[event.option_index][0])
