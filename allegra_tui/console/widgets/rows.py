"""Where the rows of a table come from, and which of them are in memory."""

from array import array
from collections.abc import Collection, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

Row = TypeVar("Row")
Source = TypeVar("Source", covariant=True)

KEPT = 1_000
"""Rows that are kept in memory; beyond that only those around the view are."""


class Rows(Protocol[Source]):
    """Where rows come from, in their order. All is called in threads, and may raise expected trouble."""

    def first(self, limit: int) -> Sequence[tuple[int, Source]]:
        """Return the first ids and rows, at once however many there are."""

    def ids(self) -> "array[int]":
        """Return all ids."""

    def rows(self, ids: Sequence[int]) -> Mapping[int, Source]:
        """Return the rows of these ids; what is gone is left out."""


class Known(Generic[Row]):
    """The rows in memory, and the ids of those that turned out to be gone."""

    def __init__(self, rows: Mapping[int, Row] | None = None) -> None:
        self._rows: dict[int, Row] = dict(rows or {})
        self._gone: set[int] = set()

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, row_id: int) -> Row | None:
        """Return a row; None where it is not known."""
        return self._rows.get(row_id)

    def is_gone(self, row_id: int) -> bool:
        """Whether there was no such row when it was asked for."""
        return row_id in self._gone

    def missing(self, wanted: Collection[int]) -> list[int]:
        """Return the ids that are still to be asked for."""
        return [row_id for row_id in wanted if row_id not in self._rows and row_id not in self._gone]

    def add(self, found: Mapping[int, Row], asked: Collection[int], wanted: Collection[int]) -> None:
        """Take in what was found of what was asked for; where memory would grow, keep the wanted ones alone."""
        if len(self._rows) + len(found) > KEPT:
            self._rows = {row_id: row for row_id, row in self._rows.items() if row_id in wanted}
        self._rows.update(found)
        self._gone.update(row_id for row_id in asked if row_id not in found)
