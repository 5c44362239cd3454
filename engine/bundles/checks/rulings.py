"""A ruling has an official behind it: no licence is issued on a way that passes no task at which a person rules.

A ruling without a person needs a text of the place (the parameter `automatic-ruling` of the profile, LAW 2.9).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from engine.bpmn import Node, Process, Program
from engine.bundles.checks.checking import Checking
from engine.words import Words

#: Steps at which a person rules, or enters what another office has ruled.
RULING_STEPS = frozenset({"decide", "immediate", "backfill"})
ISSUING = "issue-licence"
#: The parameter of the profile that carries the basis of rulings that no person makes.
AUTOMATIC = "automatic-ruling"


def check_rulings(checking: Checking, program: Program) -> None:
    """Every task that issues a licence stands behind a task at which a person rules."""
    if checking.profile is not None and AUTOMATIC in checking.profile.parameters:
        return
    for process in program.processes.values():
        for node in _unruled(process):
            if node.job is not None and node.job.type.text == ISSUING:
                checking.error(
                    "ruling-without-person",
                    process.file,
                    node.id,
                    Words(
                        f"有一条路径不经任何人作出决定就到“{node.name}”；无人作出的决定须有地方规则的依据（{AUTOMATIC}）。",
                        f"One way reaches “{node.name}” without anybody ruling; a ruling without a person needs a basis"
                        f" in the local rules ({AUTOMATIC}).",
                    ),
                    Words(
                        "在此之前画出作出决定的人工任务（step 为 decide 或者 immediate）。",
                        "Draw the task at which a person rules (step decide or immediate) before it.",
                    ),
                )


def check_results(checking: Checking, program: Program, process: Process) -> None:
    """An item whose process makes a licence or receipt says which: without a type nothing is made or printed."""
    for item in checking.bundle.items:
        if item.licence is not None:
            continue
        issuing = next(_issuing(program, process, item.call_activity), None)
        if issuing is not None:
            checking.warning(
                "result-of-no-type",
                f"items/{item.key}.toml",
                "licence",
                Words(
                    f"{item.key} 准予后到“{issuing.name}”，但事项没有写明发什么证照、凭证：不会制作，出件时无可交付。",
                    f"Once {item.key} is granted its process comes to “{issuing.name}”, but the item names no licence"
                    " or receipt: none is made, and there is nothing to hand over.",
                ),
                Words(
                    "在事项文件里写明 [licence]（名称、编号规则、模板、登载内容），并补上模板。",
                    "Say in the item's file what it gives under [licence] (name, number, template, fields), with its"
                    " template.",
                ),
            )


def _issuing(program: Program, process: Process, call: str) -> Iterator[Node]:
    """The tasks that make a licence, in what the call runs."""
    waiting, seen = [process.nodes[call]] if call in process.nodes else [], set[str]()
    while waiting:
        node = waiting.pop()
        called = program.called(node.call.process.text, node.call.version) if node.call is not None else None
        if called is None or called.id in seen:
            continue
        seen.add(called.id)
        for one in called.nodes.values():
            if one.job is not None and one.job.type.text == ISSUING:
                yield one
        waiting += called.nodes.values()


def _unruled(process: Process) -> Iterator[Node]:
    """The nodes that a token reaches before anybody has ruled, those inside subprocesses too."""
    begins: dict[str | None, list[str]] = defaultdict(list)
    for node in process.nodes.values():
        if not node.incoming and node.attached_to is None:
            begins[node.container].append(node.id)
    waiting, seen = list(begins[None]), set[str]()
    while waiting:
        node = process.nodes[waiting.pop()]
        if node.id in seen:
            continue
        seen.add(node.id)
        yield node
        waiting += node.boundaries  # it may be left before it is done
        if not _rules(node):
            waiting += begins.get(node.id) or _after(process, node)


def _after(process: Process, node: Node) -> list[str]:
    """Where a token goes from here: out of the subprocesses that end with the node."""
    while not node.outgoing and node.container is not None:
        node = process.nodes[node.container]
    return [flow.target for flow in node.outgoing]


def _rules(node: Node) -> bool:
    said = {name: slot.text for name, slot in node.properties}
    return node.type == "userTask" and said.get("step") in RULING_STEPS
