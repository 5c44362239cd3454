"""A BPMN file to the model: everything in it, once, without recursion; what is doubtful is reported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from lxml import etree

from engine.bpmn import language
from engine.bpmn.dialects import read_extensions
from engine.bpmn.model import (
    CallSource,
    Definitions,
    EventSource,
    FlowSource,
    LoopSource,
    MessageSource,
    NodeSource,
    ProcessSource,
    ResultSource,
    Source,
)
from engine.bpmn.wording import Reporter
from engine.bpmn.xmlread import child, children, is_bpmn, local_name, text_of

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

_DEFINITION = "EventDefinition"
_NAME = re.compile(r"[^\W\d][\w.\-]{0,254}\Z")
#: Below a process, but no flow node: says nothing about how it runs.
_SILENT = {
    "documentation", "extensionElements", "laneSet", "textAnnotation", "association", "group",
    "ioSpecification",
    "dataObject", "dataObjectReference", "dataStoreReference", "property", "incoming", "outgoing",
    "standardLoopCharacteristics", "multiInstanceLoopCharacteristics", "script", "auditing", "monitoring",
    "artifact", "potentialOwner", "humanPerformer", "performer", "resourceRole", "rendering", "category",
    "supportedInterfaceRef", "dataInputAssociation", "dataOutputAssociation", "completionCondition",
    "conditionExpression", "correlationSubscription", "supports",
}  # fmt: skip


def read_tree(root: etree._Element, report: Reporter) -> Definitions | None:
    """The model of an XML tree that `read_xml` gave."""
    if not is_bpmn(root) or local_name(root) != "definitions":
        report("not-bpmn", root=local_name(root)[:80])
        return None
    reader = _Reader(report, language.named(root.get("expressionLanguage")))
    return reader.definitions(root)


class _Reader:
    def __init__(self, report: Reporter, file_language: str | None) -> None:
        self.report = report
        self.language = file_language
        self.seen: set[str] = set()
        self.unnamed = 0
        self.event_definitions: dict[str, etree._Element] = {}

    def definitions(self, root: etree._Element) -> Definitions:
        self.event_definitions = {
            each.get("id", ""): each for each in root if is_bpmn(each) and local_name(each).endswith(_DEFINITION)
        }
        processes = tuple(self._process(each) for each in children(root, "process"))
        if not processes:
            self.report("no-process")
        return Definitions(
            file=self.report.file,
            processes=processes,
            messages={_named(each): _message(each) for each in children(root, "message")},
            signals={_named(each): each.get("name", "") for each in children(root, "signal")},
            errors={_named(each): each.get("errorCode", "") for each in children(root, "error")},
            escalations={_named(each): each.get("escalationCode", "") for each in children(root, "escalation")},
        )

    def _process(self, element: etree._Element) -> ProcessSource:
        process = self._identify(element, "process")
        nodes: dict[str, NodeSource] = {}
        flows: dict[str, FlowSource] = {}
        pending: list[tuple[etree._Element, str | None]] = [(element, None)]
        while pending:
            container, inside = pending.pop()
            for each in container:
                if not is_bpmn(each):
                    continue
                name = local_name(each)
                if name == "sequenceFlow":
                    flow = self._flow(each)
                    flows[flow.id] = flow
                elif name in NODES:
                    node = self._node(each, process, inside)
                    nodes[node.id] = node
                    if name in SUBPROCESSES:
                        pending.append((each, node.id))
                elif name not in _SILENT and not name.endswith(_DEFINITION):
                    self.report("not-run", each.get("id", ""), line=_line(each), what=name)
        flows.update(self._links(nodes))
        return ProcessSource(
            process, element.get("name", ""), self.report.file, element.get("isExecutable") == "true",
            _line(element), nodes, flows,
        )  # fmt: skip

    def _links(self, nodes: dict[str, NodeSource]) -> dict[str, FlowSource]:
        """A link event that throws is a flow to the one of its name that catches, in the same container."""
        flows: dict[str, FlowSource] = {}
        links = [(node, node.events[0].ref) for node in nodes.values() if _is_link(node)]
        caught = {(n.container, name): n.id for n, name in links if n.type == "intermediateCatchEvent"}
        for node, name in links:
            target = caught.get((node.container, name))
            if node.type == "intermediateThrowEvent" and target is not None:
                flow = f"link-of-{node.id}"
                flows[flow] = FlowSource(flow, node.id, target, None, node.line)
            elif node.type == "intermediateThrowEvent":
                self.report("missing-reference", node.id, line=node.line, what="link", value=str(name)[:80])
        return flows

    def _identify(self, element: etree._Element, kind: str) -> str:
        identity = _reference(element, "id")
        if identity is None:
            self.unnamed += 1
            identity = f"{kind}-without-id-{self.unnamed}"
        elif not _NAME.match(identity):
            self.report("bad-id", identity[:80], line=_line(element), value=identity[:80])
        if identity in self.seen:
            self.report("duplicate-id", identity[:80], line=_line(element), value=identity[:80])
        self.seen.add(identity)
        return identity

    def _flow(self, element: etree._Element) -> FlowSource:
        condition = language.of_element(child(element, "conditionExpression"), self.language)
        identity = self._identify(element, "flow")
        source, target = _reference(element, "sourceRef"), _reference(element, "targetRef")
        return FlowSource(identity, source, target, condition, _line(element))

    def _node(self, element: etree._Element, process: str, container: str | None) -> NodeSource:
        kind = local_name(element)
        extensions = read_extensions(element)
        if kind == "callActivity" and extensions.call is None and element.get("calledElement"):
            extensions = replace(extensions, call=_plain_call(element.get("calledElement", "")))
        return NodeSource(
            id=self._identify(element, kind),
            name=element.get("name", ""),
            type=kind,
            process=process,
            container=container,
            line=_line(element),
            extensions=extensions,
            events=tuple(self._events(element)),
            attached_to=_reference(element, "attachedToRef"),
            interrupting=_is_interrupting(element),
            default=_reference(element, "default"),
            by_event=element.get("triggeredByEvent") == "true",
            message=_reference(element, "messageRef"),
            script=self._script(element) or extensions.script,
            loop=self._loop(element, extensions.loop),
            not_run=tuple(_not_run(element)),
        )

    def _events(self, element: etree._Element) -> Iterator[EventSource]:
        for each in element:
            if not is_bpmn(each):
                continue
            name = local_name(each)
            if name == "eventDefinitionRef":
                referred = self.event_definitions.get(text_of(each).rpartition(":")[2])
                if referred is None:
                    self.report(
                        "missing-reference", element.get("id", ""), line=_line(each),
                        what="eventDefinitionRef", value=text_of(each)[:80],
                    )  # fmt: skip
                else:
                    yield self._event(referred)
            elif name.endswith(_DEFINITION):
                yield self._event(each)

    def _event(self, element: etree._Element) -> EventSource:
        kind = local_name(element).removesuffix(_DEFINITION)
        timer: tuple[str, Source] | None = None
        for each in ("timeDate", "timeDuration", "timeCycle"):
            text = child(element, each)
            if text is not None and text_of(text):
                source = language.marked(_unquoted(text_of(text))) or Source("")
                named = language.named(text.get("language"))
                timer = (each, replace(source, language=named) if named and not source.language else source)
        reference = element.get("name") if kind == "link" else _reference(element, f"{kind}Ref")
        return EventSource(kind, reference, timer)

    def _script(self, element: etree._Element) -> ResultSource | None:
        script = child(element, "script")
        if local_name(element) != "scriptTask" or script is None or not text_of(script):
            return None
        attribute = element.get("scriptFormat")
        source = language.expression(text_of(script), attribute=attribute, file_language=self.language)
        return ResultSource(source, None)

    def _loop(self, element: etree._Element, dialect: LoopSource | None) -> LoopSource | None:
        loop = child(element, "multiInstanceLoopCharacteristics")
        if loop is None:
            return None
        said = read_extensions(loop).loop or dialect or LoopSource(sequential=False)
        return replace(
            said,
            sequential=loop.get("isSequential") == "true",
            cardinality=language.of_element(child(loop, "loopCardinality"), self.language),
            completion=language.of_element(child(loop, "completionCondition"), self.language),
        )


def _reference(element: etree._Element, attribute: str) -> str | None:
    """An id or a reference to one, without blanks around it (XSD) and without the prefix of a QName."""
    value = element.get(attribute)
    if value is None:
        return None
    return value.strip() if attribute == "id" else value.strip().rpartition(":")[2]


def _named(element: etree._Element) -> str:
    return _reference(element, "id") or ""


def _is_link(node: NodeSource) -> bool:
    return len(node.events) == 1 and node.events[0].kind == "link"


def _message(element: etree._Element) -> MessageSource:
    key = read_extensions(element).correlation_key
    return MessageSource(_named(element), element.get("name", ""), key)


def _plain_call(process: str) -> CallSource:
    """A plain BPMN call: a QName; like the vendors' engines, all variables go in and come out."""
    name = process if process.startswith("=") else process.rpartition(":")[2]
    return CallSource(language.marked(name) or Source(""))


def _is_interrupting(element: etree._Element) -> bool:
    return element.get("cancelActivity", "true") != "false" and element.get("isInterrupting", "true") != "false"


def _not_run(element: etree._Element) -> Iterator[str]:
    """Legal BPMN on a node that changes how it runs and that is not run."""
    if child(element, "standardLoopCharacteristics") is not None:
        yield "standardLoopCharacteristics"
    loop = child(element, "multiInstanceLoopCharacteristics")
    if loop is not None and loop.get("behavior", "All") != "All":
        yield "multiInstanceLoopCharacteristics behavior"
    if element.get("isForCompensation") == "true":
        yield "isForCompensation"
    if element.get("instantiate") == "true":
        yield "instantiate"
    for attribute in ("startQuantity", "completionQuantity"):
        if element.get(attribute, "1") != "1":
            yield attribute
    if element.get("parallelMultiple") == "true":
        yield "parallelMultiple"


def _unquoted(text: str) -> str:
    """A time that a modeller wrote as a quoted text ("PT1H" with the quotes) is meant without them."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _line(element: etree._Element) -> int | None:
    return cast("int | None", element.sourceline)
