"""How an evaluation ends that can give no value, in the languages where that is an error and not null."""

from __future__ import annotations

from collections.abc import Callable
from decimal import DecimalException
from typing import TypeVar

from engine.errors import BudgetExceeded, ExpressionFailed
from engine.expressions.feel.run import CALL_LIMIT
from engine.values import Value
from engine.words import Words


class Failure(Exception):
    """Why there is no value. Only raised inside an evaluation; its caller makes it an ExpressionFailed."""

    def __init__(self, zh: str, en: str) -> None:
        self.words = Words(zh, en)
        super().__init__(en)

    def of(self, element: str, source: str) -> ExpressionFailed:
        """The error of this place."""
        return ExpressionFailed(element, source, self.words)


_Result = TypeVar("_Result")


def guarded(work: Callable[[], _Result], element: str, source: str) -> _Result:
    """What `work` gives. Raises ExpressionFailed for its failures, BudgetExceeded where it nests too deeply."""
    try:
        return work()
    except Failure as failure:
        raise failure.of(element, source) from None
    except DecimalException:
        raise out_of_range().of(element, source) from None
    except RecursionError as deep:
        raise BudgetExceeded(element, "levels of evaluation", CALL_LIMIT) from deep


def out_of_range() -> Failure:
    """A number that decimal128 cannot hold."""
    return Failure("计算结果超出数字范围", "the result is out of the range of numbers")


def missing(name: str) -> Failure:
    """No variable of this name."""
    return Failure(f"没有变量“{name}”", f"there is no variable {name!r}")


_KINDS: dict[str, Words] = {
    "NoneType": Words("空值", "null"),
    "bool": Words("布尔值", "boolean"),
    "str": Words("文本", "text"),
    "int": Words("数字", "number"),
    "Decimal": Words("数字", "number"),
    "list": Words("列表", "list"),
    "tuple": Words("列表", "list"),
    "dict": Words("上下文", "context"),
    "date": Words("日期", "date"),
    "time": Words("时间", "time"),
    "datetime": Words("日期时间", "date and time"),
    "timedelta": Words("期间", "duration"),
    "FarDate": Words("日期", "date"),
    "FineTime": Words("时间", "time"),
    "FarDateTime": Words("日期时间", "date and time"),
    "FineDuration": Words("期间", "duration"),
    "YearsMonths": Words("期间", "duration"),
}


def kind_words(value: Value) -> Words:
    """What a message calls a value of this type."""
    name = type(value).__name__
    return _KINDS.get(name, Words(name, name))
