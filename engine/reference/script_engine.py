"""Our expressions and mappings as the reference core's script engine.

The reference core keeps each variable as the text of our own codec, so that none of its copies and
storage formats can change a value.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from engine.bpmn.program import Mapped, Node, Program, Slot
from engine.errors import ExpressionFailed, NotInReferenceCore
from engine.reference.translate import AFTER, ALWAYS, CALL
from engine.runtime.codec import decode, encode
from engine.runtime.step import Context
from engine.values import Value, Variables

#: Where a called process keeps its caller's variables until it is done.
OUTER = "$outer"
_SUFFIXES = (AFTER, CALL)


class ThrownMessage(NamedTuple):
    """A message that a throw event or send task gave, still to be delivered."""

    node: Node
    name: str
    key: str | None
    payload: dict[str, Value]


def read_data(stored: Mapping[str, str]) -> dict[str, Value]:
    """The variables of a task of the reference core, without what is kept for the caller."""
    return {name: decode(orjson.loads(text)) for name, text in stored.items() if name != OUTER}


def written(variables: Variables) -> dict[str, str]:
    """Variables as the reference core keeps them."""
    return {name: orjson.dumps(encode(value)).decode() for name, value in variables.items()}


@dataclass(slots=True)
class ScriptEngine:
    """What the reference core asks for every condition and script."""

    program: Program
    nodes: Mapping[str, Node]
    context: Context
    thrown: list[ThrownMessage] = field(default_factory=list)
    environment: None = None

    def validate(self, expression: str) -> None:
        """Names are all right; the expressions behind them were compiled long ago."""

    def evaluate(self, task: Any, expression: str, external_context: object = None) -> bool:
        """A condition, by its name. Raises ExpressionFailed where it is not true or false."""
        if expression == ALWAYS:
            return True
        name, _, index = expression.partition(":")
        node = self.nodes[name]
        slot = node.outgoing[int(index)].condition
        value = slot.value(read_data(task.data), self.context) if slot else True
        if isinstance(value, bool):
            return value
        raise ExpressionFailed(node.id, slot.text if slot else "", "neither true nor false")

    def execute(self, task: Any, script: str, external_context: object = None) -> bool:
        """The work of an automatic element, by its name."""
        if script.endswith(AFTER):
            self._return_from_call(task, self.nodes[script.removesuffix(AFTER)])
            return True
        node = self.nodes[script]
        if node.type == "callActivity":
            self._go_into_call(task, node)
        else:
            variables = read_data(task.data)
            local = self.inputs(node, variables)
            replace(task, apply(node, self._result(node, variables, local), variables, local, self.context))
        return True

    def inputs(self, node: Node, variables: Variables) -> dict[str, Value]:
        """The input mappings of `node` over these variables."""
        local: dict[str, Value] = {}
        seen = ChainMap(local, dict(variables))
        for mapped in node.inputs:
            _require_plain(mapped)
            local[mapped.path[0]] = mapped.slot.value(seen, self.context)
        return local

    def key(self, slot: Slot | None, variables: Variables) -> str | None:
        """A correlation key as text."""
        return None if slot is None else str(slot.value(variables, self.context))

    def _result(self, node: Node, variables: Variables, local: Variables) -> dict[str, Value]:
        seen = ChainMap(dict(local), dict(variables))
        if node.job is not None:
            return {}  # machines do their work elsewhere; to the path it is done at once
        if node.event is not None and node.event.kind == "message":
            name = str(node.event.name.value(seen, self.context))
            self.thrown.append(ThrownMessage(node, name, self.key(node.event.key, seen), dict(local)))
        computed = node.script or node.decision
        if computed is None or computed.variable is None:
            return {}
        value = computed.slot.value(seen, self.context)
        if node.decision is not None:
            value = self.program.decisions[value].evaluate(value, seen, self.context).value
        return {computed.variable: value}

    def _go_into_call(self, task: Any, node: Node) -> None:
        assert node.call is not None
        variables = read_data(task.data)
        outer = orjson.dumps(task.data).decode()
        inner = {**(variables if node.call.passes_all_in else {}), **self.inputs(node, variables)}
        task.data = {OUTER: outer, **written(inner)}

    def _return_from_call(self, task: Any, node: Node) -> None:
        assert node.call is not None
        result = read_data(task.data)
        outer: dict[str, str] = orjson.loads(task.data[OUTER])
        given = result if node.outputs or node.call.passes_all_out else {}
        variables = apply(node, given, read_data(outer), self.inputs(node, read_data(outer)), self.context)
        kept = {OUTER: outer[OUTER]} if OUTER in outer else {}
        task.data = {**kept, **written(variables)}


def apply(node: Node, result: Variables, variables: Variables, local: Variables, context: Context) -> dict[str, Value]:
    """`variables` after `node` completed with `result`: through its output mappings, else as they are."""
    changed = dict(variables)
    if not node.outputs:
        changed.update({name: value for name, value in result.items() if name not in local})
        return changed
    seen = ChainMap(dict(result), dict(local), dict(variables))
    for mapped in node.outputs:
        _require_plain(mapped)
        changed[mapped.path[0]] = mapped.slot.value(seen, context)
    return changed


def replace(task: Any, variables: Variables) -> None:
    """Gives the task these variables, and keeps what is kept for the caller."""
    kept = {OUTER: task.data[OUTER]} if OUTER in task.data else {}
    task.data = {**kept, **written(variables)}


def _require_plain(mapped: Mapped) -> None:
    if len(mapped.path) > 1:
        raise NotInReferenceCore(f"a mapping into {'.'.join(mapped.path)}")
