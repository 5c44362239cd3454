"""Link events (BPMN 2.0.2, 10.5.4): a throw leads to the one catch of its name in the same container."""

from __future__ import annotations

from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.model import NodeSource
from engine.bpmn.reader import link_flow


def check_links(checked: Inspected) -> None:
    """Reports links without a name, doubled or unused ones, and flows that lead to or from them."""
    links = [node for node in checked.source.nodes.values() if any(event.kind == "link" for event in node.events)]
    thrown = {_place(node) for node in links if node.type == "intermediateThrowEvent"}
    caught: set[tuple[str | None, str]] = set()
    for node in links:
        if not _place(node)[1]:
            checked.tell("empty-reference", node.id, what="name")
        elif node.type == "intermediateCatchEvent":
            if _place(node) in caught:
                checked.tell("link-twice", node.id, value=_place(node)[1][:40])
            elif _place(node) not in thrown:
                checked.tell("link-not-thrown", node.id, value=_place(node)[1][:40])
            caught.add(_place(node))
        _check_flows(node, checked)


def _place(node: NodeSource) -> tuple[str | None, str]:
    return node.container, next((event.ref or "" for event in node.events if event.kind == "link"), "")


def _check_flows(node: NodeSource, checked: Inspected) -> None:
    """The link stands for the flow: none is drawn out of the throw or into the catch."""
    compiled = checked.process.nodes[node.id]
    if node.type == "intermediateThrowEvent":
        wrong = any(flow.id != link_flow(node.id) for flow in compiled.outgoing)
    else:
        flows = (checked.source.flows[each] for each in compiled.incoming)
        wrong = any(flow.id != link_flow(flow.source or "") for flow in flows)
    if wrong:
        checked.tell("link-in-flow", node.id)
