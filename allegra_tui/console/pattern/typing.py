"""The two fields one types into."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class Typed(Input):
    """A field that esc leaves for the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.back", "to the list", id="typed.leave", tooltip="Leave the field"),
    ]

    def __init__(self, *, id: str, placeholder: str) -> None:  # noqa: A002  (Textual's name)
        super().__init__(id=id, placeholder=placeholder, select_on_focus=False)
        self.cursor_blink = False


class AddressField(Typed):
    """Hands over what was typed and is empty at once: the keys that follow belong to the next address."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "keep it", id="typed.keep", tooltip="Put the address on the list"),
    ]

    class Kept(Message):
        """An address for the list."""

        def __init__(self, address: str) -> None:
            super().__init__()
            self.address = address

    async def action_submit(self) -> None:
        """Hand it over."""
        if address := self.value.strip():
            self.post_message(self.Kept(address))
        self.value = ""
