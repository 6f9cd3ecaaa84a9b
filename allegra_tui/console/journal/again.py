"""The recorded verdict on a message beside the one of today's settings."""

from collections.abc import Iterable

from allegra_tui.console.issues.details import moment
from allegra_tui.console.journal import words
from allegra_tui.console.journal.details import who
from allegra_tui.console.widgets.text_view import TextLine, short
from allegra_tui.model.journal import JournalRow
from allegra_tui.model.verdict import Check, Decision, Outcome, Reason, Verdict
from allegra_tui.text import display
from allegra_tui.usecases.browse_journal import Again

_DECISIONS = {
    Decision.REJECT: words.outcome(Outcome.REJECTED),
    Decision.IGNORE: words.outcome(Outcome.IGNORED),
    Decision.FAIL: words.outcome(Outcome.FAILED),
}
_WIDTH = 16
"""Of the column with the checks' names."""


def lines(again: Again) -> list[TextLine]:
    """Return what would be decided otherwise, and what the same."""
    row, today = again.row, again.verdict
    was, now = _recorded(row), _decided(today)
    pairs = _paired(row.checks, today.checks)
    changed = sum(before != after for _, before, after in pairs if before is not None)
    return [
        TextLine(short(row.subject) or "(no subject)", "title"),
        TextLine(f"from {who(row)}", "muted"),
        TextLine(""),
        TextLine(f"recorded  {was} ({moment(row.received)})", hang=10),
        TextLine(f"today     {now}", "" if _same(row, today) else "warning", hang=10),
        TextLine(""),
        TextLine(_summary(row, today, changed), "title"),
        *(line for name, before, after in pairs for line in _difference(name, before, after)),
        TextLine(""),
        TextLine("Nothing is changed by looking. Release or retry takes the message.", "muted"),
    ]


def _recorded(row: JournalRow) -> str:
    told = words.outcome(row.outcome)
    reason = row.reason if row.outcome is not Outcome.DUPLICATE else None
    issue = f" #{row.issue}" if row.issue is not None else ""
    return f"{told}: {reason}" if reason else f"{told}{issue}"


def _decided(verdict: Verdict) -> str:
    match verdict.decision:
        case Decision.CREATE:
            return f"+ a new issue in {display(verdict.project or '')}"
        case Decision.COMMENT:
            return f"+ a comment on #{verdict.comment_on}"
    return f"{_DECISIONS[verdict.decision]}: {verdict.reason}"


def _same(row: JournalRow, today: Verdict) -> bool:
    taken = {Outcome.CREATED: Decision.CREATE, Outcome.COMMENTED: Decision.COMMENT}
    reason: Reason | None = row.reason
    return taken.get(row.outcome, today.decision) is today.decision and reason == today.reason


def _summary(row: JournalRow, today: Verdict, changed: int) -> str:
    if not row.checks:
        return "No checks were recorded; today's:"
    if _same(row, today) and not changed:
        return "Nothing differs"
    return f"{changed} of {len(today.checks)} checks {'differs' if changed == 1 else 'differ'}"


def _paired(recorded: Iterable[Check], today: Iterable[Check]) -> list[tuple[str, Check | None, Check]]:
    before = {check.name: check for check in recorded}
    return [(check.name, before.get(check.name), check) for check in today]


def _difference(name: str, before: Check | None, after: Check) -> Iterable[TextLine]:
    if before is None or before == after:
        style = "bad" if before is None and not after.passed else "muted"
        yield TextLine(f"  {name:<{_WIDTH}}{_told(after)}", style, hang=_WIDTH + 4)
        return
    yield TextLine(f"~ {name:<{_WIDTH}}recorded  {_told(before)}", _style(before), hang=_WIDTH + 14)
    yield TextLine(f"  {'':<{_WIDTH}}today     {_told(after)}", _style(after), hang=_WIDTH + 14)


def _told(check: Check) -> str:
    return f"{'+' if check.passed else 'x'} {display(check.detail)}"


def _style(check: Check) -> str:
    return "good" if check.passed else "bad"
