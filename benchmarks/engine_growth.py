"""What a step of the engine costs when there is much: history, stages, branches, elements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from benchmarks import diagrams
from benchmarks.applicant import FIELDS
from benchmarks.figures import Figure
from benchmarks.measure import best_seconds
from engine.bpmn import Program, compile_program
from engine.runtime import Context, complete, start

CONTEXT = Context(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
SELF = "itself, smaller"


def run(*, full: bool) -> Iterator[Figure]:
    """Ratios near one: the cost depends on what is active, not on what has happened or could happen."""
    repeat = 200 if full else 40
    yield _loop(repeat)
    yield _stages(repeat)
    yield _branches()
    yield _chain(full=full)


def _loop(repeat: int) -> Figure:
    """The 200th turn of a loop against the 5th."""
    program = compile_program({"loop.bpmn": diagrams.loop()}, "p")
    step = start(program, FIELDS, CONTEXT)
    seconds = {}
    for turn in range(1, 201):
        state, task = step.state, step.opened[0].id
        if turn in (5, 200):

            def again(state: bytes = state, task: int = task) -> object:
                return complete(program, state, task, {}, CONTEXT)

            seconds[turn] = best_seconds(again, repeat=repeat, rounds=9)
        step = complete(program, state, task, {}, CONTEXT)
    return Figure(
        "engine.loop",
        "step 200 of a loop, peer step 5",
        "ms CPU per step",
        seconds[200] * 1000,
        seconds[5] * 1000,
        SELF,
        seconds[200] / seconds[5],
        1.2,
    )


def _stages(repeat: int) -> Figure:
    """A step of a process of 12 AND stages in a row against one of 3: the same tasks are open."""
    ours, peer = (_walk(compile_program({"s.bpmn": diagrams.stages(count)}, "p"), repeat) for count in (12, 3))
    return Figure(
        "engine.stages",
        "step of 12 AND stages in a row, peer 3 stages: 1 is linear",
        "ms CPU per step",
        ours * 1000,
        peer * 1000,
        SELF,
        ours / peer,
        1.2,
    )


def _walk(program: Program, repeat: int) -> float:
    """Mean seconds of a step over the whole walk."""
    step = start(program, FIELDS, CONTEXT)
    waiting = [task.id for task in step.opened]
    seconds = []
    while waiting:
        state, task = step.state, waiting.pop(0)

        def again(state: bytes = state, task: int = task) -> object:
            return complete(program, state, task, {}, CONTEXT)

        seconds.append(best_seconds(again, repeat=max(5, repeat // 10), rounds=5))
        step = complete(program, state, task, {}, CONTEXT)
        waiting += [opened.id for opened in step.opened]
    assert step.ended
    return sum(seconds) / len(seconds)


def _branches() -> Figure:
    """The start of 1,000 parallel branches against ten times the start of 100."""
    seconds = {}
    for count in (100, 1000):
        program = compile_program({"b.bpmn": diagrams.review(count)}, "p")
        seconds[count] = best_seconds(lambda: start(program, FIELDS, CONTEXT), repeat=1, rounds=7)  # noqa: B023
    return Figure(
        "engine.branches",
        "start of 1,000 parallel branches, peer ten times 100: 1 is linear",
        "ms CPU",
        seconds[1000] * 1000,
        seconds[100] * 10_000,
        SELF,
        seconds[1000] / seconds[100] / 10,
        1.5,
    )


def _chain(*, full: bool) -> Figure:
    """A chain of 10,000 nodes compiles and runs to its end, against ten times a chain of 1,000."""
    long = 10_000 if full else 5_000
    seconds = {}
    for count in (long // 10, long):
        content = diagrams.chain(count)

        def whole(content: bytes = content) -> None:
            program = compile_program({"c.bpmn": content}, "p")
            assert start(program, {}, CONTEXT).ended

        seconds[count] = best_seconds(whole, repeat=1, rounds=3)
    return Figure(
        "engine.chain",
        f"compile and run a chain of {long} tasks, peer ten times {long // 10}: 1 is linear",
        "ms CPU",
        seconds[long] * 1000,
        seconds[long // 10] * 10_000,
        SELF,
        seconds[long] / seconds[long // 10] / 10,
        2.0,
    )
