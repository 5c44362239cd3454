"""Context functions (DMN 1.5, 10.3.4.8)."""

from __future__ import annotations

from engine.expressions.feel.builtins.registry import Registry
from engine.expressions.feel.run import Run
from engine.values import Value

FUNCTIONS = Registry()


@FUNCTIONS("get value", "m: context, key: any")
def get_value(run: Run, m: dict[str, Value], key: Value) -> Value:
    """The value of a key, or along a list of keys."""
    value: Value = m
    for part in key if type(key) is list else [key]:
        if type(value) is not dict or type(part) is not str:
            return None
        value = value.get(part)
    return value


@FUNCTIONS("get entries", "m: context")
def get_entries(run: Run, m: dict[str, Value]) -> Value:
    run.grown(len(m))
    return [{"key": key, "value": value} for key, value in m.items()]


@FUNCTIONS("context", "entries: list")
def context(run: Run, entries: list[Value]) -> Value:
    """The context of entries {key, value}; null where a key is missing or doubled."""
    run.grown(len(entries))
    made: dict[str, Value] = {}
    for entry in entries:
        if type(entry) is not dict or type(entry.get("key")) is not str or "value" not in entry:
            return None
        if entry["key"] in made:
            return None
        made[entry["key"]] = entry["value"]
    return made


@FUNCTIONS("context put", "context: context, key: string, value: any", "context: context, keys: list, value: any")
def context_put(run: Run, m: dict[str, Value], key: Value, value: Value) -> Value:
    """A copy with the key, or the path of keys, set."""
    keys = key if type(key) is list else [key]
    if not keys or not all(type(part) is str for part in keys):
        return None
    for part in reversed(range(len(keys))):
        target: Value = m
        for step in keys[:part]:
            run.spend(1)
            target = target.get(step) if type(target) is dict else None
        if type(target) is not dict:
            return None
        run.grown(len(target) + 1)
        value = {**target, keys[part]: value}
    return value


@FUNCTIONS("context merge", "contexts: list")
def context_merge(run: Run, contexts: list[Value]) -> Value:
    """One context of all; a later one wins."""
    made: dict[str, Value] = {}
    for each in contexts:
        if type(each) is not dict:
            return None
        run.grown(len(each))
        made.update(each)
        run.fits(len(made))
    return made
