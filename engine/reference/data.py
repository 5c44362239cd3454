"""Variables inside the reference core: each is kept as the text of our own codec under `=<name>`, so that
none of its copies and storage formats can change a value. Other keys are notes of ours:

| key | what |
|---|---|
| `outer` | the data of the caller, while a called process runs |
| `local` | frames of variables that an activity has for itself: (name, text outside or None) |
| `result` | what an activity completed with, while its output mappings are still to be done |
| `items <id>`, `one <id> <index>` | many instances: the items, and what each instance gave |
| `most <id>` | a loop: how often it turns at most |
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from engine.bpmn.program import Mapped, Node
from engine.runtime.codec import decode, encode
from engine.runtime.step import Context
from engine.values import Value, Variables

VARIABLE = "="
OUTER, LOCAL, RESULT = "outer", "local", "result"
Data = dict[str, str]


def text_of(value: Value) -> str:
    """A FEEL value as text."""
    return orjson.dumps(encode(value)).decode()


def value_of(text: str) -> Value:
    """The FEEL value of a text."""
    return decode(orjson.loads(text))


def variables_in(data: Mapping[str, str]) -> dict[str, Value]:
    """The variables that a task of the reference core sees."""
    return {name[1:]: value_of(text) for name, text in data.items() if name.startswith(VARIABLE)}


def written(variables: Variables) -> Data:
    """Variables as the reference core keeps them."""
    return {VARIABLE + name: text_of(value) for name, value in variables.items()}


def replaced(data: Mapping[str, str], variables: Variables) -> Data:
    """The data with these variables instead of its own, the notes kept."""
    notes = {name: text for name, text in data.items() if not name.startswith(VARIABLE)}
    return notes | written(variables)


def with_note(data: Mapping[str, str], name: str, note: Any) -> Data:
    """The data with one more note."""
    return {**data, name: orjson.dumps(note).decode()}


def note_in(data: Mapping[str, str], name: str, missing: Any) -> Any:
    """A note of ours, or `missing`."""
    return orjson.loads(data[name]) if name in data else missing


def with_locals(data: Mapping[str, str], local: Variables) -> Data:
    """The data inside an activity that has these variables for itself."""
    frame = {name: data.get(VARIABLE + name) for name in local}
    return with_note({**data, **written(local)}, LOCAL, [*note_in(data, LOCAL, []), frame])


def without_locals(data: Mapping[str, str]) -> Data:
    """The data outside again: the innermost frame is taken off."""
    *frames, frame = note_in(data, LOCAL, [])
    outside = dict(data)
    for name, text in frame.items():
        outside.pop(VARIABLE + name, None)
        if text is not None:
            outside[VARIABLE + name] = text
    return with_note(outside, LOCAL, frames)


def locals_in(data: Mapping[str, str]) -> dict[str, Value]:
    """The innermost frame's variables as they are now."""
    frames = note_in(data, LOCAL, [])
    return {name: value_of(data[VARIABLE + name]) for name in frames[-1] if VARIABLE + name in data} if frames else {}


def at_the_root(data: Mapping[str, str]) -> dict[str, Value]:
    """The variables of the process itself, seen from anywhere inside."""
    data = dict(data)
    while OUTER in data:
        data = orjson.loads(data[OUTER])
    while note_in(data, LOCAL, []):
        data = without_locals(data)
    return variables_in(data)


def depth(data: Mapping[str, str]) -> int:
    """How many calls deep."""
    levels = 0
    while OUTER in data:
        data = orjson.loads(data[OUTER])
        levels += 1
    return levels


def inputs_of(node: Node, variables: Variables, context: Context) -> dict[str, Value]:
    """The input mappings of `node` over these variables."""
    return _mapped(node.inputs, {}, variables, context)


def apply(node: Node, result: Variables, variables: Variables, local: Variables, context: Context) -> dict[str, Value]:
    """`variables` after `node` completed with `result`: through its output mappings, else as they are."""
    if not node.outputs:
        return {**variables, **{name: value for name, value in result.items() if name not in local}}
    changed = dict(variables)
    seen = ChainMap(dict(result), dict(local), dict(variables))
    for mapped in node.outputs:
        value = mapped.slot.value(seen, context)
        if len(mapped.path) == 1:
            seen.maps[0][mapped.path[0]] = value
        _put(changed, mapped.path, value)
    return changed


def _mapped(mappings: Iterable[Mapped], into: dict[str, Value], seen: Variables, context: Context) -> dict[str, Value]:
    layers = ChainMap(into, dict(seen))
    for mapped in mappings:
        _put(into, mapped.path, mapped.slot.value(layers, context))
    return into


def _put(into: dict[str, Any], path: tuple[str, ...], value: Value) -> None:
    for part in path[:-1]:
        inner = into.get(part)
        into[part] = dict(inner) if isinstance(inner, dict) else {}
        into = into[part]
    into[path[-1]] = value
