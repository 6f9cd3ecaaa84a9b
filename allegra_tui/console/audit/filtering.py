"""Which entries of the audit the list shows: the dialog that asks, and the filter in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from allegra_tui.console.dialogs import Dialog
from allegra_tui.console.widgets.choice import Choice
from allegra_tui.usecases.browse_audit import AuditFilter

ANY = ""
AGES = ((ANY, "any"), ("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("365", "a year"))


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


class FilterDialog(Dialog[Chosen | None]):
    """Asks which entries to show."""

    DEFAULT_CSS = """
    FilterDialog Horizontal { height: 1; }
    FilterDialog .name { width: 12; }
    FilterDialog Input { margin: 0; }
    FilterDialog .about { height: auto; margin: 1 0 0 0; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "show", id="filter.apply", tooltip="Show these entries"),
        Binding("down", "app.focus_next", "next", id="filter.next", tooltip="The next field", show=False),
        Binding("up", "app.focus_previous", "before", id="filter.before", tooltip="The field before", show=False),
    ]

    def __init__(self, chosen: Chosen, actions: Sequence[str]) -> None:
        super().__init__("Which entries")
        self._text = _line(chosen.text)
        self._who = _line(chosen.who)
        self._action = Choice([(ANY, "any"), *((name, name) for name in actions)], chosen.action, title="Done")
        self._days = Choice(AGES, chosen.days, title="Within")

    def body(self) -> ComposeResult:
        """Offer the fields."""
        for name, control in (
            ("text", self._text),
            ("who", self._who),
            ("done", self._action),
            ("within", self._days),
        ):
            with Horizontal():
                yield Static(name, classes="name")
                yield control
        yield Static(
            Content(
                "text: part of what was changed, or of a value; #12 and message 17 find the very number\n"
                "enter shows the entries, tab goes on, left and right choose"
            ),
            classes="about",
        )

    def action_apply(self) -> None:
        """Answer."""
        self.dismiss(
            Chosen(text=self._text.value, who=self._who.value, action=self._action.value, days=self._days.value)
        )

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_apply()


def _line(value: str) -> Input:
    control = Input(value, select_on_focus=False)
    control.cursor_blink = False
    return control
