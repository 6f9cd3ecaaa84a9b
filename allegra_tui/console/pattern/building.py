"""The dialogs that bring a pattern: from a list of domains, or one to begin with."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static, TextArea

from allegra_tui.console import background
from allegra_tui.console.dialogs import Choose, Dialog
from allegra_tui.console.widgets.choice import Choice
from allegra_tui.console.widgets.lines import Lines
from allegra_tui.text import display_lines
from allegra_tui.usecases import playground


class Builder(Dialog[str | None]):
    """Asks for domains; answers with the pattern."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "use", "use", id="builder.use", tooltip="Use this pattern; nothing is stored yet"),
    ]

    def __init__(self) -> None:
        super().__init__("A pattern from domains")
        self._domains = Lines(placeholder="bosch.com")
        self._below = Choice((("no", "exactly these"), ("yes", "and all their subdomains")))
        self._result = Static()
        self._problem = Static(classes="problem")

    def body(self) -> ComposeResult:
        """Domains, with or without what is below them, and what comes of it."""
        yield Static(
            Content("Domains, with lines or commas between. Tab goes on, ctrl+s uses the pattern, esc goes back.\n")
        )
        yield self._domains
        yield self._below
        yield self._result
        yield self._problem

    @on(TextArea.Changed)
    @on(Choice.Changed)
    def _typed(self) -> None:
        self._build(self._show)

    def _build(self, then: Callable[[str], None]) -> None:
        domains, below = self._domains.value, self._below.value == "yes"
        background.run(self, lambda: playground.build(domains, subdomains=below), then, self._failed, group="build")

    def _show(self, pattern: str) -> None:
        self._problem.update("")
        self._result.update(Content(f"\n{pattern}" if pattern else ""))

    def _failed(self, error: Exception) -> None:
        self._result.update("")
        self._problem.update(Content(f"\nx {display_lines(str(error))}"))

    def action_use(self) -> None:
        """Answer with the pattern, if there is one."""
        self._build(self._use)

    def _use(self, pattern: str) -> None:
        if pattern:
            self.dismiss(pattern)


def presets() -> Choose:
    """Return the dialog that offers patterns to begin with."""
    width = max(len(preset.pattern) for preset in playground.PRESETS)
    choices = [(one.pattern, f"{one.pattern or '(none)':{width}}  {one.about}") for one in playground.PRESETS]
    return Choose("Begin with", choices)
