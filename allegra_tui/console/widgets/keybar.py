"""The bottom line: the keys that do something here."""

from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from allegra_tui.text import cells

_LAST = ("help", "help")


class KeyBar(Widget):
    """Shows the bindings in force that have `show`, as many as fit; `?` always. One widget, drawn when they change."""

    ALLOW_SELECT: ClassVar[bool] = False
    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; width: 1fr; background: $panel; color: $foreground; }
    KeyBar:ansi { background: ansi_default; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[tuple[str, str, str, bool]] = []
        """Key, how it is shown, what it does, whether it can be used now."""
        self._ends: list[tuple[int, str]] = []
        """Where each key's text ends, for the mouse."""

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        shown: dict[str, tuple[str, str, str, bool]] = {}
        # The screen's own first: they are what the person is here for.
        for active in sorted(screen.active_bindings.values(), key=lambda active: active.node is not screen):
            binding = active.binding
            if binding.show and binding.action not in shown:
                text = (binding.key, self.app.get_key_display(binding), binding.description, active.enabled)
                shown[binding.action] = text
        keys = sorted(shown.values(), key=lambda key: key[0] == "question_mark")
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def render(self) -> RenderResult:
        """Draw the keys that fit; the last one, help, keeps its room."""
        self._ends = []
        parts: list[tuple[str, str] | str] = []
        room = self.size.width
        last = cells(f" {self._keys[-1][1]} {self._keys[-1][2]}") if self._keys else 0
        used = 0
        for number, (key, shown, words, enabled) in enumerate(self._keys, 1):
            length = cells(f" {shown} {words} ")
            if number < len(self._keys) and used + length + last > room:
                continue
            used += length
            self._ends.append((used, key))
            parts += [
                (f" {shown}", "bold $footer-key-foreground" if enabled else "dim"),
                (f" {words} ", "" if enabled else "dim"),
            ]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        for end, key in self._ends:
            if event.x < end:
                self.app.simulate_key(key)
                return
