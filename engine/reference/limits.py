"""What the reference core does not run rightly, told before anything is run: by element, with the reason.

The reasons were found by running the package; each is reproduced in
`tests/engine/reference/test_faults_of_the_reference.py` and told in docs/decisions/0001-own-token-machine.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from engine.bpmn.program import CallWork, Computed, Event, Loop, Node, Process, Program
from engine.errors import NotInReferenceCore
from engine.reference.errors_caught import misled_error
from engine.reference.growth import grows_beyond
from engine.reference.translate import AUTOMATIC, beginnings
from engine.words import Words

_NOTHING = {"none"}
#: The event kinds that run rightly, by the type of their node. Types that are not here do not run.
RUNS: Mapping[str, set[str]] = {
    **dict.fromkeys(AUTOMATIC, _NOTHING),
    "userTask": _NOTHING,
    "callActivity": _NOTHING,
    "subProcess": _NOTHING,
    "exclusiveGateway": _NOTHING,
    "parallelGateway": _NOTHING,
    "inclusiveGateway": _NOTHING,
    "eventBasedGateway": _NOTHING,
    "sendTask": {"message"} | _NOTHING,
    "receiveTask": {"message"},
    "startEvent": {"none", "message", "timer"},
    "endEvent": {"none", "message", "error", "terminate"},
    "intermediateCatchEvent": {"message", "timer", "conditional"},
    "intermediateThrowEvent": {"none", "message"},
    "boundaryEvent": {"message", "timer", "error", "conditional"},
}
#: Facts of a node that the reference core heeds; any other that says something is refused by its name.
_HEEDED = {
    Node: {
        "id", "name", "type", "process", "container", "incoming", "outgoing", "events", "inputs", "outputs",
        "properties", "assigned", "job", "call", "script", "decision", "loop", "boundaries", "attached_to",
        "interrupting", "by_event",
    },
    Event: {"kind", "name", "key", "timer", "condition"},
    Computed: {"slot", "variable"},
    CallWork: {"process", "passes_all_in", "passes_all_out"},
    Loop: {
        "sequential", "cardinality", "collection", "element", "output_collection", "output_element", "completion",
        "first_count", "standard", "condition", "test_before", "maximum",
    },
}  # fmt: skip

_LACKS = Words("SpiffWorkflow 没有这种元素：{what}", "SpiffWorkflow has no such element: {what}")
_EVENTS = {
    "signal": Words(
        "信号会传出本实例；SpiffWorkflow 的信号结束事件什么也不做",
        "Signals reach beyond the instance; a signal end event does nothing in SpiffWorkflow",
    ),
    "link": Words("SpiffWorkflow 的链接事件什么也不做", "Link events do nothing in SpiffWorkflow"),
    "compensate": Words("SpiffWorkflow 的补偿事件什么也不做", "Compensation events do nothing in SpiffWorkflow"),
    "escalation": Words(
        "SpiffWorkflow 的升级事件子流程一开始就运行",
        "SpiffWorkflow runs event subprocesses of an escalation at once",
    ),
}
_BY_EVENT = Words(
    "SpiffWorkflow 的事件子流程不区分中断与不中断，由错误或升级引发的一开始就运行",
    "SpiffWorkflow's event subprocesses heed no isInterrupting, and those of errors and escalations run at once",
)
_SAYS = Words("参考核不理会“{what}”", "The reference core does not heed “{what}”")
_REPEATS = Words(
    "SpiffWorkflow 的非中断边界事件只发生一次",
    "A boundary event that does not interrupt happens only once in SpiffWorkflow",
)
_COMPUTED = Words(
    "SpiffWorkflow 只能调用写明编号的流程", "SpiffWorkflow calls only a process that is named, not computed"
)
_SEVERAL_STARTS = Words(
    "SpiffWorkflow 的几个开始事件中只有先发生的一个有效",
    "Of several start events SpiffWorkflow takes only the first that happens",
)
_TWICE = Words(
    "SpiffWorkflow 把通向同一元素的两条顺序流算作一条",
    "SpiffWorkflow takes two flows to the same element for one",
)
_CANCELLED_LOOP = Words(
    "SpiffWorkflow 中断多实例的子流程或调用时会出错",
    "SpiffWorkflow fails when many instances of a subprocess or call are interrupted",
)
_MAPPED_GATEWAY = Words("这里的变量映射", "a mapping at this element")


def refusals(program: Program) -> dict[str, NotInReferenceCore]:
    """The processes that the reference core does not run rightly, and the first reason for each: with a process
    whoever calls it, for the same reason."""
    found: dict[str, NotInReferenceCore] = {}
    for process in program.processes.values():
        refusal = _refusal(program, process)
        if refusal is not None:
            found[process.id] = refusal
    while caller := next(_callers(program, found), None):
        calling, called = caller
        found[calling] = found[called]
    return found


def refused(node: Node, words: Words) -> NotInReferenceCore:
    """The error that names this element and the reason."""
    return NotInReferenceCore(words.en, process=node.process, element=node.id, words=words)


def _refusal(program: Program, process: Process) -> NotInReferenceCore | None:
    for node in process.nodes.values():
        words = next(_reasons(process, node), None)
        if words is not None:
            return refused(node, words)
    misled = misled_error(program, process)
    if misled is not None:
        return refused(*misled)
    grown = grows_beyond(process)
    return refused(*grown) if grown else None


def _callers(program: Program, found: Mapping[str, NotInReferenceCore]) -> Iterator[tuple[str, str]]:
    for process in program.processes.values():
        if process.id in found:
            continue
        for node in process.nodes.values():
            if node.call is not None and node.call.process.text in found:
                yield process.id, node.call.process.text


def _reasons(process: Process, node: Node) -> Iterator[Words]:
    if node.by_event:
        yield _BY_EVENT
    if node.type not in RUNS:
        yield _LACKS.fill(what=node.type)
    kind = node.event.kind if node.event else "none"
    if kind not in RUNS.get(node.type, ()):
        yield _EVENTS.get(kind, _SAYS.fill(what=f"{node.type}: {kind}"))
    if len(node.events) > 1:
        yield _SAYS.fill(what=f"{node.type}: {' + '.join(event.kind for event in node.events)}")
    for said in (node, node.event, node.call, node.loop, node.script, node.decision):
        yield from (_SAYS.fill(what=name) for name in _unheeded(said))
    if node.type == "boundaryEvent" and not node.interrupting and _repeats(node):
        yield _REPEATS
    if node.type == "boundaryEvent" and _interrupts_many(process, node):
        yield _CANCELLED_LOOP
    if node.call is not None and not node.call.process.is_text:
        yield _COMPUTED
    if node.type == "callActivity" and node.call is None:
        yield _LACKS.fill(what="callActivity")
    if node.type.endswith("Gateway") and (node.inputs or node.outputs):
        yield _SAYS.fill(what=_MAPPED_GATEWAY.en)
    yield from _reasons_of_flows(process, node)


def _reasons_of_flows(process: Process, node: Node) -> Iterator[Words]:
    targets = [flow.target for flow in node.outgoing]
    if len(targets) != len(set(targets)):
        yield _TWICE
    starts = beginnings(process, None)
    if node.id in starts and len(starts) > 1 and not process.starts.get(None):
        yield _SEVERAL_STARTS


def _unheeded(said: object) -> Iterator[str]:
    """Facts that differ from their default and that the reference core would pass over."""
    heeded = _HEEDED.get(type(said))
    if heeded is None:
        return
    for each in fields(said):  # type: ignore[arg-type]
        if each.init and each.name not in heeded and getattr(said, each.name) != _default(each):
            yield each.name


def _default(each: Any) -> object:
    return each.default if each.default is not MISSING else each.default_factory()


def _repeats(node: Node) -> bool:
    if node.event is None:
        return False
    return node.event.condition is not None or (node.event.timer is not None and node.event.timer.kind == "timeCycle")


def _interrupts_many(process: Process, node: Node) -> bool:
    attached = process.nodes.get(node.attached_to or "")
    if attached is None or attached.loop is None or attached.type not in ("subProcess", "callActivity"):
        return False
    return node.interrupting or (node.event is not None and node.event.kind == "error")
