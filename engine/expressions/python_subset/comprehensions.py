"""Comprehensions and generator expressions: every turn pays for what it evaluates."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.expressions.python_subset.frames import Closure, Frame
from engine.expressions.python_subset.functions import put
from engine.expressions.python_subset.targets import Assign, compile_target
from engine.expressions.python_subset.values import collected, items_of, truth
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions.python_subset.compiler import Compiler

#: Most `for` clauses in one comprehension.
CLAUSES = 8


@dataclass(frozen=True, slots=True)
class _Clause:
    """`for target in items if …`."""

    items: Closure
    assign: Assign
    conditions: tuple[Closure, ...]


def list_comprehension(compiler: Compiler, node: ast.ListComp) -> Closure:
    items = compile_generator(compiler, node)
    return lambda frame: collected(items(frame), frame.run)


def compile_generator(compiler: Compiler, node: ast.ListComp | ast.GeneratorExp) -> Callable[[Frame], Iterator[Value]]:
    """The items one by one, as they are asked for."""
    turns, (element,) = _turns(compiler, node.generators, [node.elt])

    def items(frame: Frame) -> Iterator[Value]:
        for inner in turns(frame):
            yield element(inner)

    return items


def dict_comprehension(compiler: Compiler, node: ast.DictComp) -> Closure:
    turns, (key, value) = _turns(compiler, node.generators, [node.key, node.value])

    def build(frame: Frame) -> Value:
        made: dict[str, Value] = {}
        for inner in turns(frame):
            put(frame.run, made, key(inner), value(inner))
        return made

    return build


def _turns(
    compiler: Compiler, generators: list[ast.comprehension], elements: list[ast.expr]
) -> tuple[Callable[[Frame], Iterator[Frame]], list[Closure]]:
    """What gives the frame of each turn, and the elements compiled to be evaluated in it."""
    if len(generators) > CLAUSES:
        compiler.source.refuse(generators[CLAUSES].target, f"最多 {CLAUSES} 个 for", f"at most {CLAUSES} for clauses")
    outside, before = len(compiler.bound), compiler.size
    clauses = [_clause(compiler, generator) for generator in generators]
    compiled = [compiler.compile(element) for element in elements]
    del compiler.bound[outside:]
    cost = compiler.size - before

    def turns(frame: Frame) -> Iterator[Frame]:
        return _nested(clauses, 0, Frame({}, frame, frame.run), cost)

    return turns, compiled


def _clause(compiler: Compiler, node: ast.comprehension) -> _Clause:
    if node.is_async:
        compiler.source.refuse(node.target, "不支持 async", "no async")
    items = compiler.compile(node.iter)
    assign = compile_target(compiler, node.target, compiler.bound, items=False)
    return _Clause(items, assign, tuple(compiler.compile(condition) for condition in node.ifs))


def _nested(clauses: list[_Clause], index: int, frame: Frame, cost: int) -> Iterator[Frame]:
    clause = clauses[index]
    for item in items_of(clause.items(frame), frame.run):
        frame.run.spend(cost)
        clause.assign(frame, item)
        if all(truth(condition(frame)) for condition in clause.conditions):
            if index + 1 < len(clauses):
                yield from _nested(clauses, index + 1, frame, cost)
            else:
                yield frame
