"""Issues, their comments and attachments."""

from allegra_tui.store.issues.details import export, get
from allegra_tui.store.issues.queries import IssueFilter, IssueSort, count, line, lines, lines_of, next_number, numbers
from allegra_tui.store.issues.writing import attach, comment, create, has, move, set_state, takes_part

__all__ = [
    "IssueFilter",
    "IssueSort",
    "attach",
    "comment",
    "count",
    "create",
    "export",
    "get",
    "has",
    "line",
    "lines",
    "lines_of",
    "move",
    "next_number",
    "numbers",
    "set_state",
    "takes_part",
]
