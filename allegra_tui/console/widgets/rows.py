"""Rows of a table that somebody holds in memory."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")


class MemoryRows(Generic[Row]):
    """`virtual_table.Rows` over a mapping by id, asked for each time. For bounded lists."""

    def __init__(self, read: Callable[[], Mapping[int, Row]]) -> None:
        self._read = read

    def first(self, limit: int) -> Sequence[tuple[int, Row]]:
        """Return the first ones."""
        return list(self._read().items())[:limit]

    def ids(self) -> "array[int]":
        """Return the ids of all."""
        return array("q", self._read())

    def rows(self, ids: Sequence[int]) -> Mapping[int, Row]:
        """Return some."""
        found = self._read()
        return {row_id: found[row_id] for row_id in ids if row_id in found}
