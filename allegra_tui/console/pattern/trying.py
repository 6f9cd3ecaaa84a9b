"""The addresses that a pattern is tried on, with both verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from allegra_tui.console.pattern.marked import coloured
from allegra_tui.console.widgets.empty import Empty
from allegra_tui.usecases.playground import Asked

_TITLES = f" {'must be':10}{'Perl':8}{'taken':10}address"
_EMPTY = (
    "No address to try yet: a adds one. Those that must be accepted or refused are saved with the pattern.\n"
    "e edits the pattern, b builds one from domains, p offers some to begin with."
)


class Must(Enum):
    """What has to become of an address."""

    ANYTHING = "-"
    ACCEPT = "accepted"
    REFUSE = "refused"


@dataclass(frozen=True, slots=True)
class Row:
    """An address to try."""

    address: str
    must: Must = Must.ANYTHING


class Options(OptionList):
    """The rows; the keys of lists."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "down", id="tried.down", tooltip="Next address", show=False),
        Binding("k", "cursor_up", "up", id="tried.up", tooltip="Address before", show=False),
        Binding("g", "first", "first", id="tried.first", tooltip="First address", show=False),
        Binding("G", "last", "last", id="tried.last", tooltip="Last address", show=False),
    ]


class TryList(Vertical):
    """Addresses with what Perl's plain search and the intake's rule say of each."""

    DEFAULT_CSS = """
    TryList { height: 1fr; min-height: 3; }
    TryList #titles { height: 1; color: $text-muted; text-style: bold; }
    TryList Options, TryList Options:focus { height: 1fr; border: none; background: $background; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._answers: Mapping[str, Asked] = {}
        self._list = Options()
        self._empty = Empty()

    def compose(self) -> ComposeResult:
        """Titles and rows."""
        yield Static(Content(_TITLES), id="titles")
        yield self._list
        yield self._empty

    def on_mount(self) -> None:
        """Nothing is there yet."""
        self.draw()

    def go(self) -> None:
        """Put the focus on the rows."""
        self._list.focus()

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        place = self._list.highlighted
        return self.rows[place] if place is not None and place < len(self.rows) else None

    @property
    def answer(self) -> Asked | None:
        """What is said of it."""
        return self._answers.get(self.row.address) if self.row else None

    def of(self, must: Must) -> tuple[str, ...]:
        """Return the addresses that have to be accepted, or refused."""
        return tuple(row.address for row in self.rows if row.must is must)

    def put(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.rows = list(rows)
        self.draw()

    def answered(self, answers: Sequence[Asked]) -> None:
        """Show what a pattern says."""
        self._answers = {answer.written: answer for answer in answers}
        self.draw()

    def add(self, address: str) -> None:
        """Add an address and go to it."""
        if all(row.address != address for row in self.rows):
            self.rows.append(Row(address))
        self.draw([row.address for row in self.rows].index(address))

    def take_away(self) -> None:
        """Take the row under the cursor away."""
        if row := self.row:
            self.rows.remove(row)
            self.draw()

    def next_must(self) -> None:
        """Change what has to become of the address under the cursor."""
        if row := self.row:
            kinds = list(Must)
            changed = replace(row, must=kinds[(kinds.index(row.must) + 1) % len(kinds)])
            self.rows[self.rows.index(row)] = changed
            self.draw()

    def draw(self, place: int | None = None) -> None:
        """Draw all rows again; the cursor stays unless told otherwise."""
        here = self._list.highlighted if place is None else place
        self._list.set_options(Option(prompt(row, self._answers.get(row.address))) for row in self.rows)
        if self.rows:
            self._list.highlighted = min(here or 0, len(self.rows) - 1)
        self._list.display = bool(self.rows)
        self._empty.say(None if self.rows else _EMPTY)


def prompt(row: Row, answer: Asked | None) -> Content:
    """Return a row as it is drawn."""
    wanted = f" {row.must.value:10}"
    if answer is None:
        return Content.assemble(wanted, f"{'?':8}{'?':10}", coloured(row.address, None, ()))
    right = row.must is Must.ANYTHING or answer.accepted == (row.must is Must.ACCEPT)
    return Content.assemble(
        wanted if right else (f"!{row.must.value:10}", "bold $text-error"),
        f"{perl_word(answer):8}",
        (f"{taken_word(answer):10}", "$text-success" if answer.accepted else "$text-error"),
        coloured(answer.address, answer.span, answer.groups),
    )


def perl_word(answer: Asked) -> str:
    """Return what Perl's plain search says, as glyph and word."""
    return {True: "+ yes", False: "x no", None: "! time" if answer.slow else "?"}[answer.perl]


def taken_word(answer: Asked) -> str:
    """Return what the rule says, as glyph and word."""
    if answer.accepted:
        return "+ yes"
    return "! time" if answer.slow else "x no"
