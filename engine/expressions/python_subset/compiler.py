"""Python expressions to closures, over an allow-list of nodes, functions and methods."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any, NoReturn

from engine.expressions.feel.numbers import DECIMAL
from engine.expressions.feel.run import Run
from engine.expressions.python_subset import operations as op
from engine.expressions.python_subset.calls import compile_call
from engine.expressions.python_subset.comprehensions import dict_comprehension, list_comprehension
from engine.expressions.python_subset.frames import Closure, Frame, look_up
from engine.expressions.python_subset.refusals import REFUSED
from engine.expressions.python_subset.source import Source
from engine.expressions.python_subset.subscripts import compile_subscript
from engine.expressions.python_subset.values import (
    INTEGER_BITS,
    as_text,
    contains,
    equal,
    joined,
    order,
    to_text,
    truth,
)
from engine.values import Value

_BINARY: dict[type, op.Operation] = {
    ast.Add: op.add,
    ast.Sub: op.subtract,
    ast.Mult: op.multiply,
    ast.Div: op.divide,
    ast.FloorDiv: op.floor_divide,
    ast.Mod: op.remainder,
    ast.Pow: op.power,
}
_COMPARE: dict[type, Callable[[Value, Value, Run], bool]] = {
    ast.Eq: equal,
    ast.NotEq: lambda left, right, run: not equal(left, right, run),
    ast.Lt: lambda left, right, run: order(left, right, run) < 0,
    ast.LtE: lambda left, right, run: order(left, right, run) <= 0,
    ast.Gt: lambda left, right, run: order(left, right, run) > 0,
    ast.GtE: lambda left, right, run: order(left, right, run) >= 0,
    ast.In: lambda left, right, run: contains(right, left, run),
    ast.NotIn: lambda left, right, run: not contains(right, left, run),
    ast.Is: lambda left, right, run: left is right,
    ast.IsNot: lambda left, right, run: left is not right,
}
_DECIMAL = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class Compiler:
    """Compiles one source. `changes`: whether what is called or assigned may change a value (in scripts).

    `names` collects the variables that are read, `changed` those that are changed in place, `size` counts
    the nodes; `bound` are the names that comprehensions around this place bind.
    """

    def __init__(self, source: Source, *, changes: bool) -> None:
        self.source = source
        self.changes = changes
        self.names: set[str] = set()
        self.changed: set[str] = set()
        self.changes_values = False
        self.size = 0
        self.bound: list[str] = []

    def compile(self, node: ast.expr) -> Closure:
        self.size += 1
        handler = _COMPILE.get(type(node))
        if handler is None:
            self.refuse_kind(node)
        return handler(self, node)

    def operation(self, operator: ast.operator, node: ast.AST) -> op.Operation:
        found = _BINARY.get(type(operator))
        if found is None:
            self.source.refuse(node, "不支持按位或矩阵运算", "no bitwise or matrix operator")
        return found

    def note_change(self, owner: ast.expr) -> None:
        """Something changes a part of this value: `order["items"].append(…)` changes `order`."""
        self.changes_values = True
        while isinstance(owner, ast.Subscript | ast.Attribute | ast.Call):
            owner = owner.func if isinstance(owner, ast.Call) else owner.value
        if isinstance(owner, ast.Name) and owner.id not in self.bound:
            self.changed.add(owner.id)

    def refuse_kind(self, node: ast.AST) -> NoReturn:
        """Refuse a node of a kind that is not run."""
        kind = type(node).__name__
        zh, en = REFUSED.get(kind, (f"不支持 {kind}", f"no {kind}"))
        self.source.refuse(node, zh, en)

    def check_name(self, name: str, node: ast.AST) -> None:
        if name.startswith("__"):
            self.source.refuse(node, f"名称不能以“__”开头：{name}", f"no name that starts with __: {name}")


def _constant(compiler: Compiler, node: ast.Constant) -> Closure:
    value: Value = node.value
    if type(value) is float:
        value = _decimal(compiler, node)
    elif type(value) is int and value.bit_length() > INTEGER_BITS:
        compiler.source.refuse(node, f"整数最大 {INTEGER_BITS} 位", f"an integer of at most {INTEGER_BITS} bits")
    elif type(value) is str:
        _check_characters(compiler, node, value)
    elif value is not None and type(value) not in (bool, int):
        compiler.source.refuse(node, "不支持这种字面量", "a number, text, True, False or None")
    return lambda frame: value


def _decimal(compiler: Compiler, node: ast.Constant) -> Decimal:
    """A literal with a point or exponent, exactly as it was written."""
    written = compiler.source.written(node).replace("_", "")
    if not _DECIMAL.fullmatch(written) or float(written) != node.value:
        written = repr(node.value)
    try:
        return DECIMAL.create_decimal(written)
    except DecimalException:
        compiler.source.refuse(node, "数字超出范围", "a number within the range of decimals")


def _check_characters(compiler: Compiler, node: ast.AST, text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        compiler.source.refuse(node, "字符串含有不完整的字符", "no lone surrogate in a string")


def _name(compiler: Compiler, node: ast.Name) -> Closure:
    name = node.id
    compiler.check_name(name, node)
    if name not in compiler.bound:
        compiler.names.add(name)
    return lambda frame: look_up(frame, name)


def _binary(compiler: Compiler, node: ast.BinOp) -> Closure:
    """A chain from left to right, however long."""
    rest: list[tuple[op.Operation, Closure]] = []
    left: ast.expr = node
    links: list[ast.BinOp] = []
    while isinstance(left, ast.BinOp):
        links.append(left)
        left = left.left
    first = compiler.compile(left)
    for link in reversed(links):
        operation = compiler.operation(link.op, link)
        if isinstance(link.op, ast.Mod) and isinstance(link.left, (ast.JoinedStr, ast.Constant)):
            _check_not_formatting(compiler, link)
        rest.append((operation, compiler.compile(link.right)))
    if len(rest) == 1:
        operation, right = rest[0]
        return lambda frame: operation(first(frame), right(frame), frame.run)

    def chain(frame: Frame) -> Value:
        value = first(frame)
        for operation, operand in rest:
            value = operation(value, operand(frame), frame.run)
        return value

    return chain


def _check_not_formatting(compiler: Compiler, node: ast.BinOp) -> None:
    if isinstance(node.left, ast.JoinedStr) or type(node.left.value) is str:  # type: ignore[attr-defined]
        compiler.source.refuse(node, '文本不支持“%”，请用 f"…"', 'no % on a text: write f"…"')


def _unary(compiler: Compiler, node: ast.UnaryOp) -> Closure:
    operand = compiler.compile(node.operand)
    if isinstance(node.op, ast.Not):
        return lambda frame: not truth(operand(frame))
    if isinstance(node.op, ast.USub):
        return lambda frame: op.negate(operand(frame), frame.run)
    if isinstance(node.op, ast.UAdd):
        return lambda frame: op.unchanged(operand(frame), frame.run)
    return compiler.source.refuse(node, "不支持按位或矩阵运算", "no bitwise or matrix operator")


def _logic(compiler: Compiler, node: ast.BoolOp) -> Closure:
    """The operand that decides, as Python gives it: `"" or 3` is 3."""
    *operands, last = [compiler.compile(value) for value in node.values]
    decisive = isinstance(node.op, ast.Or)

    def decide(frame: Frame) -> Value:
        for operand in operands:
            value = operand(frame)
            if truth(value) is decisive:
                return value
        return last(frame)

    return decide


def _comparison(compiler: Compiler, node: ast.Compare) -> Closure:
    left = compiler.compile(node.left)
    links = []
    for operator, operand in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, (ast.Is, ast.IsNot)):
            _check_identity(compiler, operand)
        links.append((_COMPARE[type(operator)], compiler.compile(operand)))
    if len(links) == 1:
        compare, right = links[0]
        return lambda frame: compare(left(frame), right(frame), frame.run)

    def chain(frame: Frame) -> Value:
        value = left(frame)
        for compare, operand in links:
            following = operand(frame)
            if not compare(value, following, frame.run):
                return False
            value = following
        return True

    return chain


def _check_identity(compiler: Compiler, operand: ast.expr) -> None:
    if not isinstance(operand, ast.Constant) or not any(operand.value is each for each in (None, True, False)):
        compiler.source.refuse(operand, "is 之后只能是 None、True 或 False", "None, True or False after `is`")


def _conditional(compiler: Compiler, node: ast.IfExp) -> Closure:
    test, then, otherwise = (compiler.compile(part) for part in (node.test, node.body, node.orelse))
    return lambda frame: then(frame) if truth(test(frame)) else otherwise(frame)


def _list(compiler: Compiler, node: ast.List) -> Closure:
    items = [compiler.compile(item) for item in node.elts]
    return lambda frame: [item(frame) for item in items]


def _tuple(compiler: Compiler, node: ast.Tuple) -> Closure:
    items = [compiler.compile(item) for item in node.elts]
    return lambda frame: tuple([item(frame) for item in items])


def _dict(compiler: Compiler, node: ast.Dict) -> Closure:
    entries: list[tuple[Closure, Closure]] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            compiler.source.refuse(value, "不支持“**”展开", "no ** in a context")
        entries.append((compiler.compile(key), compiler.compile(value)))
    return lambda frame: {as_text(key(frame)): value(frame) for key, value in entries}


def _text(compiler: Compiler, node: ast.JoinedStr) -> Closure:
    """An f-string of plain `{value}` places."""
    parts = [compiler.compile(value) for value in node.values]
    return lambda frame: joined((to_text(part(frame), frame.run) for part in parts), "", frame.run)


def _place(compiler: Compiler, node: ast.FormattedValue) -> Closure:
    if node.conversion != -1 or node.format_spec is not None:
        compiler.source.refuse(node, "f 字符串不支持格式说明", "no conversion and no format in an f-string")
    return compiler.compile(node.value)


_COMPILE: dict[type, Callable[[Compiler, Any], Closure]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _logic,
    ast.Compare: _comparison,
    ast.IfExp: _conditional,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Dict: _dict,
    ast.JoinedStr: _text,
    ast.FormattedValue: _place,
    ast.Subscript: compile_subscript,
    ast.ListComp: list_comprehension,
    ast.DictComp: dict_comprehension,
    ast.Call: compile_call,
}
