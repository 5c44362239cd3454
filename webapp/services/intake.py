"""受理: an item's department takes the application on, asks for correction, or does not."""

from __future__ import annotations

from engine import Words
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.clocks import start_decision_clocks
from webapp.services.documents import issue_for_item
from webapp.services.tasks import finish
from webapp.services.work import Event, OpenTask, on_task
from webapp.unit_of_work import sql

ACCEPTED, CORRECTION, WRONG_AUTHORITY, NOT_REQUIRED = (
    "accepted",
    "correction",
    "wrong-authority",
    "not-required",
)
OUTCOMES = (ACCEPTED, CORRECTION, WRONG_AUTHORITY, NOT_REQUIRED)


def decide_intake(task_id: int, *, by: Identity, outcome: str, note: str, revision: int, key: str) -> None:
    """Decide on acceptance (art. 32). Anything but acceptance needs `note`: all that is wrong, or why and where to go.

    Acceptance starts the decision clocks and stops the intake clock; a refusal is written with its remedy.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "accept")
        if outcome not in OUTCOMES:
            raise Incomplete("outcome", Words("请选择受理结果。", "Choose the outcome."))
        if outcome != ACCEPTED and not note.strip():
            raise Incomplete(
                "note",
                Words("请写明理由或需补正的全部内容。", "State the reasons, or all that must be corrected."),
            )
        _record(task, outcome, note.strip(), by)
        finish(task, {"intake_outcome": outcome}, by=by, act=outcome)


def _record(task: OpenTask, outcome: str, note: str, by: Identity) -> None:
    case, item_case_id = task.case, task.item_case_id
    assert item_case_id is not None
    assert task.item_key is not None
    item = case.release.bundle.item(task.item_key)
    accepted = outcome == ACCEPTED
    refused = outcome in (WRONG_AUTHORITY, NOT_REQUIRED)
    sql().execute(
        "with clock as (update legal_clock set stopped_on = %s::date where item_case_id = %s and name = 'intake'"
        " and %s and stopped_on is null)"
        " update item_case set intake_outcome = %s, intake_note = %s, accepted_at = %s, accepted_by = %s,"
        " outcome = case when %s then 'not-accepted' else outcome end, ruled_at = case when %s then %s end"
        " where id = %s",
        (
            case.now,
            item_case_id,
            accepted or refused,
            outcome,
            note,
            case.now if accepted else None,
            by.user_id if accepted else None,
            refused,
            refused,
            case.now,
            item_case_id,
        ),
    )
    if accepted:
        case.record(Event.ITEM_ACCEPTED, by, item=item_case_id)
        start_decision_clocks(case, item_case_id, item, case.now)
    elif refused:
        case.record(Event.ITEM_NOT_ACCEPTED, by, item=item_case_id, outcome=outcome)
        issue_for_item(case, item_case_id, item, "not-accepted", by, reasons=note)
    else:
        case.record(Event.CORRECTION_REQUESTED, by, item=item_case_id)
        issue_for_item(case, item_case_id, item, "correction-notice", by, reasons=note)


def answer_correction(task_id: int, *, by: Identity, note: str, revision: int, key: str) -> None:
    """The applicant's corrections are in (materials were attached before): back to the department."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "correct")
        task.case.record(Event.CORRECTED, by, item=task.item_case_id)
        finish(task, {}, by=by, act="done")


def ensure_step(task: OpenTask, *steps: str) -> None:
    if task.step not in steps:
        raise NotFound()
