"""Events happen: boundary, intermediate, event-based gateway, event subprocess; and events that end."""

from __future__ import annotations

from engine.bpmn.program import Node
from engine.runtime import faults
from engine.runtime.run import Run, Thrown
from engine.runtime.scopes import cancel_scope_waits, clear
from engine.runtime.state import Token, Wait
from engine.runtime.step import Closing
from engine.runtime.step import Thrown as ThrownOutside
from engine.runtime.tasks import open_job, throw
from engine.runtime.waits import arm, close, next_firing
from engine.values import Value


def trigger(run: Run, wait: Wait, payload: dict[str, Value]) -> None:
    """The event that `wait` waits for has happened."""
    node = run.element(wait.scope, wait.element)
    if wait.token is None:
        _start_event_subprocess(run, wait, node, payload)
        return
    token = run.state.tokens[wait.token]
    if node.type == "boundaryEvent":
        _leave_by_boundary(run, token, wait, node, payload)
    elif token.element != wait.element:
        _leave_event_gateway(run, token, node, payload)
    else:
        close(run, wait, Closing.COMPLETED)
        token.result = payload
        run.schedule(token, "complete")


def _leave_by_boundary(run: Run, token: Token, wait: Wait, node: Node, payload: dict[str, Value]) -> None:
    if node.interrupting:
        close(run, wait, Closing.COMPLETED)
        faults.interrupt(run, token, node, payload)
        return
    _stay_or_rearm(run, wait)
    caught = run.add_token(token.scope, node.id)
    faults.catch(run, caught, node, payload)


def _stay_or_rearm(run: Run, wait: Wait) -> None:
    """A message or signal can come again; a timer fires again only if it repeats."""
    if wait.kind != "timer":
        return
    following = next_firing(run, wait)
    close(run, wait, Closing.COMPLETED)
    if following is not None:
        arm(run, following)


def _leave_event_gateway(run: Run, token: Token, node: Node, payload: dict[str, Value]) -> None:
    for each in list(run.waits_of.get(token.id, ())):
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
        _stay_or_rearm(run, wait)
    faults.start_event_subprocess(run, wait.scope, start, payload)


def enter_throw(run: Run, token: Token, node: Node) -> None:
    """Intermediate throw events: nothing, a link, a message, a signal or an escalation."""
    event = node.event
    if event is None or event.kind in ("none", "link"):
        run.schedule(token, "complete")
    elif event.kind == "escalation":
        run.schedule(token, "complete")  # first, so that a handler that interrupts can stop it
        faults.throw_escalation(run, token, event.name.text, dict(token.locals))
    elif node.job is not None:
        open_job(run, token, node)
    else:
        throw(run, token, node)


def enter_end(run: Run, token: Token, node: Node) -> None:
    """End events: the token is consumed, with what the event throws."""
    event = node.event
    if event is not None and event.kind == "terminate":
        clear(run, token.scope, but=token)
        run.schedule(token, "complete")
    elif event is not None and event.kind == "error":
        faults.throw_error(run, token, event.name.text, dict(token.locals))
    else:
        enter_throw(run, token, node)


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
    for wait in run.state.waits.values():
        if wait.kind == "message" and wait.name == name and wait.key in (None, key):
            trigger(run, wait, dict(payload))
            return True
    return False


def broadcast(run: Run, name: str, payload: dict[str, Value]) -> bool:
    """Gives a signal to every subscription of this name; False if there is none."""
    waiting = [w.id for w in run.state.waits.values() if w.kind == "signal" and w.name == name]
    for wait_id in waiting:
        wait = run.state.waits.get(wait_id)
        if wait is not None:  # an earlier one may have interrupted it
            trigger(run, wait, dict(payload))
    return bool(waiting)
