"""What a BPMN file says, read once and never changed. Texts are not compiled yet (see program.py).

Names follow BPMN 2.0.2; `type` is the local name of the XML element ("userTask", "boundaryEvent").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Gather:
    """Among the parts of a composed source: takes the last `count` values and makes one of them, a list, or the
    context with these keys. Under the key None stands a context whose entries all go in."""

    count: int
    keys: tuple[str | None, ...] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A text that gives a value: an expression of `language`, or itself where `language` is None. A composed one
    is made of `parts`: values, each `Gather` behind those that it takes."""

    text: str
    language: str | None = None
    assumed: bool = False  # nothing in the file named the language
    parts: tuple[Source | Gather, ...] = ()


@dataclass(frozen=True, slots=True)
class MappingSource:
    """An input or output mapping: `target` may be a path ("applicant.name")."""

    source: Source
    target: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who may take a user task, and until when."""

    candidate_groups: Source | None = None
    candidate_users: Source | None = None
    assignee: Source | None = None
    due: Source | None = None
    follow_up: Source | None = None
    priority: Source | None = None
    form_key: Source | None = None


@dataclass(frozen=True, slots=True)
class JobSource:
    """Work handed to a machine."""

    type: Source
    retries: Source | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CallSource:
    """A called process and what is passed besides the mappings. `binding`: "deployment", "latest" or "version"
    (then `version` is the tag of the version meant)."""

    process: Source
    passes_all_in: bool = True
    passes_all_out: bool = True
    binding: str = "deployment"
    version: str = ""
    given: Source | None = None  # the context of variables that go in, in place of all that the mappings make
    taken: Source | None = None  # the context that comes back, made of the variables of the called process
    seen: Source | None = None  # one more, for the output mappings of the call alone


@dataclass(frozen=True, slots=True)
class ResultSource:
    """A decision or an expression whose value goes into one variable; or a script of several statements
    (its language is "python" and it has no variable), which writes the variables that it assigns.

    `shape` is how a decision's result is laid out: "" as DMN gives it, "singleEntry", "singleResult",
    "collectEntries", "resultList" (Camunda 7), or "outputs": each output is a variable of its name.
    """

    source: Source
    variable: str | None
    shape: str = ""


@dataclass(frozen=True, slots=True)
class EventSource:
    """One event definition: `kind` is "timer", "message", "signal", "error", "terminate" …

    `ref`: messageRef, signalRef, errorRef …, activityRef of a compensation, or the name of a link.
    """

    kind: str
    ref: str | None = None
    timer: tuple[str, Source] | None = None  # ("timeDate" | "timeDuration" | "timeCycle", text)
    condition: Source | None = None
    waits: bool = True  # waitForCompletion of a compensation
    id: str = ""
    outputs: tuple[tuple[str, str], ...] = ()  # what it brings, by name: (name, variable it is written to)
    payload: Source | None = None  # the context that goes with it, in place of the input mappings
    variable: str = ""  # the one variable into which all that it brings goes, as a context
    bound: tuple[tuple[str, Source], ...] = ()  # correlation properties, and what each must be in the message


@dataclass(frozen=True, slots=True)
class LoopSource:
    """Multi-instance: how many, over what, what is collected, and which events are thrown when instances
    complete. With `standard` a loop on one condition."""

    sequential: bool
    cardinality: Source | None = None
    collection: Source | None = None
    element: str | None = None
    output_collection: str | None = None
    output_element: Source | None = None
    completion: Source | None = None
    first_count: int = 1  # what loopCounter is for the first instance
    behavior: str = "All"  # "None" | "One" | "All" | "Complex": BPMN 2.0.2, 10.3.8
    thrown: EventSource | None = None  # by each instance ("None") or the first ("One")
    complex: tuple[tuple[Source, EventSource], ...] = ()
    standard: bool = False
    condition: Source | None = None
    test_before: bool = False
    maximum: Source | None = None


@dataclass(frozen=True, slots=True)
class AdHocSource:
    """How the activities of an ad-hoc subprocess are done (BPMN 2.0.2, 10.3.5.2); `elements` names those that
    begin (every one that no flow leads to where it is missing)."""

    sequential: bool = False
    completion: Source | None = None
    cancels_remaining: bool = True
    elements: Source | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be told about an element: the `code` of a finding (wording.py) and what it is about."""

    code: str
    what: str


@dataclass(frozen=True, slots=True)
class Extensions:
    """What a dialect's extension elements and attributes say, in the engine's own terms."""

    inputs: tuple[MappingSource, ...] = ()
    outputs: tuple[MappingSource, ...] = ()
    outputs_add: bool = False  # the outputs are written besides what the element completes with, not in its place
    properties: tuple[tuple[str, Source], ...] = ()
    assignment: Assignment = Assignment()
    job: JobSource | None = None
    call: CallSource | None = None
    decision: ResultSource | None = None
    script: ResultSource | None = None
    correlation_key: Source | None = None
    bound: tuple[tuple[str, Source], ...] = ()  # correlation properties, and what each must be in the message
    loop: LoopSource | None = None
    ad_hoc: AdHocSource | None = None
    version_tag: str = ""
    before: ResultSource | None = None  # a script that runs when the element is entered
    after: ResultSource | None = None  # … and one that runs over what it completes with
    on_instances: bool = False  # both run with each instance of a loop, not once
    result_variable: str = ""  # the one variable into which all that it completes with goes, as a context
    payload: Source | None = None  # the context that a thrown message, signal, error or escalation takes along
    message: Source | None = None  # what is said with a thrown error
    told: tuple[Remark, ...] = ()
    not_run: tuple[str, ...] = ()  # extension elements of a known dialect that are not run
    unread: tuple[str, ...] = ()  # other engines whose extensions stand here and are not read
    noted: tuple[str, ...] = ()  # attributes that are read and say nothing about how the process runs here


@dataclass(frozen=True, slots=True)
class FlowSource:
    """A sequence flow."""

    id: str
    source: str | None
    target: str | None
    condition: Source | None
    line: int | None
    extensions: Extensions = Extensions()


@dataclass(frozen=True, slots=True)
class NodeSource:
    """A flow node. `container` is the id of the subprocess around it, None at the top of the process."""

    id: str
    name: str
    type: str
    process: str
    container: str | None
    line: int | None
    extensions: Extensions = Extensions()
    events: tuple[EventSource, ...] = ()
    parallel_multiple: bool = False
    attached_to: str | None = None
    interrupting: bool = True
    default: str | None = None
    by_event: bool = False  # event subprocess
    message: str | None = None  # messageRef of send and receive tasks
    script: ResultSource | None = None
    loop: LoopSource | None = None
    ad_hoc: AdHocSource | None = None
    activation: Source | None = None  # activationCondition of a complex gateway
    instantiates: bool = False  # receive task or event-based gateway that starts the process
    all_events: bool = False  # event-based gateway of type Parallel
    for_compensation: bool = False
    handler: str | None = None  # of a compensation boundary event: the activity that undoes
    start_quantity: int = 1
    completion_quantity: int = 1
    data_inputs: tuple[MappingSource, ...] = ()
    data_outputs: tuple[MappingSource, ...] = ()
    data: tuple[str, ...] = ()  # data objects and properties declared in this activity
    not_run: tuple[str, ...] = ()  # legal BPMN on this element that is not run


@dataclass(frozen=True, slots=True)
class ProcessSource:
    """One process with everything in it, subprocesses flattened (`NodeSource.container`)."""

    id: str
    name: str
    file: str
    executable: bool
    line: int | None
    nodes: Mapping[str, NodeSource]
    flows: Mapping[str, FlowSource]
    data: tuple[str, ...] = ()  # data objects and properties of the process itself
    version_tag: str = ""
    extensions: Extensions = Extensions()
    bound: tuple[tuple[str, Source], ...] = ()  # its correlation subscriptions (BPMN 2.0.2, 8.4.2)


@dataclass(frozen=True, slots=True)
class MessageSource:
    id: str
    name: str
    correlation_key: Source | None
    properties: tuple[tuple[str, Source], ...] = ()  # correlation properties, and where each is in the message


@dataclass(frozen=True, slots=True)
class Definitions:
    """One BPMN file."""

    file: str
    processes: tuple[ProcessSource, ...] = ()
    messages: Mapping[str, MessageSource] = field(default_factory=dict)
    signals: Mapping[str, str] = field(default_factory=dict)  # id -> name
    errors: Mapping[str, str] = field(default_factory=dict)  # id -> code
    escalations: Mapping[str, str] = field(default_factory=dict)  # id -> code
    said: Mapping[str, Extensions] = field(default_factory=dict)  # of messages, signals, errors, escalations, by id
