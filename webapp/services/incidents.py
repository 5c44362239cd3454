"""异常处理: what a person does about a step that could not go on: try it again, correct its variables, pass it over.

An incident stands for work that waits: a token that failed (`engine_incident`), a job whose tries are used up,
a timer or a message that could not be given. One without any of them tells of a person's act that was not kept:
trying again is then the person's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine import EngineError, Words
from engine.runtime import JobFailed
from engine.values import Value
from webapp import clock, outbox
from webapp.answers import decode_all, encode_all
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services import engine_jobs, handover_sending
from webapp.services.advance import apply
from webapp.services.engine_border import (
    resolve,
    retry,
    set_variables,
    skip,
    snapshot,
    variables_at,
    variables_seen,
)
from webapp.services.events import Event
from webapp.services.failures import RepairFailed
from webapp.services.instances import load_instance
from webapp.services.locked_case import InstanceRow, LockedCase, on_case
from webapp.services.repairing import digest, given_reason, repairing, write_repair
from webapp.services.suspended import ensure_active
from webapp.unit_of_work import sql, unit_of_work


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
    code: str = ""

    @property
    def waits(self) -> bool:
        """Whether work waits in it; else it tells of an act that was not kept."""
        held = (self.timer_id, self.message_id)
        return self.can_be_skipped or self.code == handover_sending.INCIDENT or held != (None, None)

    @property
    def can_be_skipped(self) -> bool:
        """Whether an element failed whose token could go on without it."""
        return self.engine_incident is not None or self.engine_job_id is not None


class AlreadyRetried(ActRefused):
    """A colleague was faster, or the incident ended by itself."""

    def __init__(self) -> None:
        super().__init__(Words("该异常已处理。", "This incident was dealt with already."))


class NothingToSkip(ActRefused):
    """What failed is no element that could be passed over."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "这里没有可以跳过的步骤；需要时请调整流程位置。",
                "There is no step here to pass over; change where the process stands instead.",
            )
        )


RESOLVE = """
update incident set resolved_at = %s, resolved_by = %s where id = %s and case_id = %s and resolved_at is null
returning id, instance_id, element, engine_incident, engine_job_id, timer_id, message_id, code
"""


def retry_incident(incident_id: int, *, by: Identity) -> bool:
    """Run what stands in an incident once more: a job or message gets a fresh set of tries, a step is repeated.

    Returns whether there was anything to run; an incident of an act that was not kept is only dealt with.
    Raises NotFound, NotYours, Suspended, AlreadyRetried, and RepairFailed where the state cannot be read.
    """
    ensure(by, Permission.INCIDENT_RETRY)
    with _on_case_of(incident_id) as case:
        incident = retry_on(case, incident_id, by)
    return incident.waits


def retry_on(case: LockedCase, incident_id: int, by: Identity) -> Incident:
    """As `retry_incident`, for the command that holds the case. Raises Suspended, AlreadyRetried, EngineError."""
    ensure_active(case)
    incident, instance = _take(case, incident_id, by)
    case.record(Event.INCIDENT_RETRIED, by, incident=incident_id)
    _again(case, instance, incident, {})
    return incident


#: What failed anew while it was tried again.
FAILED_AGAIN = """
select n.message_zh, n.message_en from incident n
where n.instance_id = %s and n.id > %s and n.resolved_at is null order by n.id limit 1
"""


def correct_and_retry(
    incident_id: int, changes: Mapping[str, Value], *, by: Identity, reason: str, key: str
) -> Words | None:
    """Correct variables that the failed element sees, then try it again. `changes`: the corrected ones alone.

    Returns why it failed again at once, where it did; a job is only asked for again and tells later.

    Raises Incomplete (no reason, no change) besides what `retry_incident` raises.
    """
    case_id = _case_of(incident_id)
    with repairing(case_id, by, Permission.INCIDENT_REPAIR, key=key, what=f"correct:{incident_id}") as case:
        reason = given_reason(reason)
        if not changes:
            raise Incomplete("variables", Words("没有更正任何变量。", "No variable was corrected."))
        _ensure_goes_on(case)
        incident, instance = _take(case, incident_id, by)
        facts = {"instance": instance.id, "element": incident.element, **variable_facts(changes)}
        write_repair(case, Event.VARIABLES_CHANGED, by, reason, facts, incident_id=incident_id)
        case.record(Event.INCIDENT_RETRIED, by, incident=incident_id)
        _again(case, instance, incident, changes)
        failed = sql().execute(FAILED_AGAIN, (instance.id, incident_id)).fetchone()
    return Words(*failed) if failed else None


def skip_incident(
    incident_id: int, *, by: Identity, reason: str, key: str, results: Mapping[str, Value] | None = None
) -> None:
    """Pass over the failed element: the process goes on as if it had completed with `results`.

    Raises Incomplete (no reason), NothingToSkip, RepairFailed where the choice of the way on is what failed, and
    what `retry_incident` raises.
    """
    case_id = _case_of(incident_id)
    with repairing(case_id, by, Permission.INCIDENT_REPAIR, key=key, what=f"skip:{incident_id}") as case:
        reason = given_reason(reason)
        _ensure_goes_on(case)
        incident, instance = _take(case, incident_id, by)
        if not incident.can_be_skipped:
            raise NothingToSkip()
        given = dict(results or {})
        facts = {"instance": instance.id, "element": incident.element, **variable_facts(given)}
        write_repair(case, Event.STEP_SKIPPED, by, reason, facts, incident_id=incident_id)
        failed = _failed_step(case, instance, incident)
        apply(case, instance, skip(instance.release.program, instance.state, failed, case.context, given))


def close_idle() -> int:
    """Incidents of timers that are there no longer (their element was left otherwise) are over; returns how many."""
    with unit_of_work():
        return sql().execute(CLOSE_IDLE, (clock.now(),)).rowcount


CLOSE_IDLE = """
update incident n set resolved_at = %s
where n.resolved_at is null and n.timer_id is not null and not exists (select from timer t where t.id = n.timer_id)
"""


def variable_facts(variables: Mapping[str, Value]) -> dict[str, Any]:
    """What the ledger may know of variables that a person gave: their names, and one digest over the values."""
    return {"variables": sorted(variables), "values": digest(encode_all(variables).decode())} if variables else {}


def seen_at(state: bytes, incident: Incident) -> dict[str, Value]:
    """The variables that the failed element sees. Raises StateInvalid."""
    view = snapshot(state)
    token = next((one.token for one in view.incidents if one.id == incident.engine_incident), None)
    if token is not None:
        return variables_seen(state, token)
    seen = variables_at(state, _scope(state, incident)) if view.scopes else {}
    return {**seen, **_inputs(incident)}


def _scope(state: bytes, incident: Incident) -> int:
    """The scope of the process in which the element waits; the instance's own where none does."""
    view = snapshot(state)
    waiting = (one.scope for one in view.waiting if one.element == incident.element)
    return next(waiting, next(iter(view.scopes)))


def _inputs(incident: Incident) -> dict[str, Value]:
    """What the job that failed was given: the element's own variables."""
    row = sql().execute("select inputs from engine_job where id = %s", (incident.engine_job_id,)).fetchone()
    return decode_all(bytes(row[0])) if row else {}


def _case_of(incident_id: int) -> int:
    row = sql().execute("select case_id from incident where id = %s", (incident_id,)).fetchone()
    if row is None:
        raise NotFound()
    return int(row[0])


def _ensure_goes_on(case: LockedCase) -> None:
    """Trying again is no mere repair: a suspended case is resumed first. Raises Suspended."""
    case.under_repair = False
    ensure_active(case)


@contextmanager
def _on_case_of(incident_id: int) -> Iterator[LockedCase]:
    try:
        with on_case(_case_of(incident_id)) as case:
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
    snapshot(instance.state)
    return incident, instance


def _again(case: LockedCase, instance: InstanceRow, incident: Incident, changes: Mapping[str, Value]) -> None:
    """Do what waits in the incident, after `changes` of variables."""
    program = instance.release.program
    if incident.can_be_skipped and (changes or incident.engine_job_id is None):
        failed = _failed_step(case, instance, incident)
        apply(case, instance, retry(program, instance.state, failed, case.context, changes))
        return
    if changes:
        scope = _scope(instance.state, incident)
        apply(case, instance, set_variables(program, instance.state, changes, case.context, scope))
    if incident.engine_job_id is not None:
        engine_jobs.reopen(incident.engine_job_id)
    elif incident.timer_id is not None:
        sql().execute("update timer set due_at = %s where id = %s", (case.now, incident.timer_id))
    elif incident.message_id is not None:
        sql().execute("update message set state = 'sent' where id = %s and state = 'failed'", (incident.message_id,))
        outbox.defer(sql(), outbox.DELIVER_MESSAGE, message_id=incident.message_id)
    elif incident.code == handover_sending.INCIDENT:
        handover_sending.send_again(incident.id)


def _failed_step(case: LockedCase, instance: InstanceRow, incident: Incident) -> int:
    """The engine's incident of the failed element. A job whose tries are used up becomes one: it is given up."""
    if incident.engine_incident is not None:
        return incident.engine_incident
    row = (
        sql()
        .execute(
            "update engine_job set state = 'cancelled' where id = %s and state = 'failed' returning engine_job, type",
            (incident.engine_job_id,),
        )
        .fetchone()
    )
    if row is None:
        raise AlreadyRetried()
    given_up = JobFailed(row[1], "given up")
    step = resolve(instance.release.program, instance.state, row[0], given_up, case.context)
    # The case has this incident already: it is being dealt with.
    apply(case, instance, step._replace(incidents=()))
    return step.incidents[-1].id
