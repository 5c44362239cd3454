"""What a person might enter in a generated sample: the values that make the diagram's conditions differ."""

from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random

from engine.bpmn.program import Process, Program
from engine.values import Value

#: `name = "text"`, `name >= 3` …; what is compared with a path (`a.b = 1`) is not entered by a person.
_COMPARED = re.compile(r'(?<![\w.])([A-Za-z_]\w*)\s*(?:!=|<=|>=|=|<|>)\s*("[^"]*"|-?\d+|true|false)')
_NAME = re.compile(r"[A-Za-z_]\w*\Z")
#: A value that no condition names: the default way.
OTHER = "…"


def values_of(program: Program) -> dict[str, tuple[Value, ...]]:
    """For each name in a condition the values that may decide it."""
    found: dict[str, list[Value]] = {}
    for process in program.processes.values():
        for source, names in _conditions(process):
            for name, literal in _COMPARED.findall(source):
                found.setdefault(name, []).extend(_around(literal))
            for name in names:
                if name not in found and _NAME.match(name) and re.search(rf"(?<![\w.]){name}(?![\w.(])", source):
                    found[name] = [True, False]
    return {name: tuple(dict.fromkeys(values)) for name, values in found.items()}


def entered(
    program: Program, process: str, element: str, values: dict[str, tuple[Value, ...]], random: Random
) -> dict[str, Value]:
    """Values for what the conditions behind a user task ask, up to the next thing that waits."""
    asked = _asked(program.processes[process], element)
    return {name: random.choice(_likely(values[name])) for name in sorted(asked) if name in values}


def _likely(values: tuple[Value, ...]) -> list[Value]:
    """What a condition names comes up more often than what none does."""
    return [*values, *(value for value in values if value != OTHER)]


def _asked(process: Process, element: str) -> set[str]:
    """Names in the conditions that a token may meet behind the element, and in its output mappings."""
    node = process.nodes[element]
    asked = {name for mapped in node.outputs if mapped.slot.expression for name in mapped.slot.expression.names}
    pending, seen = [element], {element}
    while pending:
        node = process.nodes[pending.pop()]
        for flow in node.outgoing:
            if flow.condition is not None and flow.condition.expression is not None:
                asked |= flow.condition.expression.names
            if flow.target not in seen and process.nodes[flow.target].type != "userTask":
                seen.add(flow.target)
                pending.append(flow.target)
        if not node.outgoing and node.container is not None and node.container not in seen:
            seen.add(node.container)
            pending.append(node.container)
    return asked


def _conditions(process: Process) -> Iterable[tuple[str, frozenset[str]]]:
    for node in process.nodes.values():
        for flow in node.outgoing:
            if flow.condition is not None and flow.condition.expression is not None:
                yield flow.condition.text, flow.condition.expression.names


def _around(literal: str) -> list[Value]:
    """The value named and one that is not."""
    if literal in ("true", "false"):
        return [True, False]
    if literal.startswith('"'):
        return [literal[1:-1], OTHER]
    number = int(literal)
    return [number, number - 1, number + 1]
