"""Model to program: every expression, timer and reference of a process compiled once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from engine.bpmn import reach
from engine.bpmn.allowance import MAX_EXPRESSIONS
from engine.bpmn.dialects import tell
from engine.bpmn.language import COMPOSED, EVERYTHING, PYTHON, VARIABLE, templated
from engine.bpmn.model import (
    Definitions,
    EventSource,
    Extensions,
    FlowSource,
    Gather,
    LoopSource,
    MappingSource,
    MessageSource,
    NodeSource,
    ProcessSource,
    ResultSource,
    Source,
)
from engine.bpmn.program import (
    AdHoc,
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
from engine.expressions import LANGUAGES, Script, compile_expression, compile_script, differs_from_python
from engine.words import Words

#: Event kinds that run, by the type of their node (BPMN 2.0.2, table 10.93).
RUNNABLE_EVENTS = {
    "startEvent": {"none", "message", "timer", "signal", "error", "escalation", "conditional", "compensate"},
    "endEvent": {"none", "message", "signal", "error", "escalation", "terminate", "compensate", "cancel"},
    "intermediateCatchEvent": {"message", "timer", "signal", "link", "conditional"},
    "intermediateThrowEvent": {"none", "message", "signal", "escalation", "link", "compensate"},
    "boundaryEvent": {
        "message", "timer", "signal", "error", "escalation", "conditional", "compensate", "cancel",
    },
}  # fmt: skip
SUBPROCESSES = ("subProcess", "transaction", "adHocSubProcess")
_THROWING = ("sendTask", "intermediateThrowEvent", "endEvent")
#: Correlation properties, and what each must be in a message.
Bound = tuple[tuple[str, Source], ...]


def compile_process(process: ProcessSource, definitions: Definitions, report: Reporter) -> Process:
    """The compiled process; everything that does not compile is reported."""
    return _Compiler(process, definitions, report).process()


@dataclass(slots=True)
class _Compiler:
    source: ProcessSource
    definitions: Definitions
    report: Reporter

    def process(self) -> Process:
        tell(self.source.extensions, self.report, self.source.id, self.source.line)
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
            after=reach.flow_edges(self.source),
            data=self.source.data,
            version_tag=self.source.version_tag,
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
            process=self.source.id,
            container=node.container,
            incoming=incoming,
            outgoing=tuple(self._flow(flow, node) for flow in outgoing),
            events=self._events(node),
            parallel_multiple=node.parallel_multiple,
            inputs=self._mapped(said.inputs, node),
            outputs=self._mapped(said.outputs, node),
            outputs_add=said.outputs_add,
            properties=tuple((name, self._slot(text, node)) for name, text in said.properties),
            assigned=self._assigned(node) if node.type == "userTask" else None,
            job=self._job(node),
            call=self._call(node),
            script=None if _is_code(node.script) else self._computed(node.script, node),
            code=self._code(node.script, node) if node.script and _is_code(node.script) else None,
            before=self._code(said.before, node) if said.before else None,
            after=self._code(said.after, node) if said.after else None,
            on_instances=said.on_instances,
            result_variable="" if _has_events(node) else said.result_variable,
            decision=self._computed(said.decision, node),
            loop=self._loop(node.loop, node),
            boundaries=boundaries.get(node.id, ()),
            attached_to=node.attached_to,
            interrupting=node.interrupting,
            by_event=node.by_event,
            ad_hoc=self._ad_hoc(node),
            activation=self._optional(node.activation, node),
            instantiates=node.instantiates,
            all_events=node.all_events,
            for_compensation=node.for_compensation,
            handler=node.handler,
            start_quantity=node.start_quantity,
            completion_quantity=node.completion_quantity,
            data_inputs=self._mapped(node.data_inputs, node),
            data_outputs=self._mapped(node.data_outputs, node),
            data=node.data,
        )

    def _refuse(self, node: NodeSource) -> None:
        for what in node.not_run:
            self.report("not-run", node.id, line=node.line, what=what)
        tell(node.extensions, self.report, node.id, node.line)

    def _flow(self, flow: FlowSource, node: NodeSource) -> Flow:
        tell(flow.extensions, self.report, flow.id, flow.line)
        place = replace(node, line=flow.line)  # a finding about the condition tells the flow's own line
        condition = self._slot(flow.condition, place, element=flow.id) if flow.condition else None
        return Flow(flow.id, flow.target or "", condition, flow.id == node.default)

    def _events(self, node: NodeSource) -> tuple[Event, ...]:
        if node.type == "receiveTask" and node.message is None:
            self.report("message-by-id", node.id, line=node.line, value=node.id)
            return (Event("message", Slot(node.id)),)
        if node.type in ("receiveTask", "sendTask"):
            message = self._message(node.message, node, node.extensions.bound) if node.message else None
            source = EventSource(
                "message", node.message, payload=node.extensions.payload, variable=node.extensions.result_variable
            )
            return () if message is None else (self._equipped(message, source, node),)
        runnable = RUNNABLE_EVENTS.get(node.type)
        if runnable is None:
            return ()
        if not node.events:
            if "none" not in runnable:
                self.report("empty-reference", node.id, line=node.line, what="eventDefinition")
            return (Event("none"),)
        defined = (self._defined(event, node, runnable) for event in node.events)
        return tuple(event for event in defined if event is not None)

    def _defined(self, event: EventSource, node: NodeSource, runnable: Collection[str]) -> Event | None:
        bare = self._bare(event, node, runnable)
        return None if bare is None else self._equipped(bare, event, node)

    def _equipped(self, bare: Event, event: EventSource, node: NodeSource) -> Event:
        """With what goes along where it is thrown, and where that goes where it is caught: said at the event, or
        at the message, signal, error or escalation that it names."""
        said = self.definitions.said.get(event.ref or "", Extensions())
        payload = event.payload or said.payload
        variable = event.variable or said.result_variable
        if not (payload or variable or said.message):
            return bare
        message = self._optional(said.message, node)
        return replace(bare, payload=self._optional(payload, node), variable=variable, message=message)

    def _bare(self, event: EventSource, node: NodeSource, runnable: Collection[str]) -> Event | None:
        if event.kind not in runnable:
            self.report("not-run", node.id, line=node.line, what=f"{node.type}: {event.kind}")
            return None
        if event.kind == "timer":
            return Event("timer", timer=self._timer(event, node))
        if event.kind == "message":
            in_its_place = node.extensions.job or node.script
            return Event("none") if event.ref is None and in_its_place else self._message(event.ref, node, event.bound)
        if event.kind in ("terminate", "link", "cancel"):
            return Event(event.kind)
        if event.kind == "conditional":
            return self._conditional(event, node)
        if event.kind == "compensate":
            return self._compensation(event, node)
        if event.kind == "signal":
            return Event("signal", self._slot(templated(self._signal(event.ref, node)), node))
        return Event(event.kind, self._marked(self._error_code(event, node), node), outputs=event.outputs)

    def _conditional(self, event: EventSource, node: NodeSource) -> Event:
        if event.condition is None:
            self.report("empty-reference", node.id, line=node.line, what="condition")
        return Event("conditional", condition=self._optional(event.condition, node))

    def _compensation(self, event: EventSource, node: NodeSource) -> Event:
        """A throwing event may name the activity to be undone (BPMN 2.0.2, 10.5.6)."""
        if event.ref and node.type not in ("startEvent", "boundaryEvent") and event.ref not in self.source.nodes:
            self.report("missing-reference", node.id, line=node.line, what="activityRef", value=event.ref[:80])
        return Event("compensate", Slot(event.ref or ""), waits=event.waits)

    def _signal(self, reference: str | None, node: NodeSource) -> str:
        name = self.definitions.signals.get(reference or "")
        if reference is None:
            self.report("empty-reference", node.id, line=node.line, what="signalRef")
        elif name is None:
            self.report("missing-reference", node.id, line=node.line, what="signalRef", value=reference[:80])
        return name or reference or ""

    def _error_code(self, event: EventSource, node: NodeSource) -> str:
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

    def _message(self, reference: str | None, node: NodeSource, bound: Bound) -> Event | None:
        if reference is None:
            self.report("empty-reference", node.id, line=node.line, what="messageRef")
            return None
        message = self.definitions.messages.get(reference)
        if message is None:
            self.report("missing-reference", node.id, line=node.line, what="messageRef", value=reference[:80])
            return None
        name, said = self._slot(templated(message.name or message.id), node), node.extensions.correlation_key
        if said is None and message.correlation_key is None and message.properties:
            return self._correlated(name, message, node, dict((*self.source.bound, *bound)))
        return Event("message", name, self._optional(said or message.correlation_key, node))

    def _correlated(self, name: Slot, message: MessageSource, node: NodeSource, bound: dict[str, Source]) -> Event:
        """A message whose key is made of properties (BPMN 2.0.2, 8.4.2): where the waiting process binds them
        all, of its data; else of what the conversation was about before."""
        properties = tuple((each, self._slot(path, node)) for each, path in message.properties)
        if node.type in _THROWING or any(each not in bound for each, _ in properties):
            return Event("message", name, properties=properties)
        key = _key(bound[each] for each, _ in properties)
        return Event("message", name, self._optional(key, node), properties=properties)

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
                    reason=failure.words,
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
        version = said.version if said.binding == "version" else ""
        given, taken, seen = (self._optional(each, node) for each in (said.given, said.taken, said.seen))
        process = self._slot(said.process, node)
        return CallWork(process, said.passes_all_in, said.passes_all_out, version, given, taken, seen)

    def _computed(self, said: ResultSource | None, node: NodeSource) -> Computed | None:
        return Computed(self._slot(said.source, node), said.variable, said.shape) if said else None

    def _code(self, said: ResultSource, node: NodeSource) -> Script | None:
        """A script of several statements."""
        if not self.report.allowance.take_script(said.source.text):
            self._too_long(node.id, node)
            return None
        try:
            return compile_script(said.source.text, language=said.source.language or "", element=node.id)
        except ExpressionInvalid as failure:
            self.report("expression-invalid", node.id, line=node.line, reason=_place(failure))
            return None

    def _ad_hoc(self, node: NodeSource) -> AdHoc | None:
        said = node.ad_hoc
        if said is None:
            return None
        completion, elements = self._optional(said.completion, node), self._optional(said.elements, node)
        return AdHoc(said.sequential, completion, said.cancels_remaining, elements)

    def _loop(self, said: LoopSource | None, node: NodeSource) -> Loop | None:
        if said is None:
            return None
        if said.standard:
            self._check_standard(said, node)
        elif said.cardinality is None and said.collection is None:
            self.report("empty-reference", node.id, line=node.line, what="inputCollection")
        return Loop(
            sequential=said.sequential,
            cardinality=self._optional(said.cardinality, node),
            collection=self._optional(said.collection, node),
            element=said.element,
            output_collection=said.output_collection,
            output_element=self._optional(said.output_element, node),
            completion=self._optional(said.completion, node),
            first_count=said.first_count,
            behavior=said.behavior,
            thrown=self._implicit(said.thrown, node) if said.thrown else None,
            complex=tuple(self._complex(said, node)),
            standard=said.standard,
            condition=self._optional(said.condition, node),
            test_before=said.test_before,
            maximum=self._optional(said.maximum, node),
        )

    def _check_standard(self, said: LoopSource, node: NodeSource) -> None:
        """A loop must be able to end, and a number of turns cannot be negative (BPMN 2.0.2, 10.3.7)."""
        if said.condition is None and said.maximum is None:
            self.report("endless-loop", node.id, line=node.line)
        maximum = said.maximum
        if maximum is not None and maximum.language is None and not maximum.text.strip().isdigit():
            self.report("bad-quantity", node.id, line=node.line, what="loopMaximum", value=maximum.text[:40])

    def _complex(self, said: LoopSource, node: NodeSource) -> Iterator[tuple[Slot, Event]]:
        for condition, thrown in said.complex:
            event = self._implicit(thrown, node)
            if event is not None:
                yield self._slot(condition, node), event

    def _implicit(self, event: EventSource, node: NodeSource) -> Event | None:
        """What completing instances of a multi-instance activity throw."""
        return self._defined(event, node, {"message", "signal", "escalation", "none"})

    def _starts(self, nodes: dict[str, Node]) -> dict[str | None, tuple[str, ...]]:
        """Plain start events by container; where a container has no start event, every node that no flow
        leads to (BPMN 2.0.2, 10.5.2). An instantiating event does not begin by itself."""
        containers = {None, *(node.id for node in nodes.values() if node.type in SUBPROCESSES)}
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
        if source.language == VARIABLE:
            return Slot(source.text, is_variable=True)
        if source.language == EVERYTHING:
            return Slot(source.text, is_everything=True)
        if source.language == COMPOSED:
            parts = tuple(each if isinstance(each, Gather) else self._slot(each, node) for each in source.parts)
            return Slot(source.text, parts=parts)
        where = element or node.id
        if source.language not in LANGUAGES:
            self.report("language-not-run", where, line=node.line, language=source.language[:80])
            return Slot(source.text)
        if not self.report.allowance.take_expression(source.text):
            self._too_long(where, node)
            return Slot(source.text)
        if source.assumed:
            self._note_assumed(source, node, where)
        try:
            return Slot(source.text, compile_expression(source.text, language=source.language, element=where))
        except ExpressionInvalid as failure:
            self.report("expression-invalid", where, line=node.line, reason=_place(failure))
            return Slot(source.text)

    def _too_long(self, where: str, node: NodeSource) -> None:
        self.report("expressions-too-long", where, line=node.line, limit=MAX_EXPRESSIONS)

    def _note_assumed(self, source: Source, node: NodeSource, where: str) -> None:
        """The language is never guessed in silence; a text that Python reads otherwise is doubtful."""
        doubtful = differs_from_python(source.text)
        self.report("language-doubtful" if doubtful else "language-assumed", where, line=node.line)


def _key(sources: Iterable[Source]) -> Source:
    """One value, or the list of several."""
    parts = tuple(sources)
    return parts[0] if len(parts) == 1 else Source("key", COMPOSED, parts=(*parts, Gather(len(parts))))


def _is_code(script: ResultSource | None) -> bool:
    return script is not None and script.source.language == PYTHON and script.variable is None


def _has_events(node: NodeSource) -> bool:
    """True where what comes in comes with an event, which says where it goes."""
    return node.type in RUNNABLE_EVENTS or node.type in ("receiveTask", "sendTask")


def _starts_of(inside: tuple[str, ...], nodes: dict[str, Node]) -> tuple[str, ...]:
    events = [each for each in inside if nodes[each].type == "startEvent"]
    if events:
        return tuple(each for each in events if _is_plain(nodes[each]))
    return tuple(each for each in inside if _begins(nodes[each]))


def _begins(node: Node) -> bool:
    """True for a node that a token starts on where its container has no start event."""
    waits = node.type == "boundaryEvent" or node.by_event or node.for_compensation
    return not node.incoming and not waits and not node.instantiates


def _is_plain(node: Node) -> bool:
    return node.event is not None and node.event.kind == "none"


def _place(failure: ExpressionInvalid) -> Words:
    where = f"({failure.line}:{failure.column}) {failure.source[:80]}"
    return Words(f"{failure.expected.zh} {where}", f"expected {failure.expected.en} {where}")


def _grouped(pairs: Iterable[tuple[str | None, str]]) -> dict[str | None, tuple[str, ...]]:
    groups: dict[str | None, list[str]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}
