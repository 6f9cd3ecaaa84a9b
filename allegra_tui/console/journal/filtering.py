"""Which messages the list shows: the dialog that asks, and the filter in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from allegra_tui.console.dialogs import Dialog
from allegra_tui.console.widgets.choice import Choice
from allegra_tui.model.verdict import Outcome, Review
from allegra_tui.usecases.browse_journal import JournalFilter

ANY = ""
OUTCOMES = ((ANY, "any"), *((value, value) for value in Outcome))
REVIEWS = (
    (ANY, "any"),
    (Review.OPEN, "open"),
    (Review.RELEASED, "released"),
    (Review.DISCARDED, "discarded"),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person asks for; all as typed or chosen, empty where it does not matter."""

    text: str = ANY
    outcome: str = ANY
    review: str = ANY
    mailbox: str = ANY
    sender: str = ANY

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Chosen()

    @property
    def quarantine(self) -> bool:
        """Whether only what waits for a decision is shown."""
        return self.review == Review.OPEN

    def query(self) -> JournalFilter:
        """Return the filter that the store understands."""
        return JournalFilter(
            mailbox=self.mailbox or None,
            outcome=Outcome(self.outcome) if self.outcome else None,
            review=Review(self.review) if self.review else None,
            sender=self.sender.strip() or None,
            text=self.text.strip() or None,
        )

    def words(self) -> str:
        """Say which messages these are."""
        if self.everything:
            return "All messages"
        kind = f"{self.outcome.capitalize()} messages" if self.outcome else "Messages"
        parts = [f"Quarantine: {kind.lower()} that wait for a decision" if self.quarantine else kind]
        parts += [f"that were {self.review}"] if self.review and not self.quarantine else []
        parts += [f"by mailbox {self.mailbox}"] if self.mailbox else []
        parts += [f"from {self.sender.strip()}"] if self.sender.strip() else []
        parts += [f'with "{self.text.strip()}"'] if self.text.strip() else []
        return " ".join(parts)

    def hits(self) -> re.Pattern[str] | None:
        """Return what to mark in the list."""
        return re.compile(re.escape(self.text.strip()), re.IGNORECASE) if self.text.strip() else None


def from_link(where: Mapping[str, str]) -> Chosen:
    """Return the filter that a link names by the fields of `Chosen`."""
    known = {field.name for field in fields(Chosen)}
    return Chosen(**{name: value for name, value in where.items() if name in known})


class FilterDialog(Dialog[Chosen | None]):
    """Asks which messages to show."""

    DEFAULT_CSS = """
    FilterDialog Horizontal { height: 1; }
    FilterDialog .name { width: 12; }
    FilterDialog Input { margin: 0; }
    FilterDialog .about { height: auto; margin: 1 0 0 0; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "show", id="filter.apply", tooltip="Show these messages"),
        Binding("down", "app.focus_next", "next", id="filter.next", tooltip="The next field", show=False),
        Binding("up", "app.focus_previous", "before", id="filter.before", tooltip="The field before", show=False),
    ]

    def __init__(self, chosen: Chosen, mailboxes: Sequence[str]) -> None:
        super().__init__("Which messages")
        self._text = _line(chosen.text)
        self._sender = _line(chosen.sender)
        self._outcome = Choice(OUTCOMES, chosen.outcome, title="Outcome")
        self._review = Choice(REVIEWS, chosen.review, title="Review")
        self._mailbox = Choice([(ANY, "any"), *((name, name) for name in mailboxes)], chosen.mailbox, title="Mailbox")

    def body(self) -> ComposeResult:
        """Offer the fields."""
        for name, control in (
            ("text", self._text),
            ("review", self._review),
            ("outcome", self._outcome),
            ("sender", self._sender),
            ("mailbox", self._mailbox),
        ):
            with Horizontal():
                yield Static(name, classes="name")
                yield control
        yield Static(
            Content(
                "text: part of a subject, or of a sender's name or address; sender: a whole address\n"
                "enter shows the messages, tab goes on, left and right choose"
            ),
            classes="about",
        )

    def action_apply(self) -> None:
        """Answer."""
        self.dismiss(
            Chosen(
                text=self._text.value,
                outcome=self._outcome.value,
                review=self._review.value,
                mailbox=self._mailbox.value,
                sender=self._sender.value,
            )
        )

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_apply()


def _line(value: str) -> Input:
    control = Input(value, select_on_focus=False)
    control.cursor_blink = False
    return control
