"""Multi-instance activities: a scope of kind "multi" holds one token per running instance.

Sequential or parallel, over a collection or a number, with output collection and completion condition.
"""

from __future__ import annotations

from decimal import Decimal

from engine.bpmn.program import Loop, Node
from engine.errors import BudgetExceeded
from engine.runtime.codec import checked
from engine.runtime.run import Run
from engine.runtime.scopes import clear
from engine.runtime.state import Scope, Token
from engine.runtime.stuck import needs
from engine.runtime.variables import apply_outputs, evaluate, holds
from engine.values import Value


def is_instance(run: Run, token: Token) -> bool:
    """True for the token of one instance of a multi-instance activity."""
    return run.state.scopes[token.scope].kind == "multi"


def begin(run: Run, token: Token, node: Node) -> None:
    """Starts the instances: all at once, or the first. No instance at all completes the activity."""
    assert node.loop is not None
    items = _items(run, token, node.loop)
    outer = run.state.scopes[token.scope]
    token.phase = "active"
    scope = run.add_scope(Scope(run.new_id(), "multi", outer.process, node.id, token.scope, token.id))
    scope.loop = {"items": items, "next": 0, "done": 0, "results": [None] * len(items)}
    for _ in range(min(1, len(items)) if node.loop.sequential else len(items)):
        _start_next(run, scope)
    if not items:
        _finish(run, scope, node.loop)


def finish_instance(run: Run, token: Token, node: Node) -> None:
    """One instance is done: collects its result, then starts the next, or completes the activity."""
    loop, scope = node.loop, run.state.scopes[token.scope]
    assert loop is not None
    assert scope.loop is not None
    _collect(run, token, loop, scope)
    apply_outputs(run, token, node)
    scope.loop["done"] += 1
    enough = loop.completion is not None and _is_enough(run, token, loop, scope)
    run.log("completed", token.scope, node)
    run.remove_token(token)
    if enough:
        clear(run, scope.id)
        _finish(run, scope, loop)
    elif scope.loop["next"] < len(scope.loop["items"]) and loop.sequential:
        _start_next(run, scope)
    elif not run.tokens_in[scope.id]:
        _finish(run, scope, loop)


def _items(run: Run, token: Token, loop: Loop) -> list[Value]:
    slot = loop.collection or loop.cardinality
    assert slot is not None
    value = evaluate(run, token, slot)
    if loop.collection is not None:
        if isinstance(value, list):
            return _bounded(run, token, len(value), list(value))
        raise needs("列表", "a list", slot.text, value)
    number = int(value) if isinstance(value, str) and value.isdigit() else value
    if isinstance(number, (int, Decimal)) and not isinstance(number, bool) and number >= 0 and number % 1 == 0:
        return _bounded(run, token, int(number), None)
    raise needs("非负整数", "a whole number", slot.text, value)


def _bounded(run: Run, token: Token, count: int, items: list[Value] | None) -> list[Value]:
    if count > run.context.budgets.tokens:
        raise BudgetExceeded(token.element, "instances", run.context.budgets.tokens)
    return [None] * count if items is None else items


def _start_next(run: Run, scope: Scope) -> None:
    assert scope.loop is not None
    loop = run.element(scope.id, scope.element).loop
    assert loop is not None
    index = scope.loop["next"]
    scope.loop["next"] = index + 1
    token = run.add_token(scope.id, scope.element)
    token.locals["loopCounter"] = index + 1
    if loop.element:
        token.locals[loop.element] = scope.loop["items"][index]
    run.schedule(token, "enter")


def _collect(run: Run, token: Token, loop: Loop, scope: Scope) -> None:
    if loop.output_element is None or scope.loop is None:
        return
    seen = run.variables(token).new_child(dict(token.result))
    value = checked(loop.output_element.value(seen, run.context))
    scope.loop["results"][token.locals["loopCounter"] - 1] = value


def _is_enough(run: Run, token: Token, loop: Loop, scope: Scope) -> bool:
    assert loop.completion is not None
    assert scope.loop is not None
    total = len(scope.loop["items"])
    active = len(run.tokens_in[scope.id]) - 1
    token.locals |= {
        "numberOfInstances": total,
        "numberOfActiveInstances": active,
        "numberOfCompletedInstances": scope.loop["done"],
        "numberOfTerminatedInstances": 0,
    }
    return holds(run, token, loop.completion)


def _finish(run: Run, scope: Scope, loop: Loop) -> None:
    assert scope.loop is not None
    assert scope.token is not None
    owner = run.state.tokens[scope.token]
    run.remove_scope(scope)
    if loop.output_collection:
        owner.result = {loop.output_collection: scope.loop["results"]}
    run.schedule(owner, "complete")
