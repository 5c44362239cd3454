"""Each element works with the entry of its own item: with another's posts its tasks would land with the wrong people.

A copied call that keeps `items.A1.groups` for the item S1 runs, but is accepted and reviewed by A1's people, and nobody
may rule on it. What may come from another item is whether and how it went: `result_A1`, or a condition over its entry
(`if items.A1.applies then …`).
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import Mapped, Node, Process, Program
from engine.bundles.case import OF_ITEM
from engine.bundles.checks.checking import Checking
from engine.errors import BudgetExceeded, ExpressionFailed, ExpressionInvalid
from engine.expressions.feel import nodes as n
from engine.expressions.feel.parser import parse_expression
from engine.words import Words

_ENTRIES = "items"
_RESULT = "result_"


def check_entries(checking: Checking, program: Program) -> None:
    """What each element that works for one item takes of `items`, and the result that a call brings back."""
    for process in program.processes.values():
        for node in process.nodes.values():
            item = item_of(node)
            if item is None or item not in checking.item_keys:
                continue
            for mapped in node.inputs:
                _check_input(checking, process, node, item, mapped)
            if node.call is not None:
                _check_results(checking, process, node, item)


def item_of(node: Node) -> str | None:
    """The item that an element is for, by its input `item`; None where it says none, or it depends on the case."""
    given = next((mapped.slot for mapped in node.inputs if mapped.path == ("item",)), None)
    try:
        named = None if given is None else given.value({}, None)
    except (ExpressionFailed, BudgetExceeded):
        return None
    return named if isinstance(named, str) else None


def _check_input(checking: Checking, process: Process, node: Node, item: str, mapped: Mapped) -> None:
    target = ".".join(mapped.path)
    for other, fact in dict.fromkeys(_taken(mapped)):
        if other == item or other not in checking.item_keys:
            continue
        source = ".".join(part for part in (_ENTRIES, other, fact) if part)
        message = Words(
            f"“{node.name or node.id}”办理的是 {item}，但输入“{target}”取自另一事项 {other}（{source}）："
            f"任务会按 {other} 的岗位和办法办理。",
            f"“{node.name or node.id}” is for {item}, but its input “{target}” comes from another item, {other}"
            f" ({source}): the work would go by {other}'s posts and way.",
        )
        own = f"={'.'.join(part for part in (_ENTRIES, item, fact) if part)}"
        if mapped.path[0] in OF_ITEM:
            remedy = Words(f"写成 {own}。", f"Write {own}.")
            checking.error("entry-of-other-item", process.file, node.id, message, remedy)
        elif fact in ("groups", ""):
            remedy = Words(
                f"写成 {own}；确实要由另一事项的岗位办理的，可忽略此项。",
                f"Write {own}; where the other item's posts are meant, leave it.",
            )
            checking.warning("entry-of-other-item", process.file, node.id, message, remedy)


def _check_results(checking: Checking, process: Process, node: Node, item: str) -> None:
    """The outcome of a call is kept under its own item's name: what follows the other would take it for that one's."""
    for mapped in node.outputs:
        other = mapped.path[0].removeprefix(_RESULT)
        if not mapped.path[0].startswith(_RESULT) or other == item or other not in checking.item_keys:
            continue
        checking.error(
            "result-of-other-item",
            process.file,
            node.id,
            Words(
                f"“{node.name or node.id}”办理的是 {item}，但结果写入另一事项 {other} 的“{mapped.path[0]}”。",
                f"“{node.name or node.id}” is for {item}, but its outcome is written to “{mapped.path[0]}”, that of"
                f" another item, {other}.",
            ),
            Words(f"输出写入 {_RESULT}{item}。", f"Write the output to {_RESULT}{item}."),
        )


def _taken(mapped: Mapped) -> Iterator[tuple[str, str]]:
    """(item, fact) of each entry whose value becomes the input, or a part of it; fact "" of a whole entry.

    What is only asked (a comparison, the condition of an `if`) is not taken.
    """
    expression = mapped.slot.expression
    if expression is None or expression.language != "feel" or _ENTRIES not in expression.names:
        return
    try:
        waiting: list[n.Node] = [parse_expression(expression.source)]
    except ExpressionInvalid:
        return  # a finding of its own
    while waiting:
        node = waiting.pop()
        match node:
            case n.Path():
                names, inner = _names_of(node)
                if inner is None:
                    yield names[0], names[1] if len(names) > 1 else ""
                else:
                    waiting.append(inner)
            case n.Conditional():
                waiting += [node.then, node.otherwise]
            case n.Logic():
                waiting += node.operands
            case n.ListOf():
                waiting += node.items
            case n.ContextOf():
                waiting += [value for _, value in node.entries]
            case n.Call():
                waiting += [*node.positional, *(value for _, value in node.named)]
            case _:
                continue


def _names_of(path: n.Path) -> tuple[list[str], n.Node | None]:
    """The names behind `items`, and None; of another path nothing, and what it begins with."""
    names: list[str] = []
    inner: n.Node = path
    while isinstance(inner, n.Path):
        names.append(inner.name)
        inner = inner.value
    if isinstance(inner, n.Name) and inner.name == _ENTRIES:
        return names[::-1], None
    return [], inner
