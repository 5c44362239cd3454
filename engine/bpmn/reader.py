"""A BPMN file to the model: everything in it, once, without recursion; what is doubtful is reported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from engine.bpmn import language
from engine.bpmn.correlation_reader import Properties, read_properties, read_subscriptions
from engine.bpmn.data_reader import DataNames, read_data_names, read_declared
from engine.bpmn.dialects import foreign, language_of, read_extensions, read_rest, tell
from engine.bpmn.model import Definitions, Extensions, FlowSource, MessageSource, NodeSource, ProcessSource
from engine.bpmn.node_reader import DEFINITION, NodeReader
from engine.bpmn.wording import Reporter
from engine.bpmn.xmlread import child, children, is_bpmn, line_of, local_name, reference

_TASKS = {
    "task", "userTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask",
    "manualTask",
}  # fmt: skip
SUBPROCESSES = {"subProcess", "transaction", "adHocSubProcess"}
ACTIVITIES = _TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS = {
    "exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway",
}  # fmt: skip
EVENTS = {
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent",
}  # fmt: skip
NODES = ACTIVITIES | GATEWAYS | EVENTS
#: Global tasks, and the task that a call of one does (BPMN 2.0.2, 10.3.6).
GLOBAL_TASKS = {
    "globalTask": "task", "globalUserTask": "userTask", "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask", "globalBusinessRuleTask": "businessRuleTask",
}  # fmt: skip

_NAME = re.compile(r"[^\W\d][\w.\-]{0,254}\Z")
#: Below a process, but no flow node: says nothing about how it runs, or is read elsewhere.
_SILENT = {
    "documentation", "extensionElements", "laneSet", "textAnnotation", "association", "group",
    "ioSpecification", "ioBinding",
    "dataObject", "dataObjectReference", "dataStoreReference", "property", "incoming", "outgoing",
    "standardLoopCharacteristics", "multiInstanceLoopCharacteristics", "script", "auditing", "monitoring",
    "artifact", "potentialOwner", "humanPerformer", "performer", "resourceRole", "rendering", "category",
    "supportedInterfaceRef", "dataInputAssociation", "dataOutputAssociation", "completionCondition",
    "conditionExpression", "correlationSubscription", "supports", "participant", "messageFlow", "conversation",
}  # fmt: skip


def read_tree(root: etree._Element, report: Reporter, uploader_language: str | None = None) -> Definitions | None:
    """The model of an XML tree that `read_xml` gave. `uploader_language` is that of expressions for which the
    file names none."""
    if not is_bpmn(root) or local_name(root) != "definitions":
        report("not-bpmn", root=local_name(root)[:80])
        return None
    named = language.named(root.get("expressionLanguage")) or language_of(root) or uploader_language
    return _Reader(root, report, named).definitions()


class _Reader:
    def __init__(self, root: etree._Element, report: Reporter, file_language: str | None) -> None:
        self.root = root
        self.report = report
        self.language = file_language
        self.seen: set[str] = set()
        self.unnamed = 0
        definitions = {
            each.get("id", ""): each for each in root if is_bpmn(each) and local_name(each).endswith(DEFINITION)
        }
        self.nodes = NodeReader(report, file_language, definitions)
        self.data: DataNames = read_data_names(root)

    def definitions(self) -> Definitions:
        root = self.root
        processes = [self._process(each) for each in children(root, "process")]
        processes += [
            self._global_task(each, task) for kind, task in GLOBAL_TASKS.items() for each in children(root, kind)
        ]
        if not processes:
            self.report("no-process")
        said = dict(self._said())
        properties = read_properties(root, self.language)
        return Definitions(
            file=self.report.file,
            processes=tuple(processes),
            messages={_named(each): _message(each, properties) for each in children(root, "message")},
            signals={_named(each): each.get("name", "") for each in children(root, "signal")},
            errors={_named(each): each.get("errorCode", "") for each in children(root, "error")},
            escalations={_named(each): each.get("escalationCode", "") for each in children(root, "escalation")},
            said=said,
        )

    def _said(self) -> Iterator[tuple[str, Extensions]]:
        """What dialects say beside the processes; and which extensions nobody here reads."""
        unknown = foreign(self.root)
        if unknown:
            self.report("extension-not-read", what=", ".join(space[:80] for space in unknown[:8]))
        tell(read_extensions(self.root), self.report, "", line_of(self.root))
        for each in self.root:
            if not is_bpmn(each) or local_name(each) == "process" or local_name(each) in GLOBAL_TASKS:
                continue
            said = read_rest(each)
            if said != Extensions():
                tell(said, self.report, _named(each), line_of(each))
                yield _named(each), said

    def _process(self, element: etree._Element) -> ProcessSource:
        process = self._identify(element, "process")
        nodes: dict[str, NodeSource] = {}
        flows: dict[str, FlowSource] = {}
        associations: list[tuple[str, str]] = []
        pending: list[tuple[etree._Element, str | None]] = [(element, None)]
        while pending:
            container, inside = pending.pop()
            for each in container:
                if not is_bpmn(each):
                    continue
                name = local_name(each)
                if name == "sequenceFlow":
                    flow = self._flow(each)
                    flows.setdefault(flow.id, flow)  # a doubled one is refused
                elif name in NODES:
                    node = self.nodes.read(each, self._identify(each, name), process, inside, self.data)
                    nodes.setdefault(node.id, node)
                    if name in SUBPROCESSES:
                        pending.append((each, node.id))
                elif name == "association":
                    associations.append((reference(each, "sourceRef") or "", reference(each, "targetRef") or ""))
                elif name not in _SILENT and not name.endswith(DEFINITION):
                    self.report("not-run", each.get("id", ""), line=line_of(each), what=name)
        flows.update(self._links(nodes))
        _give_handlers(nodes, associations)
        said = read_rest(element)
        return ProcessSource(
            process, element.get("name", ""), self.report.file, element.get("isExecutable") == "true",
            line_of(element), nodes, flows, read_declared(element), said.version_tag, said,
            read_subscriptions(element, self.language),
        )  # fmt: skip

    def _global_task(self, element: etree._Element, task: str) -> ProcessSource:
        """A process of one task: what a call activity that names the global task does."""
        identity = self._identify(element, "globalTask")
        inner = etree.fromstring(etree.tostring(element))
        inner.tag = str(element.tag).replace(local_name(element), task)
        if task == "scriptTask" and inner.get("scriptLanguage"):
            inner.set("scriptFormat", inner.get("scriptLanguage", ""))
        node = self.nodes.read(inner, f"{identity}-task", identity, None, self.data)
        line = line_of(element)
        return ProcessSource(
            identity, element.get("name", ""), self.report.file, True, line, {node.id: replace(node, line=line)}, {}
        )

    def _links(self, nodes: dict[str, NodeSource]) -> dict[str, FlowSource]:
        """A link event that throws is a flow to the one of its name that catches, in the same container."""
        flows: dict[str, FlowSource] = {}
        links = [(node, node.events[0].ref) for node in nodes.values() if _is_link(node)]
        caught = {(n.container, name): n.id for n, name in links if n.type == "intermediateCatchEvent"}
        for node, name in links:
            target = caught.get((node.container, name))
            if node.type == "intermediateThrowEvent" and target is not None:
                flow = link_flow(node.id)
                flows[flow] = FlowSource(flow, node.id, target, None, node.line)
            elif node.type == "intermediateThrowEvent":
                self.report("missing-reference", node.id, line=node.line, what="link", value=str(name)[:80])
        return flows

    def _identify(self, element: etree._Element, kind: str) -> str:
        identity = reference(element, "id")
        if identity is None:
            self.unnamed += 1
            identity = f"{kind}-without-id-{self.unnamed}"
        elif not _NAME.match(identity):
            self.report("bad-id", identity[:80], line=line_of(element), value=identity[:80])
        if identity in self.seen:
            self.report("duplicate-id", identity[:80], line=line_of(element), value=identity[:80])
        self.seen.add(identity)
        return identity

    def _flow(self, element: etree._Element) -> FlowSource:
        condition = language.of_element(child(element, "conditionExpression"), self.language)
        identity = self._identify(element, "flow")
        source, target = reference(element, "sourceRef"), reference(element, "targetRef")
        return FlowSource(identity, source, target, condition, line_of(element), read_rest(element))


def link_flow(throwing: str) -> str:
    """The id of the flow for which a throwing link event stands."""
    return f"link-of-{throwing}"


def _give_handlers(nodes: dict[str, NodeSource], associations: list[tuple[str, str]]) -> None:
    """A compensation boundary event is joined to the activity that undoes by an association (10.6.1)."""
    for pair in associations:
        for source, target in (pair, pair[::-1]):
            boundary, activity = nodes.get(source), nodes.get(target)
            if boundary and activity and _is_compensation(boundary) and activity.for_compensation:
                nodes[source] = replace(boundary, handler=target)


def _is_compensation(node: NodeSource) -> bool:
    return node.type == "boundaryEvent" and any(event.kind == "compensate" for event in node.events)


def _named(element: etree._Element) -> str:
    return reference(element, "id") or ""


def _is_link(node: NodeSource) -> bool:
    return len(node.events) == 1 and node.events[0].kind == "link"


def _message(element: etree._Element, properties: Properties) -> MessageSource:
    key, identity = read_extensions(element).correlation_key, _named(element)
    return MessageSource(identity, element.get("name", ""), key, properties.get(identity, ()))
