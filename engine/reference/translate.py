"""A compiled program as plain BPMN for the reference core: one XML document, no vendor extensions.

Everything the reference core shall not judge itself (expressions, mappings, times, message keys) is
written as a name that our side looks up: flows carry `<node>:<index>`, scripts the node's name. Waiting
events all become messages of the node's name, so that no clock of the reference core is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.program import Flow, Node, Process, Program
from engine.bpmn.xmlread import BPMN
from engine.errors import NotInReferenceCore

ALWAYS = "always"
#: Parts of a call activity, as suffixes of its name.
CALL, AFTER = ".call", ".after"

_AUTOMATIC = {
    "task", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask",
    "intermediateThrowEvent",
}  # fmt: skip
_GATEWAYS = {"exclusiveGateway", "parallelGateway", "inclusiveGateway"}
_WAITING = {"receiveTask": "intermediateCatchEvent", "intermediateCatchEvent": "intermediateCatchEvent"}


@dataclass(slots=True)
class Translation:
    """The document, and what its names stand for."""

    xml: bytes
    nodes: dict[str, Node] = field(default_factory=dict)
    processes: dict[str, str] = field(default_factory=dict)  # process id -> name in the document


def translate(program: Program) -> Translation:
    """Raises NotInReferenceCore, naming the first element that the reference core does not run rightly."""
    root = etree.Element(_tag("definitions"), {"targetNamespace": "urn:reference"}, nsmap={"bpmn": BPMN})
    names = {process_id: f"p{index}" for index, process_id in enumerate(program.processes)}
    nodes: dict[str, Node] = {}
    for process in program.processes.values():
        _Writer(process, names, root, nodes).write()
    return Translation(etree.tostring(root), nodes, names)


def _tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"


@dataclass(slots=True)
class _Writer:
    process: Process
    processes: dict[str, str]
    root: etree._Element
    nodes: dict[str, Node]
    names: dict[str, str] = field(default_factory=dict)
    parents: dict[str | None, etree._Element] = field(default_factory=dict)
    flows: int = 0

    def write(self) -> None:
        own = self.processes[self.process.id]
        self.names = {node_id: f"{own}n{index}" for index, node_id in enumerate(self.process.nodes)}
        self.nodes.update({self.names[node.id]: node for node in self.process.nodes.values()})
        self.parents[None] = etree.SubElement(self.root, _tag("process"), {"id": own, "isExecutable": "true"})
        for node in _outermost_first(self.process):
            self._check(node)
            self._write_node(node)
        for node in self.process.nodes.values():
            self._write_flows(node)

    def _check(self, node: Node) -> None:
        known = _AUTOMATIC | _GATEWAYS | set(_WAITING) | {
            "startEvent", "endEvent", "userTask", "callActivity", "subProcess", "boundaryEvent",
        }  # fmt: skip
        kind = node.event.kind if node.event else "none"
        unmapped = node.type == "subProcess" and (node.inputs or node.outputs)
        if node.type not in known or node.loop or node.by_event or kind in ("error", "signal") or unmapped:
            raise NotInReferenceCore(f"{node.process}: {node.id} ({node.type})")
        if node.type == "callActivity" and (node.boundaries or not node.call or node.call.process.expression):
            raise NotInReferenceCore(f"{node.process}: {node.id} (call with boundary or computed process)")
        if node.type == "subProcess" and len(self.process.starts.get(node.id, ())) != 1:
            raise NotInReferenceCore(f"{node.process}: {node.id} (start of the subprocess)")

    def _write_node(self, node: Node) -> None:
        name = self.names[node.id]
        if node.type in _AUTOMATIC or _throws_at_end(node):
            self._script(node, name)
        elif node.type in _WAITING:
            self._message(self._add(node, _WAITING[node.type], name), name)
        elif node.type == "boundaryEvent":
            self._boundary(node, name)
        elif node.type == "callActivity":
            self._call(node, name)
        elif node.type == "endEvent":
            end = self._add(node, "endEvent", name)
            if node.event and node.event.kind == "terminate":
                etree.SubElement(end, _tag("terminateEventDefinition"))
        else:
            self.parents[node.id] = self._add(node, node.type, name)

    def _add(self, node: Node, kind: str, name: str, **attributes: str) -> etree._Element:
        return etree.SubElement(self.parents[node.container], _tag(kind), {"id": name, **attributes})

    def _script(self, node: Node, name: str) -> None:
        etree.SubElement(self._add(node, "scriptTask", name), _tag("script")).text = name

    def _message(self, element: etree._Element, name: str) -> None:
        etree.SubElement(self.root, _tag("message"), {"id": f"{name}.message", "name": name})
        etree.SubElement(element, _tag("messageEventDefinition"), {"messageRef": f"{name}.message"})

    def _boundary(self, node: Node, name: str) -> None:
        attached = self.names[node.attached_to or ""]
        cancels = "true" if node.interrupting else "false"
        event = self._add(node, "boundaryEvent", name, attachedToRef=attached, cancelActivity=cancels)
        self._message(event, name)

    def _call(self, node: Node, name: str) -> None:
        assert node.call is not None
        self._script(node, name)
        self._add(node, "callActivity", name + CALL, calledElement=self.processes[node.call.process.text])
        self._script(node, name + AFTER)
        self._connect(node, name, name + CALL)
        self._connect(node, name + CALL, name + AFTER)

    def _write_flows(self, node: Node) -> None:
        leaves = self.names[node.id] + (AFTER if node.type == "callActivity" else "")
        if not node.outgoing:
            if node.type != "endEvent" or _throws_at_end(node):
                self._add(node, "endEvent", leaves + ".end")
                self._connect(node, leaves, leaves + ".end")
            return
        if node.type not in _GATEWAYS and (len(node.outgoing) > 1 or node.outgoing[0].condition):
            self._add(node, "inclusiveGateway", leaves + ".split")
            self._connect(node, leaves, leaves + ".split")
            leaves += ".split"
        for index, flow in enumerate(node.outgoing):
            self._flow(node, leaves, index, flow)

    def _flow(self, node: Node, leaves: str, index: int, flow: Flow) -> None:
        element = self._connect(node, leaves, self.names[flow.target])
        source = next(each for each in self.parents[node.container] if each.get("id") == leaves)
        if flow.is_default:
            source.set("default", element.get("id") or "")
        elif str(source.tag).endswith(("exclusiveGateway", "inclusiveGateway")):
            name = f"{self.names[node.id]}:{index}" if flow.condition else ALWAYS
            etree.SubElement(element, _tag("conditionExpression")).text = name

    def _connect(self, node: Node, source: str, target: str) -> etree._Element:
        self.flows += 1
        flow = f"{self.processes[self.process.id]}f{self.flows}"
        ends = {"id": flow, "sourceRef": source, "targetRef": target}
        return etree.SubElement(self.parents[node.container], _tag("sequenceFlow"), ends)


def _throws_at_end(node: Node) -> bool:
    return node.type == "endEvent" and node.event is not None and node.event.kind == "message"


def _outermost_first(process: Process) -> Iterator[Node]:
    """A subprocess before what stands in it."""
    inside: dict[str | None, list[Node]] = {}
    for node in process.nodes.values():
        inside.setdefault(node.container, []).append(node)
    pending: list[str | None] = [None]
    while pending:
        for node in inside.get(pending.pop(), ()):
            yield node
            if node.id in inside:
                pending.append(node.id)
