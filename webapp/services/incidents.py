"""异常处理: what a person does about a step that could not go on: try it again, correct its variables, pass it over.

An incident stands for work that waits: a token that failed (`engine_incident`), a job whose tries are used up,
a timer or a message that could not be given. One without any of them tells of a person's act that was not kept:
trying again is then the person's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from engine import EngineError, Words, runtime
from engine.runtime import retry
from engine.values import Value
from webapp import outbox
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services import engine_jobs
from webapp.services.advance import apply
from webapp.services.events import Event
from webapp.services.failures import RepairFailed
from webapp.services.instances import load_instance
from webapp.services.locked_case import InstanceRow, LockedCase, on_case
from webapp.services.suspended import ensure_active
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident that was open a moment ago, and the work that waits in it."""

    id: int
    instance_id: int
    element: str
    engine_incident: int | None
    engine_job_id: int | None
    timer_id: int | None
    message_id: int | None


class AlreadyRetried(ActRefused):
    """A colleague was faster, or the incident ended by itself."""

    def __init__(self) -> None:
        super().__init__(Words("该异常已处理。", "This incident was dealt with already."))


RESOLVE = """
update incident set resolved_at = %s, resolved_by = %s where id = %s and case_id = %s and resolved_at is null
returning id, instance_id, element, engine_incident, engine_job_id, timer_id, message_id
"""


def retry_incident(incident_id: int, *, by: Identity) -> None:
    """Run what stands in an incident once more: a job or message gets a fresh set of tries, a step is repeated.

    Raises NotFound, NotYours, Suspended, AlreadyRetried, and RepairFailed where the state cannot be read.
    """
    ensure(by, Permission.INCIDENT_RETRY)
    with _on_case_of(incident_id) as case:
        incident, instance = _take(case, incident_id, by)
        case.record(Event.INCIDENT_RETRIED, by, incident=incident_id)
        _again(case, instance, incident, {})


@contextmanager
def _on_case_of(incident_id: int) -> Iterator[LockedCase]:
    row = sql().execute("select case_id from incident where id = %s", (incident_id,)).fetchone()
    if row is None:
        raise NotFound()
    try:
        with on_case(row[0]) as case:
            ensure_active(case)
            yield case
    except ActRefused:
        raise
    except EngineError as failure:
        raise RepairFailed(failure) from failure


def _take(case: LockedCase, incident_id: int, by: Identity) -> tuple[Incident, InstanceRow]:
    """The incident, now resolved by this person, and its instance, whose state can be read."""
    row = sql().execute(RESOLVE, (case.now, by.user_id, incident_id, case.id)).fetchone()
    if row is None:
        raise AlreadyRetried()
    incident = Incident(*row)
    instance = load_instance(case, incident.instance_id)
    runtime.snapshot(instance.state)
    return incident, instance


def _again(case: LockedCase, instance: InstanceRow, incident: Incident, changes: Mapping[str, Value]) -> None:
    """Do what waits in the incident, after `changes` of variables."""
    if incident.engine_job_id is not None:
        engine_jobs.reopen(incident.engine_job_id)
    elif incident.timer_id is not None:
        sql().execute("update timer set due_at = %s where id = %s", (case.now, incident.timer_id))
    elif incident.message_id is not None:
        sql().execute("update message set state = 'sent' where id = %s and state = 'failed'", (incident.message_id,))
        outbox.defer(sql(), outbox.DELIVER_MESSAGE, message_id=incident.message_id)
    elif incident.engine_incident is not None:
        step = retry(instance.release.program, instance.state, incident.engine_incident, case.context, changes)
        apply(case, instance, step, by=None)
