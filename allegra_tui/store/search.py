"""Full-text search over issues: SQLite's FTS5, kept up to date within the transaction that changes a text.

The index has a row for each text (description or comment). Its rowid holds the issue's number in the upper bits, so
that the newest issues come first off the index itself and `number < N` is a range of rows. See the first migration.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, TableClause, column, literal_column, select, table, text

from allegra_tui.store.database import Transaction
from allegra_tui.store.prepared import Prepared
from allegra_tui.text import clean

_SHIFT = 20
"""Bits of a rowid below the issue's number: room for a million comments."""

_PREFIX = 4
"""Letters from which the last word may be a beginning; with fewer, half the index would be gathered first."""

_search: TableClause = table("search", column("rowid"))
number: ColumnElement[int] = literal_column(f"search.rowid >> {_SHIFT}")
"""The issue a hit belongs to."""

_INSERT = "INSERT INTO search (rowid, project, title, text) SELECT id, project, title, text FROM search_texts"
_DELETE = (
    "INSERT INTO search (search, rowid, project, title, text)"
    " SELECT 'delete', id, project, title, text FROM search_texts"
)
_INSERT_ONE = Prepared(text(f"{_INSERT} WHERE number = :number AND position = :position"))
_INSERT_ALL = text(f"{_INSERT} WHERE number = :number")
_DELETE_ALL = text(f"{_DELETE} WHERE number = :number")


def add(tx: Transaction, issue: int, position: int) -> None:
    """Index a text just stored: of the issue itself (position 0) or of a comment."""
    tx.run(_INSERT_ONE, {"number": issue, "position": position})


def remove(tx: Transaction, issues: Sequence[int]) -> None:
    """Take issues out of the index, before anything changes that it was made from."""
    tx.execute(_DELETE_ALL, [{"number": issue} for issue in issues])


def restore(tx: Transaction, issues: Sequence[int]) -> None:
    """Index issues again, after the change."""
    tx.execute(_INSERT_ALL, [{"number": issue} for issue in issues])


def hits(user_text: str, *, project_id: int | None = None, before: int | None = None) -> Select[Any] | None:
    """Return the query for the texts found, as issue numbers, some several times; None if the text has no word.

    A text is found if it holds all the words, its issue's title counted in; the last word may be the beginning of one.
    Nothing in the user's text has a special meaning. With `before` only issues of lower numbers are found.
    """
    if not (words := _words(user_text)):
        return None
    expression = "{title text} : (" + " AND ".join(words) + ")"
    if project_id is not None:
        expression = f"project : p{project_id} AND {expression}"
    found = text("search MATCH :words").bindparams(words=expression)
    query = select(number.label("number")).select_from(_search).where(found)
    if before is not None:
        query = query.where(_search.c.rowid < before << _SHIFT)
    return query


def newest_first(query: Select[Any]) -> Select[Any]:
    """Order hits by the issues' numbers, which is how the index gives them anyway."""
    return query.order_by(_search.c.rowid.desc())


def _words(user_text: str) -> list[str]:
    """Quote the words as FTS5 strings (sqlite.org/fts5.html, 3.1). A word has a letter or digit."""
    words = [word for word in clean(user_text)[0].split() if re.search(r"[^\W_]", word)]
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    if words and len(words[-1]) >= _PREFIX:
        quoted[-1] += " *"
    return quoted
