"""The result of a decision, laid out as the diagram's dialect has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.bpmn.program import Computed
from engine.runtime.codec import checked
from engine.runtime.stuck import Stuck
from engine.values import Value
from engine.words import Words

if TYPE_CHECKING:
    from engine.dmn import Decisions
    from engine.dmn.model import Decision, DecisionOutcome


def written(said: Computed, decisions: Decisions, name: str, outcome: DecisionOutcome) -> dict[str, Value]:
    """The variables that a decision's outcome gives. Raises Stuck where it does not fit the layout asked for."""
    if said.shape == "outputs":
        return {key: checked(value) for key, value in _outputs(decisions.decision(name), outcome).items()}
    if not said.variable:
        return {}
    if not said.shape:
        return {said.variable: checked(outcome.value)}
    return {said.variable: checked(_SHAPES[said.shape](_rows(decisions.decision(name), outcome)))}


def _rows(decision: Decision, outcome: DecisionOutcome) -> list[dict[str, Value]]:
    """One context of outputs by name for each rule that matched, or for the one value of another kind of logic."""
    columns = decision.columns
    if outcome.value is None and columns and not outcome.matched:
        return []
    values = outcome.value if decision.gives_list and isinstance(outcome.value, list) else [outcome.value]
    if len(columns) > 1:
        return [each if isinstance(each, dict) else {} for each in values]
    return [{(columns[0] if columns else decision.variable): each} for each in values]


def _outputs(decision: Decision, outcome: DecisionOutcome) -> dict[str, Value]:
    """Each output by its name; a list of what all rules give where the table collects."""
    rows = _rows(decision, outcome)
    if decision.gives_list:
        return {name: [row.get(name) for row in rows] for name in decision.columns}
    return rows[0] if rows else {}


def _single_result(rows: list[dict[str, Value]]) -> Value:
    if len(rows) > 1:
        raise _too_many("rules", len(rows))
    return rows[0] if rows else None


def _single_entry(rows: list[dict[str, Value]]) -> Value:
    return _entry(rows[0]) if _single_result(rows) is not None else None


def _collected(rows: list[dict[str, Value]]) -> Value:
    return [_entry(row) for row in rows]


def _entry(row: dict[str, Value]) -> Value:
    if len(row) > 1:
        raise _too_many("outputs", len(row))
    return next(iter(row.values()), None)


def _too_many(what: str, count: int) -> Stuck:
    words = Words(
        f"决策给出 {count} 个结果（{what}），而此处只能有一个",
        f"the decision gives {count} {what} where one is expected",
    )
    return Stuck("wrong-value", words)


_SHAPES: dict[str, Callable[[list[dict[str, Value]]], Value]] = {
    "singleEntry": _single_entry,
    "singleResult": _single_result,
    "collectEntries": _collected,
    "resultList": list,
}
