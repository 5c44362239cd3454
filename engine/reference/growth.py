"""How large the reference core's tree of tasks grows before anything has happened.

SpiffWorkflow foresees every way behind a parallel split separately: each parallel block in a row multiplies
the tasks of all that follow. A choice ends the foresight.
"""

from __future__ import annotations

from engine.bpmn.program import Node, Process
from engine.words import Words

#: More foreseen tasks than this are not made: each costs about 0.1 ms at every start and reload.
MOST_TASKS = 5_000
_CHOICES = {"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"}
_TOO_MANY = Words(
    "SpiffWorkflow 在这里要预先建立超过 {most} 个任务",
    "SpiffWorkflow would foresee more than {most} tasks here",
).fill(most=MOST_TASKS)


def grows_beyond(process: Process) -> tuple[Node, Words] | None:
    """The first node behind which the reference core foresees too much, or a way without end."""
    sizes: dict[str, int] = {}
    open_now: set[str] = set()
    for first in process.nodes:
        stack = [first]
        while stack:
            node = process.nodes[stack[-1]]
            if node.id in sizes:
                stack.pop()
                continue
            behind = [] if _is_choice(node) else [flow.target for flow in node.outgoing]
            missing = [each for each in behind if each not in sizes]
            if missing:
                if node.id in open_now:
                    return node, _TOO_MANY  # a circle without a choice
                open_now.add(node.id)
                stack.extend(missing)
                continue
            sizes[node.id] = 1 + sum(sizes[each] for each in behind)
            if sizes[node.id] > MOST_TASKS:
                return node, _TOO_MANY
            stack.pop()
    return None


def _is_choice(node: Node) -> bool:
    return node.type in _CHOICES or any(flow.condition is not None for flow in node.outgoing)
