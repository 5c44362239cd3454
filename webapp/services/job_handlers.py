"""What the service tasks of the office's diagrams do, by the type that they name.

A handler gets the job under its case's lock and runs in the transaction that gives its outcome to the engine,
so what it writes happens once or not at all. What it returns are the job's result variables. It raises BpmnError
for an outcome that the diagram catches; whatever else it raises is tried again, and in the end an incident.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine import Words, as_written
from engine.bundles import verification_limit
from engine.values import Value
from webapp.services.clocks import start_clock, start_day, would_be_due
from webapp.services.documents import issue_grant, issue_refusal
from webapp.services.events import Event
from webapp.services.licences import issue_licence
from webapp.services.locked_case import InstanceRow, LockedCase
from webapp.services.results import GRANTED, REFUSED, ensure_ruled
from webapp.services.supervision_handovers import hand_over
from webapp.services.tolerance_record import record_missed
from webapp.services.tolerance_words import said_by_rule
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job under the case's lock."""

    id: int
    engine_job: int
    item_case_id: int | None
    element: str
    type: str
    inputs: dict[str, Any]
    attempts: int
    attempts_allowed: int
    instance: InstanceRow
    case: LockedCase


Handler = Callable[[RunningJob], dict[str, Any]]
HANDLERS: dict[str, Handler] = {}


class BpmnError(Exception):
    """The work ended in a business error that the diagram knows: its boundary events catch it by `code`.

    What the handler wrote before is taken back.
    """

    def __init__(self, code: str, variables: Mapping[str, Value] | None = None) -> None:
        self.code, self.variables = code, dict(variables or {})
        super().__init__(code)


class HandlerUnknown(LookupError):
    """No handler is registered for the job's type."""


def handles(job_type: str) -> Callable[[Handler], Handler]:
    """Register the handler of a job type."""

    def register(handler: Handler) -> Handler:
        HANDLERS[job_type] = handler
        return handler

    return register


@handles("issue-licence")
def _issue_licence(job: RunningJob) -> dict[str, Any]:
    assert job.item_case_id is not None
    ensure_ruled(job.item_case_id, GRANTED)
    item = str(job.inputs["item"])
    issue_licence(job.case, job.item_case_id, item)
    issue_grant(job.case, job.item_case_id, job.case.release.bundle.item(item))
    _start_delivery(job)
    hand_over(job.case, job.item_case_id, job.case.release.bundle.item(item))
    return {}


#: Facts, reasons and what it rests on; of what another system said in one text, the reasons alone.
TOLD_IN_REFUSAL = """
select coalesce(nullif(facts, reasons), ''), reasons, basis_zh, basis_en from ruling where item_case_id = %s
"""


@handles("write-refusal")
def _write_refusal(job: RunningJob) -> dict[str, Any]:
    assert job.item_case_id is not None
    ensure_ruled(job.item_case_id, REFUSED)
    item = job.case.release.bundle.item(str(job.inputs["item"]))
    row = sql().execute(TOLD_IN_REFUSAL, (job.item_case_id,)).fetchone()
    facts, reasons, *basis = row or ("", "", "", "")
    by_rule = said_by_rule(job.case, job.item_case_id)
    said = by_rule or (as_written(facts), as_written(reasons))
    paper = issue_refusal(job.case, job.item_case_id, item, *said, Words(*basis))
    record_missed(job.case, job.item_case_id, paper, facts)
    _start_delivery(job)
    return {}


@handles("record-outside-result")
def _record_outside_result(job: RunningJob) -> dict[str, Any]:
    assert job.item_case_id is not None
    ensure_ruled(job.item_case_id)
    _start_delivery(job)
    return {}


@handles("remind")
def _remind(job: RunningJob) -> dict[str, Any]:
    """The 80 % mark: a word to every group that holds an open task of the item."""
    sql().execute(
        "insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)"
        " select distinct t.case_id, t.item_case_id, c.group_key, '已用去承诺时限的 80%%：' || t.name_zh,"
        " '80%% of the promised limit has passed: ' || t.name_en, %s"
        " from user_task t join task_candidate c on c.task_id = t.id where t.item_case_id = %s and t.state = 'open'",
        (job.case.now, job.item_case_id),
    )
    job.case.record(Event.REMINDED, None, item=job.item_case_id)
    return {}


def _start_delivery(job: RunningJob) -> None:
    """The delivery clock runs from the decision (for licences: art. 44)."""
    assert job.item_case_id is not None
    row = (
        sql()
        .execute(
            "select ruled_at, way, outcome,"
            " exists(select from legal_clock where item_case_id = ic.id and name = 'delivery'),"
            " array(select material_key from commitment c where c.case_id = ic.case_id"
            " and c.item_key = ic.item_key and material_key <> '' order by 1)"
            " from item_case ic where id = %s",
            (job.item_case_id,),
        )
        .fetchone()
    )
    assert row is not None
    ruled_at, way, outcome, running, proofs = row
    if running:
        return
    profile, item = job.case.rules.profile, job.case.release.bundle.item(str(job.inputs["item"]))
    start_clock(job.case, job.item_case_id, profile.terms("delivery-limit", "delivery", kind=item.kind), ruled_at)
    bundle, began = job.case.release.bundle, start_day(ruled_at, job.case.rules)
    committed = [""] if way == "commitment" else proofs
    first = verification_limit(
        bundle, item.key, committed, profile, lambda terms: would_be_due(terms, began, job.case.rules)
    )
    if outcome == "granted" and first is not None:
        start_clock(job.case, job.item_case_id, first, ruled_at)
