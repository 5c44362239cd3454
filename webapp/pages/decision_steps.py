"""How a page shows what decided: each decision with what it read, its tables, and why each rule holds or does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.dmn import DecisionStep, MatchedRule, OutputColumn, TableTrace
from engine.values import Value
from webapp import feel_text

#: Rules of a table that are shown, those that matched among them; and characters of a value in a table.
MOST_RULES, LONGEST_CELL = 200, 200
MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """In whose words a decision is shown.

    `text` gives what an attribute of an element says: (id of the element, attribute, as written) -> words; `meaning`
    what a value means to people: (expression of the input column, value) -> words, "" where it says no more than
    the value itself; `condition` an input cell: (expression of its column, cell) -> words. `labels`: result columns
    are headed by their labels, not by their names.
    """

    text: Callable[[str, str, str], str]
    meaning: Callable[[str, Value], str]
    condition: Callable[[str, str], str]
    labels: bool


#: As designers know it: the file's own text.
AS_WRITTEN = Reading(
    lambda element, attribute, text: text, lambda expression, value: "", lambda expression, cell: cell, labels=False
)


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule of a table. `state`: "decides", "holds" (matched, but another one decided), "stopped" at the column
    `stopped` (from 1), or "unseen"."""

    index: int
    id: str
    state: str
    stopped: int
    conditions: tuple[str, ...]
    results: tuple[str, ...]
    notes: str


@dataclass(frozen=True, slots=True)
class TableShown:
    """A table as it was evaluated. `inputs` are (label, value as text, what it means or ""); `deciding`: the numbers
    of the rules that gave the result, in the order in which they gave it; `left_out`: how many are not shown."""

    policy: str
    inputs: tuple[tuple[str, str, str], ...]
    outputs: tuple[str, ...]
    rules: tuple[RuleShown, ...]
    left_out: int
    deciding: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StepShown:
    """A decision as it was decided. `reads` are (name, value as text)."""

    id: str
    name: str
    value: str
    reads: tuple[tuple[str, str], ...]
    tables: tuple[TableShown, ...]


def steps_shown(steps: Sequence[DecisionStep], reading: Reading = AS_WRITTEN) -> list[StepShown]:
    """The decisions in the order in which they were decided, the asked one first."""
    return [_step(step, reading) for step in list(reversed(steps))[:MOST_STEPS]]


def _step(step: DecisionStep, reading: Reading) -> StepShown:
    reads = tuple((each.name, short_text(each.value)) for each in step.reads)
    tables = tuple(_table(trace, reading) for trace in step.tables)
    name = reading.text(step.id, "name", step.name)
    return StepShown(step.id, name, feel_text.written(step.value), reads, tables)


def _table(trace: TableTrace, reading: Reading) -> TableShown:
    table = trace.table
    deciding = {rule.index for rule in trace.matched}
    held = [at for at, stopped in enumerate(trace.stopped) if not stopped]
    wanted = dict.fromkeys([*held[:MOST_RULES], *range(min(len(table.rules), MOST_RULES))])
    rules = [_rule(table.rules[at], at, deciding, trace, reading) for at in sorted(wanted)[:MOST_RULES]]
    inputs = tuple(
        (
            reading.text(column.id, "label", column.label),
            short_text(value),
            reading.meaning(column.expression, value),
        )
        for column, value in zip(table.inputs, trace.inputs, strict=True)
    )
    outputs = tuple(_result_head(column, reading) for column in table.results)
    numbers = tuple(rule.index for rule in trace.matched[:MOST_RULES])
    policy = f"{table.policy} {table.aggregation}".strip()
    return TableShown(policy, inputs, outputs, tuple(rules), len(table.rules) - len(rules), numbers)


def _result_head(column: OutputColumn, reading: Reading) -> str:
    """The name in the file, which designers know; people read the label."""
    return column.name if not reading.labels else reading.text(column.id, "label", column.label)


def _rule(rule: MatchedRule, at: int, deciding: set[int], trace: TableTrace, reading: Reading) -> RuleShown:
    stopped = trace.stopped[at] if at < len(trace.stopped) else 0
    state = "decides" if rule.index in deciding else "stopped" if stopped else "holds"
    if at >= len(trace.stopped) and state != "decides":
        state = "unseen"
    results = tuple(
        reading.text(f"{rule.id}-{column.name}", "text", text)
        for column, text in zip(trace.table.results, rule.results, strict=False)
    )
    notes = reading.text(rule.id, "annotation", "；".join(filter(None, rule.annotations)))
    conditions = tuple(
        reading.condition(column.expression, cell)
        for column, cell in zip(trace.table.inputs, rule.conditions, strict=False)
    )
    return RuleShown(rule.index, rule.id, state, stopped, conditions, results, notes)


def short_text(value: object) -> str:
    """A value as text, cut where it is long."""
    text = feel_text.written(value)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"
