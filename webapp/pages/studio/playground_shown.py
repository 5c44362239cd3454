"""How the playground shows what came out: the place of a fault in its source, each table with its rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.dmn import DecisionStep, MatchedRule, TableTrace
from engine.playground import Fault
from webapp import feel_text

#: Rules of a table that are shown, those that matched among them; and characters of a value in a table.
MOST_RULES, LONGEST_CELL = 200, 200
MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of the source; the marked part is where the fault is, none in lines without one."""

    number: int
    before: str
    marked: str
    after: str


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
    """A table as it was evaluated. `inputs` are (label, value as text); `deciding`: the numbers of the rules that gave
    the result, in the order in which they gave it; `left_out`: how many rules are not shown."""

    policy: str
    inputs: tuple[tuple[str, str], ...]
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


def marked_source(source: str, fault: Fault | None) -> list[SourceLine] | None:
    """The lines of the source with the place of the fault; None where it has no place."""
    if fault is None or fault.line is None or fault.column is None:
        return None
    lines = source.split("\n")
    shown = []
    for number, line in enumerate(lines, 1):
        at = fault.column - 1 if number == fault.line else len(line)
        end = at + 1 if number == fault.line else at
        mark = (line[at:end] or "␣") if number == fault.line else ""
        shown.append(SourceLine(number, line[:at], mark, line[end:]))
    near = max(0, fault.line - 6)
    return shown[near : fault.line + 5]


def steps_shown(steps: Sequence[DecisionStep]) -> list[StepShown]:
    """The decisions in the order in which they were decided, the asked one first."""
    return [_step(step) for step in list(reversed(steps))[:MOST_STEPS]]


def _step(step: DecisionStep) -> StepShown:
    reads = tuple((each.name, _text(each.value)) for each in step.reads)
    return StepShown(step.id, step.name, feel_text.written(step.value), reads, tuple(map(_table, step.tables)))


def _table(trace: TableTrace) -> TableShown:
    table = trace.table
    deciding = {rule.index for rule in trace.matched}
    held = [at for at, stopped in enumerate(trace.stopped) if not stopped]
    wanted = dict.fromkeys([*held[:MOST_RULES], *range(min(len(table.rules), MOST_RULES))])
    rules = [_rule(table.rules[at], at, deciding, trace.stopped) for at in sorted(wanted)[:MOST_RULES]]
    inputs = tuple((column.label, _text(value)) for column, value in zip(table.inputs, trace.inputs, strict=True))
    numbers = tuple(rule.index for rule in trace.matched[:MOST_RULES])
    policy = f"{table.policy} {table.aggregation}".strip()
    return TableShown(policy, inputs, table.outputs, tuple(rules), len(table.rules) - len(rules), numbers)


def _rule(rule: MatchedRule, at: int, deciding: set[int], stopped: Sequence[int]) -> RuleShown:
    column = stopped[at] if at < len(stopped) else 0
    state = "decides" if rule.index in deciding else "stopped" if column else "holds"
    if at >= len(stopped):
        state = "unseen"
    notes = "；".join(filter(None, rule.annotations))
    return RuleShown(rule.index, rule.id, state, column, rule.conditions, rule.results, notes)


def _text(value: object) -> str:
    text = feel_text.written(value)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"
