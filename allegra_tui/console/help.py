"""What a screen is for, and its keys, from the very declarations that make the keys work."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from allegra_tui.text import cells


class HelpScreen(ModalScreen[None]):
    """Lists the bindings in force on a screen."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll {
        width: 78; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; padding: 0 1; background: $surface;
    }
    HelpScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss", "close", id="help.close", tooltip="Close the help"),
    ]

    def __init__(self, about: Screen[object]) -> None:
        super().__init__()
        self._text = _text(about)

    def compose(self) -> ComposeResult:
        """Show the text."""
        with VerticalScroll() as scroll:
            scroll.border_title = Content("Help")
            yield Static(self._text)


def _text(screen: Screen[object]) -> Content:
    words = getattr(screen, "HELP_TEXT", "").strip()
    parts: list[Content | str | tuple[str, str]] = [f"{words}\n\n"] if words else []
    keys: dict[str, tuple[list[str], str]] = {}
    # The screen's own first, then those of the widget in focus, then those that are in force everywhere.
    order = sorted(
        screen.active_bindings.values(), key=lambda active: (active.node is not screen, active.node is screen.app)
    )
    for active in order:
        binding = active.binding
        if binding.id:
            shown, _ = keys.setdefault(binding.id, ([], binding.tooltip))
            shown.append(screen.app.get_key_display(binding))
    column = max((cells(" ".join(shown)) for shown, _ in keys.values()), default=0)
    for shown, tooltip in keys.values():
        parts += [(f"{' '.join(shown):>{column}}", "bold"), f"  {tooltip}\n"]
    return Content.assemble(*parts)
