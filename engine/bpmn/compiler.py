"""Model to program: every expression, timer and reference of a process compiled once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.bpmn import reach
from engine.bpmn.model import (
    Definitions,
    EventSource,
    FlowSource,
    LoopSource,
    MappingSource,
    NodeSource,
    ProcessSource,
    ResultSource,
    Source,
)
from engine.bpmn.program import (
    Assigned,
    CallWork,
    Computed,
    Event,
    Flow,
    JobWork,
    Loop,
    Mapped,
    Node,
    Process,
    Slot,
    Timer,
)
from engine.bpmn.timers import TimerTextInvalid, check_timer_text
from engine.bpmn.wording import Reporter
from engine.errors import ExpressionInvalid
from engine.expressions import compile_expression

#: Languages that compile_expression knows.
LANGUAGES = frozenset({"feel"})

#: Event kinds that run, by the type of their node.
RUNNABLE_EVENTS = {
    "startEvent": {"none", "message", "timer", "signal", "error", "escalation"},
    "endEvent": {"none", "message", "signal", "error", "escalation", "terminate"},
    "intermediateCatchEvent": {"message", "timer", "signal", "link"},
    "intermediateThrowEvent": {"none", "message", "signal", "escalation", "link"},
    "boundaryEvent": {"message", "timer", "signal", "error", "escalation"},
}
NOT_RUN_TYPES = {"complexGateway", "transaction", "adHocSubProcess"}


def compile_process(process: ProcessSource, definitions: Definitions, report: Reporter) -> Process:
    """The compiled process; everything that does not compile is reported."""
    return _Compiler(process, definitions, report).process()


@dataclass(slots=True)
class _Compiler:
    source: ProcessSource
    definitions: Definitions
    report: Reporter

    def process(self) -> Process:
        incoming, outgoing = self._flows()
        boundaries = _grouped((n.attached_to, n.id) for n in self.source.nodes.values() if n.attached_to)
        nodes = {
            node.id: self._node(node, incoming.get(node.id, ()), outgoing.get(node.id, ()), boundaries)
            for node in self.source.nodes.values()
        }
        starts, handlers = self._starts(nodes), self._handlers(nodes)
        return Process(
            id=self.source.id,
            name=self.source.name,
            file=self.source.file,
            nodes=nodes,
            starts=starts,
            handlers=handlers,
            before=reach.backward_edges(self.source, through_boundaries=False),
            before_over_events=reach.backward_edges(self.source, through_boundaries=True),
        )

    def _flows(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[FlowSource, ...]]]:
        incoming: dict[str, list[str]] = {}
        outgoing: dict[str, list[FlowSource]] = {}
        for flow in self.source.flows.values():
            incoming.setdefault(flow.target or "", []).append(flow.id)
            outgoing.setdefault(flow.source or "", []).append(flow)
        return (
            {node: tuple(flows) for node, flows in incoming.items()},
            {node: tuple(flows) for node, flows in outgoing.items()},
        )

    def _node(
        self,
        node: NodeSource,
        incoming: tuple[str, ...],
        outgoing: tuple[FlowSource, ...],
        boundaries: dict[str | None, tuple[str, ...]],
    ) -> Node:
        self._refuse(node)
        said = node.extensions
        return Node(
            id=node.id,
            name=node.name,
            type=node.type,
            process=node.process,
            container=node.container,
            incoming=incoming,
            outgoing=tuple(self._flow(flow, node) for flow in outgoing),
            event=self._event(node),
            inputs=self._mapped(said.inputs, node),
            outputs=self._mapped(said.outputs, node),
            properties=tuple((name, self._slot(text, node)) for name, text in said.properties),
            assigned=self._assigned(node) if node.type == "userTask" else None,
            job=self._job(node),
            call=self._call(node),
            script=self._computed(node.script, node),
            decision=self._computed(said.decision, node),
            loop=self._loop(node.loop, node),
            boundaries=boundaries.get(node.id, ()),
            attached_to=node.attached_to,
            interrupting=node.interrupting,
            by_event=node.by_event,
        )

    def _refuse(self, node: NodeSource) -> None:
        for what in (*node.not_run, *node.extensions.not_run):
            self.report("not-run", node.id, line=node.line, what=what)
        if node.type in NOT_RUN_TYPES:
            self.report("not-run", node.id, line=node.line, what=node.type)
        if node.extensions.unread:
            names = ", ".join(node.extensions.unread)
            self.report("extension-not-read", node.id, line=node.line, what=names)

    def _flow(self, flow: FlowSource, node: NodeSource) -> Flow:
        condition = self._slot(flow.condition, node, element=flow.id) if flow.condition else None
        return Flow(flow.id, flow.target or "", condition, flow.id == node.default)

    def _event(self, node: NodeSource) -> Event | None:
        if node.type == "receiveTask" and node.message is None:
            self.report("message-by-id", node.id, line=node.line, value=node.id)
            return Event("message", Slot(node.id))
        if node.type in ("receiveTask", "sendTask"):
            return self._message(node.message, node) if node.message else None
        runnable = RUNNABLE_EVENTS.get(node.type)
        if runnable is None:
            return None
        if len(node.events) > 1:
            self.report("not-run", node.id, line=node.line, what=f"{node.type}: multiple")
            return None
        if not node.events:
            if "none" not in runnable:
                self.report("empty-reference", node.id, line=node.line, what="eventDefinition")
            return Event("none")
        return self._defined(node.events[0], node, runnable)

    def _defined(self, event: EventSource, node: NodeSource, runnable: set[str]) -> Event | None:
        if event.kind not in runnable:
            self.report("not-run", node.id, line=node.line, what=f"{node.type}: {event.kind}")
            return None
        if event.kind == "timer":
            return Event("timer", timer=self._timer(event, node))
        if event.kind == "message":
            return self._message(event.ref, node)
        if event.kind in ("terminate", "link"):
            return Event(event.kind)
        if event.kind == "signal":
            return Event("signal", self._marked(self._signal(event.ref, node), node))
        return Event(event.kind, self._marked(self._code(event, node), node))

    def _signal(self, reference: str | None, node: NodeSource) -> str:
        name = self.definitions.signals.get(reference or "")
        if reference is None:
            self.report("empty-reference", node.id, line=node.line, what="signalRef")
        elif name is None:
            self.report("missing-reference", node.id, line=node.line, what="signalRef", value=reference[:80])
        return name or reference or ""

    def _code(self, event: EventSource, node: NodeSource) -> str:
        """The code of an error or escalation; "" catches every one. Some modellers put the code where the id
        belongs."""
        reference = event.ref
        if reference is None:
            return ""
        known = self.definitions.errors if event.kind == "error" else self.definitions.escalations
        code = known.get(reference)
        if code is None:
            self.report("undefined-error", node.id, line=node.line, value=reference[:80])
        return reference if code is None else code

    def _message(self, reference: str | None, node: NodeSource) -> Event | None:
        if reference is None:
            self.report("empty-reference", node.id, line=node.line, what="messageRef")
            return None
        message = self.definitions.messages.get(reference)
        if message is None:
            self.report("missing-reference", node.id, line=node.line, what="messageRef", value=reference[:80])
            return None
        key = self._slot(message.correlation_key, node) if message.correlation_key else None
        return Event("message", self._marked(message.name or message.id, node), key)

    def _timer(self, event: EventSource, node: NodeSource) -> Timer | None:
        if event.timer is None:
            self.report("timer-missing", node.id, line=node.line)
            return None
        kind, source = event.timer
        if source.language is None:
            try:
                check_timer_text(kind, source.text)
            except TimerTextInvalid as failure:
                self.report(
                    "timer-invalid",
                    node.id,
                    line=node.line,
                    value=source.text[:80],
                    reason=f"{failure.words.zh} / {failure.words.en}",
                )
            return Timer(kind, Slot(source.text))
        return Timer(kind, self._slot(source, node))

    def _assigned(self, node: NodeSource) -> Assigned:
        said = node.extensions.assignment
        return Assigned(
            candidate_groups=self._optional(said.candidate_groups, node),
            candidate_users=self._optional(said.candidate_users, node),
            assignee=self._optional(said.assignee, node),
            due=self._optional(said.due, node),
            follow_up=self._optional(said.follow_up, node),
            priority=self._optional(said.priority, node),
            form_key=self._optional(said.form_key, node),
        )

    def _job(self, node: NodeSource) -> JobWork | None:
        said = node.extensions.job
        if said is None or not said.type.text:
            return None
        return JobWork(self._slot(said.type, node), self._optional(said.retries, node), dict(said.headers))

    def _call(self, node: NodeSource) -> CallWork | None:
        said = node.extensions.call
        if node.type != "callActivity" or said is None:
            return None
        return CallWork(self._slot(said.process, node), said.passes_all_in, said.passes_all_out)

    def _computed(self, said: ResultSource | None, node: NodeSource) -> Computed | None:
        return Computed(self._slot(said.source, node), said.variable) if said else None

    def _loop(self, said: LoopSource | None, node: NodeSource) -> Loop | None:
        if said is None:
            return None
        if said.cardinality is None and said.collection is None:
            self.report("empty-reference", node.id, line=node.line, what="inputCollection")
        return Loop(
            said.sequential,
            self._optional(said.cardinality, node),
            self._optional(said.collection, node),
            said.element,
            said.output_collection,
            self._optional(said.output_element, node),
            self._optional(said.completion, node),
        )

    def _starts(self, nodes: dict[str, Node]) -> dict[str | None, tuple[str, ...]]:
        """Plain start events by container; where a container has no start event, every node that no flow
        leads to (BPMN 2.0.2, 10.5.2)."""
        containers = {None, *(node.id for node in nodes.values() if node.type == "subProcess")}
        inside = _grouped((node.container, node.id) for node in nodes.values())
        return {each: _starts_of(inside.get(each, ()), nodes) for each in containers}

    def _handlers(self, nodes: dict[str, Node]) -> dict[str | None, tuple[str, ...]]:
        around = {node.id: node.container for node in nodes.values() if node.by_event}
        return _grouped(
            (around[node.container], node.id)
            for node in nodes.values()
            if node.type == "startEvent" and node.container in around
        )

    def _mapped(self, mappings: tuple[MappingSource, ...], node: NodeSource) -> tuple[Mapped, ...]:
        return tuple(Mapped(self._slot(each.source, node), tuple(each.target.split("."))) for each in mappings)

    def _optional(self, source: Source | None, node: NodeSource) -> Slot | None:
        return None if source is None else self._slot(source, node)

    def _marked(self, text: str, node: NodeSource) -> Slot:
        return self._slot(Source(text[1:], "feel"), node) if text.startswith("=") else Slot(text)

    def _slot(self, source: Source, node: NodeSource, *, element: str | None = None) -> Slot:
        if source.language is None:
            return Slot(source.text)
        where = element or node.id
        if source.language not in LANGUAGES:
            self.report("language-not-run", where, line=node.line, language=source.language[:80])
            return Slot(source.text)
        if source.assumed:
            self.report("language-assumed", where, line=node.line)
        try:
            return Slot(source.text, compile_expression(source.text, language=source.language, element=where))
        except ExpressionInvalid as failure:
            self.report("expression-invalid", where, line=node.line, reason=_place(failure))
            return Slot(source.text)


def _starts_of(inside: tuple[str, ...], nodes: dict[str, Node]) -> tuple[str, ...]:
    events = [each for each in inside if nodes[each].type == "startEvent"]
    if events:
        return tuple(each for each in events if _is_plain(nodes[each]))
    return tuple(
        each
        for each in inside
        if not nodes[each].incoming and nodes[each].type != "boundaryEvent" and not nodes[each].by_event
    )


def _is_plain(node: Node) -> bool:
    return node.event is not None and node.event.kind == "none"


def _place(failure: ExpressionInvalid) -> str:
    where = f"{failure.line}:{failure.column}"
    return f"{failure.expected.zh} / {failure.expected.en} ({where}) {failure.source[:80]}"


def _grouped(pairs: Iterable[tuple[str | None, str]]) -> dict[str | None, tuple[str, ...]]:
    groups: dict[str | None, list[str]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}
