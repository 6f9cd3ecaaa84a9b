"""Senders as the table shows them, and one to read."""

from array import array
from collections.abc import Mapping, Sequence

from allegra_tui import disguise
from allegra_tui.console.widgets.columns import Column
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.model.settings import RegisteredSender
from allegra_tui.text import display
from allegra_tui.usecases import browse_senders
from allegra_tui.usecases.browse_senders import SenderFacts
from allegra_tui.usecases.session import Session

COLUMNS = (Column("name", 26), Column("state", 10), Column("addresses"))


class SenderRows:
    """The senders with a text in their name or an address; all where it is empty."""

    def __init__(self, session: Session, search: str) -> None:
        self._store, self._search = session.store, search.strip() or None

    def first(self, limit: int) -> Sequence[tuple[int, RegisteredSender]]:
        """Return the first senders."""
        wanted = self.ids()[:limit]
        found = self.rows(wanted)
        return [(sender_id, found[sender_id]) for sender_id in wanted if sender_id in found]

    def ids(self) -> "array[int]":
        """Return all ids."""
        return browse_senders.sender_ids(self._store, self._search)

    def rows(self, ids: Sequence[int]) -> Mapping[int, RegisteredSender]:
        """Return senders by id."""
        return browse_senders.senders_by_id(self._store, ids)


def sender_cells(sender: RegisteredSender) -> Sequence[str]:
    """Return what the columns show of a sender."""
    return (
        display(sender.name),
        "" if sender.enabled else "x disabled",
        display(", ".join(sender.addresses)),
    )


def lines(facts: SenderFacts) -> list[TextLine]:
    """Return a sender as lines to read."""
    sender = facts.sender
    shown = [
        TextLine(display(sender.name), "title"),
        TextLine("registered" if sender.enabled else "x disabled: as if not registered", "muted"),
        TextLine(""),
    ]
    for address in facts.addresses:
        count = f"{address.issues:,} {'issue' if address.issues == 1 else 'issues'}"
        shown.append(TextLine(f"{display(address.address)}  {count}"))
        if told := disguise.remarks(address.address, address.resembles):
            shown.append(TextLine(f"  ! {display(told)}", "bad", hang=4))
        if address.refused is not None:
            shown.append(TextLine(f"  x the pattern refuses its mail: {display(address.refused)}", "bad", hang=4))
    return shown
