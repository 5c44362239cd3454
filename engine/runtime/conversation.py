"""Keys of a conversation (BPMN 2.0.2, 8.4.2): the first message that an instance sends or receives fills its
correlation properties; further messages must agree.

They are kept as variables of the process, under names that no expression can write or read ("@order").
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.program import Event
from engine.errors import ExpressionFailed
from engine.runtime.codec import checked
from engine.runtime.run import Run
from engine.runtime.variables import joined_key
from engine.values import Value


def sent_key(run: Run, scope_id: int, event: Event, along: Mapping[str, Value]) -> str:
    """The key of a message that is thrown, made of what goes along; the conversation keeps what it is made of.

    Raises Stuck, ExpressionFailed.
    """
    values = [slot.value(along, run.context) for _, slot in event.properties]
    key = joined_key(values, "correlationProperty")
    _keep(run, scope_id, dict(zip((name for name, _ in event.properties), values, strict=True)))
    return key


def awaited_key(run: Run, scope_id: int, event: Event) -> str | None:
    """The key under which a message is awaited; None while no message has filled all of its properties."""
    kept = _variables(run, scope_id)
    values = [kept.get(f"@{name}") for name, _ in event.properties]
    return None if any(value is None for value in values) else joined_key(values, "correlationProperty")


def received(run: Run, scope_id: int, event: Event, payload: Mapping[str, Value]) -> None:
    """A message has come: what it says of properties that are not known yet is kept."""
    if not event.properties:
        return
    found: dict[str, Value] = {}
    for name, slot in event.properties:
        try:
            found[name] = slot.value(payload, run.context)
        except ExpressionFailed:
            continue  # this message says nothing about it
    _keep(run, scope_id, found)


def _keep(run: Run, scope_id: int, values: Mapping[str, Value]) -> None:
    kept = _variables(run, scope_id)
    for name, value in values.items():
        if value is not None and kept.get(f"@{name}") is None:
            kept[f"@{name}"] = checked(value)


def _variables(run: Run, scope_id: int) -> dict[str, Value]:
    return run.state.scopes[run.process_scope(scope_id)].variables
