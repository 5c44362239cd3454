"""FEEL values as text that a person reads and types: JSON where JSON has a word for it, FEEL for the rest."""

from __future__ import annotations

import json
from datetime import date, time, timedelta
from decimal import Decimal

from engine import EngineError, ExpressionInvalid, Words
from engine.expressions import compile_expression
from engine.values import FAR_TYPES, ClockMark, Value, YearsMonths

#: A list or context longer than this is written over several lines.
ONE_LINE = 60
LONGEST = 100_000
_AS_TEXT = compile_expression("string(value)")


class NotAValue(ValueError):
    """What was typed is no value; `words` say why."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


def written(value: Value, indent: int = 0) -> str:
    """The text of a value, which `read` reads back."""
    if isinstance(value, dict):
        pairs = [f"{json.dumps(key, ensure_ascii=False)}: {written(each, indent + 1)}" for key, each in value.items()]
        return _enclosed("{", pairs, "}", indent)
    if isinstance(value, list | tuple):
        return _enclosed("[", [written(each, indent + 1) for each in value], "]", indent)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, time, timedelta, YearsMonths, *FAR_TYPES)):
        return f'@"{_AS_TEXT.evaluate({"value": value})}"'
    if isinstance(value, ClockMark):
        return f"clock({json.dumps(value.clock)}).mark({json.dumps(value.mark)})"
    if isinstance(value, int):
        return str(value)
    return str(_AS_TEXT.evaluate({"value": value}))  # what only lives inside an expression: ranges, functions


def read(text: str) -> Value:
    """The value that was typed. Raises NotAValue, for names too: a text needs its quotation marks."""
    if not text.strip():
        raise NotAValue(Words("请填写变量值，空值写 null。", "Enter a value; null for none."))
    if len(text) > LONGEST:
        raise NotAValue(Words(f"变量值不得超过 {LONGEST} 字。", f"A value may have {LONGEST} characters at most."))
    try:
        expression = compile_expression(text)
        value = expression.evaluate({})
    except ExpressionInvalid as invalid:
        line, column, expected = invalid.line, invalid.column, invalid.expected
        raise NotAValue(
            Words(
                f"第 {line} 行第 {column} 列：{expected.zh}。", f"Line {line}, column {column}: expected {expected.en}."
            )
        ) from invalid
    except EngineError as failed:
        raise NotAValue(Words("这个值无法计算。", "This value cannot be worked out.")) from failed
    if expression.names:
        name = min(expression.names)
        raise NotAValue(
            Words(
                f"应为一个值，不能引用“{name}”；文本请加英文引号。",
                f"A value is needed, not the name “{name}”; put quotation marks around a text.",
            )
        )
    if value is None and text.strip() != "null":
        raise NotAValue(Words("这不是一个值；空值写 null。", "This is no value; null stands for none."))
    return value


def _enclosed(left: str, parts: list[str], right: str, indent: int) -> str:
    line = f"{left}{', '.join(parts)}{right}"
    if len(line) <= ONE_LINE and "\n" not in line:
        return line
    space = "  " * (indent + 1)
    body = ",\n".join(f"{space}{part}" for part in parts)
    return f"{left}\n{body}\n{'  ' * indent}{right}"
