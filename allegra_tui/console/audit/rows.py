"""Entries of the audit as the table shows them, and one to read."""

from array import array
from collections.abc import Mapping, Sequence

from allegra_tui.console.issues.details import moment
from allegra_tui.console.widgets.columns import Column
from allegra_tui.console.widgets.text_view import TextLine
from allegra_tui.model.journal import AuditEntry
from allegra_tui.text import display, display_lines
from allegra_tui.usecases import browse_audit
from allegra_tui.usecases.browse_audit import AuditFilter
from allegra_tui.usecases.session import Session

COLUMNS = (Column("when", 14), Column("who", 20, from_width=60), Column("did", 12), Column("to what"))


class AuditRows:
    """The entries of a filter, the newest first."""

    def __init__(self, session: Session, chosen: AuditFilter) -> None:
        self._store, self._chosen = session.store, chosen

    def first(self, limit: int) -> Sequence[tuple[int, AuditEntry]]:
        """Return the newest entries."""
        found = browse_audit.entries(self._store, self._chosen, limit=limit)
        return [(entry.id, entry) for entry in found if entry.id is not None]

    def ids(self) -> "array[int]":
        """Return all ids."""
        return browse_audit.entry_ids(self._store, self._chosen)

    def rows(self, ids: Sequence[int]) -> Mapping[int, AuditEntry]:
        """Return entries by their ids."""
        return browse_audit.entries_by_id(self._store, ids)


def cells(entry: AuditEntry) -> Sequence[str]:
    """Return what the columns show of an entry."""
    when = f"{entry.at.astimezone():%y-%m-%d %H:%M}"
    return (when, display(entry.who), display(entry.action), display(entry.subject))


def lines(entry: AuditEntry) -> list[TextLine]:
    """Return an entry as lines to read: what was before, and what is after."""
    shown = [
        TextLine(display(f"{entry.action} {entry.subject}"), "title"),
        TextLine(f"{moment(entry.at)} by {display(entry.who)}", "muted"),
    ]
    for name, values in entry.changes.items():
        shown += [TextLine(""), TextLine(display(name), "title")]
        before, *after = values
        if before is not None:
            shown += _value("-", before, "bad")
        for value in after:
            shown += _value("+", value, "good")
    if not entry.changes:
        shown += [TextLine(""), TextLine("Nothing more is noted of it.", "muted")]
    return shown


def _value(glyph: str, value: object, style: str) -> list[TextLine]:
    texts = [str(one) for one in value] if isinstance(value, list | tuple) else [_shown(value)]
    if not texts:
        return [TextLine(f"{glyph} (none)", style)]
    folded = [line for text in texts for line in display_lines(text).expandtabs().split("\n")]
    return [TextLine(f"{glyph} {line}", style, hang=2) for line in folded]


def _shown(value: object) -> str:
    if value is None or value == "":
        return "(none)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
