"""What is told of a trial: faults with their place, hints, and values as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.dmn.analysis import Comparing, Type, common, like_words, nearest
from engine.errors import BudgetExceeded, EngineError, ExpressionFailed, ExpressionInvalid
from engine.expressions.feel.builtins.conversion import text_of
from engine.expressions.feel.operations import kind
from engine.expressions.feel.run import Run
from engine.values import Value
from engine.words import Words

#: Hints that are told.
MOST_HINTS = 20
#: Items of a list that are looked at for their type, and levels of nesting.
_ITEMS, _LEVELS = 50, 8
#: Longest text in which a value that only lives inside an expression is shown.
_LONGEST = 10_000
_LIMITS = {
    "expression steps": Words("计算步数", "steps"),
    "characters in a text": Words("文本字数", "characters in a text"),
    "items in a list": Words("列表项数", "items in a list"),
    "characters in a value": Words("结果字数", "characters in the result"),
    "levels of function calls": Words("函数调用层数", "levels of function calls"),
    "levels of evaluation": Words("计算层数", "levels of evaluation"),
    "levels of nesting in a value": Words("结果的嵌套层数", "levels of nesting in a value"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why nothing came out. `line` and `column` (1-based) say where in the source, None where no place is meant.

    `readable` is false where the source itself cannot be read.
    """

    words: Words
    line: int | None = None
    column: int | None = None
    readable: bool = True


def fault_of(error: EngineError) -> Fault:
    """The fault that an evaluation ended with."""
    if isinstance(error, ExpressionInvalid):
        zh = f"第 {error.line} 行第 {error.column} 列：{error.expected.zh}"
        en = f"line {error.line}, column {error.column}: expected {error.expected.en}"
        return Fault(Words(zh, en), error.line, error.column, readable=False)
    if isinstance(error, BudgetExceeded):
        what = _LIMITS.get(error.what, Words(error.what, error.what))
        return Fault(Words(f"超过上限：{what.zh}不得超过 {error.limit}", f"past the limit of {error.limit} {what.en}"))
    if isinstance(error, ExpressionFailed):
        return Fault(error.words)
    return Fault(Words("无法计算", str(error)))


def type_of(value: Value, level: int = 0) -> Type:
    """The static type of a value that is there."""
    name = kind(value)
    if name in ("null", "other", "clock mark") or level > _LEVELS:
        return Type()
    if name == "context":
        return Type(name, {key: type_of(each, level + 1) for key, each in value.items()})
    if name == "list":
        items = [type_of(each, level + 1) for each in value[:_ITEMS]]
        return Type(name, item=common(items) if items and len(value) <= _ITEMS else None)
    return Type(name)


def missing_words(names: Iterable[str], given: Mapping[str, Value]) -> list[Words]:
    """A hint for each name that is read and not given, MOST_HINTS at most."""
    told = []
    comparing = Comparing()
    for name in sorted(names)[:MOST_HINTS]:
        like = like_words(nearest(name, given, comparing))
        told.append(
            Words(
                f"输入里没有“{name}”，按空值计算{like.zh}",
                f"The input has no “{name}”: it counts as null{like.en}",
            )
        )
    return told


def inner_text(value: Value) -> str:
    """The text of a value that only lives inside an expression (a range, a function); "" of any other."""
    if kind(value) not in ("range", "function", "other"):
        return ""
    try:
        return str(text_of(value, Run(None, "")))[:_LONGEST]
    except BudgetExceeded:
        return "…"
