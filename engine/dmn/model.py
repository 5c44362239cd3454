"""Decisions as data, ready to be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.dmn.trace import DecisionStep, MatchedRule, TableShape, Tracing, named_values, recorded_steps
from engine.errors import BudgetExceeded, ExpressionFailed
from engine.expressions import Context
from engine.expressions.feel.run import CALL_LIMIT, Run, Scope
from engine.values import Value


@dataclass(frozen=True, slots=True)
class DecisionOutcome:
    """What was decided, and why.

    `value`: of one output, or a context of several; `matched`: the rules of the decision's own table that it came
    from; `steps`: every decision of the graph that was needed, each after those that it needed, this one last.
    """

    value: Value
    matched: tuple[MatchedRule, ...] = ()
    steps: tuple[DecisionStep, ...] = ()

    def record(self) -> list[Value]:
        """The steps as FEEL values that the ledger can store (lists, contexts, texts, numbers, dates).

        One context for each step: "decision", "name", "logic", "reads" (context), "value", "tables": for each
        "table", "policy", "inputs" (label, expression, value), "rules" (index, id, conditions, annotations).
        What cannot be stored, a range or a function, stands there as its text. Raises BudgetExceeded where the
        values that were read are larger than an evaluation may make.
        """
        return recorded_steps(self.steps, Run(None, "record"))


Outcome = tuple[Value, tuple[MatchedRule, ...]]
Conform = Callable[[Value], Value]


@dataclass(frozen=True, slots=True)
class InputData:
    """A value that the caller gives."""

    id: str
    name: str
    conform: Conform = field(repr=False)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model or decision service: a function for those that require it."""

    id: str
    name: str
    requires: tuple[str, ...]
    build: Callable[[Scope], Value] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """`requires` are the ids of all input data, decisions and knowledge it needs, each before its users."""

    id: str
    name: str  # for people
    variable: str  # under which other decisions read it
    question: str
    requires: tuple[str, ...]
    names: frozenset[str]  # variables its logic reads
    conform: Conform = field(repr=False)
    decide: Callable[[Scope], Outcome] = field(repr=False)
    columns: tuple[str, ...] = ()  # the names of a table's outputs
    gives_list: bool = False  # a table of which every matching rule gives its outputs
    reads: tuple[str, ...] = ()  # the same names in order, for the trace
    logic: str = ""  # the kind of its expression, "decisionTable", "context" …; "" where it has none
    table: TableShape | None = None  # its own table as written


Node = InputData | Knowledge | Decision


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions of one file, by id."""

    file: str
    nodes: Mapping[str, Node] = field(repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the decisions, in the order of the file."""
        return tuple(key for key, node in self.nodes.items() if isinstance(node, Decision))

    def decision(self, decision_id: str) -> Decision:
        """The decision of this id. Raises KeyError."""
        node = self.nodes[decision_id]
        if not isinstance(node, Decision):
            raise KeyError(decision_id)
        return node

    def evaluate(
        self, decision_id: str, variables: Mapping[str, Value], context: Context | None = None
    ) -> DecisionOutcome:
        """Decide over these variables, required decisions first; one step budget for all.

        The outcome tells how it came about (`steps`). Raises KeyError (no such decision), ExpressionFailed (rules
        that contradict the hit policy, a value that is not of its declared type), BudgetExceeded.
        """
        decision = self.decision(decision_id)
        run = Run(context, decision_id)
        run.tracing = tracing = Tracing()
        given = Scope(variables, None, run)
        known: dict[str, Value] = {}
        scope = Scope(known, given, run)
        try:
            for required in decision.requires:
                bind(self.nodes[required], variables, known, scope)
            value, matched = decided(decision, scope)
            run.check_result(value)
            return DecisionOutcome(value, matched, tuple(tracing.steps))
        except RecursionError as deep:
            raise BudgetExceeded(decision_id, "levels of evaluation", CALL_LIMIT) from deep


def conformed(node: InputData | Decision, value: Value) -> Value:
    """The value, of the declared type. Raises ExpressionFailed where it is not.

    DMN would give null; a ruling on a value that silently vanished would be worse than no ruling.
    """
    result = node.conform(value)
    if result is None and value is not None:
        raise ExpressionFailed(node.id, node.name, "the value is not of the declared type")
    return result


def decided(node: Decision, scope: Scope) -> Outcome:
    """The decision's value, of its declared type, and the rules behind it; told to who traces."""
    tracing = scope.run.tracing
    if not isinstance(tracing, Tracing):
        value, matched = node.decide(scope)
        return conformed(node, value), matched
    around = tracing.opened()
    reads = named_values(node.reads, scope)
    value, matched = node.decide(scope)
    value = conformed(node, value)
    tracing.closed(node.id, node.name, node.logic, reads, value)
    tracing.back_to(around)
    return value, matched


def bind(node: Node, given: Mapping[str, Value], known: dict[str, Value], scope: Scope) -> None:
    """Put what `node` stands for under its name into `known`."""
    if isinstance(node, InputData):
        if node.name in given:
            known[node.name] = conformed(node, given[node.name])
    elif isinstance(node, Knowledge):
        known[node.name] = node.build(scope)
    else:
        known[node.variable] = decided(node, scope)[0]
