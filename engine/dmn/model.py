"""Decisions as data, ready to be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.dmn.graph import in_order
from engine.dmn.record import bare_steps, recorded_steps
from engine.dmn.trace import DecisionStep, MatchedRule, TableShape, Tracing, named_values
from engine.dmn.types import Conform, of_declared_type
from engine.errors import BudgetExceeded
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

    def record(self, context: Context | None = None) -> list[Value]:
        """The steps as FEEL values that the ledger can store; `engine.dmn.read_record` makes steps of them again.

        One context for each step: "decision", "name", "logic", "reads" (context), "value", "tables": for each
        "table", "policy", "inputs" (id, label, expression, value), "outputs" (id, label, name), "rules" (index, id,
        conditions, results, annotations), "stopped". What cannot be stored, a range or a function, stands there as
        its text.

        Writing it is work of its own, beside the deciding: it has the step budget of `context` once more (that of an
        evaluation without a context), of which every value is paid for as often as it was read. Raises
        BudgetExceeded; `bare_record` has what can always be told.
        """
        return recorded_steps(self.steps, Run(context, self.steps[-1].id if self.steps else ""))

    def bare_record(self) -> list[Value]:
        """The record without any value: the decisions, their tables and the rules that matched. Needs no budget."""
        return bare_steps(self.steps)


Outcome = tuple[Value, tuple[MatchedRule, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """Which file a node stands in, and which files read it under which name.

    `home` is "" for the file that was asked for, else the namespace with a "#". `importers` are (home, name of the
    import); where that name is "", the node is read as one of the importing file's own.
    """

    home: str = ""
    importers: tuple[tuple[str, str], ...] = ()


OWN_PLACE = Place()


@dataclass(frozen=True, slots=True)
class InputData:
    """A value that the caller gives."""

    id: str
    name: str
    conform: Conform = field(repr=False)
    place: Place = OWN_PLACE

    @property
    def variable(self) -> str:
        """Under which others read it."""
        return self.name


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model or decision service: a function for those that require it."""

    id: str
    name: str
    requires: tuple[str, ...]
    build: Callable[[Frames], Value] = field(repr=False)
    place: Place = OWN_PLACE
    tables: tuple[TableShape, ...] = ()  # those in its logic, as written

    @property
    def variable(self) -> str:
        """Under which others read it."""
        return self.name


@dataclass(frozen=True, slots=True)
class Decision:
    """`requires` are the ids of the input data, decisions and knowledge that it requires directly."""

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
    place: Place = OWN_PLACE
    tables: tuple[TableShape, ...] = ()  # all in its logic, its own or those of boxed expressions
    file: str = ""  # the name of its file


Node = InputData | Knowledge | Decision


def requirements_of(node: Node) -> tuple[str, ...]:
    """The ids of what a node requires directly."""
    return () if isinstance(node, InputData) else node.requires


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions of one file, by id; those of imported files by their namespace, "#" and id."""

    file: str
    nodes: Mapping[str, Node] = field(repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the decisions, in the order of the file."""
        return tuple(key for key, node in self.nodes.items() if isinstance(node, Decision) and not node.place.home)

    def decision(self, decision_id: str) -> Decision:
        """The decision of this id. Raises KeyError."""
        node = self.nodes[decision_id]
        if not isinstance(node, Decision):
            raise KeyError(decision_id)
        return node

    def shapes(self, decision_id: str) -> dict[str, TableShape]:
        """The tables that the decision may have asked, as written, by id: those of what it requires, then its own.

        Empty where there is no such decision.
        """
        node = self.nodes.get(decision_id)
        if not isinstance(node, Decision):
            return {}
        nodes = [*(self.nodes[key] for key in self.needed(decision_id)), node]
        return {shape.id: shape for each in nodes if not isinstance(each, InputData) for shape in each.tables}

    def needed(self, decision_id: str) -> list[str]:
        """The ids of all that the decision requires, directly or not, each before what requires it.

        Raises KeyError.
        """
        return in_order(self.decision(decision_id).requires, self._requires)

    def _requires(self, key: str) -> tuple[str, ...]:
        return requirements_of(self.nodes[key])

    def evaluate(
        self,
        decision_id: str,
        variables: Mapping[str, Value],
        context: Context | None = None,
        *,
        unfit_is_null: bool = False,
    ) -> DecisionOutcome:
        """Decide over these variables, required decisions first; one step budget for all.

        Input data of an imported file is read from the variables by its name, too. A value that is not of its
        declared type is an error, unless `unfit_is_null`: then it is null, as DMN has it (10.3.2.9.4).

        The outcome tells how it came about (`steps`). Raises KeyError (no such decision), ExpressionFailed (rules
        that contradict the hit policy, a value that is not of its declared type), BudgetExceeded.
        """
        decision = self.decision(decision_id)
        run = Run(context, decision_id)
        run.tracing = tracing = Tracing(unfit_is_null=unfit_is_null)
        frames = Frames(variables, run)
        try:
            for required in self.needed(decision_id):
                frames.bind(self.nodes[required])
            value, matched = frames.decided(decision)
            run.check_result(value)
            return DecisionOutcome(value, matched, tuple(tracing.steps))
        except RecursionError as deep:
            raise BudgetExceeded(decision_id, "levels of evaluation", CALL_LIMIT) from deep


class Frames:
    """What is known while deciding, for each file by the names that it uses.

    Outermost are the variables given by the caller; the frames of a decision service stand within those of the
    graph around it.
    """

    __slots__ = ("_around", "_known", "_scopes", "given", "run")

    def __init__(self, given: Mapping[str, Value], run: Run, around: Frames | None = None) -> None:
        self.given = given
        self.run = run
        self._around = around
        self._known: dict[str, dict[str, Value]] = {}
        self._scopes: dict[str, Scope] = {}

    def scope(self, home: str) -> Scope:
        """The variables that the file at `home` sees."""
        found = self._scopes.get(home)
        if found is None:
            around = Scope(self.given, None, self.run) if self._around is None else self._around.scope(home)
            found = self._scopes[home] = Scope(self._known.setdefault(home, {}), around, self.run)
        return found

    def value_of(self, node: Node) -> Value:
        """What a node that was bound stands for; None where it was not."""
        return self._known.get(node.place.home, {}).get(node.variable)

    def knows(self, node: Node) -> bool:
        return node.variable in self._known.get(node.place.home, {})

    def tell(self, node: Node, value: Value) -> None:
        """Let all files that read `node` see its value."""
        self._known.setdefault(node.place.home, {})[node.variable] = value
        for home, name in node.place.importers:
            seen = self._known.setdefault(home, {})
            if name:
                before = seen.get(name)
                seen[name] = {**(before if type(before) is dict else {}), node.variable: value}
            else:
                seen[node.variable] = value

    def bind(self, node: Node) -> None:
        """Find what `node` stands for, and tell it."""
        if isinstance(node, InputData):
            if node.name in self.given:
                self.tell(node, self.conformed(node, self.given[node.name]))
        elif isinstance(node, Knowledge):
            self.tell(node, node.build(self))
        else:
            self.tell(node, self.decided(node)[0])

    def decided(self, node: Decision) -> Outcome:
        """The decision's value, of its declared type, and the rules behind it; told to who traces."""
        scope = self.scope(node.place.home)
        tracing = self.run.tracing
        if not isinstance(tracing, Tracing):
            value, matched = node.decide(scope)
            return self.conformed(node, value), matched
        around = tracing.opened()
        reads = named_values(node.reads, scope)
        value, matched = node.decide(scope)
        value = self.conformed(node, value)
        tracing.closed(node.id, node.name, node.logic, reads, value)
        tracing.back_to(around)
        return value, matched

    def conformed(self, node: InputData | Decision, value: Value) -> Value:
        """The value, of its declared type. Raises ExpressionFailed."""
        return of_declared_type(value, node.conform, self.run, node.id, node.name)
