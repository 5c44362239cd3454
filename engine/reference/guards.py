"""What the reference core does wrongly only on some ways: refused at the moment it is about to happen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.bpmn.program import Node, Program
from engine.bpmn.reach import closure
from engine.errors import NotInReferenceCore
from engine.reference.growth import MOST_TASKS
from engine.reference.limits import refused
from engine.reference.parts import Part
from engine.words import Words

#: SpiffWorkflow loses sight of tasks that lie deeper in its tree than 1,000, and recurses once per level.
DEEPEST = 400
TOO_DEEP = Words(
    "SpiffWorkflow 看不到任务树 1000 层以下的任务", "SpiffWorkflow loses sight of tasks below level 1,000 of its tree"
)
#: Tasks that one act may run: SpiffWorkflow goes through its whole tree for each.
MOST_STEPS = 1_000
_TOO_LONG = Words(
    "SpiffWorkflow 在一步里要走超过 {most} 个任务", "One act would take SpiffWorkflow through more than {most} tasks"
)
_TOO_MANY = Words("SpiffWorkflow 的任务超过 {most} 个", "More than {most} tasks in SpiffWorkflow")
_SECOND = Words(
    "第二次经过这个网关时，SpiffWorkflow 会算上上一次到达的分支，或抹去已完成的工作",
    "The second time through this gateway SpiffWorkflow counts branches of the first, or erases finished work",
)
_EARLY = Words(
    "SpiffWorkflow 在这里没有等齐：向前查找时它只沿第一条顺序流",
    "SpiffWorkflow does not wait here for all that can come: looking back it follows the first flow alone",
)


def check_gateway(program: Program, parts: Mapping[str, Part], task: Any) -> None:
    """Raises NotInReferenceCore where `task` is a gateway that SpiffWorkflow is about to pass wrongly."""
    from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
    from SpiffWorkflow.util.task import TaskState

    part = part_of(parts, task)
    if part is None or not isinstance(task.task_spec, UnstructuredJoin):
        return
    same = [other for other in task.workflow.tasks.values() if other.task_spec == task.task_spec]
    many = len(task.task_spec.inputs) > 1
    if any(each.state == TaskState.COMPLETED and (many or not task.is_descendant_of(each)) for each in same):
        raise refused(part.node, _SECOND)
    if many and part.node.type == "inclusiveGateway" and _is_early(program, parts, part.node, same):
        raise refused(part.node, _EARLY)


def check_length(steps: int) -> None:
    """Raises NotInReferenceCore where one act has run too many tasks."""
    if steps > MOST_STEPS:
        words = _TOO_LONG.fill(most=MOST_STEPS)
        raise NotInReferenceCore(words.en, words=words)


def check_size(workflows: Iterable[Any], waiting: Iterable[tuple[Node, Any]]) -> None:
    """Raises NotInReferenceCore where the trees of tasks have become too large or too deep."""
    if sum(len(each.tasks) for each in workflows) > MOST_TASKS:
        words = _TOO_MANY.fill(most=MOST_TASKS)
        raise NotInReferenceCore(words.en, words=words)
    for node, task in waiting:
        if task.depth > DEEPEST:
            raise refused(node, TOO_DEEP)


def part_of(parts: Mapping[str, Part], task: Any) -> Part | None:
    """The part that a task of the reference core plays, None for the package's own."""
    return parts.get(task.task_spec.name.removesuffix(" [child]"))


def _is_early(program: Program, parts: Mapping[str, Part], node: Node, arrived: list[Any]) -> bool:
    """Whether a token can still come to an inclusive join that SpiffWorkflow lets go on."""
    process = program.processes[node.process]
    filled = {_element(parts, each.parent) for each in arrived}
    empty = [each for each in process.before.get(node.id, ()) if each not in filled]
    tokens = {_element(parts, each) for each in _active(arrived[0].workflow) if each not in arrived}
    can_come = closure(empty, process.before, without=node.id)
    return bool((tokens & can_come) - closure([each for each in filled if each], process.before, without=node.id))


def _element(parts: Mapping[str, Part], task: Any) -> str:
    """The element of ours that a task of the reference core belongs to, "" where to none."""
    part = parts.get(task.task_spec.name.partition(".")[0].removesuffix(" [child]"))
    return part.node.id if part else ""


def _active(workflow: Any) -> Iterator[Any]:
    """Tasks of one workflow that carry a token: not what waits beside an activity or at the very end."""
    from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, _EndJoin
    from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
    from SpiffWorkflow.util.task import TaskState

    for task in workflow.tasks.values():
        waits = task.state == TaskState.WAITING and isinstance(task.task_spec, BoundaryEvent)
        beside = waits or isinstance(task.task_spec, (BoundaryEventJoin, _EndJoin))
        if not beside and task.has_state(TaskState.READY | TaskState.WAITING | TaskState.STARTED):
            yield task
