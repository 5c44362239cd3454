"""What the law does where nobody acts: silence accepts, and a correction that does not come lapses.

Both are service tasks behind the timer of the limit, so the diagram shows them, and the job writes them.
"""

from __future__ import annotations

from typing import Any

from engine import Words
from engine.bundles import On, kinds_issued
from webapp.services.accepted_by_law import accept_by_law
from webapp.services.advance import end_with_items
from webapp.services.clocks import start_clock, stop_clock
from webapp.services.corrections import CONSEQUENCES, NOT_ACCEPTED, STILL_OPEN, WITHDRAWN, last_round, late_rule
from webapp.services.dependents import turn_down_dependents
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.job_handlers import RunningJob, handles
from webapp.unit_of_work import sql

#: What the diagram goes on with after a lapse, by the place's consequence.
LAPSE_OUTCOMES = {NOT_ACCEPTED: "correction-lapsed", WITHDRAWN: "deemed-withdrawn", STILL_OPEN: "correct-late"}


@handles("deem-accepted")
def _deem_accepted(job: RunningJob) -> dict[str, Any]:
    """The limit passed in silence."""
    assert job.item_case_id is not None
    accept_by_law(job.case, job.item_case_id, job.case.release.bundle.item(str(job.inputs["item"])))
    return {}


LAPSED = "update correction set lapsed_at = %s, lapse = %s where id = %s"
NOT_TAKEN = """
update item_case set intake_outcome = %s, intake_note = %s, intake_note_en = %s, outcome = 'not-accepted',
    ruled_at = %s
where id = %s
"""


@handles("correction-lapsed")
def _correction_lapsed(job: RunningJob) -> dict[str, Any]:
    """No correction came in time: what the place's rule makes of it, in writing where it ends the matter."""
    assert job.item_case_id is not None
    case, item_case_id = job.case, job.item_case_id
    consequence, basis = late_rule(case)
    request = last_round(item_case_id)
    sql().execute(LAPSED, (case.now, consequence, request.id))
    case.record(Event.CORRECTION_LAPSED, None, item=item_case_id, round=request.round, consequence=consequence)
    outcome = LAPSE_OUTCOMES[consequence]
    if consequence != STILL_OPEN:
        item = case.release.bundle.item(str(job.inputs["item"]))
        follows = CONSEQUENCES[consequence]
        reasons = Words(
            f"未在补正期限内补正，{follows.zh}（{basis.zh}）。",
            f"Not corrected within the time given: {follows.en} ({basis.en or basis.zh}).",
        )
        end_with_items(case, [item_case_id])
        sql().execute(NOT_TAKEN, (outcome, reasons.zh, reasons.en, case.now, item_case_id))
        stop_clock(case, item_case_id, "correction")
        case.record(Event.ITEM_NOT_ACCEPTED, None, item=item_case_id, outcome=outcome)
        delivery = case.rules.profile.terms("delivery-limit", "delivery", kind=item.kind)
        start_clock(case, item_case_id, delivery, case.now)
        ended = {"ended_at": case.now} if consequence == WITHDRAWN else {}
        for kind in kinds_issued(On.JOB, job.type, {"lapse_outcome": outcome}, item_kind=item.kind):
            issue_for_item(case, item_case_id, item, kind, None, reasons=reasons, **ended)
        if turned_down := turn_down_dependents(case, item):
            end_with_items(case, turned_down)
    return {"lapse_outcome": outcome}
