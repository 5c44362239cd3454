"""The range that a text writes: `range("[18..21)")` (DMN 1.5, rules 66 and 67)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import DecimalException

from engine.errors import ExpressionInvalid
from engine.expressions.feel import temporal
from engine.expressions.feel.lexer import Token, string_value, tokens_of
from engine.expressions.feel.numbers import negative, number_literal
from engine.expressions.feel.objects import Range
from engine.values import Value

#: Longest text that is read as a range, in characters.
TEXT_LIMIT = 10_000
#: What may be called for an end: the name, and what reads its text.
_READERS: dict[tuple[str, ...], Callable[[str], Value]] = {
    ("date",): temporal.parse_date,
    ("time",): temporal.parse_time,
    ("date", "and", "time"): temporal.parse_date_time,
    ("duration",): temporal.parse_duration,
}


def range_in(text: str) -> Range | None:
    """The range; None where the text writes none. Its ends are literals, one of them may be left open.

    That the ends have an order is for the caller to see to.
    """
    if len(text) > TEXT_LIMIT:
        return None
    try:
        *tokens, _ = tokens_of(text)
        between = [index for index, token in enumerate(tokens) if (token.kind, token.text) == ("mark", "..")]
        if len(tokens) < 4 or len(between) != 1 or tokens[0].text not in "([]" or tokens[-1].text not in ")][":
            return None
        start, end = tokens[1 : between[0]], tokens[between[0] + 1 : -1]
        low, high = _end(text, start), _end(text, end)
    except (ExpressionInvalid, DecimalException):
        return None
    start_included, end_included = tokens[0].text == "[", tokens[-1].text == "]"
    if not _complete(start, low, included=start_included) or not _complete(end, high, included=end_included):
        return None
    return Range(low, high, start_included, end_included) if start or end else None


def _complete(tokens: list[Token], value: Value, *, included: bool) -> bool:
    """Whether an end is a value, or open and not included."""
    return value is not None if tokens else not included


def _end(text: str, tokens: list[Token]) -> Value:
    """The value of a literal; None where these tokens write none."""
    kinds = [token.kind for token in tokens]
    if kinds == ["number"]:
        return number_literal(tokens[0].text)
    if kinds == ["mark", "number"] and tokens[0].text == "-":
        return negative(number_literal(tokens[1].text))
    if kinds == ["string"]:
        return string_value(text, tokens[0])
    if kinds == ["mark", "string"] and tokens[0].text == "@":
        return temporal.temporal_literal(string_value(text, tokens[1]))
    return _called(text, tokens)


def _called(text: str, tokens: list[Token]) -> Value:
    """`date("2026-03-01")` and its like."""
    if len(tokens) < 4 or (tokens[-3].text, tokens[-2].kind, tokens[-1].text) != ("(", "string", ")"):
        return None
    reader = _READERS.get(tuple(token.text for token in tokens[:-3]))
    return None if reader is None else reader(string_value(text, tokens[-2]))
