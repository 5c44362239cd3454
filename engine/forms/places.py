"""Where an answer stands among answers: dots lead into contexts, numbers in brackets into rows of lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.values import Value

_STEP = re.compile(r"\.?([^.\[\]]+)|\[([0-9]{1,6})\]")


def value_at(values: Mapping[str, Value], name: str) -> Value:
    """The value of "owner.name" or "staff[0].name"; null where there is none."""
    here: Any = values
    for step in _STEP.finditer(name):
        if step[2] is not None:
            here = here[int(step[2])] if isinstance(here, (list, tuple)) and int(step[2]) < len(here) else None
        else:
            here = here.get(step[1]) if isinstance(here, Mapping) else None
    return here


def put(values: dict[str, Value], key: str, value: Value) -> None:
    """Set the value of a key; contexts on the way are made, and other things in their place give way."""
    *way, last = key.split(".")
    for part in way:
        inner = values.get(part)
        if not isinstance(inner, dict):
            inner = values[part] = {}
        values = inner
    values[last] = value


def take(values: dict[str, Value], key: str) -> None:
    """Take the value of a key away, and contexts that are empty without it."""
    *way, last = key.split(".")
    passed: list[tuple[dict[str, Value], str]] = []
    here: Any = values
    for part in way:
        passed.append((here, part))
        here = here.get(part)
        if not isinstance(here, dict):
            return
    here.pop(last, None)
    for outer, part in reversed(passed):
        if outer[part]:
            return
        del outer[part]


def has(values: Mapping[str, Value], key: str) -> bool:
    """Whether there is a value for the key, null too."""
    *way, last = key.split(".")
    here: Any = values
    for part in way:
        here = here.get(part) if isinstance(here, Mapping) else None
    return isinstance(here, Mapping) and last in here


def rows_at(values: Mapping[str, Value], key: str) -> list[Mapping[str, Value]]:
    """The rows of a list; what is no context counts as an empty row, what is no list as no rows."""
    rows = value_at(values, key)
    if not isinstance(rows, (list, tuple)):
        return []
    return [row if isinstance(row, Mapping) else {} for row in rows]


def row_prefix(name: str, number: int) -> str:
    """What stands before the names in one row of the list `name`."""
    return f"{name}[{number}]."
