"""Tasks of the diagrams against the work that the application knows: steps of people, jobs of machines."""

from __future__ import annotations

from engine.bpmn import ElementNames, Node, Process, Program, placed_in_process
from engine.bundles.checks.checking import Checking
from engine.bundles.known_work import RECORD, STEP, called_by_step, known_jobs, known_steps, step_of
from engine.words import Words

_TEMPLATES = Words(
    "在属性面板为它选用元素模板：“部门审查”“作出决定”等各种环节；没有专门环节的办理，用“记录办理情况”"
    f"（属性 {STEP} 写 {RECORD}）。",
    "Choose an element template for it in the panel of properties: “Department review”, “Ruling” and the other kinds;"
    f" for work of no kind of its own “Record what was done” (the property {STEP} is {RECORD}).",
)
_NAME = Words(
    "在图上双击它，写上要办的事，例如“资料审查”；其他语言的名称写在 texts 里。",
    "Double-click it in the diagram and write what is to be done, “Examination of papers” for example; its name in"
    " other languages stands in texts.",
)


def check_known_work(checking: Checking, program: Program) -> None:
    """Every user task has a name and says a step that has a page, every job has a type that has a handler."""
    for process in program.processes.values():
        for node in process.nodes.values():
            _check_step(checking, process, node)
            _check_job(checking, process, node)
        _check_names(checking, process)


def _check_names(checking: Checking, process: Process) -> None:
    """The name of a user task heads its page, the inbox and the record of the case: nothing else can stand there."""
    nameless = [node for node in process.nodes.values() if node.type == "userTask" and not node.name.strip()]
    if not nameless:
        return
    names = ElementNames(placed_in_process(process))
    for node in nameless:
        called = called_by_step(node) or names.name(node.id)
        checking.warning(
            "task-without-name",
            process.file,
            node.id,
            Words(
                f"人工任务“{node.id}”没有名称，待办、办件页面和办理经过里只能称作“{called.zh}”。",
                f"The user task “{node.id}” has no name: the inbox, its page and the record of the case can only call"
                f" it “{called.en or called.zh}”.",
            ),
            _NAME,
        )


def _check_step(checking: Checking, process: Process, node: Node) -> None:
    step = step_of(node)
    if step is None or step in known_steps():
        return
    if not step:
        checking.error(
            "missing-step",
            process.file,
            node.id,
            Words(
                f"“{node.name or node.id}”没有写明是哪一种环节，办理人看不到可办的事。",
                f"“{node.name or node.id}” does not say which step it is: whoever gets it finds nothing to do there.",
            ),
            _TEMPLATES,
        )
        return
    checking.error(
        "unknown-step",
        process.file,
        node.id,
        Words(
            f"“{node.name or node.id}”的环节“{step}”没有办理页面。",
            f"“{node.name or node.id}” is of the step “{step}”, for which there is no page.",
        ),
        _TEMPLATES,
    )


def _check_job(checking: Checking, process: Process, node: Node) -> None:
    slot = node.job.type if node.job is not None else None
    if slot is None or not slot.is_text or slot.text.strip() in known_jobs():
        return
    known = known_jobs()
    checking.error(
        "unknown-job",
        process.file,
        node.id,
        Words(
            f"“{node.name or node.id}”的作业类型“{slot.text.strip()}”没有处理程序，办件会在此处停下。",
            f"“{node.name or node.id}” has the job type “{slot.text.strip()}”, which nothing handles: the case would"
            " stop there.",
        ),
        Words(
            "改用已有的作业类型：" + "、".join(f"{key}（{one.name.zh}）" for key, one in known.items()) + "；"
            "由人办理的，改画为人工任务。",
            "Use a job type that there is: " + ", ".join(f"{key} ({one.name.en})" for key, one in known.items()) + ";"
            " draw a user task for what a person does.",
        ),
    )
