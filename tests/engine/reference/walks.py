"""Walks the same files on our core or on the reference core, act by act, and tells what a person would see.

An act is `(element, variables)` for a user task, `("message", name, key, payload)` or `("timer", element)`.
On our core machine tasks are done at once, as the reference core does them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import reference, runtime
from engine.bpmn import compile_program
from engine.runtime import Context, JobDone, Step

Act = tuple[Any, ...]


@dataclass(frozen=True)
class Walk:
    """`seen`: after the start and after every act, the sorted elements of the open user tasks."""

    seen: tuple[tuple[str, ...], ...]
    thrown: tuple[tuple[str, str | None], ...]
    ended: bool
    variables: Mapping[str, object]


def walk(
    core: str,
    files: Mapping[str, bytes],
    entry: str,
    variables: Mapping[str, object],
    acts: Sequence[Act],
    context: Context,
) -> Walk:
    """`core` is "ours" or "reference"; the variables are those that the last step but the end left."""
    session: _Ours | _Reference = (_Ours if core == "ours" else _Reference)(files, entry, context)
    session.begin(variables)
    seen = [session.tasks()]
    for act in acts:
        session.do(act)
        seen.append(session.tasks())
    return Walk(tuple(seen), tuple(session.thrown), session.ended, session.variables())


class _Session:
    """The open tasks and timers by element, kept from the steps alone, as the application keeps them."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.state = b""
        self.ended = False
        self.open: dict[int, str] = {}
        self.timers: dict[int, str] = {}
        self.thrown: list[tuple[str, str | None]] = []

    def tasks(self) -> tuple[str, ...]:
        return tuple(sorted(self.open.values()))

    def take(self, step: Step) -> None:
        self.state, self.ended = step.state, step.ended
        self.open |= {task.id: task.element for task in step.opened}
        self.timers |= {timer.id: timer.element for timer in step.timers_set}
        for closed in step.closed:
            self.open.pop(closed.id, None)
        for timer_id in step.timers_cancelled:
            self.timers.pop(timer_id, None)
        self.thrown += [(message.name, message.key) for message in step.thrown]

    def act(self, commands: Any, program: Any, act: Act) -> None:
        act = (*act, {}) if len(act) == 1 else act
        if act[0] == "message":
            self.take(commands.correlate(program, self.state, act[1], act[2], act[3], self.context))
        elif act[0] == "timer":
            timer = _only(self.timers, act[1])
            del self.timers[timer]
            self.take(commands.fire(program, self.state, timer, self.context))
        else:
            task = _only(self.open, act[0])
            self.take(commands.complete(program, self.state, task, act[1], self.context))


class _Ours(_Session):
    def __init__(self, files: Mapping[str, bytes], entry: str, context: Context) -> None:
        super().__init__(context)
        self.program = compile_program(files, entry)
        self.left: Mapping[str, object] = {}

    def begin(self, variables: Mapping[str, object]) -> None:
        self.take(runtime.start(self.program, variables, self.context))

    def do(self, act: Act) -> None:
        self.act(runtime, self.program, act)

    def take(self, step: Step) -> None:
        super().take(step)
        view = runtime.snapshot(step.state)
        self.left = dict(view.variables) if not view.ended else self.left
        for job in step.jobs:
            self.take(runtime.resolve(self.program, self.state, job.id, JobDone(), self.context))

    def variables(self) -> Mapping[str, object]:
        return self.left


class _Reference(_Session):
    def __init__(self, files: Mapping[str, bytes], entry: str, context: Context) -> None:
        super().__init__(context)
        self.program = reference.compile_program(files, entry)

    def begin(self, variables: Mapping[str, object]) -> None:
        self.take(reference.start(self.program, variables, self.context))

    def do(self, act: Act) -> None:
        self.act(reference, self.program, act)

    def variables(self) -> Mapping[str, object]:
        return reference.snapshot(self.program, self.state, self.context).variables


def _only(open_now: Mapping[int, str], element: str) -> int:
    return next(number for number, name in sorted(open_now.items()) if name == element)
