"""How far something is: a line for a running work, a list for the steps of a test."""

from enum import StrEnum

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from allegra_tui.text import cells, clip, display

_BAR = 20


def bar(done: int, total: int, *, width: int = _BAR) -> str:
    """Return a bar with the numbers behind it."""
    full = min(width, width * done // total)
    return f"[{'#' * full}{'.' * (width - full)}] {done:,}/{total:,}"


class ProgressLine(Widget):
    """Name, bar once the total is known, and the current step in words. Draws only when something changed."""

    DEFAULT_CSS = """
    ProgressLine { height: 1; width: 1fr; padding: 0 1; }
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name_shown = display(name)
        self._step, self._done, self._total = "", 0, 0

    def update(self, step: str, done: int = 0, total: int | None = None) -> None:
        """Show how far it is."""
        now = (display(step), done, total or 0)
        if now != (self._step, self._done, self._total):
            self._step, self._done, self._total = now
            self.refresh()

    def render(self) -> RenderResult:
        """Draw it."""
        width = self.content_size.width
        name = clip(self._name_shown, 16)
        parts = [name + " " * (16 - cells(name))]
        if self._total:
            parts.append(bar(self._done, self._total))
        parts.append(self._step)
        return Content(clip("  ".join(parts), max(1, width)))


class StepState(StrEnum):
    """How a step ended, or that it has not."""

    WAITING = "waiting"
    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"


_GLYPHS = {StepState.WAITING: ".", StepState.RUNNING: ">", StepState.OK: "+", StepState.FAILED: "x"}
_COLOURS = {
    StepState.WAITING: "$text-muted",
    StepState.RUNNING: "bold",
    StepState.OK: "$text-success",
    StepState.FAILED: "$text-error",
}


class StepList(Widget):
    """Steps one after the other, each with a glyph, a word and what was found. Details may be foreign text."""

    DEFAULT_CSS = """
    StepList { height: auto; width: 1fr; padding: 0 1; }
    """

    def __init__(self, *steps: str) -> None:
        super().__init__()
        self._steps: dict[str, tuple[StepState, str]] = dict.fromkeys(steps, (StepState.WAITING, ""))

    def reset(self, *steps: str) -> None:
        """Begin again with these steps."""
        self._steps = dict.fromkeys(steps, (StepState.WAITING, ""))
        self.refresh(layout=True)

    def set(self, step: str, state: StepState, detail: str = "") -> None:
        """Say how a step is."""
        self._steps[step] = (state, detail)
        self.refresh(layout=True)

    def render(self) -> RenderResult:
        """Draw the steps."""
        column = max((cells(step) for step in self._steps), default=0)
        parts: list[str | tuple[str, str]] = []
        for step, (state, detail) in self._steps.items():
            parts.append((f"{_GLYPHS[state]} {display(step):<{column}}  {state:<7}", _COLOURS[state]))
            parts.append(f"  {display(detail)}\n")
        return Content.assemble(*parts).rstrip()
