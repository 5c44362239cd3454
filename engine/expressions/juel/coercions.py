"""The coercions of Unified EL (Expression Language 2.2, 1.18), with exact numbers in place of Java's."""

from __future__ import annotations

import decimal
import re

from engine.expressions.failure import Failure, kind_words
from engine.expressions.feel.builtins.conversion import text_of
from engine.expressions.feel.numbers import DECIMAL, Number, fitted
from engine.expressions.feel.run import VALUE_DEPTH, Run
from engine.values import Value

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")
#: Longest text that is read as a number, in characters.
_NUMBER_LENGTH = 7_000


def is_number(value: Value) -> bool:
    return type(value) is int or type(value) is decimal.Decimal


def to_number(value: Value) -> Number:
    """Null and "" are 0, a text is read. Raises Failure for a boolean and all else."""
    if type(value) is int or type(value) is decimal.Decimal:
        return value
    if value is None or value == "":
        return 0
    if type(value) is str:
        return number_in(value)
    words = kind_words(value)
    raise Failure(f"{words.zh}不能当作数字", f"a {words.en} is no number")


def number_in(text: str) -> Number:
    """The number that a text or literal writes, an int where it has neither point nor exponent. Raises Failure."""
    try:
        if len(text) <= _NUMBER_LENGTH and _NUMBER.fullmatch(text):
            whole = text.lstrip("+-").isdigit()
            return fitted(int(text)) if whole and len(text) < 4_000 else DECIMAL.create_decimal(text)
    except decimal.DecimalException:
        pass  # out of the range of decimal128
    raise Failure(f"“{text[:40]}”不是数字", f"{text[:40]!r} is no number")


def to_boolean(value: Value) -> bool:
    """Null and "" are false, a text is true where it says "true". Raises Failure for numbers and all else."""
    if type(value) is bool:
        return value
    if value is None:
        return False
    if type(value) is str:
        return value.lower() == "true"
    words = kind_words(value)
    raise Failure(f"{words.zh}不能当作布尔值", f"a {words.en} is no boolean")


def to_text(value: Value, run: Run, depth: int = 0) -> str:
    """Null is "". Lists and contexts are written as Java writes them: `[1, a]`, `{k=v}`."""
    if value is None:
        return "" if depth == 0 else "null"
    if type(value) is str:
        run.spend(len(value) >> 8)
        return value
    if depth > VALUE_DEPTH:
        raise run.too_deep()
    if type(value) is list or type(value) is tuple:
        run.spend(len(value))
        return run.text(f"[{', '.join(to_text(item, run, depth + 1) for item in value)}]")
    if type(value) is dict:
        run.spend(len(value))
        return run.text(f"{{{', '.join(f'{key}={to_text(item, run, depth + 1)}' for key, item in value.items())}}}")
    return text_of(value, run)


def to_index(value: Value) -> int:
    """A place in a list. Raises Failure where the value is no number; the fraction is cut off."""
    number: Number = int(value) if type(value) is bool else to_number(value)
    if not -(10**15) < number < 10**15:
        raise Failure(f"位置 {number} 过大", f"the position {number} is too large")
    return int(number)
