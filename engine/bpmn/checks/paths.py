"""Can every element be reached, and can every token end? Decided on the diagram alone."""

from __future__ import annotations

from engine.bpmn import reach
from engine.bpmn.checks.inspected import Inspected, has
from engine.bpmn.program import Node


def check_paths(checked: Inspected) -> None:
    """Reports missing or doubled starts, unreachable elements, dead ends and loops without a way out."""
    if not checked.source.executable:
        checked.tell("not-executable", checked.process.id, value=checked.process.id)
    _check_starts(checked)
    reachable = _reachable(checked)
    for node in checked.nodes:
        if _stands_beside(node):
            continue
        if node.id not in reachable and _is_first_out_of_reach(node, reachable):
            checked.tell("unreachable", node.id)
        if not node.outgoing and node.type != "endEvent" and not _is_ad_hoc(checked.container_of(node)):
            checked.tell("dead-end", node.id)
    _check_endings(checked, reachable)


def _stands_beside(node: Node) -> bool:
    """True for what no flow leads to or from by its nature: event subprocesses and compensation. A link event that
    nothing leads to has its own finding."""
    link = node.type == "intermediateCatchEvent" and has(node, "link")
    return node.by_event or node.for_compensation or link or (node.type == "boundaryEvent" and has(node, "compensate"))


def _is_ad_hoc(container: Node | None) -> bool:
    return container is not None and container.ad_hoc is not None


def _check_starts(checked: Inspected) -> None:
    if not checked.process.beginnings():
        ends = any(node.type == "endEvent" for node in checked.inside.get(None, ()))
        checked.tell("end-without-start" if ends else "no-start", checked.process.id)
    for container, starts in checked.process.starts.items():
        plain = [each for each in starts if checked.process.nodes[each].type == "startEvent"]
        if len(plain) > 1:
            checked.tell("several-starts", container or checked.process.id, count=len(plain))


def _reachable(checked: Inspected) -> frozenset[str]:
    """Everything a token can get to from some start of its own container."""
    starts = {each for inside in checked.process.starts.values() for each in inside}
    starts |= {node.id for node in checked.nodes if node.type == "startEvent" or node.by_event or node.for_compensation}
    starts |= {node.id for node in checked.inside.get(None, ()) if node.instantiates}
    return reach.closure(starts, checked.forward)


def _is_first_out_of_reach(node: Node, reachable: frozenset[str]) -> bool:
    """Inside an unreachable subprocess only the subprocess itself is named."""
    return node.container is None or node.container in reachable


def _check_endings(checked: Inspected, reachable: frozenset[str]) -> None:
    """One finding for each loop that has no way out, at its first element."""
    ends = [node.id for node in checked.nodes if not node.outgoing]
    can_end = reach.closure(ends, checked.process.before_over_events)
    caught = [node.id for node in checked.nodes if node.id in reachable and node.id not in can_end]
    edges = checked.forward
    order = {each: index for index, each in enumerate(caught)}
    for component in reach.strong_components(caught, lambda node: edges.get(node, ())):
        inside = set(component)
        if all(each in inside for node in component for each in edges.get(node, ())):
            checked.tell("never-ends", min(component, key=order.__getitem__))
