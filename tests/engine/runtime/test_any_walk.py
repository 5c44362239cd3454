"""Whatever is done to a case, in whatever order: it is done, or refused by name, and the state stays whole."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.bpmn import Program, compile_program
from engine.errors import EngineError
from engine.runtime import (
    Add,
    Budgets,
    Context,
    JobDone,
    JobError,
    JobFailed,
    Move,
    Remove,
    cancel,
    complete,
    correlate,
    fire,
    modify,
    reschedule,
    resolve,
    retry,
    set_variables,
    signal,
    skip,
    snapshot,
    start,
)
from engine.runtime.stored import dump, load
from tests.engine.runtime.diagrams import MONDAY, diagram, ext, job, script

TEXT = """
    start s
    and f
    or g
    user a
    user b
    undo user un-a of a
    also timer tick on a R3/PT1H
    error broken on w bad
    condition hot on b heat > 30
    service w
    xor x
    complex cx
    sub body {
    start bi
    user inner
    undo user un-inner of inner
    throw shout escalation loud
    bi -> inner -> shout
    event undoing {
    start u compensate
    user undoer
    throw rest compensate
    u -> undoer -> rest
    }
    }
    also escalation heard on body loud
    user listener
    heard -> listener
    tx deal {
    start di
    user sign
    undo user un-sign of sign
    xor ok
    end no cancel
    end yes
    di -> sign -> ok
    ok -> no if refuse = true
    ok -> yes default
    }
    cancel off on deal
    user sorry
    off -> sorry
    adhoc any {
    user pp
    user qq
    }
    user each
    user again
    race r
    catch r1 message told n
    catch r2 timer PT1H
    user late
    throw sig signal go
    catch waits signal go
    throw back compensate
    end stop terminate
    s -> f
    f -> a -> cx
    f -> b -> cx
    cx -> body -> deal -> each -> again
    hot -> back
    f -> w -> x
    broken -> x
    x -> any if n > 1
    x -> r default
    r -> r1 -> late
    r -> r2 -> stop
    f -> g
    g -> sig if n > 0
    g -> waits if n >= 0
    again -> back
    event aside {
    also start ask message question
    user answer
    ask -> answer
    }
    event over {
    start end-it signal end-it
    user finish
    end-it -> finish
    }
"""
MANY = (
    "<multiInstanceLoopCharacteristics>"
    + ext(
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person"'
        ' outputCollection="said" outputElement="=word"/>'
    )
    + "<completionCondition>=enough = true</completionCondition></multiInstanceLoopCharacteristics>"
)
INSIDE = {
    "w": ext(job("w")),
    "cx": "<activationCondition>=activationCount >= 1</activationCondition>",
    "any": "<completionCondition>=enough = true</completionCondition>",
    "each": MANY,
    "again": "<standardLoopCharacteristics><loopCondition>=n &lt; 3</loopCondition></standardLoopCharacteristics>",
    "un-a": ext(script("1", "z")),
}
PROGRAM: Program = compile_program({"p.bpmn": diagram(TEXT, INSIDE)}, "p")
CONTEXT = Context(MONDAY, budgets=Budgets(activations=2_000, tokens=300))
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "n": st.integers(-1, 4),
        "heat": st.sampled_from([10, 40, None]),
        "enough": st.sampled_from([True, False, None]),
        "refuse": st.booleans(),
        "people": st.sampled_from([[], ["x"], ["x", "y", "z"], "no list"]),
        "word": st.text(max_size=3),
    },
)
ELEMENTS = st.sampled_from(sorted(PROGRAM.processes["p"].nodes))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_any_walk_through_every_family_is_done_or_refused_by_name(data: st.DataObject) -> None:
    step = start(PROGRAM, {"n": 1, "people": ["x", "y"], "heat": 10} | data.draw(VALUES), CONTEXT)
    for _ in range(data.draw(st.integers(1, 25))):
        state = step.state
        assert dump(load(state)) == state
        try:
            step = _act(data, state)
        except EngineError:
            continue
        _is_whole(step.state)
        if step.ended:
            assert snapshot(step.state).waiting == ()
            break


def _act(data: st.DataObject, state: bytes) -> Any:
    view = snapshot(state)
    given_now = data.draw(VALUES)
    kind = data.draw(
        st.sampled_from(["wait", "wait", "wait", "wait", "set", "signal", "message", "modify", "repair", "time"])
    )
    if kind == "wait" and view.waiting:
        return _answer(data, state, data.draw(st.sampled_from(list(view.waiting))), given_now)
    if kind == "set":
        return set_variables(PROGRAM, state, given_now, CONTEXT)
    if kind == "signal":
        return signal(PROGRAM, state, data.draw(st.sampled_from(["go", "end-it", "nobody"])), given_now, CONTEXT)
    if kind == "message":
        return correlate(
            PROGRAM, state, data.draw(st.sampled_from(["told", "question", "none"])), "1", given_now, CONTEXT
        )
    if kind == "modify" and view.active:
        token = data.draw(st.sampled_from([each.token for each in view.active]))
        element = data.draw(ELEMENTS)
        return modify(
            PROGRAM, state, [data.draw(st.sampled_from([Move(token, element), Add(element), Remove(token)]))], CONTEXT
        )
    if kind == "repair" and view.incidents:
        command = data.draw(st.sampled_from([retry, skip]))
        return command(PROGRAM, state, view.incidents[0].id, CONTEXT, given_now)
    if kind == "time":
        return reschedule(PROGRAM, state, CONTEXT)
    return (
        cancel(PROGRAM, state, CONTEXT)
        if data.draw(st.integers(0, 20)) == 0
        else set_variables(PROGRAM, state, {}, CONTEXT)
    )


def _answer(data: st.DataObject, state: bytes, wait: Any, given_now: dict[str, Any]) -> Any:
    if wait.kind == "task":
        return complete(PROGRAM, state, wait.id, given_now, CONTEXT)
    if wait.kind == "timer":
        return fire(PROGRAM, state, wait.id, CONTEXT)
    if wait.kind == "job":
        outcomes = [JobDone(given_now), JobFailed("down", "no answer"), JobError("bad", given_now), JobError("odd")]
        return resolve(PROGRAM, state, wait.id, data.draw(st.sampled_from(outcomes)), CONTEXT)
    if wait.kind == "message":
        return correlate(PROGRAM, state, wait.name, wait.key, given_now, CONTEXT)
    if wait.kind == "signal":
        return signal(PROGRAM, state, wait.name, given_now, CONTEXT)
    return set_variables(PROGRAM, state, given_now, CONTEXT)


def _is_whole(stored: bytes) -> None:
    """Every token stands in a scope that is there, everything that waits belongs to a token or scope, and no
    scope but an ad-hoc subprocess that waits for its condition is empty."""
    state = load(stored)
    for token in state.tokens.values():
        assert token.scope in state.scopes
        assert token.phase in ("active", "joining", "failed"), token
    for wait in state.waits.values():
        assert wait.scope in state.scopes
        assert wait.token is None or wait.token in state.tokens
    for failure in state.failures.values():
        assert state.tokens[failure.token].phase == "failed"
    for scope in state.scopes.values():
        assert scope.parent is None or scope.parent in state.scopes
        assert scope.token is None or state.tokens[scope.token].phase == "active"
        inside = [token for token in state.tokens.values() if token.scope == scope.id]
        owner = state.tokens.get(scope.token or 0)
        undoing = owner is not None and owner.undo is not None
        assert inside or scope.element == "any" or undoing, scope
