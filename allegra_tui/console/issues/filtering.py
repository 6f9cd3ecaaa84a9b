"""Which issues the list shows: the dialog that asks, and the filter in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from allegra_tui.model.issue import State
from allegra_tui.usecases.lists import IssueFilter, IssueSort

ANY = ""
AGES = ((ANY, "any"), ("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("365", "a year"))
STATES = ((ANY, "any"), ("open", "open"), ("closed", "closed"))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person asks for; all as typed or chosen, empty where it does not matter."""

    search: str = ANY
    project: str = ANY
    state: str = ANY
    mailbox: str = ANY
    sender: str = ANY
    days: str = ANY
    by_change: bool = False

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return replace(self, by_change=False) == Chosen()

    def query(self, now: datetime) -> IssueFilter:
        """Return the filter that the store understands."""
        return IssueFilter(
            project=self.project or None,
            state=State(self.state) if self.state else None,
            mailbox=self.mailbox or None,
            sender=self.sender.strip() or None,
            since=now - timedelta(days=int(self.days)) if self.days else None,
            search=self.search.strip() or None,
            sort=IssueSort.UPDATED if self.by_change else IssueSort.NUMBER,
        )

    def words(self) -> str:
        """Say which issues these are."""
        parts = [
            f"{self.state.capitalize()} issues" if self.state else ("Issues" if not self.everything else "All issues")
        ]
        parts += [f"of {self.project}"] if self.project else []
        parts += [f"by mailbox {self.mailbox}"] if self.mailbox else []
        parts += [f"from {self.sender.strip()}"] if self.sender.strip() else []
        parts += [f"of the last {dict(AGES).get(self.days, self.days)}"] if self.days else []
        parts += [f'with "{self.search.strip()}"'] if self.search.strip() else []
        return " ".join(parts)

    def hits(self) -> re.Pattern[str] | None:
        """Return what to mark in texts: the words searched for, the last also as the beginning of one."""
        words = [re.escape(word) for word in re.findall(r"\w+", self.search)]
        return re.compile(rf"\b(?:{'|'.join(words)}\w*)", re.IGNORECASE) if words else None


def from_link(where: Mapping[str, str]) -> Chosen:
    """Return the filter that a link names by the fields of `Chosen`."""
    return Chosen(**{name: value for name, value in where.items() if name in Chosen.__slots__})  # type: ignore[arg-type]


class FilterDialog(Dialog[Chosen | None]):
    """Asks which issues to show."""

    DEFAULT_CSS = """
    FilterDialog Horizontal { height: 1; }
    FilterDialog .name { width: 12; }
    FilterDialog Input { margin: 0; }
    FilterDialog .about { height: auto; margin: 1 0 0 0; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "show", id="filter.apply", tooltip="Show these issues"),
        Binding("down", "app.focus_next", "next", id="filter.next", tooltip="The next field", show=False),
        Binding("up", "app.focus_previous", "before", id="filter.before", tooltip="The field before", show=False),
    ]

    def __init__(self, chosen: Chosen, projects: Sequence[str], mailboxes: Sequence[str]) -> None:
        super().__init__("Which issues")
        self._before = chosen
        self._search = _line(chosen.search)
        self._sender = _line(chosen.sender)
        self._project = Choice([(ANY, "any"), *((key, key) for key in projects)], chosen.project, title="Project")
        self._state = Choice(STATES, chosen.state, title="State")
        self._mailbox = Choice([(ANY, "any"), *((name, name) for name in mailboxes)], chosen.mailbox, title="Mailbox")
        self._days = Choice(AGES, chosen.days, title="Created within")

    def body(self) -> ComposeResult:
        """Offer the fields."""
        for name, control in (
            ("words", self._search),
            ("state", self._state),
            ("project", self._project),
            ("sender", self._sender),
            ("mailbox", self._mailbox),
            ("created", self._days),
        ):
            with Horizontal():
                yield Static(name, classes="name")
                yield control
        yield Static(Content("enter shows the issues, tab goes on, left and right choose"), classes="about")

    def action_apply(self) -> None:
        """Answer."""
        self.dismiss(
            Chosen(
                search=self._search.value,
                project=self._project.value,
                state=self._state.value,
                mailbox=self._mailbox.value,
                sender=self._sender.value,
                days=self._days.value,
                by_change=self._before.by_change,
            )
        )

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_apply()


def _line(value: str) -> Input:
    control = Input(value, select_on_focus=False)
    control.cursor_blink = False
    return control
