"""退回 as the diagrams declare it: an earlier step of the same process, behind acceptance, with nothing told between.

After acceptance a return is between the officers of the authority (行政许可法 art. 32: nothing more is asked of the
applicant), so it leads to a step that tells nobody outside, and passes over nothing that would be done a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.bpmn import Node, Process, Program
from engine.bundles.checks.checking import Checking
from engine.bundles.returns import PROPERTY, WINDOW, declared_returns
from engine.words import Words

#: Steps at which officers work among themselves.
INTERNAL = ("pre-review", "examine", "review", "hand-up", "upper-review", "record")
#: Done again, these would act a second time.
ACTING = frozenset({"serviceTask", "sendTask", "scriptTask", "callActivity", "intermediateThrowEvent", "subProcess"})
_REMEDY = Words(
    f"属性 {PROPERTY} 写同一流程中在前的人工任务的 id，或者 {WINDOW}，以空格分隔。",
    f"The property {PROPERTY} takes ids of user tasks that come before in the same process, and {WINDOW}.",
)


def check_returns(checking: Checking, program: Program) -> None:
    """Every step to which a task may be sent back is there, comes before, and is the officers' own."""
    for process in program.processes.values():
        for node in process.nodes.values():
            for named in declared_returns(node):
                if fault := _fault(process, node, named):
                    code, words = fault
                    checking.error(code, process.file, node.id, words, _REMEDY)


def _fault(process: Process, node: Node, named: str) -> tuple[str, Words] | None:
    if node.type != "userTask":
        return "return-of-no-task", Words(
            f"“{node.name}”不是人工任务，不能退回。", f"“{node.name}” is no user task and cannot be sent back."
        )
    if named == WINDOW:
        return None
    if node.loop is not None:
        return "return-out-of-loop", Words(
            f"“{node.name}”由多人分别办理，其中一人不能退回。",
            f"“{node.name}” is done once for each of several: one of them cannot be sent back alone.",
        )
    target = process.nodes.get(named)
    if target is None or target.type != "userTask" or target.container != node.container or target.id == node.id:
        return "return-to-no-task", Words(
            f"“{node.name}”退回的环节“{named}”不是同一流程、同一层次中的另一个人工任务。",
            f"“{node.name}” is sent back to “{named}”, which is no other user task of the same process and level.",
        )
    between = _between(process, target.id, node.id)
    if not between:
        return "return-forward", Words(
            f"“{node.name}”退回的环节“{target.name}”不在其之前。",
            f"“{node.name}” is sent back to “{target.name}”, which does not come before it.",
        )
    if _step(target) not in INTERNAL:
        return "return-outside", Words(
            f"“{node.name}”不能退回“{target.name}”：该环节对外办理，受理后的退回只在机关内部进行。",
            f"“{node.name}” cannot go back to “{target.name}”, which deals with people outside: a return is internal.",
        )
    told = next((process.nodes[one] for one in between if process.nodes[one].type in ACTING), None)
    if told is not None:
        return "return-does-again", Words(
            f"“{node.name}”退回“{target.name}”后，其间的“{told.name or told.id}”会再执行一次。",
            f"Once “{node.name}” is sent back to “{target.name}”, “{told.name or told.id}” between them is done again.",
        )
    return None


def _step(node: Node) -> str:
    return next((slot.text for key, slot in node.properties if key == "step"), "")


def _between(process: Process, start: str, end: str) -> frozenset[str]:
    """What lies on the ways from `start` to `end` that do not come through `start` again; both of them included."""

    def onward(one: str) -> Iterable[str]:
        return [flow.target for flow in process.nodes[one].outgoing]

    back: dict[str, list[str]] = {}
    for one in process.nodes:
        for target in onward(one):
            back.setdefault(target, []).append(one)
    forth = _walk(start, onward, stop=end)
    return forth & _walk(end, lambda one: back.get(one, ()), stop=start) if end in forth else frozenset()


def _walk(start: str, onward: Callable[[str], Iterable[str]], *, stop: str) -> frozenset[str]:
    seen, pending = {start}, [start]
    while pending:
        one = pending.pop()
        if one == stop:
            continue
        for target in onward(one):
            if target not in seen:
                seen.add(target)
                pending.append(target)
    return frozenset(seen)
