"""Issues as CSV that a spreadsheet opens without computing anything."""

import csv
import re
import sys
from collections.abc import Iterable

from allegra_tui.commands.output import stamp
from allegra_tui.model.issue import Issue
from allegra_tui.text import display_lines

_COLUMNS = (
    *("number", "project", "title", "state", "submitter_address", "submitter_name", "submitter_registered"),
    *("created", "updated", "description", "comments", "attachments"),
)
_FORMULA = re.compile(r"(^|[;\t\n\r])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20|%])")
"""What begins a formula, wherever a cell may begin: where the comma is the decimal sign, a spreadsheet parts cells at
semicolons, and quotes that do not begin one of those are letters to it, so that lines within a cell part cells, too."""


def write_issues(issues: Iterable[Issue]) -> None:
    """Write a line an issue (RFC 4180): comments by their number, attachments by their names."""
    writer = csv.writer(sys.stdout, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(_COLUMNS)
    for issue in issues:
        row = (
            *(issue.number, issue.project, issue.title, issue.state, issue.submitter.address),
            *(issue.submitter.name, "yes" if issue.submitter.registered else "no"),
            *(stamp(issue.created), stamp(issue.updated), issue.description, len(issue.comments)),
            "; ".join(file.filename for file in issue.attachments),
        )
        writer.writerow([harmless(value) for value in row])


def harmless(value: object) -> str:
    """Return a cell that is text and stays text: `'` stands before all that a spreadsheet would take for a formula."""
    return _FORMULA.sub(r"\1\2'", "" if value is None else display_lines(str(value)))
