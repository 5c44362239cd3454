"""A compiled program: all that a running instance needs of its diagrams, immutable, expressions compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from engine.bpmn.reach import Edges, closure
from engine.expressions import Context, Expression
from engine.values import Value, Variables

if TYPE_CHECKING:
    from engine.dmn import Decisions


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the diagram that gives a value: a compiled expression, or the text itself."""

    text: str
    expression: Expression | None = None

    def value(self, variables: Variables, context: Context | None) -> Value:
        """The text, or the expression's value. Raises ExpressionFailed, BudgetExceeded."""
        return self.text if self.expression is None else self.expression.evaluate(variables, context)


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
    ("" catches every one)."""

    kind: str  # "none" | "timer" | "message" | "signal" | "error" | "escalation" | "link" | "terminate"
    name: Slot = Slot("")
    key: Slot | None = None
    timer: Timer | None = None


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
    process: Slot
    passes_all_in: bool
    passes_all_out: bool


@dataclass(frozen=True, slots=True)
class Computed:
    """A script (`slot` is the expression) or a decision (`slot` gives its id), and where the value goes."""

    slot: Slot
    variable: str | None


@dataclass(frozen=True, slots=True)
class Loop:
    """Multi-instance: the collection or the number, and what is collected."""

    sequential: bool
    cardinality: Slot | None
    collection: Slot | None
    element: str | None
    output_collection: str | None
    output_element: Slot | None
    completion: Slot | None


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
    event: Event | None = None
    inputs: tuple[Mapped, ...] = ()
    outputs: tuple[Mapped, ...] = ()
    properties: tuple[tuple[str, Slot], ...] = ()
    assigned: Assigned | None = None
    job: JobWork | None = None
    call: CallWork | None = None
    script: Computed | None = None
    decision: Computed | None = None
    loop: Loop | None = None
    boundaries: tuple[str, ...] = ()
    attached_to: str | None = None
    interrupting: bool = True
    by_event: bool = False


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
    _upstream: dict[str, dict[str, Upstream]] = field(default_factory=dict, repr=False, compare=False)

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

    def start_events(self) -> tuple[Node, ...]:
        """The start events of the process itself, in file order."""
        return tuple(n for n in self.nodes.values() if n.type == "startEvent" and n.container is None)


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


@dataclass(frozen=True, slots=True)
class Program:
    """The entry process with everything it can reach: called processes, message-started ones, decisions."""

    entry: str
    processes: Mapping[str, Process]
    decisions: Mapping[str, Decisions]  # decision id -> the decisions of its file

    def elements(self, process_id: str) -> tuple[ElementFact, ...]:
        """Facts about every element of a process, in file order. Raises KeyError."""
        process = self.processes[process_id]
        return tuple(_fact(node, process.file) for node in process.nodes.values())

    def message_starts(self) -> Mapping[str, str]:
        """Message name -> id of the process that such a message starts."""
        return {
            node.event.name.text: process.id
            for process in self.processes.values()
            for node in process.start_events()
            if node.event is not None and node.event.kind == "message"
        }

    def file_of(self, process_id: str) -> str:
        """The file that holds the process. Raises KeyError."""
        return self.processes[process_id].file


def _fact(node: Node, file: str) -> ElementFact:
    properties = {name: _written(slot) for name, slot in node.properties}
    called = _written(node.call.process) if node.call else None
    return ElementFact(node.id, node.name, node.type, file, properties, node.container, called)


def _written(slot: Slot) -> str:
    return slot.text if slot.expression is None else f"={slot.text}"
