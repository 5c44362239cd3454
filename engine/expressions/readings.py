"""What a text would be in each language: for files that do not say which one they mean.

FEEL and Python read one text as the same where both trees are equal and made of nothing but

- numbers, texts without backslash, names of one word, brackets, lists, `true`, `false` and `null`
  (names in Python, where they would be an error and not another value);
- `+ - * / **`, `< <= > >= !=` between two values;
- `and`, `or` and `not(…)` of such comparisons or of `true` and `false`.

They agree then over variables that are there and of the kinds that the operators are for; anything else is an
error in Python and null in FEEL. All other texts that both read are taken to differ: `in` (an item of a list
against a part of a text too), `and` of values (a boolean against the deciding value), `x[1]` (counted from 1
against 0), calls, `True` (a name in FEEL), `1 < x < 3`, `a ** b ** c`, `-a ** b`, a `//` comment …
"""

from __future__ import annotations

import ast
from decimal import Decimal

from engine.errors import ExpressionInvalid
from engine.expressions.expression import compile_expression
from engine.expressions.feel import nodes as n
from engine.expressions.feel.parser import parse_expression as parse_feel
from engine.expressions.python_subset.source import Source
from engine.expressions.python_subset.source import parse_expression as parse_python

#: A tree written down flat: each operator with its number of operands, then the operands, the last one first.
_Flat = list[tuple[str, object]]
_CONSTANTS = {"true": True, "false": False, "null": None}
_SIGNS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.NotEq: "!=",
    ast.And: "and", ast.Or: "or",
}  # fmt: skip


class _Apart(Exception):
    """A part that the two languages do not share."""


def parses_as(source: str, language: str) -> bool:
    """Whether the text is an expression of this language; false for a language that is not known."""
    try:
        compile_expression(source, language=language)
    except ExpressionInvalid:
        return False
    return True


def differs_from_python(source: str) -> bool:
    """Whether both FEEL and Python read the text, and may mean different things by it (the rule stands above)."""
    if not parses_as(source, "feel") or not parses_as(source, "python"):
        return False
    try:
        python_source, tree = parse_python(source)
        return _from_feel(parse_feel(source)) != _from_python(tree, python_source)
    except _Apart:
        return True


def _from_feel(tree: n.Node) -> _Flat:
    made: _Flat = []
    waiting: list[n.Node | tuple[str, object]] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            made.append(node)
        elif isinstance(node, n.Literal):
            made.append(_value(node.value))
        elif isinstance(node, n.Name):
            made.append(("name", node.name))
        elif isinstance(node, n.Negation):
            made.append(("negated", 1))
            waiting.append(node.operand)
        elif isinstance(node, n.Comparison):
            made.append((node.operator, 2))
            waiting += (node.left, node.right)
        elif isinstance(node, n.ListOf):
            made.append(("list", len(node.items)))
            waiting += node.items
        elif isinstance(node, n.Logic) and all(map(_is_feel_test, node.operands)):
            made.append((node.operator, len(node.operands)))
            waiting += node.operands
        elif isinstance(node, n.Call) and _is_feel_test(node):
            made.append(("not", 1))
            waiting += node.positional
        elif isinstance(node, n.Arithmetic):
            # A chain is a tree that leans to the left: its last operator is the outermost.
            waiting.append(node.first)
            for operator, operand in node.rest:
                waiting += (operand, (operator, 2))
        else:
            raise _Apart
    return made


def _is_feel_test(node: n.Node) -> bool:
    """Whether the node can only be true or false, over values that it is made for."""
    if isinstance(node, n.Call):
        is_not = isinstance(node.function, n.Name) and node.function.name == "not" and not node.named
        return is_not and len(node.positional) == 1 and _is_feel_test(node.positional[0])
    return isinstance(node, n.Comparison | n.Logic) or (isinstance(node, n.Literal) and type(node.value) is bool)


def _from_python(tree: ast.expr, source: Source) -> _Flat:
    made: _Flat = []
    waiting: list[ast.expr] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant):
            made.append(_python_value(node, source))
        elif isinstance(node, ast.Name):
            made.append(_value(_CONSTANTS[node.id]) if node.id in _CONSTANTS else ("name", node.id))
        elif isinstance(node, ast.UnaryOp):
            _add_unary(node, made, waiting)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            made.append((_sign(node.ops[0]), 2))
            waiting += (node.left, *node.comparators)
        elif isinstance(node, ast.List):
            made.append(("list", len(node.elts)))
            waiting += node.elts
        elif isinstance(node, ast.BoolOp):
            made.append((_sign(node.op), len(node.values)))
            waiting += node.values
        elif isinstance(node, ast.BinOp):
            made.append((_sign(node.op), 2))
            waiting += (node.left, node.right)
        else:
            raise _Apart
    return made


def _add_unary(node: ast.UnaryOp, made: _Flat, waiting: list[ast.expr]) -> None:
    operand = node.operand
    if isinstance(node.op, ast.Not):
        made.append(("not", 1))
    elif isinstance(node.op, ast.USub):
        if isinstance(operand, ast.Constant) and type(operand.value) in (int, float):
            made.append(_value(-Decimal(repr(operand.value))))
            return
        made.append(("negated", 1))
    else:
        raise _Apart
    waiting.append(operand)


def _python_value(node: ast.Constant, source: Source) -> tuple[str, object]:
    """A constant. `True`, `False` and `None` are names in FEEL; a backslash may mean another character."""
    if type(node.value) in (int, float):
        return _value(Decimal(repr(node.value)))
    if type(node.value) is str and "\\" not in source.written(node):
        return _value(node.value)
    raise _Apart


def _sign(operator: ast.AST) -> str:
    sign = _SIGNS.get(type(operator))
    if sign is None:
        raise _Apart
    return sign


def _value(value: object) -> tuple[str, object]:
    """Numbers are one type; booleans are none of them."""
    if type(value) is bool:
        return "boolean", value
    return ("number", Decimal(value)) if isinstance(value, int | Decimal) else ("value", value)
