"""The syntax tree back to source text: read again, the text gives the same tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from engine.expressions.feel import nodes as n
from engine.expressions.feel.builtins.conversion import quoted
from engine.expressions.feel.operations import kind
from engine.expressions.feel.parser import ADD, AND, COMPARE, INSTANCE, MULTIPLY, NEGATE, OR, POSTFIX, POWER
from engine.expressions.feel.temporal import date_text, date_time_text, duration_text, time_text

#: What stands where an operand of any kind may stand, and what never needs brackets.
_ANYTHING, _WHOLE = 0, POSTFIX + 1
_CHAINS: dict[str, int] = {"+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "**": POWER}


def printed(node: n.Node) -> str:
    """The source text of a tree. Raises ValueError for a part that FEEL has no text for (a decision table)."""
    return _PRINTERS[type(node)](node)


def _operand(node: n.Node, above: int) -> str:
    """The text of an operand, in brackets unless it binds tighter than `above`."""
    text = printed(node)
    return text if _strength(node) > above else f"({text})"


def _strength(node: n.Node) -> int:
    """How tight a node binds; least of all what runs on to the right as far as it can."""
    if isinstance(node, n.Arithmetic):
        return _CHAINS[node.rest[0][0]]
    if isinstance(node, n.Logic):
        return OR if node.operator == "or" else AND
    # The type after `instance of` would read a `<` behind it as its own.
    if isinstance(node, n.Comparison | n.Between | n.Membership | n.InstanceOf):
        return COMPARE
    if isinstance(node, n.Negation):
        return NEGATE
    if isinstance(node, n.Literal) and type(node.value) in (int, Decimal):
        return POSTFIX
    if isinstance(node, n.Conditional | n.For | n.Quantified | n.FunctionOf):
        return _ANYTHING
    return _WHOLE


def _literal(node: n.Literal) -> str:
    value = node.value
    if value is None or type(value) is bool:
        return {None: "null", True: "true", False: "false"}[value]
    if type(value) is str:
        return quoted(value)
    name = kind(value)
    return str(value) if name == "number" else f'@"{_TEMPORAL[name](value)}"'


_TEMPORAL: dict[str, Callable[[Any], str]] = {
    "date": date_text,
    "time": time_text,
    "date and time": date_time_text,
    "days and time duration": duration_text,
    "years and months duration": duration_text,
}


def _arithmetic(node: n.Arithmetic) -> str:
    strength = _strength(node)
    rest = "".join(f" {operator} {_operand(operand, strength)}" for operator, operand in node.rest)
    return _operand(node.first, strength) + rest


def _negation(node: n.Negation) -> str:
    return f"-{_operand(node.operand, NEGATE - 1)}"


def _logic(node: n.Logic) -> str:
    strength = _strength(node)
    return f" {node.operator} ".join(_operand(operand, strength) for operand in node.operands)


def _comparison(node: n.Comparison) -> str:
    return f"{_operand(node.left, COMPARE)} {node.operator} {_operand(node.right, COMPARE)}"


def _between(node: n.Between) -> str:
    value, low, high = (_operand(part, COMPARE) for part in (node.value, node.low, node.high))
    return f"{value} between {low} and {high}"


def _test(test: n.UnaryTest) -> str:
    return f"{test.operator} {_operand(test.operand, COMPARE)}" if test.operator else printed(test.operand)


def _membership(node: n.Membership) -> str:
    return f"{_operand(node.value, COMPARE)} in ({', '.join(map(_test, node.tests))})"


def _tests(node: n.Tests) -> str:
    if not node.tests:
        return "-"
    text = ", ".join(map(_test, node.tests))
    if node.negated:
        return f"not({text})"
    first = node.tests[0]
    calls_not = text.startswith("not(") and not first.operator
    return f"({printed(first.operand)}){text[len(printed(first.operand)) :]}" if calls_not else text


def _conditional(node: n.Conditional) -> str:
    return f"if {printed(node.condition)} then {printed(node.then)} else {printed(node.otherwise)}"


def _binding(node: n.Binding) -> str:
    if node.end is None:
        return f"{node.name} in {printed(node.source)}"
    return f"{node.name} in {_operand(node.source, COMPARE)}..{_operand(node.end, COMPARE)}"


def _for(node: n.For) -> str:
    return f"for {_joined(map(_binding, node.bindings))} return {printed(node.body)}"


def _quantified(node: n.Quantified) -> str:
    return f"{node.quantifier} {_joined(map(_binding, node.bindings))} satisfies {printed(node.condition)}"


def _list(node: n.ListOf) -> str:
    return f"[{_joined(map(printed, node.items))}]"


def _context(node: n.ContextOf) -> str:
    return f"{{{_joined(f'{quoted(key)}: {printed(value)}' for key, value in node.entries)}}}"


def _range(node: n.RangeOf) -> str:
    if node.operator and node.end is not None:
        return f"({node.operator} {_operand(node.end, COMPARE)})"
    if node.start is None and node.end is not None:
        return f"({'<=' if node.end_included else '<'} {_operand(node.end, COMPARE)})"
    if node.end is None and node.start is not None:
        return f"({'>=' if node.start_included else '>'} {_operand(node.start, COMPARE)})"
    ends = "..".join(_operand(end, COMPARE) for end in (node.start, node.end) if end is not None)
    return f"{'[' if node.start_included else '('}{ends}{']' if node.end_included else ')'}"


def _path(node: n.Path) -> str:
    return f"{_operand(node.value, POSTFIX)}.{node.name}"


def _filter(node: n.Filter) -> str:
    return f"{_operand(node.value, POSTFIX)}[{printed(node.condition)}]"


def _call(node: n.Call) -> str:
    named = (f"{name}: {printed(value)}" for name, value in node.named)
    return f"{_operand(node.function, POSTFIX)}({_joined([*map(printed, node.positional), *named])})"


def _function(node: n.FunctionOf) -> str:
    pairs = zip(node.parameters, node.types, strict=True)
    parameters = _joined(name if type_ is None else f"{name}: {type_text(type_)}" for name, type_ in pairs)
    return f"function({parameters}) {printed(node.body)}"


def _instance_of(node: n.InstanceOf) -> str:
    return f"{_operand(node.value, INSTANCE)} instance of {type_text(node.type)}"


def type_text(wanted: n.TypeName) -> str:
    """A type as it is written after `instance of`."""
    parts = [type_text(argument) for argument in wanted.arguments]
    if wanted.name == "function" and parts:
        return f"function<{_joined(parts[:-1])}>->{parts[-1]}"
    if wanted.name == "context" and parts:
        return f"context<{_joined(f'{key}: {part}' for key, part in zip(wanted.keys, parts, strict=True))}>"
    return f"{wanted.name}<{_joined(parts)}>" if parts else wanted.name


def _computed(node: n.Computed) -> str:
    raise ValueError("a boxed expression that FEEL has no text for")


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _name(node: n.Name) -> str:
    return node.name


_PRINTERS: dict[type, Callable[[Any], str]] = {
    n.Literal: _literal,
    n.Name: _name,
    n.Arithmetic: _arithmetic,
    n.Negation: _negation,
    n.Logic: _logic,
    n.Comparison: _comparison,
    n.Between: _between,
    n.UnaryTest: _test,
    n.Membership: _membership,
    n.Tests: _tests,
    n.Conditional: _conditional,
    n.Binding: _binding,
    n.For: _for,
    n.Quantified: _quantified,
    n.ListOf: _list,
    n.ContextOf: _context,
    n.RangeOf: _range,
    n.Path: _path,
    n.Filter: _filter,
    n.Call: _call,
    n.FunctionOf: _function,
    n.InstanceOf: _instance_of,
    n.Computed: _computed,
}
