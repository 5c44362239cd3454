"""Events happen: boundary, intermediate, event-based gateway, event subprocess; and events that throw."""

from __future__ import annotations

from collections.abc import Callable

from engine.bpmn.program import Event, Node
from engine.errors import CommandRefused
from engine.runtime import compensation, faults
from engine.runtime.conversation import awaited_key, received
from engine.runtime.run import Run, Thrown
from engine.runtime.scopes import cancel_scope_waits, clear, keep_undoable
from engine.runtime.state import Token, Wait
from engine.runtime.step import Closing
from engine.runtime.step import Thrown as ThrownOutside
from engine.runtime.stuck import Stuck
from engine.runtime.tasks import compute, open_job, payload, sending
from engine.runtime.texts import as_text
from engine.runtime.variables import evaluate
from engine.runtime.waits import arm, close, next_firing, plan
from engine.values import Value


def trigger(run: Run, wait: Wait, payload: dict[str, Value]) -> None:
    """The event that `wait` waits for has happened."""
    node = run.element(wait.scope, wait.element)
    if wait.index < len(node.events):
        received(run, wait.scope, node.events[wait.index], payload)
        payload = node.events[wait.index].kept(payload)
    if node.parallel_multiple:
        others = _others(run, wait)
        close(run, wait, Closing.COMPLETED)
        payload = wait.payload | payload
        if others:  # all of its definitions must happen (BPMN 2.0.2, 10.5.5)
            others[0].payload |= payload
            return
    if wait.token is None:
        _start_event_subprocess(run, wait, node, payload)
        return
    token = run.state.tokens[wait.token]
    if node.type == "boundaryEvent":
        _leave_by_boundary(run, token, wait, node, payload)
    elif token.element != wait.element:
        _leave_event_gateway(run, token, node, payload)
    else:
        _catch_in_flow(run, token, wait, payload)


def _others(run: Run, wait: Wait) -> list[Wait]:
    """The other definitions of the same event that have not happened yet."""
    ids = run.scope_waits(wait.scope) if wait.token is None else run.waits_of(wait.token)
    waits = (run.state.waits[each] for each in ids)
    return [each for each in waits if each.element == wait.element and each.id != wait.id]


def _catch_in_flow(run: Run, token: Token, wait: Wait, payload: dict[str, Value]) -> None:
    """An intermediate event, or an ad-hoc subprocess whose completion condition has become true. A timer that
    repeats a number of times gives a token each time (BPMN 2.0.2, 10.5.5)."""
    following = next_firing(run, wait) if wait.cycle is not None and wait.cycle[0] is not None else None
    if wait.id in run.state.waits:
        close(run, wait, Closing.COMPLETED)
    if following is not None:
        arm(run, following)
        faults.catch(run, run.add_token(token.scope, token.element), run.node(token), payload)
        return
    inner = run.child_scope(token.id)
    if inner is not None:
        scope = run.state.scopes[inner]
        clear(run, inner)
        cancel_scope_waits(run, inner)
        keep_undoable(run, scope, token, run.node(token))
        run.remove_scope(scope)
    token.result |= payload  # a script that rests has its result already
    run.schedule(token, "complete")


def _leave_by_boundary(run: Run, token: Token, wait: Wait, node: Node, payload: dict[str, Value]) -> None:
    if node.interrupting:
        faults.interrupt(run, token, node, payload, by=wait)
        return
    _stay_or_rearm(run, wait, node)
    caught = run.add_token(token.scope, node.id)
    faults.catch(run, caught, node, payload)


def _stay_or_rearm(run: Run, wait: Wait, node: Node) -> None:
    """A message, signal or condition can come again; a timer fires again only if it repeats; an event that
    needs all its definitions begins anew."""
    if node.parallel_multiple:
        holder = Token(0, wait.scope, node.id) if wait.token is None else run.state.tokens[wait.token]
        try:
            planned = plan(run, holder, node, scope_wait=wait.token is None)
        except Stuck as failure:
            raise CommandRefused(node.id, failure.words) from failure
        for each in planned:
            each.holds = each.kind == "condition"  # it must see its condition false in between
            arm(run, each)
    elif wait.kind == "timer":
        following = next_firing(run, wait)
        close(run, wait, Closing.COMPLETED)
        if following is not None:
            arm(run, following)


def _leave_event_gateway(run: Run, token: Token, node: Node, payload: dict[str, Value]) -> None:
    for each in list(run.waits_of(token.id)):
        close(run, run.state.waits[each], Closing.CANCELLED)
    gateway = run.node(token)
    run.log("completed", token.scope, gateway)
    flow = next(flow for flow in gateway.outgoing if flow.target == node.id)
    run.log_flow(token.scope, flow.id, node.process)
    token.element, token.flow = node.id, flow.id
    faults.catch(run, token, node, payload)


def _start_event_subprocess(run: Run, wait: Wait, start: Node, payload: dict[str, Value]) -> None:
    if start.interrupting:
        cancel_scope_waits(run, wait.scope)
        clear(run, wait.scope)
    else:
        _stay_or_rearm(run, wait, start)
    faults.start_event_subprocess(run, wait.scope, start, payload)


def enter_throw(run: Run, token: Token, node: Node) -> str | None:
    """Throw and end events: the token goes on (or ends) with what the event throws, in the order of its
    definitions; a job, an error, a compensation, a cancellation or a termination takes the token last."""
    if node.job is not None:
        open_job(run, token, node)
        return None
    if node.script is not None:
        compute(run, token, node.script)
        return None
    if not node.events:
        return "complete"
    taking = [event for event in node.events if event.kind in _TAKING]
    sent = [sending(run, token, node, event) for event in node.events if event.kind in ("message", "signal")]
    told = [(event, payload(run, token, event)) for event in node.events if event.kind == "escalation"]
    run.thrown.extend(sent)  # all of them, now that nothing can fail any more
    if not taking:
        run.schedule(token, "complete")  # first, so that a handler of an escalation that interrupts can stop it
    for event, along in told:
        faults.throw_escalation(run, token, event.name.text, along)
    if taking:
        _TAKING[taking[0].kind](run, token, taking[0])
    return None


def _terminate(run: Run, token: Token, event: Event) -> None:
    clear(run, token.scope, but=token)
    run.schedule(token, "complete")


def _throw_error(run: Run, token: Token, event: Event) -> None:
    message = None if event.message is None else as_text(evaluate(run, token, event.message))
    faults.throw_error(run, token, event.name.text, payload(run, token, event), message)


def _cancel(run: Run, token: Token, event: Event) -> None:
    compensation.cancel_transaction(run, token)


_TAKING: dict[str, Callable[[Run, Token, Event], None]] = {
    "error": _throw_error,
    "compensate": compensation.throw,
    "cancel": _cancel,
    "terminate": _terminate,
}


def deliver(run: Run, thrown: Thrown) -> None:
    """A signal goes to all that wait inside, and outside too; a message to one subscription inside. One that
    nobody waits for yet is kept until nothing moves any more: another branch may be about to wait for it."""
    if thrown.kind == "signal":
        broadcast(run, thrown.name, thrown.payload)
        run.out.throw(ThrownOutside(*thrown))
    elif not receive_message(run, thrown.name, thrown.key, thrown.payload):
        run.undelivered.append(thrown)


def deliver_late(run: Run, thrown: Thrown) -> None:
    """The last try inside the instance; then the caller carries the message on."""
    if not receive_message(run, thrown.name, thrown.key, thrown.payload):
        run.out.throw(ThrownOutside(*thrown))


def receive_message(run: Run, name: str, key: str | None, payload: dict[str, Value]) -> bool:
    """Gives a message to the oldest subscription of this name and key; False if there is none."""
    for wait in run.state.waits.beginning("message"):
        if wait.kind == "message" and wait.name == name and _awaited(run, wait) in (None, key):
            trigger(run, wait, dict(payload))
            return True
    return False


def _awaited(run: Run, wait: Wait) -> str | None:
    """The key that the wait is for; one that began before its conversation asks what that is about by now."""
    if wait.key is not None:
        return wait.key
    events = run.element(wait.scope, wait.element).events
    return awaited_key(run, wait.scope, events[wait.index]) if events and events[wait.index].properties else None


def broadcast(run: Run, name: str, payload: dict[str, Value]) -> bool:
    """Gives a signal to every subscription of this name; False if there is none."""
    waiting = [w.id for w in run.state.waits.beginning("signal") if w.kind == "signal" and w.name == name]
    for wait_id in waiting:
        wait = run.state.waits.get(wait_id)
        if wait is not None:  # an earlier one may have interrupted it
            trigger(run, wait, dict(payload))
    return bool(waiting)
