"""What a CSV file of senders would do, and then did."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from allegra_tui.console.screen import ConsoleScreen
from allegra_tui.console.text_screen import TextScreen
from allegra_tui.console.widgets.columns import Column
from allegra_tui.console.widgets.heading import Heading
from allegra_tui.console.widgets.virtual_table import VirtualTable
from allegra_tui.text import display
from allegra_tui.usecases import registering
from allegra_tui.usecases.registering import Registered, Result, Row
from allegra_tui.usecases.session import Session

COLUMNS = (Column("line", 6, right=True), Column("result", 11), Column("name", 20), Column("addresses, or why not"))
_GLYPHS = {Result.ADDED: "+", Result.CHANGED: "~", Result.UNCHANGED: "=", Result.REFUSED: "x"}
_WORDS = {
    Result.ADDED: "to add",
    Result.CHANGED: "to change",
    Result.UNCHANGED: "unchanged",
    Result.REFUSED: "refused",
}


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A line of the preview: what becomes of a line of the file, or of an address in it."""

    line: int
    result: Result
    name: str
    detail: str


def flat(results: Sequence[Registered], *, refused_alone: bool) -> list[ImportLine]:
    """Return a line for each line of the file, and one for each address that is refused."""
    found = []
    for one in results:
        if one.result is not Result.REFUSED and not refused_alone:
            found.append(ImportLine(one.line, one.result, one.name, ", ".join(one.addresses)))
        for address, why in one.refused:
            told = f"{address}: {why}" if address else why
            found.append(ImportLine(one.line, Result.REFUSED, one.name, told))
    return found


def read_preview(session: Session, file: Path) -> "ImportScreen":
    """Read a file and find out what it would do. In a thread; raises as `registering.read` does."""
    rows = registering.read(file)
    return ImportScreen(file, rows, registering.register(session.store, rows, dry_run=True, who=session.who))


class ImportScreen(ConsoleScreen[None]):
    """What would be added, changed and refused, before anything is stored; afterwards what was."""

    DEFAULT_CSS = """
    ImportScreen #summary { height: auto; padding: 0 1; color: $text-muted; }
    """
    HELP_TEXT = (
        "What the file would do. Nothing is stored before you press ctrl+s; what is refused is left out, the rest is "
        "registered. t shows the refused lines alone."
    )
    CHANGES = frozenset({"register"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "register", "register", id="import.register", tooltip="Register what can be"),
        Binding("t", "refused", "refused alone", id="import.refused", tooltip="Show the refused lines alone, or all"),
    ]

    def __init__(self, file: Path, rows: Sequence[Row], results: Sequence[Registered]) -> None:
        super().__init__()
        self._file, self._rows, self._results = file, rows, results
        self._done = self._refused_alone = False
        self._lines: dict[int, ImportLine] = {}
        self._heading = Heading(f"Senders of {file.name}")
        self._summary = Static(id="summary")
        self._table: VirtualTable[ImportLine] = VirtualTable(COLUMNS, self._cells, self.trouble, markable=False)

    def body(self) -> ComposeResult:
        """Heading, counts and lines."""
        yield self._heading
        yield self._summary
        yield self._table

    def on_mount(self) -> None:
        """Show the preview."""
        self._show()

    def _show(self) -> None:
        self._lines = dict(enumerate(flat(self._results, refused_alone=self._refused_alone), 1))
        self._table.empty = ("Nothing is refused.",) if self._refused_alone else ("There is no sender in the file.",)
        self._table.fill(self._lines)
        counts = {result: sum(one.result is result for one in self._results) for result in Result}
        told = ", ".join(
            f"{count:,} {result if self._done else _WORDS[result]}" for result, count in counts.items() if count
        )
        self._heading.right = f"{len(self._results):,} {'sender' if len(self._results) == 1 else 'senders'}"
        state = "Registered" if self._done else "Nothing is stored yet"
        self._summary.update(Content(f"{state}: {told or 'no sender in the file'}"))
        self.refresh_bindings()

    def _cells(self, line: ImportLine) -> Sequence[str]:
        words = line.result if self._done else _WORDS[line.result]
        return f"{line.line:,}", f"{_GLYPHS[line.result]} {words}", display(line.name), display(line.detail)

    @on(VirtualTable.Opened)
    def _opened(self, event: VirtualTable.Opened) -> None:
        line = self._lines[event.row_id]
        text = f"{line.result}\n{line.name}\n{line.detail}"
        self.app.push_screen(TextScreen(f"Line {line.line:,} of {self._file.name}", lambda: text))

    def action_register(self) -> None:
        """Store what can be."""
        session = self.session

        def done(results: list[Registered]) -> None:
            self._done, self._results = True, results
            stored = sum(one.result in (Result.ADDED, Result.CHANGED) for one in results)
            self.tell(f"{stored:,} {'sender' if stored == 1 else 'senders'} registered.")
            self._show()

        self.change(partial(registering.register, session.store, self._rows, dry_run=False, who=session.who), done)

    def action_refused(self) -> None:
        """Show the refused lines alone, or all."""
        self._refused_alone = not self._refused_alone
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Register once, and only what there is."""
        if action == "register":
            changes = any(one.result in (Result.ADDED, Result.CHANGED) for one in self._results)
            if self._done or not changes:
                return False
        return super().check_action(action, parameters)
