"""Loops: a scope of kind "multi" holds one token per running instance of the activity.

Multi-instance (BPMN 2.0.2, 10.3.8 and 13.3.7) is sequential or parallel, over a collection or a number, with
output collection, completion condition and the events of its behavior. A standard loop (10.3.7, 13.3.6) runs
one instance after another while its condition holds.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from engine.bpmn.program import Event, Loop, Node, Slot
from engine.errors import BudgetExceeded
from engine.runtime import faults
from engine.runtime.codec import checked
from engine.runtime.run import Run, Thrown
from engine.runtime.scopes import clear
from engine.runtime.state import Scope, Token
from engine.runtime.stuck import needs
from engine.runtime.variables import apply_outputs, evaluate, holds, key_text, text
from engine.values import Value


def is_instance(run: Run, token: Token, node: Node) -> bool:
    """True for the token of one instance of a loop, which stands on the element that loops."""
    return node.loop is not None and run.state.scopes[token.scope].kind == "multi"


def begin(run: Run, token: Token, node: Node) -> None:
    """Starts the instances: all at once, or the first. No instance at all completes the activity."""
    loop = node.loop
    assert loop is not None
    plan = _standard_plan(run, token, node) if loop.standard else _plan(run, token, loop)
    outer = run.state.scopes[token.scope]
    token.phase = "active"
    scope = run.add_scope(Scope(run.new_id(), "multi", outer.process, node.id, token.scope, token.id))
    scope.loop = plan
    for _ in range(_first_number(plan, loop)):
        _start_next(run, scope)
    if not run.tokens_in(scope.id):
        _finish(run, scope, loop)


def complete_instance(run: Run, token: Token, node: Node) -> None:
    """One instance is done: its result is collected and its outputs are written."""
    loop, scope = node.loop, run.state.scopes[token.scope]
    assert loop is not None
    assert scope.loop is not None
    _collect(run, token, loop, scope)
    apply_outputs(run, token, node)
    count_instance(run, token)


def count_instance(run: Run, token: Token) -> None:
    """One instance more is done."""
    scope = run.state.scopes[token.scope]
    if scope.loop is not None and scope.kind == "multi":
        scope.loop["done"] += 1


def leave_instance(run: Run, token: Token, node: Node) -> None:
    """Starts the next instance, or completes the activity; first every condition is asked."""
    loop, scope = node.loop, run.state.scopes[token.scope]
    assert loop is not None
    assert scope.loop is not None
    _count(run, token, scope)
    more = _wants_more(run, token, loop, scope)
    enough = loop.completion is not None and holds(run, token, loop.completion)
    thrown = [_ready(run, scope, node, event, token) for event in _behavior(run, token, loop, scope)]
    run.remove_token(token)
    for throw in thrown:
        throw()
    if scope.id not in run.state.scopes:
        return  # what was thrown has stopped the whole activity
    if enough:
        clear(run, scope.id)
        _finish(run, scope, loop)
    elif more:
        _start_next(run, scope)
    elif not run.tokens_in(scope.id):
        _finish(run, scope, loop)


def _plan(run: Run, token: Token, loop: Loop) -> dict[str, Value]:
    """What the scope keeps of a multi-instance activity: how many, over what, and what is collected."""
    slot = loop.collection or loop.cardinality
    assert slot is not None
    value = evaluate(run, token, slot)
    plan: dict[str, Value] = {"next": 0, "done": 0}
    if loop.collection is not None:
        if not isinstance(value, list):
            raise needs("列表", "a list", slot.text, value)
        plan["items"] = list(value)
    total = len(value) if loop.collection is not None else _whole(slot, value)
    if total > run.context.budgets.tokens:
        raise BudgetExceeded(token.element, "instances", run.context.budgets.tokens)
    plan["total"] = total
    if loop.output_collection is not None:
        plan["results"] = [None] * total
    return plan


def _standard_plan(run: Run, token: Token, node: Node) -> dict[str, Value]:
    loop = node.loop
    assert loop is not None
    plan: dict[str, Value] = {"next": 0, "done": 0}
    if loop.maximum is not None:
        plan["total"] = _whole(loop.maximum, evaluate(run, token, loop.maximum))
    if loop.test_before and loop.condition is not None and not holds(run, token, loop.condition):
        plan["total"] = 0
    return plan


def _first_number(plan: dict[str, Value], loop: Loop) -> int:
    """How many instances start at once. A loop whose condition is asked afterwards runs at least once."""
    total: int = plan.get("total", 1)
    if loop.standard and not loop.test_before:
        return 1
    return min(1, total) if loop.sequential else total


def _wants_more(run: Run, token: Token, loop: Loop, scope: Scope) -> bool:
    plan = scope.loop
    assert plan is not None
    total = _total(plan)
    left = total is None or plan["next"] < total
    if not loop.standard:
        return left and loop.sequential
    if left and plan["next"] >= run.context.budgets.tokens:
        raise BudgetExceeded(token.element, "turns of the loop", run.context.budgets.tokens)
    return left and (loop.condition is None or holds(run, token, loop.condition))


def _total(plan: dict[str, Value]) -> int | None:
    """The number of instances; None for a loop that only its condition ends."""
    if "total" in plan:
        return int(plan["total"])
    return len(plan["items"]) if "items" in plan else None


def _whole(slot: Slot, value: Value) -> int:
    number = int(value) if isinstance(value, str) and value.strip().isdigit() else value
    if isinstance(number, (int, Decimal)) and not isinstance(number, bool) and number >= 0 and number % 1 == 0:
        return int(number)
    raise needs("非负整数", "a whole number", slot.text, value)


def _start_next(run: Run, scope: Scope) -> None:
    assert scope.loop is not None
    loop = run.element(scope.id, scope.element).loop
    assert loop is not None
    index = scope.loop["next"]
    scope.loop["next"] = index + 1
    token = run.add_token(scope.id, scope.element)
    token.locals["loopCounter"] = index + loop.first_count
    items = scope.loop.get("items")
    if loop.element and items:
        token.locals[loop.element] = items[index]
    run.schedule(token, "enter")


def _collect(run: Run, token: Token, loop: Loop, scope: Scope) -> None:
    if loop.output_element is None or scope.loop is None:
        return
    seen = run.variables(token).new_child(dict(token.result))
    value = checked(loop.output_element.value(seen, run.context))
    scope.loop["results"][token.locals["loopCounter"] - loop.first_count] = value


def _count(run: Run, token: Token, scope: Scope) -> None:
    """The numbers that conditions may ask for, under the names of BPMN 2.0.2 (10.3.8) and of other engines."""
    assert scope.loop is not None
    total, active = _total(scope.loop), len(run.tokens_in(scope.id)) - 1
    token.locals |= {
        "numberOfInstances": total,
        "numberOfActiveInstances": active,
        "numberOfCompletedInstances": scope.loop["done"],
        "numberOfTerminatedInstances": 0,
        "nrOfInstances": total,
        "nrOfActiveInstances": active,
        "nrOfCompletedInstances": scope.loop["done"],
    }


def _behavior(run: Run, token: Token, loop: Loop, scope: Scope) -> list[Event]:
    """The events that are thrown because this instance completes (10.3.8, behavior)."""
    assert scope.loop is not None
    if loop.behavior == "Complex":
        return [event for condition, event in loop.complex if holds(run, token, condition)]
    first_only = loop.behavior == "One"
    if loop.thrown is None or (first_only and scope.loop["done"] > 1):
        return []
    return [loop.thrown]


def _ready(run: Run, scope: Scope, node: Node, event: Event, token: Token) -> Callable[[], None]:
    """The throwing of an event, every expression evaluated.

    It goes to the boundary of the loop, which goes on whatever the boundary event says: when it ends is for its
    own condition to say. What no boundary catches is thrown as any other event. Raises Stuck.
    """
    assert scope.token is not None
    owner = run.state.tokens[scope.token]
    boundaries = [run.element(owner.scope, each) for each in node.boundaries]
    if event.kind == "escalation":
        boundary = faults.catching(boundaries, "escalation", event.name.text)
    else:
        boundary = next((each for each in boundaries if _catches(each, event)), None)
    if boundary is not None:
        caught = boundary
        return lambda: faults.catch(run, run.add_token(owner.scope, caught.id), caught, {})
    if event.kind == "escalation":
        return lambda: faults.throw_escalation(run, owner, event.name.text, {})
    name, key = text(run, owner, event.name), key_text(run, owner, event.key)
    sent = Thrown(event.kind, run.process_scope(owner.scope), node.id, name, key, dict(token.locals))
    return lambda: run.thrown.append(sent)


def _catches(boundary: Node, event: Event) -> bool:
    return any(each.kind == event.kind and each.name.text == event.name.text for each in boundary.events)


def instance_gone(run: Run, scope: Scope) -> None:
    """An instance was taken out by hand: the next begins, or the loop is done when none is left."""
    loop = run.element(scope.id, scope.element).loop
    assert loop is not None
    assert scope.loop is not None
    total = _total(scope.loop)
    if loop.sequential and not loop.standard and total is not None and scope.loop["next"] < total:
        _start_next(run, scope)
    elif not run.tokens_in(scope.id):
        _finish(run, scope, loop)


def _finish(run: Run, scope: Scope, loop: Loop) -> None:
    assert scope.loop is not None
    assert scope.token is not None
    owner = run.state.tokens[scope.token]
    run.remove_scope(scope)
    if loop.output_collection:
        owner.result = {loop.output_collection: scope.loop.get("results", [])}
    run.schedule(owner, "complete")
