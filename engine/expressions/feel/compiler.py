"""The syntax tree to Python closures. Compiled once, evaluated often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.expressions.feel import nodes as n
from engine.expressions.feel import operations as op
from engine.expressions.feel.arithmetic import compile_arithmetic, compile_negation
from engine.expressions.feel.builtins import BUILTINS
from engine.expressions.feel.calls import compile_call, defined_function
from engine.expressions.feel.filters import compile_filter
from engine.expressions.feel.loops import compile_for, compile_quantified
from engine.expressions.feel.objects import Range
from engine.expressions.feel.paths import compile_path
from engine.expressions.feel.run import Closure, Run, Scope, look_up
from engine.expressions.feel.types import TypeTests, instance_test, looks_inside
from engine.expressions.feel.unary import COMPARISONS, COMPARISONS_AT_ONCE, compile_membership
from engine.values import Value

_MISSING = object()


class Compiler:
    """Compiles one tree. `types` are those declared around it, `list_types` the ones of lists.

    `free` collects the names that the tree does not bind itself; `size` counts its nodes, `partials` how
    often it names `partial`.
    """

    def __init__(self, types: TypeTests | None = None, list_types: frozenset[str] = frozenset()) -> None:
        self.types = types or {}
        self.list_types = list_types
        self.free: set[str] = set()
        self.size = 0
        self.partials = 0
        self._level = 0
        self._deepest = 0
        self._bound: list[str] = []
        self._bound_counts: dict[str, int] = {}

    def compile(self, node: n.Node, levels: int = 1) -> Closure:
        """The closure of a node, which stands `levels` under the one around it."""
        self.size += 1
        self._level += levels
        self._deepest = max(self._deepest, self._level)
        closure = _COMPILE[type(node)](self, node)
        self._level -= levels
        return closure

    def compile_measured(self, node: n.Node) -> tuple[Closure, int]:
        """The closure of a node, and how many levels of nodes it has."""
        before, self._deepest = self._deepest, self._level
        closure = self.compile(node)
        levels = self._deepest - self._level
        self._deepest = max(before, self._deepest)
        return closure, levels

    def is_variable(self, name: str) -> bool:
        """Whether a name is looked up as it is: no built-in function, no path that a name with dots may be."""
        return self.binds(name) or (name not in BUILTINS and "." not in name)

    def binds(self, name: str) -> bool:
        """Whether a loop, context or function around this place binds the name."""
        return self._bound_counts.get(name, 0) > 0

    def bind(self, *names: str) -> None:
        for name in names:
            self._bound.append(name)
            self._bound_counts[name] = self._bound_counts.get(name, 0) + 1

    def unbind(self, count: int) -> None:
        for _ in range(count):
            self._bound_counts[self._bound.pop()] -= 1


def _literal(compiler: Compiler, node: n.Literal) -> Closure:
    value = node.value
    return lambda scope: value


def _name(compiler: Compiler, node: n.Name) -> Closure:
    name = node.name
    compiler.partials += name == "partial"
    if compiler.binds(name):
        return _variable(name)
    if name in BUILTINS:
        compiler.free.add(name)
        fallback = BUILTINS[name]
        return lambda scope: look_up(scope, name, fallback)
    if "." in name:
        return _dotted(compiler, node)
    compiler.free.add(name)
    return _variable(name)


def _variable(name: str) -> Closure:
    def evaluate(scope: Scope) -> Value:
        try:
            return scope.variables[name]
        except KeyError:
            return look_up(scope.parent, name)

    return evaluate


def _dotted(compiler: Compiler, node: n.Name) -> Closure:
    """A known name with dots (some modellers name parameters `Person.Age`), else the path it looks like."""
    first, *rest = node.name.split(".")
    path: n.Node = n.Name(node.line, node.column, first.strip())
    for part in rest:
        path = n.Path(node.line, node.column, path, part.strip())
    name, walk = node.name, compiler.compile(path)

    def evaluate(scope: Scope) -> Value:
        found = look_up(scope, name, _MISSING)
        return walk(scope) if found is _MISSING else found

    return evaluate


def _logic(compiler: Compiler, node: n.Logic) -> Closure:
    operands = tuple(compiler.compile(operand) for operand in node.operands)
    decisive = node.operator == "or"  # `true` decides an or, `false` an and
    if len(operands) == 2:
        return _logic_of_two(*operands, decisive=decisive)

    def evaluate(scope: Scope) -> Value:
        unknown = False
        for operand in operands:
            value = operand(scope)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                unknown = True
        return None if unknown else not decisive

    return evaluate


def _logic_of_two(first: Closure, second: Closure, *, decisive: bool) -> Closure:
    def evaluate(scope: Scope) -> Value:
        left = first(scope)
        if left is decisive:
            return decisive
        right = second(scope)
        if right is decisive:
            return decisive
        return None if type(left) is not bool or type(right) is not bool else not decisive

    return evaluate


def _comparison(compiler: Compiler, node: n.Comparison) -> Closure:
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    compare, at_once = COMPARISONS[node.operator], COMPARISONS_AT_ONCE[node.operator]
    if isinstance(node.right, n.Literal) and _is_plain(node.right.value):
        if isinstance(node.left, n.Name) and compiler.is_variable(node.left.name):
            return _variable_and_literal(compare, at_once, node.left.name, node.right.value)
        return _compared_with_literal(compare, at_once, left, node.right.value)

    def evaluate(scope: Scope) -> Value:
        a, b = left(scope), right(scope)
        if type(a) is int and type(b) is int:
            return at_once(a, b)
        return compare(a, b, scope.run)

    return evaluate


def _is_plain(literal: Value) -> bool:
    """Whether what is of its type is compared with it at once: what reads no more than a short text costs nothing."""
    return type(literal) is int or (type(literal) is str and len(literal) < 256)


def _variable_and_literal(
    compare: Callable[..., Value], at_once: Callable[[Any, Any], bool], name: str, literal: Value
) -> Closure:
    """`age > 18`: the same in one step, since conditions of forms and flows are full of it."""
    type_ = type(literal)

    def evaluate(scope: Scope) -> Value:
        try:
            value = scope.variables[name]
        except KeyError:
            value = look_up(scope.parent, name)
        if type(value) is type_:
            return at_once(value, literal)
        return compare(value, literal, scope.run)

    return evaluate


def _compared_with_literal(
    compare: Callable[..., Value], at_once: Callable[[Any, Any], bool], left: Closure, literal: Value
) -> Closure:
    type_ = type(literal)

    def evaluate(scope: Scope) -> Value:
        value = left(scope)
        if type(value) is type_:
            return at_once(value, literal)
        return compare(value, literal, scope.run)

    return evaluate


def _between(compiler: Compiler, node: n.Between) -> Closure:
    value, low, high = (compiler.compile(part) for part in (node.value, node.low, node.high))

    def evaluate(scope: Scope) -> Value:
        wanted = value(scope)
        run = scope.run
        return op.conjunction(op.less_or_equal(low(scope), wanted, run), op.less_or_equal(wanted, high(scope), run))

    return evaluate


def _conditional(compiler: Compiler, node: n.Conditional) -> Closure:
    condition, then, otherwise = (compiler.compile(part) for part in (node.condition, node.then, node.otherwise))
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


def _list(compiler: Compiler, node: n.ListOf) -> Closure:
    items = tuple(compiler.compile(item) for item in node.items)
    literals = [item.value for item in node.items if isinstance(item, n.Literal)]
    if len(literals) == len(items):
        return lambda scope: literals.copy()
    return lambda scope: [item(scope) for item in items]


def _context(compiler: Compiler, node: n.ContextOf) -> Closure:
    entries = []
    for key, value in node.entries:
        entries.append((key, compiler.compile(value)))
        compiler.bind(key)
    compiler.unbind(len(entries))
    literals = {key: value.value for key, value in node.entries if isinstance(value, n.Literal)}
    if len(literals) == len(entries):
        return lambda scope: literals.copy()
    if all(isinstance(value, n.Literal) or _is_outside(value, node) for _, value in node.entries):
        return _unrelated(entries)

    def evaluate(scope: Scope) -> Value:
        made: dict[str, Value] = {}
        inner = Scope(made, scope, scope.run)
        for key, value in entries:
            made[key] = value(inner)
        return made

    return evaluate


def _unrelated(entries: list[tuple[str, Closure]]) -> Closure:
    """A context of which no entry reads another: they need no scope of their own."""

    def evaluate(scope: Scope) -> Value:
        made: dict[str, Value] = {}
        for key, value in entries:
            made[key] = value(scope)
        return made

    return evaluate


def _is_outside(value: n.Node, context: n.ContextOf) -> bool:
    """Whether it is a name, and not that of an entry."""
    return isinstance(value, n.Name) and value.name.split(".")[0].strip() not in dict(context.entries)


def _range(compiler: Compiler, node: n.RangeOf) -> Closure:
    start = None if node.start is None else compiler.compile(node.start)
    end = None if node.end is None else compiler.compile(node.end)
    start_included, end_included, operator = node.start_included, node.end_included, node.operator
    if all(point is None or isinstance(point, n.Literal) for point in (node.start, node.end)):
        return _constant_range(node)

    def evaluate(scope: Scope) -> Value:
        low = None if start is None else start(scope)
        high = None if end is None else end(scope)
        if not _makes_range(low, high, scope.run):
            return None
        complete = (start is None or low is not None) and (end is None or high is not None)
        return Range(low, high, start_included, end_included, complete, operator)

    return evaluate


def _makes_range(low: Value, high: Value, run: Run) -> bool:
    """Whether both ends have an order, and the same one."""
    if any(point is not None and op.kind(point) not in op.ORDERED for point in (low, high)):
        return False
    return low is None or high is None or op.ordered(low, high, run) is not None


def _constant_range(node: n.RangeOf) -> Closure:
    """`[1..5]`, made while compiling."""
    low, high = (each.value if isinstance(each, n.Literal) else None for each in (node.start, node.end))
    complete = (node.start is None or low is not None) and (node.end is None or high is not None)
    made = Range(low, high, node.start_included, node.end_included, complete, node.operator)
    value = made if _makes_range(low, high, Run(None, "")) else None
    return lambda scope: value


def _instance_of(compiler: Compiler, node: n.InstanceOf) -> Closure:
    value, test = compiler.compile(node.value), instance_test(node.type, compiler.types)
    if not looks_inside(node.type, compiler.types):
        return lambda scope: test(value(scope))

    def evaluate(scope: Scope) -> Value:
        asked = value(scope)
        scope.run.walks(asked)
        return test(asked)

    return evaluate


_COMPILE: dict[type, Callable[..., Closure]] = {
    n.Literal: _literal,
    n.Name: _name,
    n.Arithmetic: compile_arithmetic,
    n.Negation: compile_negation,
    n.Logic: _logic,
    n.Comparison: _comparison,
    n.Between: _between,
    n.Membership: compile_membership,
    n.Conditional: _conditional,
    n.For: compile_for,
    n.Quantified: compile_quantified,
    n.ListOf: _list,
    n.ContextOf: _context,
    n.RangeOf: _range,
    n.Path: compile_path,
    n.Filter: compile_filter,
    n.Call: compile_call,
    n.FunctionOf: defined_function,
    n.InstanceOf: _instance_of,
    n.Computed: lambda compiler, node: node.build(compiler),
}
