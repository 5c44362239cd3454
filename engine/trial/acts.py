"""What a person does in a trial: one act each, kept as JSON and done again whenever the trial is shown.

What an act is about is named by instance, element and place among those open, never by the engine's ids: so the
same acts fit either core, and a diagram in which another element was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from engine.errors import EngineError, NothingWaits
from engine.runtime import JobDone, JobError, JobFailed, UserTask, decode_variables, encode_variables
from engine.trial.host import Trial
from engine.trial.instance import Held, Open, item_at
from engine.values import Value


class Kind(StrEnum):
    COMPLETE = "complete"
    JUMP = "jump"  # to the moment at which something is due next
    ADVANCE = "advance"
    FIRE = "fire"
    MESSAGE = "message"
    SIGNAL = "signal"
    DONE = "done"
    FAILED = "failed"
    ERROR = "error"
    RETRY = "retry"
    SKIP = "skip"
    SET = "set"
    CANCEL = "cancel"
    EXTEND = "extend"  # the limits of an item, or the joint limit
    AWAIT_DELIVERY = "await-delivery"  # the paper that tells of a limit is sealed later
    DELIVER = "deliver"


OURS, REFERENCE = "ours", "reference"
OPEN, AT_ONCE = "open", "done"
OF_A_JOB = frozenset({Kind.DONE, Kind.FAILED, Kind.ERROR})
#: Acts beside the diagram, on a legal clock.
OF_A_LIMIT = frozenset({Kind.EXTEND, Kind.AWAIT_DELIVERY, Kind.DELIVER})


class JobsAreDone(EngineError):
    """A job cannot be given an outcome where all are done at once, with nothing."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `place` counts, from 0, those open of this element in this instance.

    `name`: of the message or signal, or the code of the BPMN error; `group`: as whom a task is completed, which is
    shown and changes nothing; `scope`: where variables are set, None for the process itself. Of an act on a limit,
    `key` is its item (None: the joint limit), `name` the clock, and `text` why it is extended, which changes nothing.
    """

    kind: Kind
    instance: int = 0
    element: str = ""
    place: int = 0
    name: str = ""
    key: str | None = None
    text: str = ""
    group: str = ""
    scope: int | None = None
    seconds: int = 0
    variables: Mapping[str, Value] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Only what differs from the defaults. Raises ValueInvalid."""
        plain = {name: value for name, value in asdict(self).items() if value != _DEFAULTS[name]}
        return {**plain, "variables": encode_variables(self.variables)} if self.variables else plain


_DEFAULTS = asdict(Act(Kind.COMPLETE)) | {"kind": None}


def act_from_json(stored: Mapping[str, Any]) -> Act:
    """What `as_json` gave."""
    plain = {**stored, "kind": Kind(stored["kind"])}
    if "variables" in plain:
        plain["variables"] = decode_variables(plain["variables"])
    return Act(**plain)


def perform(trial: Trial, act: Act, *, waits_for_jobs: bool) -> None:
    """Does the act. Raises NothingWaits where there is nothing of the kind to do, JobsAreDone, and what the engine
    raises.

    Where jobs are done at once, a job that was done with nothing has been done already.
    """
    if act.kind in OF_A_JOB and not waits_for_jobs:
        if act.kind is Kind.DONE and not act.variables:
            return
        raise JobsAreDone(act.element)
    _ACTS[act.kind](trial, act)


def held_task(trial: Trial, act: Act) -> Held[UserTask] | None:
    """The open task that an act completes; None where it is not open."""
    try:
        return _found(trial.tasks, act)
    except NothingWaits:
        return None


def item_of(trial: Trial, act: Act) -> str | None:
    """The item whose process an act is about, before it is done: that of the task, timer, job or incident.

    None where it is about nothing of an item's, or about what is not open.
    """
    waiting: Mapping[Kind, Sequence[Held[Any]]] = {
        Kind.COMPLETE: trial.tasks,
        Kind.FIRE: trial.timers,
        **dict.fromkeys(OF_A_JOB, trial.jobs),
        **dict.fromkeys((Kind.RETRY, Kind.SKIP), trial.incidents),
    }
    try:
        held = _found(waiting.get(act.kind, ()), act)
    except NothingWaits:
        return None
    return item_at(trial.instances[held.instance - 1], held.what.scope)


def _found(held: Sequence[Held[Open]], act: Act) -> Held[Open]:
    ones = [one for one in held if (one.instance, one.what.element) == (act.instance, act.element)]
    if act.place >= len(ones):
        raise NothingWaits(act.element)
    return ones[act.place]


def _jump(trial: Trial, act: Act) -> None:
    due = trial.next_due
    if due is None:
        raise NothingWaits("the clock")
    trial.advance(max(due - trial.now, timedelta()))


def _cancel(trial: Trial, act: Act) -> None:
    if not 0 < act.instance <= len(trial.instances):
        raise NothingWaits(f"instance {act.instance}")
    trial.cancel(act.instance)


def _message(trial: Trial, act: Act) -> None:
    trial.message(act.name, act.key, act.variables)


_ACTS: Mapping[Kind, Callable[[Trial, Act], object]] = {
    Kind.COMPLETE: lambda trial, act: trial.complete(_found(trial.tasks, act), act.variables),
    Kind.JUMP: _jump,
    Kind.ADVANCE: lambda trial, act: trial.advance(timedelta(seconds=act.seconds)),
    Kind.FIRE: lambda trial, act: trial.fire(_found(trial.timers, act)),
    Kind.MESSAGE: _message,
    Kind.SIGNAL: lambda trial, act: trial.signal(act.name, act.variables),
    Kind.DONE: lambda trial, act: trial.resolve(_found(trial.jobs, act), JobDone(act.variables)),
    Kind.FAILED: lambda trial, act: trial.resolve(_found(trial.jobs, act), JobFailed(act.name or "failed", act.text)),
    Kind.ERROR: lambda trial, act: trial.resolve(_found(trial.jobs, act), JobError(act.name, act.variables)),
    Kind.RETRY: lambda trial, act: trial.retry(_found(trial.incidents, act), act.variables or None),
    Kind.SKIP: lambda trial, act: trial.skip(_found(trial.incidents, act), act.variables or None),
    Kind.SET: lambda trial, act: trial.set_variables(act.variables, instance=act.instance, scope=act.scope),
    Kind.CANCEL: _cancel,
    Kind.EXTEND: lambda trial, act: trial.extend(act.key, instance=act.instance),
    Kind.AWAIT_DELIVERY: lambda trial, act: trial.await_delivery(act.key, act.name, instance=act.instance),
    Kind.DELIVER: lambda trial, act: trial.deliver(act.key, act.name, instance=act.instance),
}
