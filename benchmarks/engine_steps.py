"""The engine against SpiffWorkflow 3.2.0: one step is restore, run to quiescence, serialise.

SpiffWorkflow is used as its own documentation does: its parser, its workflow, its serialiser, conditions in
Python, nothing of ours around it. Both sides walk the same diagram with the same twenty fields.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from benchmarks.applicant import FIELDS
from benchmarks.diagrams import items, review
from benchmarks.figures import Figure
from benchmarks.measure import best_seconds
from engine.bpmn import compile_program
from engine.runtime import Context, complete, start

PEER = "SpiffWorkflow 3.2.0"
CONTEXT = Context(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


@dataclass
class Cost:
    """CPU seconds of a step and bytes of the state that it stored."""

    seconds: float
    state: int


def run(*, full: bool) -> Iterator[Figure]:
    """CPU per step with 4 and 20 branches, bytes of state with 4.

    A branch is what a branch is in the office: a called process with its own loop, gateways and scripts. Beside
    it, without a bar, branches of one user task and one decision each.
    """
    logging.getLogger("spiff").setLevel(logging.ERROR)
    repeat = 50 if full else 10
    for branches, bar in ((4, 50.0), (20, 200.0)):
        ours, peer = _compare(items(branches), items(branches, python=True), repeat)
        yield _cpu(f"engine.cpu.{branches}-branches", f"{branches} parallel branches, each an item", ours, peer, bar)
        if branches == 4:
            yield Figure(
                "engine.state.4-branches",
                "bytes of the stored state with 4 parallel branches, mean over the steps",
                "bytes",
                ours.state,
                peer.state,
                PEER,
                ours.state / peer.state,
                0.1,
            )
    for branches in (4, 20):
        ours, peer = _compare(review(branches), review(branches, python=True), repeat)
        yield _cpu(f"engine.cpu.plain-{branches}", f"{branches} branches of one task and one decision", ours, peer, 0.0)


def _cpu(name: str, what: str, ours: Cost, peer: Cost, bar: float) -> Figure:
    return Figure(
        name,
        f"CPU of one step (restore, run, serialise): {what}",
        "ms CPU per step",
        ours.seconds * 1000,
        peer.seconds * 1000,
        PEER,
        peer.seconds / ours.seconds,
        bar,
        at_least=True,
    )


def _compare(ours: bytes, theirs: bytes, repeat: int) -> tuple[Cost, Cost]:
    return _cost(_ours(ours, repeat=repeat)), _cost(_peer(theirs))


def _cost(steps: Iterator[Cost]) -> Cost:
    """The mean over every step of the whole walk."""
    costs = list(steps)
    return Cost(sum(one.seconds for one in costs) / len(costs), sum(one.state for one in costs) // len(costs))


def _said(name: str) -> dict[str, Any]:
    """What is said when a task is done: some answers lead back, or on to a second look."""
    if (branch := name.removeprefix("examine")).isdecimal():
        number = int(branch)
        return {f"found{number}": "doubtful" if number % 3 == 0 else "in order"}
    return {"outcome": "accepted", "way": "ordinary", "visit_needed": "no", "decision": "grant"}


def _ours(diagram: bytes, *, repeat: int) -> Iterator[Cost]:
    program = compile_program({"d.bpmn": diagram}, "p")
    step = start(program, FIELDS, CONTEXT)
    waiting = [(task.id, task.element) for task in step.opened]
    while waiting:
        task_id, name = waiting.pop(0)
        once = partial(complete, program, step.state, task_id, _said(name), CONTEXT)
        seconds = best_seconds(once, repeat=repeat, rounds=3)
        step = once()
        assert not step.incidents
        waiting += [(task.id, task.element) for task in step.opened]
        yield Cost(seconds, len(step.state))
    assert step.ended


def _peer(diagram: bytes) -> Iterator[Cost]:
    from SpiffWorkflow import TaskState
    from SpiffWorkflow.bpmn import BpmnWorkflow
    from SpiffWorkflow.bpmn.parser import BpmnParser
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

    parser = BpmnParser()
    parser.add_bpmn_str(diagram)
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    workflow.task_tree.data.update(FIELDS)
    workflow.do_engine_steps()
    stored = serializer.serialize_json(workflow)
    while True:
        # Which task is next is looked up outside the measured step, on both sides.
        ready = serializer.deserialize_json(stored).get_tasks(state=TaskState.READY, manual=True)
        if not ready:
            break
        once = partial(_peer_step, serializer, stored, ready[0].id, _said(ready[0].task_spec.bpmn_id))
        seconds = best_seconds(once, repeat=1, rounds=3)
        stored = once()
        yield Cost(seconds, len(stored.encode()))
    assert serializer.deserialize_json(stored).completed


def _peer_step(serializer: Any, stored: str, task_id: Any, said: dict[str, Any]) -> str:
    """Restore, complete the task, run to quiescence, serialise."""
    workflow = serializer.deserialize_json(stored)
    task = workflow.get_task_from_id(task_id)
    task.data.update(said)
    task.run()
    workflow.do_engine_steps()
    return str(serializer.serialize_json(workflow))
