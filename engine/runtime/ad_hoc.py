"""Ad-hoc subprocesses (BPMN 2.0.2, 10.3.5.2 and 13.3.5): activities without a fixed order.

All that no flow leads to begins at once, or one after another where the ordering is sequential. The
completion condition is asked whenever an activity inside completes. Without one the subprocess is done when
nothing is left to do; with one that is never true it stays open until a variable makes it true.
"""

from __future__ import annotations

from engine.bpmn.program import Node
from engine.runtime.run import Run
from engine.runtime.state import Scope, Token, Wait
from engine.runtime.stuck import needs
from engine.runtime.variables import evaluate, holds
from engine.runtime.waits import arm


def first_elements(run: Run, token: Token, node: Node, starts: tuple[str, ...]) -> tuple[str, ...]:
    """The elements that may begin, in order: those that the subprocess names, else `starts`. Raises Stuck."""
    slot = node.ad_hoc.elements if node.ad_hoc else None
    if slot is None:
        return starts
    named = evaluate(run, token, slot)
    inside = run.process_of(token.scope).nodes
    known = isinstance(named, list) and all(_stands_in(inside.get(str(each)), node) for each in named)
    if not known:
        raise needs("子流程内元素编号的列表", "a list of ids of elements inside", slot.text, named)
    return tuple(str(each) for each in named)


def _stands_in(inner: Node | None, node: Node) -> bool:
    return inner is not None and inner.container == node.id


def is_complete(run: Run, token: Token, scope: Scope) -> bool:
    """Whether the completion condition holds, seen from the activity of `token` inside. Raises Stuck."""
    node = run.element(scope.id, scope.element)
    completion = node.ad_hoc.completion if node.ad_hoc else None
    return completion is not None and holds(run, token, completion)


def goes_on(run: Run, scope: Scope, node: Node) -> bool:
    """Called when nothing runs inside: begins the next activity, or waits for the completion condition;
    False if the subprocess is done."""
    assert node.ad_hoc is not None
    loop = scope.loop or {}
    if loop.get("over"):
        return False
    left = loop.get("left") or []
    if left:
        loop["left"] = left[1:]
        run.schedule(run.add_token(scope.id, left[0]), "enter")
        return True
    if node.ad_hoc.completion is None or scope.token is None:
        return False
    owner = run.state.tokens[scope.token]
    if not any(run.state.waits[each].kind == "condition" for each in run.waits_of(owner.id)):
        arm(run, Wait(0, "condition", owner.scope, owner.id, node.id))
    return True
