"""The statements of a script to closures. Every turn of a loop pays for what it runs."""

from __future__ import annotations

import ast
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any

from engine.errors import BpmnErrorThrown
from engine.expressions.failure import Failure
from engine.expressions.python_subset.calls import BPMN_ERROR, SLEEP
from engine.expressions.python_subset.compiler import Compiler
from engine.expressions.python_subset.frames import Closure, Frame, look_up
from engine.expressions.python_subset.methods import extend
from engine.expressions.python_subset.operations import Operation
from engine.expressions.python_subset.source import Source
from engine.expressions.python_subset.subscripts import delete_item, item, put_item
from engine.expressions.python_subset.targets import compile_target
from engine.expressions.python_subset.values import items_of, to_text, truth
from engine.values import Value

#: Under this name, which no script can write, stands how many seconds it has slept.
SLEPT = "@slept"
#: A year, in seconds.
LONGEST_SLEEP = 31_536_000


class Signal(Enum):
    """How a statement ends the turn of the loop around it."""

    BREAK = "break"
    CONTINUE = "continue"


#: Runs, and gives None where the next statement follows.
Statement = Callable[[Frame], Signal | None]


class Script(Compiler):
    """Compiles the statements of one script. `assigned` collects the names that they bind."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, changes=True)
        self.assigned: list[str] = []
        self.loops = 0

    def block(self, nodes: list[ast.stmt]) -> Statement:
        """The statements one after the other."""
        statements = [self.statement(node) for node in nodes]

        def run(frame: Frame) -> Signal | None:
            for statement in statements:
                signal = statement(frame)
                if signal is not None:
                    return signal
            return None

        return run

    def statement(self, node: ast.stmt) -> Statement:
        self.size += 1
        handler = _COMPILE.get(type(node))
        if handler is None:
            self.refuse_kind(node)
        return handler(self, node)

    def turn(self, nodes: list[ast.stmt]) -> tuple[Statement, int]:
        """The body of a loop, and what one turn of it costs."""
        before = self.size
        self.loops += 1
        body = self.block(nodes)
        self.loops -= 1
        return body, self.size - before + 1


def _pass(script: Script, node: ast.Pass) -> Statement:
    return lambda frame: None


def _expression(script: Script, node: ast.Expr) -> Statement:
    if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
        special = {BPMN_ERROR: _thrown, SLEEP: _slept}.get(node.value.func.id)
        if special is not None:
            return special(script, node.value)
    value = script.compile(node.value)

    def run(frame: Frame) -> None:
        value(frame)

    return run


def _raise(script: Script, node: ast.Raise) -> Statement:
    thrown = node.exc
    if (
        node.cause is not None
        or not isinstance(thrown, ast.Call)
        or not isinstance(thrown.func, ast.Name)
        or thrown.func.id != BPMN_ERROR
    ):
        script.source.refuse(node, f'只能 raise {BPMN_ERROR}("代码")', f'only raise {BPMN_ERROR}("code")')
    return _thrown(script, thrown)


def _slept(script: Script, node: ast.Call) -> Statement:
    """`sleep(seconds)`: nothing sleeps here; whoever runs the script lets so much time pass before it counts as
    done."""
    if node.keywords or len(node.args) != 1:
        script.source.refuse(node, f"{SLEEP} 需要秒数", f"a number of seconds for {SLEEP}")
    part = script.compile(node.args[0])

    def sleep(frame: Frame) -> None:
        seconds = part(frame)
        if type(seconds) not in (int, Decimal) or not 0 <= seconds <= LONGEST_SLEEP:
            raise Failure(f"秒数应为 0 至 {LONGEST_SLEEP} 的数", f"the seconds are a number from 0 to {LONGEST_SLEEP}")
        if SLEPT in frame.names:
            seconds += frame.names[SLEPT]
        frame.names[SLEPT] = min(seconds, LONGEST_SLEEP)

    return sleep


def _thrown(script: Script, node: ast.Call) -> Statement:
    """`BpmnError(code)` or `BpmnError(code, message)`, raised or called."""
    if node.keywords or not 1 <= len(node.args) <= 2:
        script.source.refuse(node, f"{BPMN_ERROR} 需要代码，可加说明", f"a code, and maybe a message, for {BPMN_ERROR}")
    parts = [script.compile(argument) for argument in node.args]

    def throw(frame: Frame) -> None:
        code, *message = (part(frame) for part in parts)
        if type(code) not in (str, int) or code == "":
            raise Failure("错误代码应为文本", "the code of an error is a text")
        texts = [to_text(each, frame.run) for each in message]
        raise BpmnErrorThrown(to_text(code, frame.run), *texts, element=frame.run.element)

    return throw


def _assign(script: Script, node: ast.Assign) -> Statement:
    return _assigned(script, node.value, node.targets)


def _annotated(script: Script, node: ast.AnnAssign) -> Statement:
    """`name: type = value`; the type says nothing here."""
    if node.value is None:
        script.source.refuse(node, "此处缺少值", "a value for this name")
    return _assigned(script, node.value, [node.target])


def _assigned(script: Script, node: ast.expr, targets: list[ast.expr]) -> Statement:
    value = script.compile(node)
    assigns = [compile_target(script, target, script.assigned, items=True) for target in targets]

    def run(frame: Frame) -> None:
        result = value(frame)
        for assign in assigns:
            assign(frame, result)

    return run


def _augmented(script: Script, node: ast.AugAssign) -> Statement:
    """`target += value`: a list is changed in place, everything else is assigned anew."""
    operation = _in_place(script.operation(node.op, node), adds=isinstance(node.op, ast.Add))
    script.changes_values = True
    value = script.compile(node.value)
    if isinstance(node.target, ast.Name):
        return _augmented_name(script, node.target, operation, value)
    if not isinstance(node.target, ast.Subscript) or isinstance(node.target.slice, ast.Slice):
        script.source.refuse(node.target, "此处不能给这样的部分赋值", "no assignment to this part here")
    script.note_change(node.target.value)
    owner, key = script.compile(node.target.value), script.compile(node.target.slice)

    def run(frame: Frame) -> None:
        container, place = owner(frame), key(frame)
        before = item(container, place, frame.run)
        put_item(container, place, operation(before, value(frame), frame.run), frame.run)

    return run


def _augmented_name(script: Script, target: ast.Name, operation: Operation, value: Closure) -> Statement:
    name = target.id
    script.check_name(name, target)
    script.names.add(name)
    script.assigned.append(name)

    def run(frame: Frame) -> None:
        frame.names[name] = operation(look_up(frame, name), value(frame), frame.run)

    return run


def _in_place(operation: Operation, *, adds: bool) -> Operation:
    def apply(left: Value, right: Value, run: Any) -> Value:
        if type(left) is not list:
            return operation(left, right, run)
        if adds:
            extend(run, left, right)
        else:
            left[:] = operation(left, right, run)
        return left

    return apply


def _if(script: Script, node: ast.If) -> Statement:
    """if, elif and else, however many."""
    branches: list[tuple[Closure, Statement]] = []
    while True:
        branches.append((script.compile(node.test), script.block(node.body)))
        if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
            break
        node = node.orelse[0]
    otherwise = script.block(node.orelse)

    def run(frame: Frame) -> Signal | None:
        for test, body in branches:
            if truth(test(frame)):
                return body(frame)
        return otherwise(frame)

    return run


def _for(script: Script, node: ast.For) -> Statement:
    items = script.compile(node.iter)
    assign = compile_target(script, node.target, script.assigned, items=True)
    body, cost = script.turn(node.body)
    otherwise = script.block(node.orelse)

    def run(frame: Frame) -> Signal | None:
        for each in items_of(items(frame), frame.run):
            frame.run.spend(cost)
            assign(frame, each)
            if body(frame) is Signal.BREAK:
                return None
        return otherwise(frame)

    return run


def _while(script: Script, node: ast.While) -> Statement:
    before = script.size
    test = script.compile(node.test)
    cost_of_test = script.size - before
    body, cost_of_body = script.turn(node.body)
    otherwise, cost = script.block(node.orelse), cost_of_test + cost_of_body

    def run(frame: Frame) -> Signal | None:
        while truth(test(frame)):
            frame.run.spend(cost)
            if body(frame) is Signal.BREAK:
                return None
        return otherwise(frame)

    return run


def _signal(signal: Signal) -> Callable[[Script, ast.stmt], Statement]:
    def handler(script: Script, node: ast.stmt) -> Statement:
        if not script.loops:
            script.source.refuse(node, f"{signal.value} 只能用在循环里", f"{signal.value} only within a loop")
        return lambda frame: signal

    return handler


def _delete(script: Script, node: ast.Delete) -> Statement:
    """`del a["b"]`. A variable cannot be taken away from a process."""
    parts: list[tuple[Closure, Closure]] = []
    for target in node.targets:
        if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Slice):
            script.source.refuse(target, "只能删除列表或字典中的一项", "only an item of a list or dict after del")
        script.note_change(target.value)
        parts.append((script.compile(target.value), script.compile(target.slice)))

    def run(frame: Frame) -> None:
        for owner, key in parts:
            delete_item(owner(frame), key(frame), frame.run)

    return run


_COMPILE: dict[type, Callable[[Script, Any], Statement]] = {
    ast.Pass: _pass,
    ast.Expr: _expression,
    ast.Raise: _raise,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.For: _for,
    ast.While: _while,
    ast.Break: _signal(Signal.BREAK),
    ast.Continue: _signal(Signal.CONTINUE),
    ast.Delete: _delete,
}
