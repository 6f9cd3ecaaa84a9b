"""Which issues the list shows: the dialog that asks, and the filter in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from allegra_tui.console.filter_dialog import AGES, ANY, FilterDialog, line, one_of
from allegra_tui.console.widgets.choice import Choice
from allegra_tui.model.issue import State
from allegra_tui.usecases.lists import IssueFilter, IssueSort

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


def dialog(chosen: Chosen, projects: Sequence[str], mailboxes: Sequence[str]) -> FilterDialog[Chosen]:
    """Return the dialog that asks which issues to show."""
    search, sender = line(chosen.search), line(chosen.sender)
    project, mailbox = one_of(projects, chosen.project, "Project"), one_of(mailboxes, chosen.mailbox, "Mailbox")
    state, days = Choice(STATES, chosen.state, title="State"), Choice(AGES, chosen.days, title="Created within")
    return FilterDialog(
        "issues",
        {"words": search, "state": state, "project": project, "sender": sender, "mailbox": mailbox, "created": days},
        lambda: replace(
            chosen,
            search=search.value,
            project=project.value,
            state=state.value,
            mailbox=mailbox.value,
            sender=sender.value,
            days=days.value,
        ),
    )
