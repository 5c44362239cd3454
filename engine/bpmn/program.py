"""A compiled program: all that a running instance needs of its diagrams, immutable, expressions compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from engine.bpmn.model import Gather
from engine.bpmn.reach import Edges, closure
from engine.expressions import Context, Expression
from engine.values import Value, Variables

if TYPE_CHECKING:
    from engine.dmn import Decisions
    from engine.expressions import Script


#: Gateways at which tokens may wait for one another.
JOINING = ("parallelGateway", "inclusiveGateway", "complexGateway")
#: The name, in what goes with an event, of a value that is no context of variables.
LONE = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the diagram that gives a value: a compiled expression, a variable's name, all variables, parts
    that make one value, or the text itself."""

    text: str
    expression: Expression | None = None
    is_variable: bool = False
    is_everything: bool = False
    parts: tuple[Slot | Gather, ...] = ()
    #: True where the value is the text itself, whatever the variables are.
    is_text: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        told = self.expression is None and not (self.is_variable or self.is_everything or self.parts)
        object.__setattr__(self, "is_text", told)

    @property
    def reads(self) -> frozenset[str] | None:
        """The variables on which alone the value depends; None where it may depend on others, or on the time."""
        if self.expression is not None:
            return self.expression.names if self.expression.is_steady else None
        if self.is_variable:
            return frozenset([self.text])
        return None if self.is_everything or self.parts else frozenset()

    def value(self, variables: Variables, context: Context | None) -> Value:
        """The text, or the expression's (the variable's) value. Raises ExpressionFailed, BudgetExceeded."""
        if self.expression is not None:
            return self.expression.evaluate(variables, context)
        if self.is_variable:
            return variables.get(self.text)
        if self.is_everything:
            return {name: value for name, value in variables.items() if not name.startswith("@")}
        return self._composed(variables, context) if self.parts else self.text

    def _composed(self, variables: Variables, context: Context | None) -> Value:
        """The value of the parts, each `Gather` behind those that it takes."""
        made: list[Value] = []
        for part in self.parts:
            if isinstance(part, Slot):
                made.append(part.value(variables, context))
            else:
                taken = made[len(made) - part.count :]
                made[len(made) - part.count :] = [_gathered(part, taken)]
        return made[-1]


def _gathered(gather: Gather, values: list[Value]) -> Value:
    if gather.keys is None:
        return values
    context: dict[str, Value] = {}
    for key, value in zip(gather.keys, values, strict=True):
        context |= (value if isinstance(value, dict) else {}) if key is None else {key: value}
    return context


@dataclass(frozen=True, slots=True)
class Mapped:
    """An input or output mapping; `path` is the target, several parts where it lies inside a context."""

    slot: Slot
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    id: str
    target: str
    condition: Slot | None
    is_default: bool


@dataclass(frozen=True, slots=True)
class Timer:
    """`kind` is "timeDate", "timeDuration" or "timeCycle"."""

    kind: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class Event:
    """What a node catches or throws. `name`: message or signal name, code of an error or escalation
    ("" catches every one), id of the activity that a compensation names ("" for all of the scope)."""

    #: "none" | "timer" | "message" | "signal" | "error" | "escalation" | "conditional" | "compensate" |
    #: "cancel" | "link" | "terminate"
    kind: str
    name: Slot = Slot("")
    key: Slot | None = None
    timer: Timer | None = None
    condition: Slot | None = None
    waits: bool = True  # a throwing compensation that waits for its handlers
    outputs: tuple[tuple[str, str], ...] = ()  # what it brings, by name: (name, variable it is written to)
    payload: Slot | None = None  # the context that goes with what is thrown, in place of the input mappings
    variable: str = ""  # the one variable into which all that it brings goes, as a context
    message: Slot | None = None  # what is said with a thrown error
    #: Correlation properties of a message, and where each is in what goes along; where there is no `key`, they
    #: make it.
    properties: tuple[tuple[str, Slot], ...] = ()

    def kept(self, payload: dict[str, Value]) -> dict[str, Value]:
        """The variables that what comes with the event is written to."""
        if not self.variable:
            return {name: value for name, value in payload.items() if name != LONE}
        return {self.variable: payload[LONE] if list(payload) == [LONE] else payload}


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who may take a user task, until when, and its properties."""

    candidate_groups: Slot | None
    candidate_users: Slot | None
    assignee: Slot | None
    due: Slot | None
    follow_up: Slot | None
    priority: Slot | None
    form_key: Slot | None


@dataclass(frozen=True, slots=True)
class JobWork:
    type: Slot
    retries: Slot | None
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CallWork:
    """`version` is the tag of the version meant, "" for the one of this deployment. `given` is the context of
    variables that go in, in place of what the mappings make; `taken` the one that comes back, made of the
    variables of the called process alone; `seen` one more, for the output mappings of the call."""

    process: Slot
    passes_all_in: bool
    passes_all_out: bool
    version: str = ""
    given: Slot | None = None
    taken: Slot | None = None
    seen: Slot | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """A script (`slot` is the expression) or a decision (`slot` gives its id), and where the value goes.

    `shape` is how a decision's result is laid out (model.ResultSource)."""

    slot: Slot
    variable: str | None
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """Multi-instance: the collection or the number, what is collected, and what completing instances throw.

    With `standard` a loop (BPMN 2.0.2, 10.3.7) on `condition`, at most `maximum` times.
    """

    sequential: bool
    cardinality: Slot | None = None
    collection: Slot | None = None
    element: str | None = None
    output_collection: str | None = None
    output_element: Slot | None = None
    completion: Slot | None = None
    first_count: int = 1
    behavior: str = "All"
    thrown: Event | None = None
    complex: tuple[tuple[Slot, Event], ...] = ()
    standard: bool = False
    condition: Slot | None = None
    test_before: bool = False
    maximum: Slot | None = None


@dataclass(frozen=True, slots=True)
class AdHoc:
    """How the activities of an ad-hoc subprocess are done; `elements` gives the ids that begin."""

    sequential: bool
    completion: Slot | None
    cancels_remaining: bool
    elements: Slot | None


@dataclass(frozen=True, slots=True)
class Node:
    """One flow node, ready to run. `container` is the subprocess around it (None: the process itself)."""

    id: str
    name: str
    type: str
    process: str
    container: str | None
    incoming: tuple[str, ...]
    outgoing: tuple[Flow, ...]
    events: tuple[Event, ...] = ()
    parallel_multiple: bool = False
    inputs: tuple[Mapped, ...] = ()
    outputs: tuple[Mapped, ...] = ()
    outputs_add: bool = False  # written besides what the element completes with, not in its place
    properties: tuple[tuple[str, Slot], ...] = ()
    assigned: Assigned | None = None
    job: JobWork | None = None
    call: CallWork | None = None
    script: Computed | None = None
    code: Script | None = None
    before: Script | None = None  # runs when the element is entered
    after: Script | None = None  # runs over what it completes with
    on_instances: bool = False  # both run with each instance of a loop, not once
    result_variable: str = ""  # the one variable into which all that it completes with goes, as a context
    decision: Computed | None = None
    loop: Loop | None = None
    ad_hoc: AdHoc | None = None
    activation: Slot | None = None
    instantiates: bool = False
    all_events: bool = False
    boundaries: tuple[str, ...] = ()
    attached_to: str | None = None
    interrupting: bool = True
    by_event: bool = False
    for_compensation: bool = False
    handler: str | None = None
    start_quantity: int = 1
    completion_quantity: int = 1
    data_inputs: tuple[Mapped, ...] = ()
    data_outputs: tuple[Mapped, ...] = ()
    data: tuple[str, ...] = ()
    #: Told once of what stands above, since every token asks: nothing is to be done before the element's own work;
    #: nothing after it but to write what it completes with; the one flow on, where it has no condition.
    begins_plainly: bool = field(init=False, repr=False, compare=False)
    ends_plainly: bool = field(init=False, repr=False, compare=False)
    only_flow: Flow | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        alone = self.loop is None and not self.boundaries and not self.events
        before = self.joins or self.before or self.start_quantity > 1
        after = self.after or self.result_variable or self.ad_hoc or (self.call and self.call.taken)
        lone = len(self.outgoing) == 1 and self.outgoing[0].condition is None and self.completion_quantity == 1
        set_once = partial(object.__setattr__, self)
        set_once("begins_plainly", alone and not (before or self.inputs or self.data or self.data_inputs))
        set_once("ends_plainly", alone and not (after or self.outputs or self.data_outputs))
        set_once("only_flow", self.outgoing[0] if lone else None)

    @property
    def joins(self) -> bool:
        """True for a gateway at which tokens wait for one another."""
        return self.type in JOINING and len(self.incoming) > 1

    @property
    def event(self) -> Event | None:
        """The event definition of a node that has one; of several the first."""
        return self.events[0] if self.events else None


class Upstream(NamedTuple):
    """The nodes from which a token can still reach a flow: over boundary events too, and by flows alone."""

    over_events: frozenset[str]
    by_flows: frozenset[str]


@dataclass(frozen=True, slots=True)
class Process:
    """One compiled process. By container (None: the process itself): `starts`, where its tokens begin, and
    `handlers`, the start events of its event subprocesses."""

    id: str
    name: str
    file: str
    nodes: Mapping[str, Node]
    starts: Mapping[str | None, tuple[str, ...]]
    handlers: Mapping[str | None, tuple[str, ...]]
    before: Edges = field(repr=False)  # node -> nodes from which a flow comes
    before_over_events: Edges = field(repr=False)  # the same, with a boundary event coming from its activity
    after: Edges = field(default_factory=dict, repr=False)  # node -> nodes to which a flow leads
    data: tuple[str, ...] = ()
    version_tag: str = ""
    _upstream: dict[str, dict[str, Upstream]] = field(default_factory=dict, repr=False, compare=False)
    _downstream: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def upstream(self, gateway: str) -> Mapping[str, Upstream]:
        """For each incoming flow of an inclusive join, whence a token can still come (BPMN 2.0.2, 13.4.3).

        Worked out when a token first waits there, and kept: most programs never ask for most joins.
        """
        known = self._upstream.get(gateway)
        if known is None:
            known = self._upstream[gateway] = self._find_upstream(gateway)
        return known

    def _find_upstream(self, gateway: str) -> dict[str, Upstream]:
        return {
            flow.id: Upstream(
                closure([source], self.before_over_events, without=gateway),
                closure([source], self.before, without=gateway),
            )
            for source in dict.fromkeys(self.before.get(gateway, ()))
            for flow in self.nodes[source].outgoing
            if flow.target == gateway
        }

    def downstream(self, node: str) -> frozenset[str]:
        """All elements to which the flows from `node` lead; worked out when first asked, and kept."""
        known = self._downstream.get(node)
        if known is None:
            known = self._downstream[node] = closure(self.after.get(node, ()), self.after)
        return known

    def awaited_conditions(self) -> Iterator[tuple[str, Slot]]:
        """What conditional events and ad-hoc subprocesses wait for, with the id of each."""
        for node in self.nodes.values():
            yield from ((node.id, event.condition) for event in node.events if event.condition is not None)
            if node.ad_hoc is not None and node.ad_hoc.completion is not None:
                yield node.id, node.ad_hoc.completion

    def start_events(self) -> tuple[Node, ...]:
        """The start events of the process itself, in file order."""
        return tuple(n for n in self.nodes.values() if n.type == "startEvent" and n.container is None)

    def beginnings(self) -> tuple[Node, ...]:
        """Where an event can start the process: start events, instantiating receive tasks, and the events
        behind an instantiating gateway (BPMN 2.0.2, 13.2)."""
        found = list(self.start_events())
        for node in self.nodes.values():
            if node.instantiates and node.container is None and not node.incoming:
                targets = [self.nodes[flow.target] for flow in node.outgoing]
                found.extend([node] if node.type == "receiveTask" else targets)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class ElementFact:
    """What pages show of an element. `properties` as written in the file ("=…" where an expression)."""

    id: str
    name: str
    type: str
    file: str
    properties: Mapping[str, str]
    container: str | None = None
    called: str | None = None  # process id that a call activity names


class ReadByConditions(NamedTuple):
    """The variables on which the conditions that events wait for depend: all of them (None where that cannot be
    said), and those of each element (elements of several processes that have one id are one)."""

    names: frozenset[str] | None
    by_element: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Program:
    """The entry process with everything it can reach: called processes, message-started ones, decisions."""

    entry: str
    processes: Mapping[str, Process]
    decisions: Mapping[str, Decisions]  # decision id -> the decisions of its file
    _read: list[ReadByConditions] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def read_by_conditions(self) -> ReadByConditions:
        """Worked out when first asked, and kept."""
        if not self._read:
            self._read.append(self._find_read())
        return self._read[0]

    def _find_read(self) -> ReadByConditions:
        by_element: dict[str, frozenset[str]] = {}
        for process in self.processes.values():
            for element, slot in process.awaited_conditions():
                if slot.reads is None:
                    return ReadByConditions(None, {})
                by_element[element] = by_element.get(element, frozenset()) | slot.reads
        return ReadByConditions(frozenset().union(*by_element.values()), by_element)

    def called(self, process_id: str, version: str = "") -> Process | None:
        """The process that a call activity names, of the version with this tag where one is meant."""
        if not version:
            return self.processes.get(process_id)
        found = (self.processes.get(key) for key in (f"{process_id}@{version}", process_id))
        return next((each for each in found if each is not None and each.version_tag == version), None)

    def elements(self, process_id: str) -> tuple[ElementFact, ...]:
        """Facts about every element of a process, in file order. Raises KeyError."""
        process = self.processes[process_id]
        return tuple(_fact(node, process.file) for node in process.nodes.values())

    def message_starts(self) -> Mapping[str, str]:
        """Message name -> id of the process that such a message starts."""
        return {name: process for name, (process, _) in self.message_beginnings().items()}

    def message_beginnings(self) -> Mapping[str, tuple[str, str]]:
        """Message name -> the process that such a message starts, and the element where it begins."""
        return {event.name.text: (process, node.id) for process, node, event in self._beginnings("message")}

    def signal_starts(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Signal name -> the processes that such a signal starts, each with the element where it begins."""
        found: dict[str, list[tuple[str, str]]] = {}
        for process, node, event in self._beginnings("signal"):
            found.setdefault(event.name.text, []).append((process, node.id))
        return {name: tuple(places) for name, places in found.items()}

    def timer_starts(self) -> tuple[tuple[str, str, Timer], ...]:
        """Process, element and time of everything that a time starts."""
        return tuple(
            (process, node.id, event.timer) for process, node, event in self._beginnings("timer") if event.timer
        )

    def condition_starts(self) -> tuple[tuple[str, str, Slot], ...]:
        """Process, element and condition of everything that a condition starts."""
        return tuple(
            (process, node.id, event.condition)
            for process, node, event in self._beginnings("conditional")
            if event.condition
        )

    def _beginnings(self, kind: str) -> Iterator[tuple[str, Node, Event]]:
        for process in self.processes.values():
            for node in process.beginnings():
                yield from ((process.id, node, event) for event in node.events if event.kind == kind)

    def file_of(self, process_id: str) -> str:
        """The file that holds the process. Raises KeyError."""
        return self.processes[process_id].file


def _fact(node: Node, file: str) -> ElementFact:
    properties = {name: _written(slot) for name, slot in node.properties}
    called = _written(node.call.process) if node.call else None
    return ElementFact(node.id, node.name, node.type, file, properties, node.container, called)


def _written(slot: Slot) -> str:
    return slot.text if slot.expression is None else f"={slot.text}"
