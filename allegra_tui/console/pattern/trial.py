"""The addresses of the pattern screen: one being typed, the list of those tried, and why the chosen one is refused."""

from collections.abc import Sequence
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static

from allegra_tui.console import background
from allegra_tui.console.pattern.looking import chance
from allegra_tui.console.pattern.marked import Marked
from allegra_tui.console.pattern.trying import Must, Row, TryList
from allegra_tui.console.pattern.typing import AddressField
from allegra_tui.console.pattern.words import why
from allegra_tui.model.settings import IntakeSettings
from allegra_tui.text import display
from allegra_tui.usecases.playground import Asked, Look


class Trial(Vertical):
    """Addresses to try a pattern on, with what it says of them."""

    DEFAULT_CSS = """
    Trial { height: 1fr; width: 1fr; }
    Trial #typed { width: 1fr; }
    Trial #still { width: auto; max-width: 50%; padding: 0 1; }
    Trial #where { padding: 0 1; }
    Trial #why { height: 2; padding: 0 1; }
    Trial Options { text-wrap: nowrap; text-overflow: clip; }
    """

    class Added(Message):
        """There is another address, which nobody has asked the pattern about."""

    class Moved(Message):
        """Another address is looked at, or none."""

    def __init__(self) -> None:
        super().__init__()
        self._typed = AddressField(id="typed", placeholder="an address to try")
        self._still, self._why = Static(id="still"), Static(id="why")
        self._list = TryList()
        self._where = Marked(id="where")
        self._seen: Look | None = None

    def compose(self) -> ComposeResult:
        """The field, the list, and what is said of the chosen one."""
        with Horizontal(classes="line"):
            yield Static("Try", classes="label")
            yield self._typed
            yield self._still
        yield self._list
        yield self._where
        yield self._why

    # --- for the screen

    @property
    def row(self) -> Row | None:
        """The address under the cursor."""
        return self._list.row

    @property
    def addresses(self) -> list[str]:
        """All addresses on the list."""
        return [row.address for row in self._list.rows]

    def of(self, must: Must) -> tuple[str, ...]:
        """Return the addresses that have to be accepted, or refused."""
        return self._list.of(must)

    def go(self) -> None:
        """Put the focus on the list."""
        self._list.go()

    def type(self) -> None:
        """Put the focus on the field."""
        self._typed.focus()

    def adopt(self, stored: IntakeSettings) -> None:
        """Show the stored addresses; others that were tried stay."""
        kept = [row for row in self._list.rows if row.address not in (*stored.must_accept, *stored.must_refuse)]
        rows = [Row(address, Must.ACCEPT) for address in stored.must_accept]
        rows += [Row(address, Must.REFUSE) for address in stored.must_refuse if address not in stored.must_accept]
        self._list.put([*rows, *(Row(row.address) for row in kept)])

    def add(self, address: str) -> None:
        """Put an address on the list."""
        self._list.add(address)
        self.post_message(self.Added())

    def next_must(self) -> None:
        """Change what has to become of the address under the cursor."""
        self._list.next_must()

    def take_away(self) -> None:
        """Take the address under the cursor off the list."""
        self._list.take_away()
        self._show_answer()

    def show(self, seen: Look, answers: Sequence[Asked]) -> None:
        """Show what a pattern says."""
        self._seen = seen
        self._list.answered(answers)
        self._ask_typed()
        self._show_answer()

    # --- what it does by itself

    @on(Input.Changed, "#typed")
    def _ask_typed(self) -> None:
        """Say whether what is typed could still become an address that is accepted."""
        typed, seen = self._typed.value.strip(), self._seen
        if not typed or seen is None or seen.error is not None:
            self._still.update("")
            return
        background.run(self, partial(chance, seen, typed), self._still.update, self._untold, group="still")

    def _untold(self, error: Exception) -> None:
        self._still.update(Content.styled(f"x {display(str(error))}", "$text-error"))

    @on(AddressField.Kept)
    def _keep(self, event: AddressField.Kept) -> None:
        self.add(event.address)

    @on(OptionList.OptionHighlighted)
    def _show_answer(self) -> None:
        """Say of the chosen address what the pattern says and why."""
        answer = self._list.answer
        self._where.display = answer is not None
        if answer is not None:
            self._where.show(answer.address, span=answer.span, groups=answer.groups)
        self._why.update(why(answer) if answer is not None else "")
        self.post_message(self.Moved())
