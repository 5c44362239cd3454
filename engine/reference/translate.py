"""A compiled program as plain BPMN for the reference core: one XML document, no vendor extensions.

Everything the reference core shall not judge itself (expressions, mappings, times, message keys) is
written as a name that our side looks up (see `parts`): flows carry `<name>:<index>`, scripts the name of
their part. Waiting events all become messages of the node's name, so that no clock of the reference core
is needed; errors stay errors. What the reference core does in one step where we have several (a call with
mappings, one instance of many) is written as scripts around it:

    call, mapped subprocess    [in] -> (the element) -> [out]
    many instances, loops      (subprocess, many times: [first] -> (the element) -> [last]) -> [collect]
    boundary event             (the event) -> [caught] -> (a gateway, so that what follows is foreseen)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from lxml import etree

from engine.bpmn.program import Flow, Node, Process, Program
from engine.bpmn.xmlread import BPMN
from engine.reference.parts import Part, Role, Translation

ALWAYS = "always"

#: Done at once by the reference core, as scripts.
AUTOMATIC = {
    "task", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask",
    "intermediateThrowEvent",
}  # fmt: skip
GATEWAYS = {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
WAITING = {"receiveTask", "intermediateCatchEvent"}


def translate(program: Program, processes: Iterable[str]) -> Translation:
    """These processes of the program as one document; they must be within the reference core's limits."""
    root = etree.Element(_tag("definitions"), {"targetNamespace": "urn:reference"}, nsmap={"bpmn": BPMN})
    names = {process_id: f"p{index}" for index, process_id in enumerate(processes)}
    translation = Translation(processes=names)
    for process_id in names:
        _Writer(program.processes[process_id], root, translation).write()
    translation.xml = etree.tostring(root)
    return translation


def is_wrapped(node: Node) -> bool:
    """True for an activity inside which other variables are seen than around it."""
    return node.type == "callActivity" or (node.type == "subProcess" and bool(node.inputs or node.outputs))


def beginnings(process: Process, container: str | None) -> tuple[str, ...]:
    """Where the tokens of a container begin: its plain starts, else its only start event."""
    starts = process.starts.get(container, ())
    if starts or container is not None:
        return starts
    return tuple(node.id for node in process.start_events())


def _tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"


@dataclass(slots=True)
class _Writer:
    process: Process
    root: etree._Element
    translation: Translation
    names: dict[str, str] = field(default_factory=dict)
    insides: dict[str | None, etree._Element] = field(default_factory=dict)
    elements: dict[str, etree._Element] = field(default_factory=dict)
    flows: int = 0

    def write(self) -> None:
        own = self.translation.processes[self.process.id]
        self.names = {node_id: f"{own}n{index}" for index, node_id in enumerate(self.process.nodes)}
        self.insides[None] = etree.SubElement(self.root, _tag("process"), {"id": own, "isExecutable": "true"})
        for node in _outermost_first(self.process):
            self._write_node(node)
        for node in self.process.nodes.values():
            self._write_flows(node)
        for container, element in self.insides.items():
            self._write_beginning(container, element)

    # -- elements ----------------------------------------------------------------------------------

    def _write_node(self, node: Node) -> None:
        around, name = self.insides[node.container], self.names[node.id]
        if node.loop is not None:
            self._loop(around, node, name)
        else:
            self._once(around, node, name, name)

    def _loop(self, around: etree._Element, node: Node, name: str) -> None:
        """Many instances, each a subprocess of its own around the element."""
        loop = self._part(around, node, Role.LOOP, "subProcess", name, name)
        self._turns(loop, node, name)
        self._script(loop, node, Role.FIRST, name)
        enter, leave = self._once(loop, node, f"{name}.body", name)
        self._script(loop, node, Role.LAST, name)
        self._add(loop, "startEvent", f"{name}.start")
        self._add(loop, "endEvent", f"{name}.end")
        self._chain(loop, f"{name}.start", f"{name}.first", enter)
        self._chain(loop, leave, f"{name}.last", f"{name}.end")
        self._script(around, node, Role.COLLECT, name)
        self._connect(around, name, f"{name}.collect")

    def _turns(self, loop: etree._Element, node: Node, name: str) -> None:
        """How often: so many instances, or as long as a condition holds."""
        said = node.loop
        assert said is not None
        if said.standard:
            way = {"testBefore": str(said.test_before).lower()}
            turns = etree.SubElement(loop, _tag("standardLoopCharacteristics"), way)
            etree.SubElement(turns, _tag("loopCondition")).text = f"{name}#again"
            return
        way = {"isSequential": str(said.sequential).lower()}
        many = etree.SubElement(loop, _tag("multiInstanceLoopCharacteristics"), way)
        etree.SubElement(many, _tag("loopCardinality")).text = f"{name}#items"
        if said.completion is not None:
            etree.SubElement(many, _tag("completionCondition")).text = f"{name}#enough"

    def _once(self, around: etree._Element, node: Node, own: str, name: str) -> tuple[str, str]:
        """The element itself with the scripts around it; gives the names where one enters and leaves."""
        self._body(around, node, own, name)
        if not is_wrapped(node):
            return own, own
        self._script(around, node, Role.IN, name)
        self._script(around, node, Role.OUT, name)
        self._chain(around, f"{name}.in", own, f"{name}.out")
        return f"{name}.in", f"{name}.out"

    def _body(self, around: etree._Element, node: Node, own: str, name: str) -> None:
        kind = node.event.kind if node.event else "none"
        if node.type == "endEvent" and kind == "error":
            self._script(around, node, Role.THROW, name)
            self._error(self._part(around, node, Role.BODY, "endEvent", own, name), node)
            self._connect(around, f"{name}.throw", own)
        elif node.type == "endEvent" and kind == "terminate":
            end = self._part(around, node, Role.BODY, "endEvent", own, name)
            etree.SubElement(end, _tag("terminateEventDefinition"))
        elif node.type in AUTOMATIC or (node.type == "endEvent" and kind != "none"):
            script = self._part(around, node, Role.BODY, "scriptTask", own, name)
            etree.SubElement(script, _tag("script")).text = own
        elif node.type in WAITING:
            self._message(self._part(around, node, Role.BODY, "intermediateCatchEvent", own, name), name)
        elif node.type == "boundaryEvent":
            self._boundary(around, node, name)
        elif node.type == "callActivity" and node.call is not None:
            call = self._part(around, node, Role.BODY, "callActivity", own, name)
            call.set("calledElement", self.translation.processes[node.call.process.text])
        elif node.type == "startEvent":
            self._part(around, node, Role.BODY, self._start_type(node), own, name, script=own)
        elif node.type == "subProcess":
            self.insides[node.id] = self._part(around, node, Role.BODY, "subProcess", own, name)
        else:
            self._part(around, node, Role.BODY, node.type, own, name)

    def _start_type(self, node: Node) -> str:
        """One start event is one; of several each is an automatic task behind a start of ours."""
        alone = beginnings(self.process, node.container) == (node.id,) and not node.incoming
        return "startEvent" if alone else "scriptTask"

    def _boundary(self, around: etree._Element, node: Node, name: str) -> None:
        event = self._part(around, node, Role.BODY, "boundaryEvent", name, name)
        event.set("attachedToRef", self.names[node.attached_to or ""])
        assert node.event is not None
        event.set("cancelActivity", str(node.interrupting or node.event.kind == "error").lower())
        if node.event.kind == "error":
            self._error(event, node)
        else:
            self._message(event, name)
        self._script(around, node, Role.CAUGHT, name)
        self._add(around, "exclusiveGateway", f"{name}.onward")
        self._chain(around, name, f"{name}.caught", f"{name}.onward")

    def _message(self, element: etree._Element, name: str) -> None:
        etree.SubElement(self.root, _tag("message"), {"id": f"{name}.message", "name": name})
        etree.SubElement(element, _tag("messageEventDefinition"), {"messageRef": f"{name}.message"})

    def _error(self, element: etree._Element, node: Node) -> None:
        """An error by its code; without one a boundary event catches every error."""
        assert node.event is not None
        definition = etree.SubElement(element, _tag("errorEventDefinition"))
        if code := node.event.name.text:
            known = {each.get("errorCode"): each.get("id") or "" for each in self.root.iter(_tag("error"))}
            name = known.get(code) or f"error{len(known)}"
            if code not in known:
                etree.SubElement(self.root, _tag("error"), {"id": name, "errorCode": code, "name": name})
            definition.set("errorRef", name)

    def _script(self, around: etree._Element, node: Node, role: Role, name: str) -> None:
        self._part(around, node, role, "scriptTask", f"{name}.{role}", name, script=f"{name}.{role}")

    def _part(
        self, around: etree._Element, node: Node, role: Role, kind: str, own: str, name: str, script: str = ""
    ) -> etree._Element:
        self.translation.parts[own] = Part(node, role, name)
        element = self._add(around, kind, own)
        if kind == "scriptTask" and script:
            etree.SubElement(element, _tag("script")).text = script
        return element

    def _add(self, around: etree._Element, kind: str, own: str) -> etree._Element:
        self.elements[own] = etree.SubElement(around, _tag(kind), {"id": own})
        return self.elements[own]

    # -- flows -------------------------------------------------------------------------------------

    def _write_beginning(self, container: str | None, around: etree._Element) -> None:
        """A start of ours where the diagram has none, or several; an end where nothing stands inside."""
        starts = beginnings(self.process, container)
        if len(starts) == 1 and self.elements[self.names[starts[0]]].tag == _tag("startEvent"):
            return
        name = self.translation.processes[self.process.id] if container is None else self.names[container]
        self._add(around, "startEvent", f"{name}.begin")
        leaves = f"{name}.begin"
        if len(starts) > 1:
            self._add(around, "parallelGateway", f"{name}.fork")
            self._connect(around, leaves, f"{name}.fork")
            leaves = f"{name}.fork"
        for start in starts:
            self._connect(around, leaves, self._enter(self.process.nodes[start]))
        if not starts:
            self._add(around, "endEvent", f"{name}.nothing")
            self._connect(around, leaves, f"{name}.nothing")

    def _enter(self, node: Node) -> str:
        """The element of the document to which a flow to `node` leads."""
        name = self.names[node.id]
        if node.loop is None and is_wrapped(node):
            return f"{name}.in"
        throws = node.type == "endEvent" and node.event is not None and node.event.kind == "error"
        return f"{name}.throw" if throws else name

    def _leave(self, node: Node) -> str:
        """The element of the document from which the flows of `node` start."""
        name = self.names[node.id]
        if node.loop is not None:
            return f"{name}.collect"
        if node.type == "boundaryEvent":
            return f"{name}.onward"
        return f"{name}.out" if is_wrapped(node) else name

    def _write_flows(self, node: Node) -> None:
        around, leaves = self.insides[node.container], self._leave(node)
        if not node.outgoing:
            if not str(self.elements[leaves].tag).endswith("endEvent"):
                self._add(around, "endEvent", f"{leaves}.end")
                self._connect(around, leaves, f"{leaves}.end")
            return
        if node.type == "boundaryEvent" and len(node.outgoing) == 1 and not node.outgoing[0].condition:
            self._connect(around, leaves, self._enter(self.process.nodes[node.outgoing[0].target]))
            return
        if node.type not in GATEWAYS and (len(node.outgoing) > 1 or node.outgoing[0].condition):
            self._add(around, "inclusiveGateway", f"{leaves}.split")
            self._connect(around, leaves, f"{leaves}.split")
            leaves += ".split"
        for index, flow in enumerate(node.outgoing):
            self._flow(around, node, leaves, index, flow)

    def _flow(self, around: etree._Element, node: Node, leaves: str, index: int, flow: Flow) -> None:
        element = self._connect(around, leaves, self._enter(self.process.nodes[flow.target]))
        source = self.elements[leaves]
        if flow.is_default:
            source.set("default", element.get("id") or "")
        elif str(source.tag).endswith(("exclusiveGateway", "inclusiveGateway")):
            name = f"{self.names[node.id]}:{index}" if flow.condition else ALWAYS
            etree.SubElement(element, _tag("conditionExpression")).text = name

    def _chain(self, around: etree._Element, *names: str) -> None:
        for source, target in pairwise(names):
            self._connect(around, source, target)

    def _connect(self, around: etree._Element, source: str, target: str) -> etree._Element:
        self.flows += 1
        flow = f"{self.translation.processes[self.process.id]}f{self.flows}"
        return etree.SubElement(around, _tag("sequenceFlow"), {"id": flow, "sourceRef": source, "targetRef": target})


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
