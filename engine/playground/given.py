"""The input of a trial, as typed: JSON, or a FEEL context."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from engine.errors import BudgetExceeded, EngineError, ExpressionInvalid
from engine.expressions import Context, compile_expression
from engine.expressions.feel.numbers import negative
from engine.expressions.feel.run import Run
from engine.playground.telling import Fault, fault_of
from engine.values import Value
from engine.words import Words

#: Longest input, in characters.
LONGEST_INPUT = 200_000
_CONTEXT = Words(
    '输入应为一对花括号里的名称和值，例如 {"age": 18, "type": "chain"}',
    'the input stands in one pair of braces, for example {"age": 18, "type": "chain"}',
)


class InputInvalid(EngineError):
    """The input is no context; `fault` says why and where."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.words.en)


def read_input(text: str, context: Context | None = None) -> dict[str, Value]:
    """Names and values; nothing typed gives none. Raises InputInvalid.

    JSON, whose numbers are exact decimals; or a FEEL context, whose entries may be any FEEL
    (`{from: @"2026-12-01", until: from + @"P30D"}`).
    """
    if not text.strip():
        return {}
    if len(text) > LONGEST_INPUT:
        _refuse(Words(f"输入不得超过 {LONGEST_INPUT} 字", f"at most {LONGEST_INPUT} characters"))
    value = _json(text)
    if value is None:
        value = _feel(text, context)
    if type(value) is not dict:
        _refuse(_CONTEXT)
    try:
        Run(None, "input").walks(value)  # no deeper and no larger than what an evaluation may make
    except BudgetExceeded as exceeded:
        raise InputInvalid(fault_of(exceeded)) from exceeded
    return value


def _json(text: str) -> Value:
    """The value of a JSON text; None where it is none, or holds what is no FEEL value."""
    try:
        value = json.loads(text, parse_float=_decimal, parse_int=_whole, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except (ValueError, RecursionError, InvalidOperation, ExpressionInvalid):
        return None
    return value


def _whole(text: str) -> Value:
    return _decimal(text) if len(text) > 34 else int(text)


def _decimal(text: str) -> Value:
    value = compile_expression(text.lstrip("-")).evaluate({})
    if type(value) not in (int, Decimal):
        raise ValueError
    return negative(value) if text.startswith("-") else value


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _feel(text: str, context: Context | None) -> Value:
    try:
        expression = compile_expression(text, element="input")
        if expression.names:
            name = min(expression.names)
            _refuse(
                Words(
                    f"“{name}”没有值；文本请加英文引号",
                    f"“{name}” has no value; put quotation marks around a text",
                )
            )
        return expression.evaluate({}, context)
    except InputInvalid:
        raise
    except ExpressionInvalid as invalid:
        raise InputInvalid(fault_of(invalid)) from invalid
    except EngineError as failed:
        raise InputInvalid(fault_of(failed)) from failed


def _refuse(words: Words) -> NoReturn:
    raise InputInvalid(Fault(words))
