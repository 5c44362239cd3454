"""A FEEL expression, tried over an input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.dmn.analysis import BY_ZERO, DOUBTS, KIND_WORDS, Inference, is_zero
from engine.errors import EngineError, ExpressionInvalid
from engine.expressions import compile_expression
from engine.expressions.feel.builtins import BUILTINS
from engine.expressions.feel.nodes import Arithmetic, Name, Node
from engine.expressions.feel.objects import Clock
from engine.expressions.feel.operations import kind
from engine.expressions.feel.parser import parse_expression
from engine.playground.days import day_notes, noting
from engine.playground.telling import MOST_HINTS, Fault, fault_of, inner_text, missing_words, type_of
from engine.runtime import Context
from engine.values import Value
from engine.words import Words

#: What FEEL has no type for.
_KINDS = {
    "clock": Words("办理时限", "legal clock"),
    "clock mark": Words("时限节点", "mark of a legal clock"),
    "other": Words("其他值", "other value"),
}


@dataclass(frozen=True, slots=True)
class ExpressionTried:
    """What came out: `value` of `kind` ("number", "null" …), or `fault`.

    `text` stands for a value that cannot be written as one (a range, a function), else "". `hints` say what may not
    be meant: names that the input does not have, operators and functions over values of the wrong type; and what the
    working days that were counted do not stand on.
    """

    value: Value = None
    kind: str = "null"
    text: str = ""
    fault: Fault | None = None
    hints: tuple[Words, ...] = ()

    @property
    def kind_words(self) -> Words:
        """What people call a value of this kind."""
        return _KINDS.get(self.kind) or Words(KIND_WORDS[self.kind].zh, self.kind)


def try_expression(source: str, given: Mapping[str, Value], context: Context | None = None) -> ExpressionTried:
    """Evaluate `source` over `given`, within the context's budget. Raises nothing for what is typed."""
    names = [name for name in given if not name.isalnum()]
    noted = None if context is None else noting(context)
    try:
        expression = compile_expression(source, element="expression", names=names)
        hints = _hints(source, expression.names, given, names)
        value = expression.evaluate(given, noted)
    except ExpressionInvalid as invalid:
        return ExpressionTried(fault=fault_of(invalid))
    except EngineError as failed:
        return ExpressionTried(fault=fault_of(failed), hints=hints + day_notes(noted))
    return ExpressionTried(
        value, "clock" if isinstance(value, Clock) else kind(value), inner_text(value), None, hints + day_notes(noted)
    )


def _hints(source: str, read: frozenset[str], given: Mapping[str, Value], names: list[str]) -> tuple[Words, ...]:
    here = Inference({name: type_of(value) for name, value in given.items()})
    tree = parse_expression(source, names)
    here.read(tree)
    called = {str(each.said["name"]) for each in here.mistakes if each.code == "unknown-function"}
    told_zero = [_placed("type-mismatch", one.line, one.column, {"reason": BY_ZERO}) for one in _zeros(tree, given)]
    unknown = (here.free.keys() & read) - called - BUILTINS.keys()
    told = missing_words(unknown, given)
    for mistake in here.mistakes:
        told.append(_placed(mistake.code, mistake.line, mistake.column, mistake.said))
    return tuple(dict.fromkeys([*told, *told_zero]))[:MOST_HINTS]


def _zeros(tree: Node, given: Mapping[str, Value]) -> Iterator[Name]:
    """The names by which something is divided and whose value in the input is zero."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        waiting.extend(node.children())
        if isinstance(node, Arithmetic):
            for operator, operand in node.rest:
                if operator == "/" and isinstance(operand, Name) and is_zero(given.get(operand.name)):
                    yield operand


def _placed(code: str, line: int, column: int, said: Mapping[str, object]) -> Words:
    """A mistake with its place, in place of the text of the whole expression."""
    if "reason" in said:
        reason = said["reason"]
        assert isinstance(reason, Words)
        message = Words(f"{reason.zh}，结果为空", f"{reason.en}: this gives null")
    else:
        zh = {key: value.zh if isinstance(value, Words) else value for key, value in said.items()}
        en = {key: value.en if isinstance(value, Words) else value for key, value in said.items()}
        words = DOUBTS[code].message
        message = Words(words.zh.format(text="…", **zh), words.en.format(text="…", **en))
    return Words(f"第 {line} 行第 {column} 列：{message.zh}", f"Line {line}, column {column}: {message.en}")
