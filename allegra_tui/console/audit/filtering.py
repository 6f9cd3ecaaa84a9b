"""Which entries of the audit the list shows: the dialog that asks, and the filter in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from allegra_tui.console.filter_dialog import AGES, ANY, FilterDialog, line, one_of
from allegra_tui.console.widgets.choice import Choice
from allegra_tui.usecases.browse_audit import AuditFilter


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person asks for; all as typed or chosen, empty where it does not matter."""

    text: str = ANY
    who: str = ANY
    action: str = ANY
    days: str = ANY

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Chosen()

    def query(self, now: datetime) -> AuditFilter:
        """Return the filter that the store understands."""
        return AuditFilter(
            who=self.who.strip() or None,
            action=self.action or None,
            text=self.text.strip() or None,
            since=now - timedelta(days=int(self.days)) if self.days else None,
        )

    def words(self) -> str:
        """Say which entries these are."""
        parts = ["Who did what"]
        parts += [f": {self.action}"] if self.action else []
        parts += [f" by {self.who.strip()}"] if self.who.strip() else []
        parts += [f" in the last {dict(AGES)[self.days]}"] if self.days else []
        parts += [f' with "{self.text.strip()}"'] if self.text.strip() else []
        return "".join(parts)

    def hits(self) -> re.Pattern[str] | None:
        """Return what to mark in the list."""
        found = [re.escape(text.strip()) for text in (self.text, self.who) if text.strip()]
        return re.compile("|".join(found), re.IGNORECASE) if found else None


def dialog(chosen: Chosen, actions: Sequence[str]) -> FilterDialog[Chosen]:
    """Return the dialog that asks which entries to show."""
    text, who = line(chosen.text), line(chosen.who)
    action, days = one_of(actions, chosen.action, "Done"), Choice(AGES, chosen.days, title="Within")
    return FilterDialog(
        "entries",
        {"text": text, "who": who, "done": action, "within": days},
        lambda: Chosen(text=text.value, who=who.value, action=action.value, days=days.value),
        about="text: part of what was changed, or of a value; #12 and message 17 find the very number",
    )
