"""受理: an item's department takes the application on, has it put right, or does not take it.

On what that stands is the kind's of the item in its place (行政许可法 art. 32 for licences alone), and is data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from engine import AnswersInvalid, Words
from engine.bundles import On, intake_basis, kinds_issued
from engine.law import INTAKE, INTAKE_OUTCOMES, Fault
from webapp.errors import ActRefused, AlreadyDone, Incomplete
from webapp.identity import Identity
from webapp.moments import local
from webapp.organisation_names import department_names
from webapp.permissions import Permission
from webapp.services.accepted_by_law import accept_by_law
from webapp.services.advance import end_with_items
from webapp.services.clocks import start_clock, start_decision_clocks
from webapp.services.corrected_answers import correct_answers
from webapp.services.correction_points import prepare, waits_until
from webapp.services.corrections import (
    AfterAcceptance,
    correction_basis,
    guided_of,
    names_in_question,
    request_correction,
)
from webapp.services.dependents import turn_down_dependents
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.handed_up import ensure_unlocked
from webapp.services.intake_limits import silence_basis
from webapp.services.locked_case import LOCK_BY_ID, lock
from webapp.services.review_rows import write_review
from webapp.services.tasks import ensure_step, finish
from webapp.services.tolerance import drop_offer, tolerate
from webapp.services.tolerance_terms import OFFERED, PROMISED, OfferUnanswered
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql, unit_of_work

ACCEPTED, FIXED, CORRECTION, WRONG_AUTHORITY = ("accepted", "fixed-on-spot", "correction", "wrong-authority")
OUTCOMES = tuple(INTAKE_OUTCOMES)


class AcceptedByLaw(ActRefused):
    """The limit of the law to answer has passed: the application is accepted from the day it was received."""

    def __init__(self, due: str, basis: Words) -> None:
        super().__init__(
            Words(
                f"受理审查期限已于{due}届满：自收到申请材料之日起即为受理，不能再作出其他受理结果（{basis.zh}）。",
                f"The limit to decide on acceptance passed on {due}: by law the application is accepted from the day"
                f" it was received, and nothing else can be decided ({basis.en}).",
            )
        )


def decide_intake(
    task_id: int,
    *,
    by: Identity,
    outcome: str,
    note: str,
    revision: int,
    key: str,
    again_reason: str = "",
    faults: Sequence[Fault] = (),
    authority: str = "",
    corrected: Mapping[str, Any] | None = None,
) -> date | None:
    """Decide on acceptance, with one of the five outcomes.

    - not-required, wrong-authority: `note` says why, `authority` where to go; in writing, with the remedy.
    - fixed-on-spot: `note` says what was put right, `corrected` is the form with it; accepted in the same act.
    - correction: `faults` is the one complete list, `note` what belongs to no single material or answer. What could
      have been told the first time needs `again_reason`.
    - accepted.

    Acceptance starts the decision clocks and ends those of intake. Once the limit of the law has passed it is
    accepted from the day of receipt whatever the day of the act; a promise of the place that has passed changes
    nothing. Where the place merges what several departments ask for, a correction waits for the others: then the day
    is returned until which it does. Raises Incomplete, AcceptedByLaw for any other
    outcome then, AfterAcceptance for a correction after acceptance, AnswersInvalid, and what `on_task` does.
    """
    invalid: AnswersInvalid | None = None
    try:
        with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
            if outcome == CORRECTION and task.item_key is not None:
                ensure_unlocked(task.case.id, task.case.release.bundle.item(task.item_key))
                _ensure_not_accepted(task)
            ensure_step(task, "accept")
            if _is_late(task, outcome):
                _accept_late(task, by)
                return None
            _ensure_complete(task, outcome, note, authority)
            if task.tolerance == OFFERED and INTAKE_OUTCOMES[outcome].accepts:
                raise OfferUnanswered()
            if outcome == CORRECTION and (until := waits_until(task)) is not None:
                prepare(task, faults, note.strip(), again_reason.strip(), until, by)
                return until
            try:
                _record(task, outcome, note.strip(), by, again_reason.strip(), faults, authority.strip(), corrected)
            except AnswersInvalid as wrong:  # the officer's to mend, not an incident of the process
                raise FixInvalid(wrong) from wrong
            finish(task, {"intake_outcome": outcome}, by=by, act=outcome)
            if INTAKE_OUTCOMES[outcome].closes:
                _leave_out_dependents(task)
    except FixInvalid as fix:
        invalid = fix.invalid
    except AlreadyDone as done:
        if outcome == CORRECTION:
            _refuse_after(task_id, done)
        raise
    if invalid is not None:
        raise invalid
    return None


def ask_prepared(
    task: OpenTask, faults: Sequence[Fault], note: str, again_reason: str, by: Identity, notice: int | None
) -> None:
    """A correction that waited for other departments goes out. `notice`: the one for all; None: one of its own."""
    _record(task, CORRECTION, note, by, again_reason, faults, "", None, notice)
    finish(task, {"intake_outcome": CORRECTION}, by=by, act=CORRECTION)


def _leave_out_dependents(task: OpenTask) -> None:
    assert task.item_key is not None
    turned_down = turn_down_dependents(task.case, task.case.release.bundle.item(task.item_key))
    if turned_down and task.extension_asked:
        end_with_items(task.case, turned_down)


class FixInvalid(ActRefused):
    """What was to be put right on the spot is not what the form takes."""

    status = 422

    def __init__(self, invalid: AnswersInvalid) -> None:
        self.invalid = invalid
        super().__init__(Words("更正的内容有误。", "What was put right is not in order."))


def _ensure_not_accepted(task: OpenTask) -> None:
    row = sql().execute("select accepted_at from item_case where id = %s", (task.item_case_id,)).fetchone()
    if row and row[0] is not None:
        assert task.item_key is not None
        raise AfterAcceptance(row[0], correction_basis(task.case, task.item_key))


def _refuse_after(task_id: int, done: AlreadyDone) -> None:
    """The rule behind it, where the item was accepted meanwhile."""
    row = sql().execute(ACCEPTED_AT, (task_id,)).fetchone()
    if row and row[0] is not None:
        accepted_at, case_id, item_key = row
        with unit_of_work():
            basis = correction_basis(lock(LOCK_BY_ID, case_id), item_key)
        raise AfterAcceptance(accepted_at, basis, done.words) from done


ACCEPTED_AT = """
select ic.accepted_at, ic.case_id, ic.item_key from item_case ic join user_task t on t.item_case_id = ic.id
where t.id = %s
"""


def _is_late(task: OpenTask, outcome: str) -> bool:
    """Whether the limit has passed, and so the law has accepted already an item of this kind. Raises AcceptedByLaw
    for anything but acceptance."""
    assert task.item_key is not None
    clocks = task.case.clocks.get(task.item_case_id or 0, ())
    due = next((clock.due_on for clock in clocks if clock.name == INTAKE), None)
    if task.item_case_id is None or due is None or local(task.case.now).date() <= due:
        return False
    basis = silence_basis(task.case, task.item_case_id, task.case.release.bundle.item(task.item_key))
    if basis is not None and outcome != ACCEPTED:
        raise AcceptedByLaw(str(due), basis)
    return basis is not None


def _accept_late(task: OpenTask, by: Identity) -> None:
    """What the officer says late changes nothing about the day; the act only lets the item go on."""
    assert task.item_case_id is not None
    assert task.item_key is not None
    accept_by_law(task.case, task.item_case_id, task.case.release.bundle.item(task.item_key))
    finish(task, {"intake_outcome": ACCEPTED}, by=by, act=ACCEPTED)


def _ensure_complete(task: OpenTask, outcome: str, note: str, authority: str) -> None:
    known = INTAKE_OUTCOMES.get(outcome)
    if known is None:
        raise Incomplete("outcome", Words("请选择受理结果。", "Choose the outcome."))
    if outcome == FIXED and not note.strip():
        raise Incomplete("note", Words("请写明当场更正的内容。", "Say what was put right on the spot."))
    if known.closes and not note.strip():
        raise Incomplete("note", Words("请写明理由。", "State the reasons."))
    if outcome == WRONG_AUTHORITY and not authority.strip():
        assert task.item_key is not None
        basis = intake_basis(task.case.release.bundle.item(task.item_key), task.case.rules.profile, outcome)
        raise Incomplete(
            "authority",
            Words(f"请写明应当向哪个机关申请（{basis.zh}）。", f"Name the authority to apply to ({basis.en})."),
        )


STOP_INTAKE = """
update legal_clock set stopped_on = %(today)s
where item_case_id = %(item_case)s and name in ('intake', 'intake-promise') and stopped_on is null
"""
DECIDED = """
update item_case set intake_outcome = %(intake_outcome)s, intake_note = %(note)s, intake_note_en = %(note_en)s{more}
where id = %(item_case)s
"""
ACCEPT = DECIDED.replace("{more}", ", accepted_at = %(now)s, accepted_by = %(by)s, ruled_at = null")
REFUSE = DECIDED.replace(
    "{more}", ", accepted_at = null, accepted_by = null, outcome = 'not-accepted', ruled_at = %(now)s"
)
ASK = DECIDED.replace("{more}", ", accepted_at = null, accepted_by = null, ruled_at = null")


def _record(
    task: OpenTask,
    outcome: str,
    note: str,
    by: Identity,
    again_reason: str,
    faults: Sequence[Fault],
    authority: str,
    corrected: Mapping[str, Any] | None,
    notice: int | None = None,
) -> None:
    case, item_case_id = task.case, task.item_case_id
    assert item_case_id is not None
    assert task.item_key is not None
    item = case.release.bundle.item(task.item_key)
    known, note_en = INTAKE_OUTCOMES[outcome], ""
    if outcome == CORRECTION:
        if task.tolerance == OFFERED:
            drop_offer(case, item_case_id)
        asked = request_correction(task, faults, note, again_reason, by, notice)
        note, note_en = asked.zh, asked.en
    if outcome == FIXED:
        _fix(task, note, corrected, by)
    if known.closes and task.extension_asked:  # of the joint limit, which may have run for this item alone
        end_with_items(case, [item_case_id])
    values = {"item_case": item_case_id, "now": case.now, "by": by.user_id}
    case.writing.add("stopped", STOP_INTAKE, **values, today=local(case.now).date())
    decided = ACCEPT if known.accepts else REFUSE if known.closes else ASK
    case.writing.add("item_case", decided, **values, intake_outcome=outcome, note=note, note_en=note_en)
    if known.accepts:
        case.record(Event.ITEM_ACCEPTED, by, item=item_case_id, outcome=outcome)
        start_decision_clocks(case, item_case_id, item, case.now)
        if task.tolerance == PROMISED:
            tolerate(case, item_case_id, item, by)
    elif known.closes:
        case.record(Event.ITEM_NOT_ACCEPTED, by, item=item_case_id, outcome=outcome)
        delivery = case.rules.profile.terms("delivery-limit", "delivery", kind=item.kind)
        start_clock(case, item_case_id, delivery, case.now)
        reasons = Words(note, note)
        if authority and outcome == WRONG_AUTHORITY:
            right = _authority(authority)
            reasons = Words(f"{note}\n应当向{right.zh}申请。", f"{note}\nApply to {right.en}.")
        for kind in kinds_issued(On.STEP, "accept", {"intake_outcome": outcome}, item_kind=item.kind):
            issue_for_item(case, item_case_id, item, kind, by, reasons=reasons)


def _authority(name: str) -> Words:
    """The authority as it was typed, in both languages where it is a department that we know."""
    return next((known for known in department_names().values() if known.zh == name), Words(name, name))


def _fix(task: OpenTask, note: str, corrected: Mapping[str, Any] | None, by: Identity) -> None:
    """当场更正: what was wrong is put right at once, and the application is accepted as it stands then."""
    case = task.case
    changed: tuple[str, ...] = ()
    if corrected is not None:
        own = [key for kind, key in names_in_question(task) if kind == "answer"]
        changed = correct_answers(case, guided_of(case.id), own, corrected, by=by, source="on-the-spot")
    write_review(task, FIXED, note, {}, by)
    case.record(Event.FIXED_ON_SPOT, by, item=task.item_case_id, fields=sorted(changed))
