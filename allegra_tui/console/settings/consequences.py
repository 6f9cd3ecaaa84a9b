"""What settings that are not saved yet would do to the messages that came last."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from allegra_tui.console import background
from allegra_tui.console.issues.details import moment
from allegra_tui.console.widgets.columns import Column
from allegra_tui.console.widgets.progress import ProgressLine
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.model.settings import IntakeSettings
from allegra_tui.text import display
from allegra_tui.usecases.session import Session
from allegra_tui.usecases.what_if import Effect, Turned, WhatIf, what_if

COLUMNS = (
    Column("effect", 13),
    Column("received", 16, from_width=100),
    Column("sender", 26),
    Column("subject"),
)
_SHOWN = {Effect.ACCEPTED: "+ accepted", Effect.REFUSED: "x refused", Effect.OTHERWISE: "~ otherwise"}
_STEPS = 25
"""How many messages are judged between two drawings."""


class Consequences(Vertical):
    """Judges the last messages again in a thread, and lists those that new settings treat differently.

    `ask` begins, and a newer question makes the one before unwanted; `stop` ends it with what is known so far.
    """

    DEFAULT_CSS = """
    Consequences { height: 1fr; }
    Consequences #summary { height: auto; padding: 0 1; }
    Consequences #difference { height: 3; padding: 0 1; color: $text-muted; }
    Consequences ProgressLine { display: none; }
    Consequences.-asking ProgressLine { display: block; }
    Consequences.-asking #summary { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "stop", "stop", id="consequences.stop", tooltip="Stop judging the last messages"),
    ]

    def __init__(
        self, session: Session, failed: Callable[[Exception], object], opened: Callable[[int], object]
    ) -> None:
        super().__init__()
        self._session, self._failed, self._open = session, failed, opened
        self._stop = threading.Event()
        self._found: WhatIf | None = None
        self._turned: dict[int, Turned] = {}
        self._progress = ProgressLine("Judged again")
        self._summary = Static(id="summary")
        self._difference = Static(id="difference")
        self._table: VirtualTable[Turned] = VirtualTable(COLUMNS, _cells, failed, markable=False)

    def compose(self) -> ComposeResult:
        """Progress or summary, the messages, and what differs for the one under the cursor."""
        yield self._progress
        yield self._summary
        yield self._table
        yield self._difference

    def on_mount(self) -> None:
        """Show that there is nothing yet."""
        self._table.fill({})

    def on_unmount(self) -> None:
        """Nobody looks at it any more."""
        self._stop.set()

    @property
    def asking(self) -> bool:
        """Whether messages are being judged."""
        return self.has_class("-asking")

    def focus_messages(self) -> None:
        """Put the focus on the list."""
        self._table.focus()

    def ask(self, new: IntakeSettings) -> None:
        """Find out what these settings would do."""
        self._stop.set()
        stop = self._stop = threading.Event()
        self._set(None)
        self._progress.update("")
        self.add_class("-asking")
        store = self._session.store

        def progress(done: int, total: int) -> None:
            if done % _STEPS == 0 and not stop.is_set():
                background.deliver(self, partial(self._progress.update, "", done, total))

        def work() -> WhatIf:
            return what_if(store, new, progress=progress, stop=stop)

        background.run(self, work, self._show, self._fail, group="what_if")
        self.screen.refresh_bindings()

    def stop(self) -> None:
        """End it with what is known so far. From any thread."""
        self._stop.set()

    def action_stop(self) -> None:
        """End it."""
        self.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Stop only what is under way."""
        return self.asking or action != "stop"

    def _fail(self, error: Exception) -> None:
        self.remove_class("-asking")
        self.screen.refresh_bindings()
        self._failed(error)

    def _show(self, found: WhatIf) -> None:
        self.remove_class("-asking")
        self._set(found)
        self.screen.refresh_bindings()

    def _set(self, found: WhatIf | None) -> None:
        self._found = found
        order = {Effect.REFUSED: 0, Effect.ACCEPTED: 1, Effect.OTHERWISE: 2}
        turned = sorted(found.turned, key=lambda one: order[one.effect]) if found else []
        self._turned = {one.line.id: one for one in turned}
        self._table.empty = ("No message would be treated differently.",) if found and found.messages else ()
        self._table.fill(self._turned)
        self._summary.update(summary(found, stopped=self._stop.is_set()) if found else "")

    @on(VirtualTable.Moved)
    def _moved(self, event: VirtualTable.Moved) -> None:
        event.stop()
        one = self._turned.get(event.row_id) if event.row_id is not None else None
        self._difference.update(Content(f"stored  {display(one.before)}\nnew     {display(one.after)}") if one else "")

    @on(VirtualTable.Opened)
    def _opened(self, event: VirtualTable.Opened) -> None:
        event.stop()
        self._open(event.row_id)


def summary(found: WhatIf, *, stopped: bool) -> Content:
    """Tell what new settings would do, in counts."""
    if not found.messages:
        return Content.styled("There is no message in the journal yet that could be judged again.", "$text-muted")
    counts = {effect: len(found.of(effect)) for effect in Effect}
    parts: list[str | tuple[str, str]] = [
        f"Of the last {found.messages:,} messages:  ",
        (f"x {counts[Effect.REFUSED]:,} now refused", "$text-error" if counts[Effect.REFUSED] else ""),
        "  ",
        (f"+ {counts[Effect.ACCEPTED]:,} now accepted", "$text-success" if counts[Effect.ACCEPTED] else ""),
        f"  ~ {counts[Effect.OTHERWISE]:,} otherwise\n",
        (f"{found.judged:,} judged again, {found.without_original:,} no longer have their original", "$text-muted"),
    ]
    if found.left_out:
        parts.append((f", {found.left_out:,} duplicates or failed", "$text-muted"))
    if stopped:
        parts.append(("\n! stopped: of the newest messages only", "$text-warning"))
    if found.paused:
        parts.append((f"\n! now nothing is taken in: {display(found.paused)}", "$text-warning"))
    return Content.assemble(*parts)


def _cells(one: Turned) -> Sequence[str]:
    return (
        _SHOWN[one.effect],
        moment(one.line.received),
        display(one.line.sender),
        display(one.line.subject) or "(no subject)",
    )
