"""One cell: what a person types, and the value of the catalogue that it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from engine.catalogue.sheets import Column, Kind
from engine.catalogue.toml_edit import TomlValue
from engine.errors import ExpressionInvalid
from engine.expressions import compile_expression
from engine.words import Words

#: The longest text of a cell; what is longer belongs into a document.
LONGEST = 2_000
MOST_NUMBER, MOST_DIGITS = 10_000, 9
YES, NO = Words("是", "yes"), Words("否", "no")
_TRUE, _FALSE = frozenset(("是", "yes", "y", "true", "1", "√", "✓")), frozenset(("否", "no", "n", "false", "0", "×"))
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # half a character is none
_BREAK = re.compile(r"[;；\n]")
_COMMA = re.compile(r"[,，、]")


class CellRefused(Exception):
    """The cell means nothing that the catalogue knows; `words` say why."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


def value_of(column: Column, text: str, sources: Mapping[str, str]) -> TomlValue | None:
    """The value of a cell, None of an empty one. `sources`: key -> text of the legal sources. Raises CellRefused."""
    if column.kind is not Kind.LONG:
        text = text.strip()
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST or _CONTROL.search(text):
        raise CellRefused(
            Words(
                f"超过 {LONGEST} 字，或者含有控制字符。",
                f"Longer than {LONGEST} characters, or with control characters.",
            )
        )
    if not text:
        if column.required:
            raise CellRefused(Words(f"请填写{column.label.zh}。", f"Fill in: {column.label.en}."))
        return None
    return _READERS[column.kind](column, text, sources)


def text_of(column: Column, value: object, language: str = "zh") -> str:
    """The cell that means this value; what no cell can mean, as it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return (YES if value else NO).in_language(language)
    if isinstance(value, list):
        separator = "；" if column.kind is Kind.SOURCES else "、" if language == "zh" else ", "
        return separator.join(_label(column, str(one), language) for one in value)
    return _label(column, str(value), language)


def _label(column: Column, value: str, language: str) -> str:
    words = column.choices.get(value)
    return words.in_language(language) if words else value


def _key(column: Column, text: str, sources: Mapping[str, str]) -> str:
    if not _KEY.fullmatch(text):
        raise CellRefused(
            Words(
                f"“{text[:60]}”不能用作键：以字母开头，只用字母、数字、短横和下划线，最多 60 个。",
                f"“{text[:60]}” is no key: it begins with a letter and has letters, digits, - and _ only, 60 at most.",
            )
        )
    return text


def _text(column: Column, text: str, sources: Mapping[str, str]) -> str:
    return " ".join(text.split("\n"))


def _long(column: Column, text: str, sources: Mapping[str, str]) -> str:
    return text


def _choice(column: Column, text: str, sources: Mapping[str, str]) -> str:
    wanted = text.casefold()
    for value, words in column.choices.items():
        if wanted in (value, words.zh, words.en.casefold()):
            return value
    offered = column.choices.values()
    zh, en = "、".join(one.zh for one in offered), ", ".join(one.en for one in offered)
    raise CellRefused(Words(f"“{text[:60]}”不在{zh}之中。", f"“{text[:60]}” is none of: {en}."))


def _choices(column: Column, text: str, sources: Mapping[str, str]) -> list[str]:
    known = {words.en.casefold(): value for value, words in column.choices.items() if "," in words.en}
    for english, value in known.items():  # a label with a comma of its own
        text = re.sub(re.escape(english), value, text, flags=re.IGNORECASE)
    given = [part.strip() for part in re.split(r"[,，、;；\n]", text) if part.strip()]
    return list(dict.fromkeys(_choice(column, one, sources) for one in given))


def _number(column: Column, text: str, sources: Mapping[str, str]) -> int:
    plain = text.removesuffix(".0")
    if not plain.isascii() or not plain.isdigit() or len(plain) > MOST_DIGITS or int(plain) > MOST_NUMBER:
        raise CellRefused(
            Words(
                f"“{text[:60]}”应为 0 到 {MOST_NUMBER} 的整数。",
                f"“{text[:60]}” must be a whole number from 0 to {MOST_NUMBER}.",
            )
        )
    return int(plain)


def _flag(column: Column, text: str, sources: Mapping[str, str]) -> bool:
    said = text.casefold()
    if said not in _TRUE | _FALSE:
        raise CellRefused(Words(f"“{text[:60]}”应为是或否。", f"“{text[:60]}” must be yes or no."))
    return said in _TRUE


def _source(column: Column, text: str, sources: Mapping[str, str]) -> str:
    if text in sources:
        return text
    named = [key for key, said in sources.items() if said == text]
    if len(named) == 1:
        return named[0]
    raise CellRefused(
        Words(
            f"依据“{text[:60]}”不在本件事的依据里；请先写进“依据”表。",
            f"“{text[:60]}” is none of the legal sources; write it into the table of legal sources first.",
        )
    )


def _sources(column: Column, text: str, sources: Mapping[str, str]) -> list[str]:
    """Several sources; commas part them only where the whole is none, since their texts have commas."""
    found: list[str] = []
    for part in (one.strip() for one in _BREAK.split(text)):
        if not part:
            continue
        try:
            found.append(_source(column, part, sources))
        except CellRefused:
            smaller = [one.strip() for one in _COMMA.split(part) if one.strip()]
            if len(smaller) < 2:
                raise
            found += [_source(column, one, sources) for one in smaller]
    return list(dict.fromkeys(found))


def _condition(column: Column, text: str, sources: Mapping[str, str]) -> str:
    try:
        compile_expression(text)
    except ExpressionInvalid as fault:
        raise CellRefused(
            Words(
                f"条件无法解析（第 {fault.line} 行第 {fault.column} 列）：{fault.expected.zh}",
                f"The condition cannot be parsed (line {fault.line}, column {fault.column}): "
                f"expected {fault.expected.en}",
            )
        ) from fault
    return text


_READERS: Mapping[Kind, Callable[[Column, str, Mapping[str, str]], TomlValue]] = {
    Kind.KEY: _key,
    Kind.TEXT: _text,
    Kind.LONG: _long,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.SOURCE: _source,
    Kind.SOURCES: _sources,
    Kind.CONDITION: _condition,
}
