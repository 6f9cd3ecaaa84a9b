"""Long lists as a console shows them: the first page at once, then the ids of all, rows by their ids."""

from array import array
from collections.abc import Mapping, Sequence

from allegra_tui.model.issue import IssueLine
from allegra_tui.store import Store, issues
from allegra_tui.store.issues import IssueFilter as IssueFilter  # so that callers need not know the store
from allegra_tui.store.issues import IssueSort as IssueSort


def first_issues(store: Store, chosen: IssueFilter, limit: int) -> list[IssueLine]:
    """Return the first issues of a filter."""
    with store.read() as tx:
        return issues.lines(tx, chosen, limit=limit)


def issue_numbers(store: Store, chosen: IssueFilter) -> "array[int]":
    """Return the numbers of all issues of a filter in its order, 8 bytes each."""
    with store.read() as tx:
        return issues.numbers(tx, chosen)


def issues_by_number(store: Store, numbers: Sequence[int]) -> Mapping[int, IssueLine]:
    """Return issues by their numbers; those that do not exist are left out."""
    with store.read() as tx:
        return {line.number: line for line in issues.lines_of(tx, numbers)}
