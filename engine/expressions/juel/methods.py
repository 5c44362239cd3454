"""The methods that may be called on a value: those of Java's String, List and Map that change nothing."""

from __future__ import annotations

from collections.abc import Callable

from engine.expressions.failure import Failure, kind_words
from engine.expressions.feel import operations as feel
from engine.expressions.feel.run import Run
from engine.expressions.juel.coercions import to_index, to_text
from engine.values import Value

Method = Callable[..., Value]


def _text_contains(run: Run, text: str, part: Value) -> Value:
    return to_text(part, run) in text


def _starts_with(run: Run, text: str, part: Value) -> Value:
    return text.startswith(to_text(part, run))


def _ends_with(run: Run, text: str, part: Value) -> Value:
    return text.endswith(to_text(part, run))


def _text_equals(run: Run, text: str, other: Value) -> Value:
    return type(other) is str and text == other


def _substring(run: Run, text: str, start: Value, end: Value = None) -> Value:
    first, last = to_index(start), len(text) if end is None else to_index(end)
    if not 0 <= first <= last <= len(text):
        raise Failure(f"文本没有第 {first} 到 {last} 个字符", f"the text has no characters {first} to {last}")
    return text[first:last]


def _holds(run: Run, items: list[Value], wanted: Value) -> Value:
    run.spend(len(items))
    return any(feel.equal(item, wanted, run) is True for item in items)


def _item(run: Run, items: list[Value], index: Value) -> Value:
    position = to_index(index)
    if not 0 <= position < len(items):
        raise Failure(f"列表没有第 {position} 项", f"the list has no item {position}")
    return items[position]


def _entry(run: Run, context: dict[str, Value], key: Value) -> Value:
    return context.get(to_text(key, run))


def _has_key(run: Run, context: dict[str, Value], key: Value) -> Value:
    return to_text(key, run) in context


def _size(run: Run, value: Value) -> Value:
    return len(value)


def _is_empty(run: Run, value: Value) -> Value:
    return len(value) == 0


_LIST: dict[str, Method] = {"size": _size, "contains": _holds, "isEmpty": _is_empty, "get": _item}
_BY_TYPE: dict[type, dict[str, Method]] = {
    str: {
        "length": _size,
        "contains": _text_contains,
        "startsWith": _starts_with,
        "endsWith": _ends_with,
        "equals": _text_equals,
        "isEmpty": _is_empty,
        "toLowerCase": lambda run, text: run.text(text.lower()),
        "toUpperCase": lambda run, text: run.text(text.upper()),
        "trim": lambda run, text: text.strip(),
        "substring": _substring,
    },
    list: _LIST,
    tuple: _LIST,
    dict: {"get": _entry, "containsKey": _has_key, "size": _size, "isEmpty": _is_empty},
}
#: How many arguments each method takes, at least and at most.
ARGUMENTS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("length", "size", "isEmpty", "toLowerCase", "toUpperCase", "trim"), (0, 0)),
    **dict.fromkeys(("contains", "startsWith", "endsWith", "equals", "get", "containsKey"), (1, 1)),
    "substring": (1, 2),
}


def call(run: Run, value: Value, name: str, arguments: list[Value]) -> Value:
    """The method's result. Raises Failure where a value of this kind has no such method."""
    method = _BY_TYPE.get(type(value), {}).get(name)
    if method is None:
        words = kind_words(value)
        raise Failure(f"{words.zh}没有方法 {name}", f"a {words.en} has no method {name}")
    run.spend(1 + (len(value) >> 8))
    return method(run, value, *arguments)
