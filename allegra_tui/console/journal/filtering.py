"""Which messages the list shows: the dialog that asks, and the filter in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from allegra_tui.console.filter_dialog import ANY, FilterDialog, line, one_of
from allegra_tui.console.widgets.choice import Choice
from allegra_tui.model.verdict import Outcome, Review
from allegra_tui.usecases.browse_journal import JournalFilter

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


def dialog(chosen: Chosen, mailboxes: Sequence[str]) -> FilterDialog[Chosen]:
    """Return the dialog that asks which messages to show."""
    text, sender = line(chosen.text), line(chosen.sender)
    outcome, review = (
        Choice(OUTCOMES, chosen.outcome, title="Outcome"),
        Choice(REVIEWS, chosen.review, title="Review"),
    )
    mailbox = one_of(mailboxes, chosen.mailbox, "Mailbox")
    return FilterDialog(
        "messages",
        {"text": text, "review": review, "outcome": outcome, "sender": sender, "mailbox": mailbox},
        lambda: Chosen(
            text=text.value,
            outcome=outcome.value,
            review=review.value,
            mailbox=mailbox.value,
            sender=sender.value,
        ),
        about="text: part of a subject, or of a sender's name or address; sender: a whole address",
    )
