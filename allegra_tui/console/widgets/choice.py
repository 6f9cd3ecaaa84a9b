"""One of a few values, on one line."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from allegra_tui.text import cells, display


class Choice(Widget, can_focus=True):
    """Shows the chosen value; left and right change it, space opens the list where there are many."""

    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; padding: 0 1; background: $panel; }
    Choice:focus { background: $block-cursor-background; color: $block-cursor-foreground; }
    Choice:ansi:focus { text-style: reverse; background: ansi_default; color: ansi_default; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "step(1)", "next value", id="choice.next", tooltip="The next value", show=False),
        Binding("left,h", "step(-1)", "value before", id="choice.before", tooltip="The value before", show=False),
        Binding("space", "choose", "choose", id="choice.list", tooltip="Choose from the list"),
    ]

    class Changed(Message):
        """A person chose another value."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> "Choice":
            """The widget."""
            return self.choice

    def __init__(self, choices: Sequence[tuple[str, str]], value: str | None = None, *, title: str = "") -> None:
        super().__init__()
        self._choices: Sequence[tuple[str, str]] = choices
        self._title = title
        self._value = value if value is not None else (choices[0][0] if choices else "")

    @property
    def value(self) -> str:
        """The chosen value."""
        return self._value

    @value.setter
    def value(self, value: str) -> None:
        self._value = value
        self.refresh()

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer other values, (value, words) each; the chosen one stays."""
        self._choices = choices
        self.refresh()

    def render(self) -> RenderResult:
        """Draw all values where they fit, the chosen one in brackets; else that one alone."""
        words = [
            (f"[{display(words)}]" if value == self._value else f" {display(words)} ") for value, words in self._choices
        ]
        everything = " ".join(words)
        if cells(everything) <= self.content_size.width:
            return Content(everything)
        chosen = dict(self._choices).get(self._value, self._value)
        return Content(f"< {display(chosen)} >")

    def action_step(self, step: int) -> None:
        """Choose the value beside."""
        values = [value for value, _ in self._choices]
        if values:
            here = values.index(self._value) if self._value in values else -1
            self._choose(values[(here + step) % len(values)])

    def action_choose(self) -> None:
        """Choose from a list; of two values, take the other."""
        if len(self._choices) <= 2:
            self.action_step(1)
            return
        from allegra_tui.console.dialogs import Choose

        def chosen(value: str | None) -> None:
            if value is not None:
                self._choose(value)

        self.app.push_screen(Choose(self._title, self._choices, chosen=self._value), chosen)

    def _choose(self, value: str) -> None:
        if value != self._value:
            self.value = value
            self.post_message(self.Changed(self))

    def on_click(self, event: events.Click) -> None:
        """The mouse does what space does."""
        self.action_choose()
