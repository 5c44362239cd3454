"""The machine: takes the next token from the work list, does its phase, until nothing moves any more."""

from __future__ import annotations

from collections.abc import Callable

from engine.bpmn.program import Node
from engine.errors import ExpressionFailed, ValueInvalid
from engine.runtime import compensation, conditions, events, flow, gateways, loops, results, scopes, tasks
from engine.runtime.run import Run
from engine.runtime.state import Token
from engine.runtime.stuck import Stuck, bad_value, failed_expression
from engine.runtime.variables import apply_inputs
from engine.runtime.waits import arm, plan

#: What a token does on its element; gives the phase that follows, if it goes on by itself.
Phase = Callable[[Run, Token, Node], str | None]

#: What a node does once its token is on it, by BPMN element.
BEHAVIOURS: dict[str, Phase] = {
    "startEvent": tasks.pass_through,
    "endEvent": events.enter_throw,
    "intermediateThrowEvent": events.enter_throw,
    "intermediateCatchEvent": tasks.receive,
    "exclusiveGateway": gateways.enter_exclusive,
    "parallelGateway": gateways.enter_parallel,
    "inclusiveGateway": gateways.enter_inclusive,
    "complexGateway": gateways.enter_complex,
    "eventBasedGateway": gateways.enter_event_gateway,
    "task": tasks.pass_through,
    "manualTask": tasks.pass_through,
    "userTask": tasks.open_user_task,
    "serviceTask": tasks.start_machine_task,
    "scriptTask": tasks.start_machine_task,
    "businessRuleTask": tasks.start_machine_task,
    "sendTask": tasks.start_machine_task,
    "receiveTask": tasks.receive,
    "callActivity": scopes.open_call,
    "subProcess": scopes.open_subprocess,
    "transaction": scopes.open_subprocess,
    "adHocSubProcess": scopes.open_subprocess,
}


def settle(run: Run) -> None:
    """Runs to quiescence: all tokens, then messages nobody waited for yet, then joins that
    nothing can reach any more.

    Raises BudgetExceeded; then nothing of the command may be kept.
    """
    while True:
        if run.dirty or run.fresh:
            conditions.check(run)
        while run.freed:
            compensation.go_on(run, run.freed.popleft())
        if not run.work and run.later:
            run.work.append(run.later.popleft())
        if run.work:
            token_id, phase, serial = run.work.popleft()
            token = run.state.tokens.get(token_id)
            if token is not None and run.pending.get(token_id) == serial:
                _move(run, token, phase)
            while run.thrown:
                events.deliver(run, run.thrown.popleft())
        elif run.undelivered:
            events.deliver_late(run, run.undelivered.popleft())
        elif not gateways.release_joins(run):
            return


def _move(run: Run, token: Token, phase: str) -> None:
    """Does the phase, and those that follow as long as nothing else is to be done: the work list would give this
    token back at once. With anything else to do the token goes to the end of the list. What cannot go on becomes
    an incident, and the token stays."""
    node = run.node(token)
    try:
        while (following := PHASES[phase](run, token, node)) is not None:
            if run.work or run.thrown or run.freed or run.dirty or run.fresh:
                run.schedule(token, following)
                return
            token.phase = "ready"
            run.next_phase[token.id] = phase = following
            if phase == "enter":
                node = run.node(token)
    except Stuck as failure:
        run.fail(token, phase, failure.code, failure.words)
    except ExpressionFailed as failure:
        refused = failed_expression(failure)
        run.fail(token, phase, refused.code, refused.words)
    except ValueInvalid as failure:
        refused = bad_value(str(failure))
        run.fail(token, phase, refused.code, refused.words)


def _enter(run: Run, token: Token, node: Node) -> str | None:
    """The token arrives: it waits for others at a join, else the element begins."""
    run.activate(node)
    if node.begins_plainly:
        run.log("entered", token.scope, node)
        return "work"
    if node.joins:
        return BEHAVIOURS[node.type](run, token, node)
    if results.has_script_before(run, token, node):
        results.run_before(run, token, node)
        return None
    if node.start_quantity > 1 and not loops.is_instance(run, token, node):
        gateways.gather(run, token, node)
        return None
    return _begin(run, token, node)


def _begin(run: Run, token: Token, node: Node) -> str | None:
    """The element begins: inputs are mapped and its boundary events begin to wait."""
    if node.loop is not None and loops.is_instance(run, token, node):
        apply_inputs(run, token, node)
        run.log("entered", token.scope, node)
        return "work"
    if node.loop is None:
        apply_inputs(run, token, node)
    if node.boundaries:
        _arm_boundaries(run, token, node)
    run.log("entered", token.scope, node, whole_loop=node.loop is not None)
    if node.events and _throws_signal(node):
        run.schedule(token, "work", later=True)
        return None
    return "work"


def _arm_boundaries(run: Run, token: Token, node: Node) -> None:
    boundaries = [run.element(token.scope, each) for each in node.boundaries]
    planned = [wait for boundary in boundaries for wait in plan(run, token, boundary)]
    for wait in planned:
        arm(run, wait)


def _throws_signal(node: Node) -> bool:
    """A signal reaches all who wait when it is thrown: branches beside it may first get to where they wait."""
    return node.type in ("intermediateThrowEvent", "endEvent") and any(e.kind == "signal" for e in node.events)


def _work(run: Run, token: Token, node: Node) -> str | None:
    if node.loop is not None and not loops.is_instance(run, token, node):
        loops.begin(run, token, node)
        return None
    return BEHAVIOURS[node.type](run, token, node)


PHASES: dict[str, Phase] = {
    "enter": _enter,
    "begin": _begin,
    "work": _work,
    "complete": flow.complete,
    "write": flow.write,
    "leave": flow.leave,
    "reset": flow.reset,
}
