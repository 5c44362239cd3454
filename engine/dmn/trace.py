"""Why a decision came out as it did: every decision of the graph, its tables, their columns and rules.

`DecisionOutcome.steps` holds it as typed values for a page, `DecisionOutcome.record()` the same as FEEL values
for the ledger (`engine.dmn.record`). Nothing is copied while deciding: a step holds the values themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.expressions.feel.objects import Function
from engine.expressions.feel.run import Scope
from engine.values import Value

#: Most tables that one evaluation tells of: a table called in a loop would fill memory and tell nothing new.
TABLES_LIMIT = 500


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A rule of a decision table that matched. `index` counts the rows from 1.

    `annotations` stand in the order of the annotation columns; none where all are empty. `conditions` are the
    input cells as written, one for each input column ("-" or "": anything passes), `results` the output cells.
    """

    index: int
    id: str
    annotations: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InputColumn:
    """An input column as written. `label` is what people call it, the expression where it has no label."""

    id: str
    label: str
    expression: str


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """An output column as written. `label` is what people call it, the name where it has no label."""

    id: str
    label: str
    name: str


@dataclass(frozen=True, slots=True)
class TableShape:
    """A decision table as written, to be drawn beside a trace.

    `policy` is "UNIQUE", "FIRST" …, `aggregation` "" or "SUM", "COUNT", "MIN", "MAX"; `rules` are all rows, in
    their order.
    """

    id: str
    policy: str
    aggregation: str
    inputs: tuple[InputColumn, ...]
    results: tuple[OutputColumn, ...]
    rules: tuple[MatchedRule, ...]

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the output columns."""
        return tuple(column.name for column in self.results)


@dataclass(frozen=True, slots=True)
class TableTrace:
    """One evaluation of a decision table.

    `inputs` are the values of the input columns, in the order of `table.inputs`. `matched` are the rules that gave
    the result (of PRIORITY and FIRST one), in the order in which they gave it; none where no rule matched and the
    default outputs hold. `stopped` tells of each rule that was looked at, in the order of `table.rules`, the first
    column (1-based) whose cell did not hold, 0 where all did; it is shorter than the rules where the hit policy
    FIRST needed no more of them.
    """

    table: TableShape
    inputs: tuple[Value, ...]
    matched: tuple[MatchedRule, ...]
    stopped: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A variable that the logic of a decision read."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class DecisionStep:
    """One decision of the graph, as it was decided.

    `logic` is the kind of its expression: "decisionTable", "literalExpression", "context", "invocation" … ("" where
    it has none). `reads` are the variables that its logic named, by name; missing ones are left out. `tables` are
    its own table, or those of the business knowledge models and boxed tables that it called, in the order of the
    calls, at most TABLES_LIMIT for an evaluation.
    """

    id: str
    name: str
    logic: str
    reads: tuple[NamedValue, ...]
    value: Value
    tables: tuple[TableTrace, ...]


class Tracing:
    """What an evaluation tells while it runs. A decision's step follows those of all that it needed.

    `unfit_is_null` says what becomes of a value that is not of its declared type.
    """

    __slots__ = ("_left", "_tables", "steps", "unfit_is_null")

    def __init__(self, *, unfit_is_null: bool = False) -> None:
        self.unfit_is_null = unfit_is_null
        self.steps: list[DecisionStep] = []
        self._tables: list[TableTrace] = []
        self._left = TABLES_LIMIT

    def table(
        self, table: TableShape, inputs: Sequence[Value], matched: tuple[MatchedRule, ...], stopped: Sequence[int]
    ) -> None:
        """A table has been evaluated."""
        if self._left:
            self._left -= 1
            self._tables.append(TableTrace(table, tuple(inputs), matched, tuple(stopped)))

    def opened(self) -> list[TableTrace]:
        """A decision begins; gives the tables of the one around it, to be handed to `closed`."""
        around, self._tables = self._tables, []
        return around

    def closed(self, id: str, name: str, logic: str, reads: Iterable[NamedValue], value: Value) -> None:
        """The decision that began last has its value."""
        self.steps.append(DecisionStep(id, name, logic, tuple(reads), value, tuple(self._tables)))

    def back_to(self, around: list[TableTrace]) -> None:
        """Tables belong to the decision around the last one again."""
        self._tables = around


def named_values(names: Iterable[str], scope: Scope) -> list[NamedValue]:
    """Those of the variables that are there and are no functions."""
    found = []
    for name in names:
        here: Scope | None = scope
        while here is not None and name not in here.variables:
            here = here.parent
        if here is not None and type(here.variables[name]) is not Function:
            found.append(NamedValue(name, here.variables[name]))
    return found
