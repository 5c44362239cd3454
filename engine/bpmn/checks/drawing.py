"""The picture against what it stands for: nodes and sequence flows that run, but cannot be seen."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.wording import Reporter
from engine.bpmn.xmlread import read_xml

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def drawn_in(content: bytes, file: str) -> frozenset[str]:
    """The ids of the elements that a file draws, on any of its planes. `content` was read without a fault before."""
    root = read_xml(content, Reporter(file))
    shown = () if root is None else root.iter(f"{_DI}BPMNShape", f"{_DI}BPMNEdge")
    return frozenset(str(one.get("bpmnElement", "")).rpartition(":")[2] for one in shown)


def check_drawing(checked: Inspected, drawn: Collection[str]) -> None:
    """Reports what is left out of a level that is otherwise drawn, at the nearest element that can be seen.

    A level of which nothing is drawn (a file without a picture, a subprocess that is folded) has no picture to be
    incomplete.
    """
    levels = {level for level, nodes in checked.inside.items() if any(node.id in drawn for node in nodes)}
    if not levels:
        return
    nearest = _nearest(checked, drawn)
    for level, nodes in checked.inside.items():
        if level not in levels:
            continue
        for node in nodes:
            if node.id not in drawn:
                at = nearest.get(node.id) or level or checked.process.id
                checked.tell("node-not-drawn", at, name=checked.name(node.id))
                continue
            for flow in node.outgoing:
                if flow.id not in drawn and flow.target in drawn:
                    checked.tell("flow-not-drawn", node.id, name=checked.name(flow.target))


def _nearest(checked: Inspected, drawn: Collection[str]) -> dict[str, str]:
    """Node -> the drawn one that the fewest flows lead to, in either direction."""
    beside: dict[str, list[str]] = {node.id: [] for node in checked.nodes}
    for node in checked.nodes:
        for other in (*(flow.target for flow in node.outgoing), *([node.attached_to] if node.attached_to else ())):
            if other in beside:
                beside[node.id].append(other)
                beside[other].append(node.id)
    found = {node.id: node.id for node in checked.nodes if node.id in drawn}
    waiting = deque(found)
    while waiting:
        here = waiting.popleft()
        for other in beside[here]:
            if other not in found:
                found[other] = found[here]
                waiting.append(other)
    return found
