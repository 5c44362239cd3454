"""What several departments at once need of the diagrams: a way out of each item, and what a refusal does to others."""

from __future__ import annotations

from engine.bpmn import Process, Program
from engine.bundles.checks.checking import Checking
from engine.bundles.model import Item
from engine.words import Words

#: The process of _shared/ that carries out every policy but "continue".
REFUSED_ITEM_PROCESS = "refused-item"
#: The limit of the place for the applicant's answer.
ANSWER_LIMIT = "refused-item-answer"


def check_departments(checking: Checking, program: Program, process: Process) -> None:
    """Each item can end alone; the policy for a refused item has its basis, its process and its limit."""
    policy = checking.bundle.refused_item_policy
    for item in checking.bundle.items:
        if not _has_way_out(item, process):
            _report(checking, item, process, error=policy != "continue")
    if policy == "continue":
        return
    if not checking.bundle.refused_item_basis.zh:
        checking.error(
            "policy-without-basis",
            "bundle.toml",
            "refused_item_basis",
            Words(
                f"一项未获准时的处理方式“{policy}”没有写明依据。",
                f"What becomes of the rest when one item is refused (“{policy}”) names no basis.",
            ),
            Words("在 refused_item_basis 写明依据的键。", "Name the key of a basis in refused_item_basis."),
        )
    if REFUSED_ITEM_PROCESS not in program.processes:
        checking.missing(Words("流程", "process"), "bundle.toml", "process.shared", REFUSED_ITEM_PROCESS)
    if policy == "ask" and checking.profile is not None and ANSWER_LIMIT not in checking.profile.parameters:
        checking.missing(Words("地方规则的期限", "limit of the place"), "profile", "parameters", ANSWER_LIMIT)


def _has_way_out(item: Item, process: Process) -> bool:
    """Whether the item's call has an interrupting conditional boundary event that asks for its variable."""
    node = process.nodes.get(item.call_activity)
    if node is None:
        return True  # a finding of its own
    boundaries = [process.nodes[boundary] for boundary in node.boundaries]
    return any(
        event.condition is not None
        and event.condition.expression is not None
        and item.termination_variable in event.condition.expression.names
        for boundary in boundaries
        for event in boundary.events
        if boundary.interrupting
    )


def _report(checking: Checking, item: Item, process: Process, *, error: bool) -> None:
    report = checking.error if error else checking.warning
    report(
        "item-cannot-end-alone",
        process.file,
        item.call_activity,
        Words(
            f"图中没有画出 {item.key} 的终止办理：申请人不能单独撤回该事项，其他事项未获准时也不能终止它。",
            f"The diagram does not show how {item.key} ends without a ruling: it cannot be taken back alone, nor end"
            " when another item is refused.",
        ),
        Words(
            f"在调用活动上画一个中断的条件边界事件，条件写 ={item.termination_variable} = true。",
            f"Draw an interrupting conditional boundary event on the call: ={item.termination_variable} = true.",
        ),
    )
