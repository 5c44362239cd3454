"""Whether the reference core gives an error to the right boundary event.

SpiffWorkflow gives an error to every boundary event of the same code that waits in the subprocess or
process where it was thrown, then in the one around it, and so on; it does not ask whether the event stands
on an activity from which the error comes (BPMN 2.0.2, 10.5.6), and lets an error that nothing catches go by.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.program import Node, Process, Program
from engine.words import Words

_UNCAUGHT = Words(
    "SpiffWorkflow 对无人捕获的错误不作任何表示", "SpiffWorkflow passes over an error that nothing catches"
)
_MISLED = Words(
    "SpiffWorkflow 会把这个错误交给别的活动上的边界事件“{what}”",
    "SpiffWorkflow gives this error to the boundary event “{what}” of another activity",
)


def misled_error(program: Program, process: Process) -> tuple[Node, Words] | None:
    """The first end event of `process` whose error the reference core would lead astray, and how."""
    for node in process.nodes.values():
        if node.type != "endEvent" or node.event is None or node.event.kind != "error":
            continue
        words = next(_astray(program, process, node), None)
        if words is not None:
            return node, words
    return None


def _astray(program: Program, process: Process, thrower: Node) -> Iterator[Words]:
    """Walks outwards, through every caller: at each level only the activity around may catch."""
    assert thrower.event is not None
    code = thrower.event.name.text
    pending: list[tuple[Process, str | None, str]] = [(process, thrower.container, "")]
    seen = set()
    while pending:
        level = pending.pop()
        where, container, inside = level
        if (where.id, container, inside) in seen:
            continue
        seen.add((where.id, container, inside))
        catching = [node for node in where.nodes.values() if node.container == container and _catches(node, code)]
        yield from (_MISLED.fill(what=node.id) for node in catching if node.attached_to != inside)
        if catching:
            continue
        if container is not None:
            pending.append((where, where.nodes[container].container, container))
            continue
        callers = list(_callers(program, where))
        if where.id == program.entry or not callers:
            yield _UNCAUGHT
        pending.extend(callers)


def _catches(node: Node, code: str) -> bool:
    if node.type != "boundaryEvent" or node.event is None or node.event.kind != "error":
        return False
    return node.event.name.text in ("", code)


def _callers(program: Program, called: Process) -> Iterator[tuple[Process, str | None, str]]:
    for process in program.processes.values():
        for node in process.nodes.values():
            if node.call is not None and node.call.process.text == called.id:
                yield process, node.container, node.id
