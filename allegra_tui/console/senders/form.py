"""A sender to register or to change."""

from collections.abc import Sequence
from dataclasses import replace

from allegra_tui.console.form_screen import FormScreen
from allegra_tui.console.widgets.form import Field, Kind, Values
from allegra_tui.model.settings import RegisteredSender
from allegra_tui.usecases import configure, records
from allegra_tui.usecases.errors import Invalid, Mistake
from allegra_tui.usecases.session import Session

_FIELDS = (
    Field(name="name", label="Name", placeholder="Anna Meier", help="Who it is. Shown as the author of issues."),
    Field(
        name="addresses",
        label="Addresses",
        kind=Kind.LINES,
        placeholder="anna@example.org",
        help="One a line. Each belongs to one sender, and the pattern of allowed senders holds for it too.",
    ),
    Field(
        name="enabled",
        label="Enabled",
        kind=Kind.FLAG,
        help="A disabled sender is treated as if not registered.",
    ),
)


class SenderForm(FormScreen[RegisteredSender]):
    """A registered sender, None for a new one, which may begin with what is known."""

    HELP_TEXT = "Who is registered may write where unknown senders may not, and comments on every issue."

    def __init__(
        self, session: Session, sender: RegisteredSender | None, *, name: str = "", addresses: Sequence[str] = ()
    ) -> None:
        self._opened = session
        self._known = RegisteredSender(name=name, addresses=tuple(addresses))
        super().__init__(f"Sender {sender.name}" if sender else "A new sender", sender)

    def fields(self) -> Sequence[Field]:
        """Name, addresses, enabled."""
        return _FIELDS

    def values_of(self, record: RegisteredSender | None) -> Values:
        """Return what is stored, or what is known of the new one."""
        shown = record or self._known
        return {"name": shown.name, "addresses": list(shown.addresses), "enabled": shown.enabled}

    def check(self, values: Values) -> Sequence[Mistake]:
        """Check the form of everything, then what pattern and other senders say to the addresses."""
        sender, mistakes = records.read_sender(values, self.record)
        if mistakes:
            return mistakes
        try:
            configure.check_sender(self._opened.store, sender, was=self.record)
        except Invalid as error:
            return error.mistakes
        return ()

    def save(self, values: Values, was: RegisteredSender | None) -> RegisteredSender:
        """Register or change."""
        sender, mistakes = records.read_sender(values, was)
        if mistakes:
            raise Invalid(mistakes)
        if was is None:
            return configure.add_sender(self._opened.store, sender, who=self._opened.who)
        configure.save_sender(self._opened.store, sender, was=was, who=self._opened.who)
        return replace(sender, id=was.id)
