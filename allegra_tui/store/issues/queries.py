"""Lists of issues. Pages are found by the last line of the one before, never by counting."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select, tuple_

from allegra_tui.model.issue import IssueLine, State, Submitter
from allegra_tui.store import projects, search, senders
from allegra_tui.store.database import Transaction
from allegra_tui.store.tables import issues, mailboxes
from allegra_tui.store.tables import projects as project_table

_AT_ONCE = 500
"""Numbers a query."""
_PROJECT = select(project_table.c.key).where(project_table.c.id == issues.c.project_id).scalar_subquery()
LINE = (
    *(issues.c.number, _PROJECT.label("project"), issues.c.title, issues.c.state, issues.c.created, issues.c.updated),
    *(issues.c.submitter_address, issues.c.submitter_name, issues.c.submitter_registered),
)

_ONE = select(*LINE).where(issues.c.number == bindparam("number"))


class IssueSort(StrEnum):
    """What comes first: the highest number, or the latest change."""

    NUMBER = "number"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFilter:
    """Which issues, in which order; what is None does not matter."""

    project: str | None = None
    """Its key."""
    state: State | None = None
    mailbox: str | None = None
    """Name of the mailbox it came by."""
    sender: str | None = None
    """Address of its submitter, whatever the case."""
    since: datetime | None = None
    """Created then or later."""
    until: datetime | None = None
    """Created before."""
    search: str | None = None
    """Words that a text of it holds; see `search.hits`."""
    sort: IssueSort = IssueSort.NUMBER


def line(tx: Transaction, number: int) -> IssueLine | None:
    """Return an issue as lists show it."""
    row = tx.execute(_ONE, {"number": number}).first()
    return IssueLine(**line_fields(row)) if row else None


def lines(
    tx: Transaction, chosen: IssueFilter, *, limit: int = 100, before: IssueLine | None = None
) -> list[IssueLine]:
    """Return the first issues of the filter; with `before`, the last line of a page, those that follow it."""
    return lines_of(tx, list(islice(_found(tx, chosen, before=before, limit=limit), limit)))


def lines_of(tx: Transaction, numbers: Sequence[int]) -> list[IssueLine]:
    """Return these issues in this order; numbers that do not exist are left out."""
    found: dict[int, IssueLine] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        query = select(*LINE).where(issues.c.number.in_(numbers[start : start + _AT_ONCE]))
        found.update({row.number: IssueLine(**line_fields(row)) for row in tx.execute(query)})
    return [found[number] for number in numbers if number in found]


def numbers(tx: Transaction, chosen: IssueFilter) -> "array[int]":
    """Return all numbers of the filter in its order, 8 bytes each."""
    return array("q", _found(tx, chosen))


def count(tx: Transaction, chosen: IssueFilter) -> int:
    """Count the issues of the filter."""
    query = _query(tx, chosen, func.count())
    return 0 if query is None else tx.execute(query).scalar_one()


def next_number(tx: Transaction) -> int:
    """Return the number that the next issue gets unless somebody is quicker."""
    highest: int = tx.execute(select(func.coalesce(func.max(issues.c.number), 0))).scalar_one()
    return highest + 1


def line_fields(row: Row[Any]) -> dict[str, Any]:
    """Return the fields of an IssueLine from a row of the columns `LINE`."""
    return {
        "number": row.number,
        "project": row.project,
        "title": row.title,
        "state": State(row.state),
        "submitter": submitter(row),
        "created": row.created,
        "updated": row.updated,
    }


def submitter(row: Row[Any]) -> Submitter:
    """Return who wrote an issue or comment."""
    return Submitter(address=row.submitter_address, name=row.submitter_name, registered=row.submitter_registered)


def _found(
    tx: Transaction, chosen: IssueFilter, *, before: IssueLine | None = None, limit: int | None = None
) -> Iterator[int]:
    """Give the numbers of a filter in its order as the database finds them; up to `limit`, or more."""
    by_number = chosen.sort is IssueSort.NUMBER
    if chosen.search is not None and by_number:
        return _hits(tx, chosen, before)
    query = _query(tx, chosen, issues.c.number)
    if query is None:
        return iter(())
    if by_number:
        query = query.order_by(issues.c.number.desc())
    else:
        query = query.order_by(issues.c.updated.desc(), issues.c.number.desc())
    if before is not None and by_number:
        query = query.where(issues.c.number < before.number)
    elif before is not None:
        last = tuple_(before.updated, before.number, types=[issues.c.updated.type, issues.c.number.type])
        query = query.where(tuple_(issues.c.updated, issues.c.number) < last)
    return tx.values(query.limit(limit))


def _hits(tx: Transaction, chosen: IssueFilter, before: IssueLine | None) -> Iterator[int]:
    """Give the numbers that a search finds, highest first, straight from the index: the first ones cost nothing more
    where there are a million."""
    conditions = _conditions(tx, chosen)
    hits = search.hits(
        chosen.search or "", project_id=_project_id(tx, chosen), before=before.number if before else None
    )
    if conditions is None or hits is None:
        return
    if conditions:
        hits = hits.join(issues, issues.c.number == search.number).where(*conditions)
    for number, _ in groupby(tx.values(search.newest_first(hits))):
        yield number


def _query(tx: Transaction, chosen: IssueFilter, column: ColumnElement[Any]) -> Select[Any] | None:
    """Return the query of a filter, unordered; None if nothing can be found."""
    conditions = _conditions(tx, chosen)
    if conditions is None:
        return None
    query = select(column).select_from(issues).where(*conditions)
    if chosen.search is not None:
        hits = search.hits(chosen.search, project_id=_project_id(tx, chosen))
        if hits is None:
            return None
        query = query.where(issues.c.number.in_(hits))
    return query


def _conditions(tx: Transaction, chosen: IssueFilter) -> list[ColumnElement[bool]] | None:
    """Return what the filter asks of an issue, search apart; None if it names a project that does not exist."""
    conditions: list[ColumnElement[bool]] = []
    if chosen.project is not None:
        project_id = _project_id(tx, chosen)
        if project_id is None:
            return None
        conditions.append(issues.c.project_id == project_id)
    if chosen.state is not None:
        conditions.append(issues.c.state == chosen.state)
    if chosen.mailbox is not None:
        named = select(mailboxes.c.id).where(mailboxes.c.name == chosen.mailbox).scalar_subquery()
        conditions.append(issues.c.mailbox_id == named)
    if chosen.sender is not None:
        conditions.append(issues.c.submitter_key == senders.key(chosen.sender))
    if chosen.since is not None:
        conditions.append(issues.c.created >= chosen.since)
    if chosen.until is not None:
        conditions.append(issues.c.created < chosen.until)
    return conditions


def _project_id(tx: Transaction, chosen: IssueFilter) -> int | None:
    project = projects.find(tx, chosen.project) if chosen.project is not None else None
    return project.id if project else None
