"""What a decision table leaves out, says twice, or says in vain (DMN 1.5, 8.3.4): shown by examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.dmn.analysis.columns import dimensions_of
from engine.dmn.analysis.constants import UNKNOWN, constant
from engine.dmn.analysis.effort import Effort, GaveUp
from engine.dmn.analysis.gaps import Gap
from engine.dmn.analysis.rules import Rules
from engine.dmn.analysis.source import Entry, InputSource, TableSource
from engine.dmn.analysis.telling import Telling, clipped, example, hole
from engine.dmn.analysis.types import Type, texts_of
from engine.expressions.feel.operations import equal, kind
from engine.expressions.feel.run import Run
from engine.values import Value

#: Examples of one kind that are listed for one table.
MOST_EXAMPLES = 5
#: What one of the searches of one table may take.
_SHARE = 300_000
_LISTED = 5


def check_table(table: TableSource, types: Callable[[InputSource], Type], telling: Telling, effort: Effort) -> None:
    """All findings about the rules of one table. Never raises: what was not finished is told."""
    if not table.rules:
        telling("no-rules", table.id, table.line, table=_name(table))
        return
    if any(len(rule.cells) != len(table.inputs) for rule in table.rules):
        return  # an error of the reader
    check = _TableCheck(table, telling)
    with check.bounded(effort) as own:
        check.rules = Rules(dimensions_of(table, types, own), len(table.rules), own)
    for step in (check.unused, check.never, check.missing, check.overlaps, check.masked):
        if check.rules is not None:
            with check.bounded(effort) as own:
                check.rules.effort = own
                for sweep in (*check.rules.sure, *check.rules.maybe):
                    sweep.effort = own
                step(check.rules, own)
    if check.gave_up:
        telling("table-not-fully-checked", table.id, table.line, table=_name(table))


class _TableCheck:
    def __init__(self, table: TableSource, telling: Telling) -> None:
        self.table = table
        self.telling = telling
        self.rules: Rules | None = None
        self.gave_up = False

    @contextmanager
    def bounded(self, effort: Effort) -> Iterator[Effort]:
        """A share of the effort; running out of it ends the search, not the check."""
        own = Effort(max(0, min(_SHARE, effort.left)))
        given = own.left
        try:
            yield own
        except GaveUp:
            self.gave_up = True
        effort.left -= given - max(0, own.left)

    def unused(self, rules: Rules, effort: Effort) -> None:
        """Columns that no rule tells anything apart by."""
        if rules.count < 2:
            return
        for dimension in rules.dimensions:
            if len(set(dimension.texts)) == 1 or all(parts == dimension.domain.all for parts in dimension.takes):
                column = self.table.inputs[dimension.columns[0]]
                self.telling("input-unused", column.id, column.line, column=clipped(dimension.label))

    def never(self, rules: Rules, effort: Effort) -> None:
        for rule, number in rules.never():
            dimension, source = rules.dimensions[number], self.table.rules[rule]
            cell = source.cells[dimension.columns[0]]
            said = {"rule": source.index, "column": clipped(dimension.label), "cell": clipped(cell.text)}
            self.telling("rule-never-applies", source.id or cell.id, cell.line or source.line, **said)

    def missing(self, rules: Rules, effort: Effort) -> None:
        """Values without a rule: certain ones, else those that may come."""
        table = self.table
        lists = not table.aggregation and table.policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
        if lists or table.aggregation or any(output.has_default for output in table.outputs):
            return  # no match is an answer of its own
        told = 0
        known: list[Gap] = []
        for sure in (True, False):
            for gap in rules.missing(sure=sure, effort=effort):
                effort.take(len(known))
                if any(_within(gap, other) for other in known):
                    continue
                known.append(gap)
                if told == MOST_EXAMPLES:
                    self.telling("more-missing", table.id, table.line, table=_name(table))
                    return
                code = "rule-missing" if sure else "rule-missing-perhaps"
                self.telling(code, table.id, table.line, example=hole(rules.dimensions, gap))
                told += 1
            if told:
                return

    def overlaps(self, rules: Rules, effort: Effort) -> None:
        """Pairs of rules that the hit policy does not allow."""
        if self.table.policy not in ("UNIQUE", "ANY"):
            return
        told = more = 0
        for one, other in rules.overlapping():
            if told == MOST_EXAMPLES and self.table.policy == "UNIQUE":
                more += 1
                continue
            effort.take(2 * len(rules.dimensions))
            code, chosen = self._pair(rules, one, other)
            if not code:
                continue
            if told == MOST_EXAMPLES:
                more += 1
                continue
            told += 1
            first, second = self.table.rules[one], self.table.rules[other]
            said = {"one": first.index, "other": second.index, "example": example(rules.dimensions, chosen)}
            self.telling(code, second.id or self.table.id, second.line, **said)
        if more:
            self.telling("more-overlaps", self.table.id, self.table.line, table=_name(self.table), count=more)

    def _pair(self, rules: Rules, one: int, other: int) -> tuple[str, dict[int, int]]:
        """The code of what is wrong with two rules that match at once ("" for nothing), and the values."""
        chosen: dict[int, int] = {}
        sure = True
        for number, dimension in enumerate(rules.dimensions):
            both = dimension.takes[one] & dimension.takes[other]
            if both == dimension.domain.all:
                continue
            chosen[number] = both
            sure = sure and dimension.sure and bool(both & dimension.domain.sure)
        if self.table.policy == "UNIQUE":
            return "rules-overlap" if sure else "rules-overlap-perhaps", chosen
        pairs = zip(self.table.rules[one].outputs, self.table.rules[other].outputs, strict=False)
        return "rules-contradict" if sure and any(_differ(a, b) for a, b in pairs) else "", chosen

    def masked(self, rules: Rules, effort: Effort) -> None:
        """Rules that never decide, since others that match whenever they do come first."""
        order = self._order()
        for rule, others in rules.masked(order, effort) if order else ():
            source = self.table.rules[rule]
            shown = ", ".join(str(other + 1) for other in others[:_LISTED]) + (", …" if len(others) > _LISTED else "")
            said = {"rule": source.index, "others": shown, "policy": self.table.policy}
            self.telling("rule-masked", source.id or self.table.id, source.line, **said)

    def _order(self) -> list[int]:
        """The rules in the order in which they decide; none where the hit policy has no order, or it is not known."""
        table = self.table
        if table.policy == "FIRST":
            return list(range(len(table.rules)))
        if table.policy != "PRIORITY":
            return []
        ranks = [self._rank(rule.outputs) for rule in table.rules]
        if any(rank is None for rank in ranks):
            return []
        return sorted(range(len(ranks)), key=lambda at: (ranks[at], at))

    def _rank(self, outputs: tuple[Entry, ...]) -> list[int] | None:
        found = []
        for output, entry in zip(self.table.outputs, outputs, strict=False):
            texts = texts_of(output.allowed) if output.allowed is not None else None
            value = _value(entry)
            if texts is None or value is UNKNOWN:
                return None
            found.append(texts.index(value) if value in texts else len(texts))
        return found


def _within(gap: Gap, other: Gap) -> bool:
    """Whether all of a place lies in another one; an input that a place does not name may be anything."""
    return all(number in gap and not gap[number] & ~parts for number, parts in other.items())


def _value(entry: Entry) -> Value:
    return UNKNOWN if entry.tree is None else constant(entry.tree)


def _differ(one: Entry, other: Entry) -> bool:
    """Whether both give constants, and not the same."""
    values = _value(one), _value(other)
    if UNKNOWN in values or "other" in map(kind, values):
        return False
    return equal(*values, Run(None, "")) is not True


def _name(table: TableSource) -> str:
    return clipped(table.decision or table.id)
