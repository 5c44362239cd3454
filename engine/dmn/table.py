"""Decision tables (DMN 1.5, chapter 8): which rules match, and what the hit policy makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.dmn.model import Outcome
from engine.dmn.trace import MatchedRule, TableShape, Tracing
from engine.errors import ExpressionFailed
from engine.expressions.feel import operations as op
from engine.expressions.feel.builtins.lists import maximum, minimum, total
from engine.expressions.feel.run import Closure, Run, Scope
from engine.expressions.feel.unary import Test
from engine.values import Value
from engine.words import Words


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `tests` are (column, test) of the cells that are not `-`."""

    matched: MatchedRule
    tests: tuple[tuple[int, Test], ...]
    outputs: tuple[Closure, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """One output column. `allowed` are its values by priority; `default` holds when no rule matches."""

    name: str
    allowed: Closure | None
    default: Closure | None


@dataclass(frozen=True, slots=True)
class Table:
    element: str
    policy: str  # a key of POLICIES
    aggregation: str  # "" | a key of AGGREGATIONS
    inputs: tuple[Closure, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    shape: TableShape

    @property
    def gives_list(self) -> bool:
        """True where every matching rule gives its outputs."""
        return not self.aggregation and self.policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER")

    def decide(self, scope: Scope) -> Outcome:
        """The value and the rules behind it. Raises ExpressionFailed where they contradict each other."""
        values = [each(scope) for each in self.inputs]
        matching, stopped = self._matching(values, scope)
        outcome = POLICIES[self.policy](self, matching, scope) if matching else (self._default(scope), ())
        tracing = scope.run.tracing
        if isinstance(tracing, Tracing):
            tracing.table(self.shape, values, outcome[1], stopped)
        return outcome

    def _matching(self, values: Sequence[Value], scope: Scope) -> tuple[list[Rule], list[int]]:
        """The rules that match, and for each rule looked at the column (from 1) that did not hold, else 0."""
        run = scope.run
        scopes = [Scope({"?": value}, scope, run) for value in values]
        found: list[Rule] = []
        stopped: list[int] = []
        for rule in self.rules:
            run.spend(1 + len(rule.tests))
            for column, test in rule.tests:
                if test(values[column], scopes[column]) is not True:
                    stopped.append(column + 1)
                    break
            else:
                stopped.append(0)
                found.append(rule)
                if self.policy == "FIRST":
                    break
        return found, stopped

    def _default(self, scope: Scope) -> Value:
        if all(output.default is None for output in self.outputs):
            return None
        values = [None if output.default is None else output.default(scope) for output in self.outputs]
        return self.compose(values)

    def compose(self, values: Sequence[Value]) -> Value:
        """One output's value, or the context of several."""
        if len(self.outputs) == 1:
            return values[0]
        return {output.name: value for output, value in zip(self.outputs, values, strict=True)}

    def result(self, rule: Rule, scope: Scope) -> Value:
        return self.compose([output(scope) for output in rule.outputs])

    def failed(self, rules: Sequence[Rule], reason: Words) -> ExpressionFailed:
        named = ", ".join(f"{rule.matched.index} ({rule.matched.id})" for rule in rules[:_NAMED_RULES])
        more = len(rules) - _NAMED_RULES
        all_zh, all_en = (f" 等 {len(rules)} 条", f" and {more} more") if more > 0 else ("", "")
        words = Words(f"规则 {named}{all_zh} {reason.zh}", f"rules {named}{all_en} {reason.en}")
        return ExpressionFailed(self.element, self.policy, words)


#: Most rules that a message names.
_NAMED_RULES = 20
Policy = Callable[[Table, list[Rule], Scope], Outcome]
_AT_ONCE = Words("同时适用，而命中策略 UNIQUE 只许一条", "match at once, but the hit policy is UNIQUE")
_NOT_EQUAL = Words(
    "同时适用而结果不同，而命中策略 ANY 要求结果相同", "match with different results, but the hit policy is ANY"
)


def _unique(table: Table, matching: list[Rule], scope: Scope) -> Outcome:
    if len(matching) > 1:
        raise table.failed(matching, _AT_ONCE)
    return _first(table, matching, scope)


def _first(table: Table, matching: list[Rule], scope: Scope) -> Outcome:
    return table.result(matching[0], scope), (matching[0].matched,)


def _any(table: Table, matching: list[Rule], scope: Scope) -> Outcome:
    results = [table.result(rule, scope) for rule in matching]
    if any(op.equal(results[0], result, scope.run) is not True for result in results[1:]):
        raise table.failed(matching, _NOT_EQUAL)
    return results[0], _matched(matching)


def _priority(table: Table, matching: list[Rule], scope: Scope) -> Outcome:
    return _first(table, _by_priority(table, matching, scope), scope)


def _output_order(table: Table, matching: list[Rule], scope: Scope) -> Outcome:
    return _rule_order(table, _by_priority(table, matching, scope), scope)


def _by_priority(table: Table, matching: list[Rule], scope: Scope) -> list[Rule]:
    """The rules by the order of the allowed values, first column first; stable."""
    allowed = [_as_list(None if output.allowed is None else output.allowed(scope)) for output in table.outputs]

    def rank(rule: Rule) -> list[int]:
        return [
            _position(output(scope), values, scope.run) for output, values in zip(rule.outputs, allowed, strict=True)
        ]

    return sorted(matching, key=rank)


def _as_list(value: Value) -> list[Value]:
    return value if type(value) is list else []


def _position(value: Value, values: list[Value], run: Run) -> int:
    run.spend(len(values))
    same = (index for index, each in enumerate(values) if op.equal(each, value, run) is True)
    return next(same, len(values))


def _rule_order(table: Table, matching: list[Rule], scope: Scope) -> Outcome:
    return [table.result(rule, scope) for rule in matching], _matched(matching)


def _collect(table: Table, matching: list[Rule], scope: Scope) -> Outcome:
    values = [table.result(rule, scope) for rule in matching]
    if not table.aggregation:
        return values, _matched(matching)
    return AGGREGATIONS[table.aggregation](scope.run, values), _matched(matching)


def _matched(rules: Sequence[Rule]) -> tuple[MatchedRule, ...]:
    return tuple(rule.matched for rule in rules)


#: What each hit policy makes of at least one matching rule.
POLICIES: dict[str, Policy] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "ANY": _any,
    "PRIORITY": _priority,
    "COLLECT": _collect,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
}
AGGREGATIONS: dict[str, Callable[[Run, list[Value]], Value]] = {
    "SUM": total,
    "COUNT": lambda run, values: len(values),
    "MIN": minimum,
    "MAX": maximum,
}
