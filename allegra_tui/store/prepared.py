"""Statements for the hot paths: compiled once, then run on the driver itself.

Core takes ten times what the driver takes to run a small statement, and handling a message runs half a dozen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

Binder = Callable[[Any], Any]
"""Turns a value into what the driver takes."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    binders: list[tuple[str, Binder | None]]
    """The names of the parameters, in the driver's order."""
    constants: dict[str, Any] = field(default_factory=dict)
    """What stands in the statement itself."""


class Prepared:
    """A Core statement whose parameters have the same names each time.

    Rows come as the driver has them, so what it selects are numbers and texts. Of lists (IN) it knows nothing.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: _Compiled | None = None

    def bound(self, dialect: Dialect, parameters: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """Return the text of the statement and these parameters' values, in the order and form the driver takes."""
        if self._compiled is None:
            self._compiled = _compile(self._statement, dialect, parameters)
        compiled = self._compiled
        values = {**compiled.constants, **parameters}
        return compiled.text, [
            values[name] if binder is None else binder(values[name]) for name, binder in compiled.binders
        ]


def _compile(statement: ClauseElement, dialect: Dialect, parameters: Mapping[str, Any]) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=list(parameters))
    assert isinstance(compiled, SQLCompiler)
    assert compiled.positiontup is not None
    return _Compiled(
        text=compiled.string,
        binders=[
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup
        ],
        constants={name: bind.value for name, bind in compiled.binds.items() if not bind.required},
    )
