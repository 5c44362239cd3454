"""受理: an item's department takes the application on, asks for correction, or does not."""

from __future__ import annotations

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.moments import local
from webapp.permissions import Permission
from webapp.services.clocks import start_clock, start_decision_clocks, stop_clock
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.reviews import write_review
from webapp.services.tasks import ensure_step, finish
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

ACCEPTED, CORRECTION, WRONG_AUTHORITY, NOT_REQUIRED = (
    "accepted",
    "correction",
    "wrong-authority",
    "not-required",
)
OUTCOMES = (ACCEPTED, CORRECTION, WRONG_AUTHORITY, NOT_REQUIRED)


def decide_intake(
    task_id: int,
    *,
    by: Identity,
    outcome: str,
    note: str,
    revision: int,
    key: str,
    again_reason: str = "",
) -> None:
    """Decide on acceptance (art. 32). Anything but acceptance needs `note`: all that is wrong, or why and where to go.

    Acceptance starts the decision clocks and ends the intake clock; a refusal is written with its remedy.
    A correction is asked for once: a second one needs `again_reason`, kept with the request (art. 32, 72).
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "accept")
        if outcome not in OUTCOMES:
            raise Incomplete("outcome", Words("请选择受理结果。", "Choose the outcome."))
        if outcome != ACCEPTED and not note.strip():
            raise Incomplete(
                "note", Words("请写明理由或需补正的全部内容。", "State the reasons, or all that must be corrected.")
            )
        if outcome == CORRECTION:
            _ensure_once(task, again_reason)
        _record(task, outcome, note.strip(), by, again_reason.strip())
        finish(task, {"intake_outcome": outcome}, by=by, act=outcome)


def _ensure_once(task: OpenTask, again_reason: str) -> None:
    row = (
        sql()
        .execute(
            "select 1 from document where item_case_id = %s and kind = 'correction-notice' limit 1",
            (task.item_case_id,),
        )
        .fetchone()
    )
    if row and not again_reason.strip():
        raise Incomplete(
            "again_reason",
            Words(
                "补正应当一次性告知。再次要求补正，须写明首次未能告知的原因。",
                "Correction is asked for once. To ask again, state why it could not be told the first time.",
            ),
        )


STOP_INTAKE = """
update legal_clock set stopped_on = %(today)s
where item_case_id = %(item_case)s and name = 'intake' and stopped_on is null
"""
DECIDED = """
update item_case set intake_outcome = %(intake_outcome)s, intake_note = %(note)s{more} where id = %(item_case)s
"""
ACCEPT = DECIDED.replace("{more}", ", accepted_at = %(now)s, accepted_by = %(by)s, ruled_at = null")
REFUSE = DECIDED.replace(
    "{more}", ", accepted_at = null, accepted_by = null, outcome = 'not-accepted', ruled_at = %(now)s"
)
ASK = DECIDED.replace("{more}", ", accepted_at = null, accepted_by = null, ruled_at = null")


def _record(task: OpenTask, outcome: str, note: str, by: Identity, again_reason: str) -> None:
    case, item_case_id = task.case, task.item_case_id
    assert item_case_id is not None
    assert task.item_key is not None
    item = case.release.bundle.item(task.item_key)
    accepted = outcome == ACCEPTED
    refused = outcome in (WRONG_AUTHORITY, NOT_REQUIRED)
    known = {"item_case": item_case_id, "now": case.now, "by": by.user_id}
    case.writing.add("stopped", STOP_INTAKE, **known, today=local(case.now).date())
    decided = ACCEPT if accepted else REFUSE if refused else ASK
    case.writing.add("item_case", decided, **known, intake_outcome=outcome, note=note)
    if accepted:
        case.record(Event.ITEM_ACCEPTED, by, item=item_case_id)
        start_decision_clocks(case, item_case_id, item, case.now)
    elif refused:
        case.record(Event.ITEM_NOT_ACCEPTED, by, item=item_case_id, outcome=outcome)
        start_clock(case, item_case_id, case.rules.profile.terms("delivery-limit", "delivery"), case.now)
        issue_for_item(case, item_case_id, item, "not-accepted", by, reasons=note)
    else:
        case.record(Event.CORRECTION_REQUESTED, by, item=item_case_id, again=bool(again_reason))
        start_clock(case, item_case_id, case.rules.profile.terms("correction-reply", "correction"), case.now)
        if again_reason:
            write_review(task, "asked-again", again_reason, {}, by)
        issue_for_item(case, item_case_id, item, "correction-notice", by, reasons=note)


def answer_correction(task_id: int, *, by: Identity, note: str, revision: int, key: str) -> None:
    """The applicant's corrections are in (materials were attached before): back to the department.

    The intake clock runs anew from this day: the application is judged as it is now.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "correct")
        assert task.item_case_id is not None
        case = task.case
        _ensure_something_came(task, note)
        sql().execute("update item_case set intake_outcome = null where id = %s", (task.item_case_id,))
        write_review(task, "corrected", note, {}, by)
        stop_clock(case, task.item_case_id, "correction")
        start_clock(case, task.item_case_id, case.rules.profile.terms("intake-limit", "intake"), case.now)
        case.record(Event.CORRECTED, by, item=task.item_case_id)
        finish(task, {}, by=by, act="corrected")


def _ensure_something_came(task: OpenTask, note: str) -> None:
    """A correction brings files, or at least words on what was put right."""
    row = (
        sql()
        .execute(
            "select exists(select from material_file mf join submitted_material m on m.id = mf.submitted_material_id"
            " join stored_file f on f.id = mf.file_id join user_task t on t.id = %s"
            " where m.case_id = %s and f.at >= t.opened_at)",
            (task.id, task.case.id),
        )
        .fetchone()
    )
    if not note.strip() and not (row and row[0]):
        raise Incomplete(
            "note",
            Words(
                "尚未补入材料：请先补入，或者说明补正情况。",
                "Nothing was added: hand in files, or say what was put right.",
            ),
        )
