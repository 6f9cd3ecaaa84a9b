"""The bottom line: the keys that do something here, and whether anything may be changed at all."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from allegra_tui.text import cells

if TYPE_CHECKING:
    from allegra_tui.console.app import Console

_READ_ONLY = " read-only"


@dataclass(frozen=True, slots=True)
class _Key:
    key: str
    shown: str
    words: str
    usable: bool
    everywhere: bool
    """Whether it belongs to the app: such keys stand last, and have room first."""

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
        flag = _READ_ONLY if cast("Console", self.app).read_only else ""
        used = 0
        for key in self._fitting(self.size.width - cells(flag)):
            used += key.width
            self._ends.append((used, key.key))
            parts.append((f" {key.shown}", "bold $footer-key-foreground" if key.usable else "dim"))
            parts.append((f" {key.words} ", "" if key.usable else "dim"))
        if flag:
            parts += [" " * (self.size.width - used - cells(flag)), (flag, "bold $text-warning")]
        return Content.assemble(*parts)

    def _fitting(self, room: int) -> list[_Key]:
        """Return the keys that fit, in their order; those that do nothing now are the first to give way."""
        fitting = set()
        for key in sorted(self._keys, key=lambda key: (not key.everywhere, not key.usable)):
            if key.width <= room:
                room -= key.width
                fitting.add(key)
        return [key for key in self._keys if key in fitting]

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        for end, key in self._ends:
            if event.x < end:
                self.app.simulate_key(key)
                return
