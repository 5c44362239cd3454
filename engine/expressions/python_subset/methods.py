"""The methods that may be called: of texts, lists and contexts. Those that change the value exist only in scripts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.expressions.failure import Failure, kind_words
from engine.expressions.feel.run import LIST_LIMIT, Run
from engine.expressions.python_subset.functions import in_order, put, put_all
from engine.expressions.python_subset.values import (
    as_integer,
    as_text,
    check_length,
    check_text,
    collected,
    equal,
    items_of,
    joined,
)
from engine.values import Value


@dataclass(frozen=True, slots=True)
class Method:
    """One method of one type: how many arguments it takes; whether it changes the value it is called on.

    `walks`: its argument may be a generator expression.
    """

    apply: Callable[..., Value]
    least: int = 0
    most: int = 0
    changes: bool = False
    walks: bool = False
    keyword: str = ""


# --- texts


def _case(change: Callable[[str], str]) -> Method:
    """Upper and lower case; some letters become two or three."""

    def apply(run: Run, text: str) -> Value:
        changed = change(text)
        check_text(len(changed), run)
        return changed

    return Method(apply)


def _test(passes: Callable[[str], bool]) -> Method:
    return Method(lambda run, text: passes(text))


def _stripped(strip: Callable[[str, str | None], str]) -> Method:
    def apply(run: Run, text: str, characters: Value = None) -> Value:
        return strip(text, None if characters is None else as_text(characters))

    return Method(apply, 0, 1)


def _split(run: Run, text: str, separator: Value = None, most: Value = -1) -> Value:
    mark, times = None if separator is None else as_text(separator), as_integer(most)
    if mark == "":
        raise Failure("分隔符不能为空", "an empty separator")
    parts = text.split(mark, min(times, LIST_LIMIT) if times >= 0 else LIST_LIMIT)
    check_length(len(parts), run)
    run.spend(len(parts))
    return parts


def _lines(run: Run, text: str) -> Value:
    parts = text.splitlines()
    check_length(len(parts), run)
    run.spend(len(parts))
    return parts


def _join(run: Run, text: str, parts: Value) -> Value:
    return joined((as_text(part) for part in items_of(parts, run)), text, run)


def _replace(run: Run, text: str, old: Value, new: Value, most: Value = -1) -> Value:
    wanted, instead, times = as_text(old), as_text(new), as_integer(most)
    found = text.count(wanted)
    found = found if times < 0 else min(found, times)
    check_text(max(len(text), len(text) + found * (len(instead) - len(wanted))), run)
    return text.replace(wanted, instead, found)


def _ends(test: Callable[[str, str], bool]) -> Method:
    """startswith and endswith: of one text, or of any in a list."""

    def apply(run: Run, text: str, wanted: Value) -> Value:
        if type(wanted) is str:
            return test(text, wanted)
        return any(test(text, as_text(part)) for part in items_of(wanted, run))

    return Method(apply, 1, 1)


def _found(find: Callable[[str, str], int]) -> Method:
    return Method(lambda run, text, wanted: find(text, as_text(wanted)), 1, 1)


def _text_index(run: Run, text: str, wanted: Value) -> Value:
    place = text.find(as_text(wanted))
    if place < 0:
        raise Failure("文本中没有这一部分", "the text does not contain this part")
    return place


_TEXT: dict[str, Method] = {
    "lower": _case(str.lower),
    "upper": _case(str.upper),
    "title": _case(str.title),
    "capitalize": _case(str.capitalize),
    "strip": _stripped(str.strip),
    "lstrip": _stripped(str.lstrip),
    "rstrip": _stripped(str.rstrip),
    "split": Method(_split, 0, 2),
    "splitlines": Method(_lines),
    "join": Method(_join, 1, 1, walks=True),
    "replace": Method(_replace, 2, 3),
    "startswith": _ends(str.startswith),
    "endswith": _ends(str.endswith),
    "removeprefix": Method(lambda run, text, part: text.removeprefix(as_text(part)), 1, 1),
    "removesuffix": Method(lambda run, text, part: text.removesuffix(as_text(part)), 1, 1),
    "find": _found(str.find),
    "rfind": _found(str.rfind),
    "count": _found(str.count),
    "index": Method(_text_index, 1, 1),
    "isdigit": _test(str.isdigit),
    "isdecimal": _test(str.isdecimal),
    "isnumeric": _test(str.isnumeric),
    "isalpha": _test(str.isalpha),
    "isalnum": _test(str.isalnum),
    "isspace": _test(str.isspace),
    "isupper": _test(str.isupper),
    "islower": _test(str.islower),
}


# --- lists


def _append(run: Run, items: list[Value], item: Value) -> None:
    items.append(item)
    check_length(len(items), run)


def extend(run: Run, items: list[Value], more: Value) -> None:
    """`items.extend(more)`, which is also `items += more`."""
    items.extend(collected(items_of(more, run), run))
    check_length(len(items), run)


def _insert(run: Run, items: list[Value], index: Value, item: Value) -> None:
    run.spend(len(items) >> 3)
    items.insert(place_of(index), item)
    check_length(len(items), run)


def place_of(index: Value) -> int:
    """A position or bound within what a list can have. Raises Failure where it is no integer."""
    return max(min(as_integer(index), 2**62), -(2**62))


def item_at(items: Value, index: Value) -> int:
    """The position that the index means, from the end where negative. Raises Failure where nothing is there."""
    place = as_integer(index)
    if not -len(items) <= place < len(items):
        raise Failure(f"没有第 {str(place)[:20]} 项", f"there is no item {str(place)[:20]}")
    return place


def _pop(run: Run, items: list[Value], index: Value = -1) -> Value:
    run.spend(len(items) >> 3)
    return items.pop(item_at(items, index))


def _position(run: Run, items: Value, wanted: Value) -> Value:
    for place, item in enumerate(items):
        run.spend(1)
        if equal(item, wanted, run):
            return place
    raise Failure("列表中没有这个值", "the list does not contain this value")


def _remove(run: Run, items: list[Value], wanted: Value) -> None:
    del items[_position(run, items, wanted)]


def _occurrences(run: Run, items: Value, wanted: Value) -> Value:
    run.spend(len(items))
    return sum(equal(item, wanted, run) for item in items)


def _sort(run: Run, items: list[Value], reverse: Value = False) -> None:
    items[:] = in_order(run, iter(list(items)), reverse)


def _reverse(run: Run, items: list[Value]) -> None:
    run.spend(len(items) >> 3)
    items.reverse()


def _clear(run: Run, value: Value) -> None:
    value.clear()


def _list_copy(run: Run, items: list[Value]) -> Value:
    run.spend(len(items))
    return list(items)


_READ_LIST: dict[str, Method] = {"index": Method(_position, 1, 1), "count": Method(_occurrences, 1, 1)}
_LIST: dict[str, Method] = {
    **_READ_LIST,
    "copy": Method(_list_copy),
    "append": Method(_append, 1, 1, changes=True),
    "extend": Method(extend, 1, 1, changes=True, walks=True),
    "insert": Method(_insert, 2, 2, changes=True),
    "pop": Method(_pop, 0, 1, changes=True),
    "remove": Method(_remove, 1, 1, changes=True),
    "sort": Method(_sort, 0, 0, changes=True, keyword="reverse"),
    "reverse": Method(_reverse, changes=True),
    "clear": Method(_clear, changes=True),
}


# --- contexts


def _get(run: Run, context: dict[str, Value], key: Value, otherwise: Value = None) -> Value:
    return context.get(key, otherwise) if type(key) is str else otherwise


def _keys(run: Run, context: dict[str, Value]) -> Value:
    run.spend(len(context))
    return list(context)


def _values(run: Run, context: dict[str, Value]) -> Value:
    run.spend(len(context))
    return list(context.values())


def _items(run: Run, context: dict[str, Value]) -> Value:
    run.spend(len(context))
    return list(context.items())


def _take_out(run: Run, context: dict[str, Value], key: Value, *otherwise: Value) -> Value:
    if type(key) is str and key in context:
        return context.pop(key)
    if otherwise:
        return otherwise[0]
    raise no_key(key, run)


def no_key(key: Value, run: Run) -> Failure:
    """The context has nothing under this key."""
    if type(key) is str:
        return Failure(f"没有键“{key[:40]}”", f"there is no key {key[:40]!r}")
    words = kind_words(key)
    return Failure(f"键应为文本，而不是{words.zh}", f"a key is a text, not a {words.en}")


def _update(run: Run, context: dict[str, Value], *more: Value) -> None:
    for values in more:
        put_all(run, context, values)


def _set_default(run: Run, context: dict[str, Value], key: Value, otherwise: Value = None) -> Value:
    if type(key) is not str or key not in context:
        put(run, context, key, otherwise)
    return context[key]


def _context_copy(run: Run, context: dict[str, Value]) -> Value:
    run.spend(len(context))
    return dict(context)


_CONTEXT: dict[str, Method] = {
    "get": Method(_get, 1, 2),
    "keys": Method(_keys),
    "values": Method(_values),
    "items": Method(_items),
    "copy": Method(_context_copy),
    "pop": Method(_take_out, 1, 2, changes=True),
    "update": Method(_update, 0, 1, changes=True),
    "setdefault": Method(_set_default, 1, 2, changes=True),
    "clear": Method(_clear, changes=True),
}

_BY_TYPE: dict[type, dict[str, Method]] = {str: _TEXT, list: _LIST, tuple: _READ_LIST, dict: _CONTEXT}
NAMES: frozenset[str] = frozenset(name for methods in _BY_TYPE.values() for name in methods)
#: Names under which some type has a method that changes it.
CHANGING = frozenset(name for methods in _BY_TYPE.values() for name in methods if methods[name].changes)
#: Names of methods that go through their argument, so that it may be a generator expression.
WALKING = frozenset(name for methods in _BY_TYPE.values() for name in methods if methods[name].walks)


def call(run: Run, value: Value, name: str, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """The method's result. Raises Failure where a value of this kind has no such method with such arguments."""
    method = _BY_TYPE.get(type(value), {}).get(name)
    if method is None:
        words = kind_words(value)
        raise Failure(f"{words.zh}没有方法 {name}", f"a {words.en} has no method {name}")
    if not method.least <= len(arguments) <= method.most or not keywords.keys() <= {method.keyword}:
        raise Failure(f"方法 {name} 的参数不对", f"the method {name} does not take these arguments")
    run.spend(1 + (len(value) >> 8) if type(value) is str else 1)
    return method.apply(run, value, *arguments, **keywords)
