"""The bottom line: the keys that do something here."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from allegra_tui.text import cells


@dataclass(frozen=True, slots=True)
class _Key:
    key: str
    shown: str
    words: str
    usable: bool
    everywhere: bool
    """Whether it belongs to the app: such keys stand last and always have room."""

    @property
    def width(self) -> int:
        return cells(f" {self.shown} {self.words} ")


class KeyBar(Widget):
    """Shows the bindings in force that have `show`, as many as fit. One widget, drawn when they change."""

    ALLOW_SELECT: ClassVar[bool] = False
    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; width: 1fr; background: $panel; color: $foreground; }
    KeyBar:ansi { background: ansi_default; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[_Key] = []
        self._ends: list[tuple[int, str]] = []
        """Where each key's text ends, for the mouse."""

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        found: dict[str, _Key] = {}
        # The screen's own first: they are what the person is here for.
        for active in sorted(screen.active_bindings.values(), key=lambda active: active.node is not screen):
            binding = active.binding
            if binding.show and binding.action not in found:
                shown = self.app.get_key_display(binding)
                found[binding.action] = _Key(
                    binding.key, shown, binding.description, active.enabled, active.node is self.app
                )
        keys = sorted(found.values(), key=lambda key: key.everywhere)
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def render(self) -> RenderResult:
        """Draw the keys that fit."""
        self._ends = []
        parts: list[tuple[str, str] | str] = []
        room = self.size.width - sum(key.width for key in self._keys if key.everywhere)
        used = 0
        for key in self._keys:
            if key.everywhere:
                room += key.width
            if used + key.width > room:
                continue
            used += key.width
            self._ends.append((used, key.key))
            parts.append((f" {key.shown}", "bold $footer-key-foreground" if key.usable else "dim"))
            parts.append((f" {key.words} ", "" if key.usable else "dim"))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        for end, key in self._ends:
            if event.x < end:
                self.app.simulate_key(key)
                return
