"""The parent diagram against the catalogue: each item's call, and the order that results need."""

from __future__ import annotations

from engine.bpmn import Process, Program
from engine.bundles.checks.checking import Checking
from engine.bundles.checks.departments import check_departments
from engine.bundles.checks.entries import check_entries, item_of
from engine.bundles.checks.levels import check_levels
from engine.bundles.checks.marks import check_marks
from engine.bundles.checks.named_values import check_items_called
from engine.bundles.checks.officers import check_officers
from engine.bundles.checks.place import check_place
from engine.bundles.checks.returns import check_returns
from engine.bundles.checks.rulings import check_results, check_rulings
from engine.bundles.checks.separation import check_separation
from engine.bundles.checks.work import check_known_work
from engine.bundles.checks.written import check_written
from engine.bundles.model import Item
from engine.errors import DefinitionInvalid
from engine.words import Words

_FILE = Words("文件", "file")


def check_calls(checking: Checking) -> None:
    """Entry file and called files are there; each item has its call; predecessors come first."""
    bundle = checking.bundle
    if bundle.entry_file not in checking.files:
        checking.missing(_FILE, "bundle.toml", "process.file", bundle.entry_file)
        return
    for name in bundle.shared:
        if f"_shared/{name}.bpmn" not in checking.files:
            checking.missing(_FILE, "bundle.toml", "process.shared", f"_shared/{name}.bpmn")
    try:
        program = checking.programs.of(bundle.entry_process)
    except DefinitionInvalid as refused:
        checking.findings += refused.findings
        return
    _check_decision(checking, program)
    process = program.processes[bundle.entry_process]
    for item in bundle.items:
        _check_call(checking, item, process)
    check_items_called(checking, process)
    check_entries(checking, program)
    check_marks(checking, program)
    _check_order(checking, process)
    check_departments(checking, program, process)
    check_place(checking, program, process)
    check_officers(checking, program)
    check_rulings(checking, program)
    check_results(checking, program, process)
    check_separation(checking, program)
    check_returns(checking, program)
    check_levels(checking, program, process)
    check_known_work(checking, program)
    check_written(checking, program)


def _check_decision(checking: Checking, program: Program) -> None:
    decision = checking.bundle.eligibility_decision
    if decision and decision not in program.decisions:
        checking.missing(Words("决策", "decision"), "bundle.toml", "eligibility.decision", decision)


def _check_call(checking: Checking, item: Item, process: Process) -> None:
    file = f"items/{item.key}.toml"
    node = process.nodes.get(item.call_activity)
    if node is None or node.type != "callActivity":
        _report_no_call(checking, item, process, file)
        return
    if item_of(node) != item.key:
        checking.error(
            "call-for-other-item",
            process.file,
            node.id,
            Words(f"调用活动的输入item应为“{item.key}”。", f"The call's input “item” must be “{item.key}”."),
            Words(f'输入映射写成 ="{item.key}"。', f'Map the input as ="{item.key}".'),
        )


def _report_no_call(checking: Checking, item: Item, process: Process, file: str) -> None:
    name = item.call_activity
    checking.error(
        "missing-reference",
        file,
        "call_activity",
        Words(f"没有调用活动“{name}”。", f"There is no call activity “{name}”."),
        Words(
            f"在 {process.file} 里用“许可事项”“备案事项”等模板画出它，元素的标识写 {name}；或者改正名称。",
            f"Draw it in {process.file} by a template such as “Licence item” or “Filing item”, with the id {name}; or"
            " correct the name.",
        ),
    )


def _check_order(checking: Checking, process: Process) -> None:
    calls = {item.key: item.call_activity for item in checking.bundle.items}
    follows: dict[str, frozenset[str]] = {}
    for item in checking.bundle.items:
        for needed in item.needs_result_of:
            before, after = calls.get(needed), item.call_activity
            if before not in process.nodes or after not in process.nodes or before is None:
                continue
            if before not in follows:
                follows[before] = _reached_from(before, process)
            if after not in follows[before]:
                checking.error(
                    "result-needed-too-late",
                    process.file,
                    after,
                    Words(
                        f"{item.key}需要{needed}的结果，但图中不在{needed}之后。",
                        f"{item.key} needs the result of {needed}, but is not drawn after it.",
                    ),
                    Words("在图中先画前置事项。", "Draw the item that is needed first."),
                )


def _reached_from(start: str, process: Process) -> frozenset[str]:
    """Every node that a token can come to after `start`, over flows and boundary events."""
    seen: set[str] = set()
    pending = [start]
    while pending:
        node = process.nodes[pending.pop()]
        onward = [flow.target for flow in node.outgoing] + list(node.boundaries)
        onward += [node.container] if node.container and not node.outgoing else []
        for target in onward:
            if target in process.nodes and target not in seen:
                seen.add(target)
                pending.append(target)
    return frozenset(seen)
