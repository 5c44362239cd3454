"""A trace as FEEL values that can be stored, and a trace again: nothing is decided anew to explain a decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.dmn.trace import DecisionStep, InputColumn, MatchedRule, NamedValue, OutputColumn, TableShape, TableTrace
from engine.expressions.feel.builtins.conversion import text_of
from engine.expressions.feel.objects import Clock, Function, Range
from engine.expressions.feel.run import Run
from engine.values import Value


def recorded_steps(steps: Iterable[DecisionStep], run: Run) -> list[Value]:
    """The steps as lists and contexts of FEEL values. Raises BudgetExceeded."""
    return [
        {
            **_head(step),
            "reads": {each.name: storable(each.value, run) for each in step.reads},
            "value": storable(step.value, run),
            "tables": [_recorded_table(each, run) for each in step.tables],
        }
        for step in steps
    ]


def bare_steps(steps: Iterable[DecisionStep]) -> list[Value]:
    """The same without any value, and without the rules that did not match."""
    return [
        {
            **_head(step),
            "reads": {},
            "value": None,
            "tables": [
                {**_table(each.table), "inputs": _columns(each.table), "rules": _rules(each.matched), "stopped": []}
                for each in step.tables
            ],
        }
        for step in steps
    ]


def _head(step: DecisionStep) -> dict[str, Value]:
    return {"decision": step.id, "name": step.name, "logic": step.logic}


def _recorded_table(trace: TableTrace, run: Run) -> Value:
    run.grown(len(trace.stopped))
    columns = _columns(trace.table)
    for column, value in zip(columns, trace.inputs, strict=True):
        column["value"] = storable(value, run)
    return {
        **_table(trace.table),
        "inputs": columns,
        "rules": _rules(trace.matched),
        "stopped": list(trace.stopped),
    }


def _table(table: TableShape) -> dict[str, Any]:
    policy = f"{table.policy} {table.aggregation}".rstrip()
    outputs = [{"id": each.id, "label": each.label, "name": each.name} for each in table.results]
    return {"table": table.id, "policy": policy, "outputs": outputs}


def _columns(table: TableShape) -> list[dict[str, Value]]:
    return [{"id": each.id, "label": each.label, "expression": each.expression, "value": None} for each in table.inputs]


def _rules(rules: Iterable[MatchedRule]) -> list[Value]:
    return [
        {
            "index": rule.index,
            "id": rule.id,
            "conditions": list(rule.conditions),
            "results": list(rule.results),
            "annotations": list(rule.annotations),
        }
        for rule in rules
    ]


def storable(value: Value, run: Run) -> Value:
    """`value`, what only lives inside an expression (a range, a function) as its text. Raises BudgetExceeded."""
    run.reads(run.walks(value))
    return _stored(value, run)


def _stored(value: Value, run: Run) -> Value:
    if type(value) is list:
        return [_stored(each, run) for each in value]
    if type(value) is dict:
        return {key: _stored(each, run) for key, each in value.items()}
    return text_of(value, run) if type(value) in (Range, Function, Clock) else value


def no_shapes(decision_id: str) -> Mapping[str, TableShape]:
    """Nothing is known of the tables."""
    return {}


def read_record(
    record: Iterable[Mapping[str, Any]], shapes: Callable[[str], Mapping[str, TableShape]] = no_shapes
) -> tuple[DecisionStep, ...]:
    """The steps that a record tells of. `shapes` gives the tables of a decision as they were written then
    (`Decisions.shapes` of the same file).

    A table that is not among them, or is not the one that the record tells of, has the rules that matched only.
    """
    return tuple(_step(each, shapes(each["decision"])) for each in record)


def _step(kept: Mapping[str, Any], shapes: Mapping[str, TableShape]) -> DecisionStep:
    return DecisionStep(
        kept["decision"],
        kept["name"],
        kept["logic"],
        tuple(NamedValue(name, value) for name, value in kept["reads"].items()),
        kept["value"],
        tuple(_trace(each, shapes.get(each["table"])) for each in kept["tables"]),
    )


def _trace(kept: Mapping[str, Any], shape: TableShape | None) -> TableTrace:
    matched = tuple(
        MatchedRule(
            each["index"],
            each["id"],
            tuple(each["annotations"]),
            tuple(each["conditions"]),
            tuple(each["results"]),
        )
        for each in kept["rules"]
    )
    columns = tuple(InputColumn(each["id"], each["label"], each["expression"]) for each in kept["inputs"])
    values = tuple(each["value"] for each in kept["inputs"])
    if shape is not None and shape.inputs == columns and _has(shape, matched):
        return TableTrace(shape, values, matched, tuple(kept["stopped"]))
    policy, _, aggregation = kept["policy"].partition(" ")
    results = tuple(OutputColumn(each["id"], each["label"], each["name"]) for each in kept["outputs"])
    only = TableShape(kept["table"], policy, aggregation, columns, results, matched)
    return TableTrace(only, values, matched, (0,) * len(matched))


def _has(shape: TableShape, matched: tuple[MatchedRule, ...]) -> bool:
    return all(shape.rules[rule.index - 1 : rule.index] == (rule,) for rule in matched)
