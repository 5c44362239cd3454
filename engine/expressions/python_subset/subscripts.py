"""`value[key]` and `value[start:end:step]`: reading, assigning, deleting."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from engine.expressions.failure import Failure, kind_words
from engine.expressions.feel.run import Run
from engine.expressions.python_subset.frames import Closure, Frame
from engine.expressions.python_subset.functions import put
from engine.expressions.python_subset.methods import item_at, no_key, place_of
from engine.expressions.python_subset.values import is_list
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.python_subset.compiler import Compiler


def compile_subscript(compiler: Compiler, node: ast.Subscript) -> Closure:
    value = compiler.compile(node.value)
    if isinstance(node.slice, ast.Slice):
        return _slice(compiler, value, node.slice)
    key = compiler.compile(node.slice)
    return lambda frame: item(value(frame), key(frame), frame.run)


def _slice(compiler: Compiler, value: Closure, node: ast.Slice) -> Closure:
    bounds = [None if part is None else compiler.compile(part) for part in (node.lower, node.upper, node.step)]

    def cut(frame: Frame) -> Value:
        whole = value(frame)
        if type(whole) is not str and not is_list(whole):
            raise _no_items(whole)
        start, end, step = (None if bound is None else _bound(bound(frame)) for bound in bounds)
        if step == 0:
            raise Failure("切片的步长不能为零", "a slice needs a step that is not zero")
        part = whole[start:end:step]
        frame.run.spend(len(part) >> 8 if type(part) is str else len(part))
        return part

    return cut


def _bound(value: Value) -> int | None:
    return None if value is None else place_of(value)


def _no_items(value: Value) -> Failure:
    words = kind_words(value)
    return Failure(f"{words.zh}不能用方括号取值", f"a {words.en} has nothing between brackets")


def item(value: Value, key: Value, run: Run) -> Value:
    """`value[key]`. Raises Failure where nothing is there."""
    if type(value) is dict:
        if type(key) is str and key in value:
            return value[key]
        raise no_key(key, run)
    if type(value) is str or is_list(value):
        return value[item_at(value, key)]
    raise _no_items(value)


def put_item(value: Value, key: Value, new: Value, run: Run) -> None:
    """`value[key] = new`. Raises Failure."""
    if type(value) is dict:
        put(run, value, key, new)
    elif type(value) is list:
        value[item_at(value, key)] = new
    else:
        words = kind_words(value)
        raise Failure(f"{words.zh}不能修改", f"a {words.en} cannot be changed")


def delete_item(value: Value, key: Value, run: Run) -> None:
    """`del value[key]`. Raises Failure."""
    item(value, key, run)
    if type(value) is dict:
        del value[key]
    elif type(value) is list:
        run.spend(len(value) >> 3)
        del value[item_at(value, key)]
    else:
        words = kind_words(value)
        raise Failure(f"{words.zh}不能修改", f"a {words.en} cannot be changed")
