"""What was done in a trial, in order: tasks that were completed and jobs that were done, with what they gave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from engine.law import INTAKE_OUTCOMES
from engine.runtime import JobDone
from engine.trial.instance import Instance, item_at
from engine.values import Value

TASK, JOB = "task", "job"
#: The job by which the law accepts in silence (行政许可法 art. 32).
ACCEPTING_JOB = "deem-accepted"
#: Steps that rule.
RULING_STEPS = frozenset({"immediate", "decide", "backfill"})
#: What a ruling step gives where it does not rule: the review is to be done again.
SENT_BACK = "return"
#: The variable by which who orders a procedure says how long it takes.
EXPECTED_DAYS = "expected_days"
#: What a lapsed correction comes to where it ends the item.
LAPSED = frozenset({"correction-lapsed", "deemed-withdrawn"})
#: The input or variable that says for which item a process runs.
ITEM = "item"


class Deed(NamedTuple):
    """A completed task or a job that was done. `name`: the task's step (else its element), or the job's type.

    `item`: key of the item that its process is about; `given`: variables that the task or the job gave.
    """

    at: datetime
    instance: int
    process: str
    element: str
    what: str
    name: str
    item: str | None
    given: Mapping[str, Value]


def accepts(deed: Deed) -> bool:
    """Whether the item is accepted by it: by the outcome of intake, or in silence."""
    if deed.name == ACCEPTING_JOB:
        return True
    if deed.name not in ("accept", "correction-lapsed"):
        return False
    outcome = INTAKE_OUTCOMES.get(str(deed.given.get("intake_outcome", deed.given.get("lapse_outcome"))))
    return outcome is not None and outcome.accepts


def rules(deed: Deed) -> bool:
    """Whether it is a ruling on the item."""
    return deed.name in RULING_STEPS and deed.given.get("ruling") not in (None, SENT_BACK)


def expected_days(deed: Deed | None) -> int | None:
    """The working days that an ordered procedure is said to take; None where nothing of the kind was given."""
    given = deed.given.get(EXPECTED_DAYS) if deed is not None else None
    if isinstance(given, bool) or not isinstance(given, int | Decimal) or given < 1 or given != int(given):
        return None
    return int(given)


def turns_down(deed: Deed) -> bool:
    """Whether the item ends with it before acceptance: by the outcome of intake, or as nothing was corrected."""
    if deed.name == "correction-lapsed":
        return deed.given.get("lapse_outcome") in LAPSED
    outcome = INTAKE_OUTCOMES.get(str(deed.given.get("intake_outcome"))) if deed.name == "accept" else None
    return outcome is not None and outcome.closes


def deed_of(command: str, one: Instance, given: tuple[object, ...], at: datetime) -> Deed | None:
    """What a command of the core is about to do on an instance as it stands; None for all but these two."""
    if command == "complete":
        id_, variables = given
        task = one.tasks.get(id_) if isinstance(id_, int) else None
        if task is None or not isinstance(variables, Mapping):
            return None
        return _deed(one, task.scope, task.element, TASK, task.properties.get("step", task.element), variables, at)
    if command == "resolve":
        id_, outcome = given
        job = one.jobs_begun.get(id_) if isinstance(id_, int) else None
        if job is None or not isinstance(outcome, JobDone):
            return None
        return _deed(one, job.scope, job.element, JOB, job.type, outcome.variables, at)
    return None


def _deed(
    one: Instance, scope: int, element: str, what: str, name: str, given: Mapping[str, Value], at: datetime
) -> Deed:
    opened = one.scopes.get(scope)
    item = item_at(one, scope) or one.variables.get(ITEM)
    process = opened.process if opened else one.process
    return Deed(at, one.number, process, element, what, name, item if isinstance(item, str) else None, dict(given))
