"""What stands left of `=` or behind `for`: names, several at once, and items of a list or context."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from engine.expressions.failure import Failure
from engine.expressions.python_subset.frames import Frame
from engine.expressions.python_subset.subscripts import put_item
from engine.expressions.python_subset.values import items_of
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.python_subset.compiler import Compiler

#: Puts a value where the target says.
Assign = Callable[[Frame, Value], None]


def compile_target(compiler: Compiler, node: ast.expr, names: list[str], *, items: bool) -> Assign:
    """The assignment; the names that it binds are added to `names`. `items`: `a["b"]` may be a target."""
    compiler.size += 1
    if isinstance(node, ast.Name):
        return _to_name(compiler, node, names)
    if isinstance(node, ast.Tuple | ast.List):
        return _unpacked([compile_target(compiler, part, names, items=items) for part in node.elts])
    if isinstance(node, ast.Subscript) and items and not isinstance(node.slice, ast.Slice):
        return _to_item(compiler, node)
    if isinstance(node, ast.Subscript):
        compiler.source.refuse(node, "此处不能给这样的部分赋值", "no assignment to this part here")
    return compiler.refuse_kind(node)


def _to_name(compiler: Compiler, node: ast.Name, names: list[str]) -> Assign:
    name = node.id
    compiler.check_name(name, node)
    names.append(name)

    def assign(frame: Frame, value: Value) -> None:
        frame.names[name] = value

    return assign


def _to_item(compiler: Compiler, node: ast.Subscript) -> Assign:
    compiler.note_change(node.value)
    owner, key = compiler.compile(node.value), compiler.compile(node.slice)
    return lambda frame, value: put_item(owner(frame), key(frame), value, frame.run)


def _unpacked(parts: list[Assign]) -> Assign:
    def assign(frame: Frame, value: Value) -> None:
        values = list(islice(items_of(value, frame.run), len(parts) + 1))
        if len(values) != len(parts):
            raise Failure(f"需要 {len(parts)} 个值", f"{len(parts)} values are needed here")
        for part, single in zip(parts, values, strict=True):
            part(frame, single)

    return assign
