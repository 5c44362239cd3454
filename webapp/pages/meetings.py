"""联合会审: calling a meeting, its page, answering, moving, cancelling, and the minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity, signed_in
from webapp.pages.refusals import refusal_of
from webapp.pages.support import needs
from webapp.pages.workspace.typed import typed_moment
from webapp.permissions import CaseFacts, Permission, may
from webapp.queries.case_access import ensure_case
from webapp.queries.meetings import MeetingCase, meeting_case, meeting_of, to_invite
from webapp.services import access, meeting_minutes, meetings
from webapp.services.meeting_answers import Given, answer_meeting
from webapp.services.meetings import Set
from webapp.services.open_meetings import ANSWERS, MORE, leads_meeting
from webapp.services.page_keys import AlreadyCarriedOut

blueprint = Blueprint("meeting", __name__, url_prefix="/cases")

LABELS = {
    "items": Words("参加事项", "Items"),
    "questions": Words("会审问题", "Questions"),
    "meeting_at": Words("时间", "Time"),
    "meeting_place": Words("地点", "Place"),
    "meeting_contact": Words("联系电话", "Telephone"),
    "reason": Words("改期原因", "Reason"),
    "cancel_reason": Words("取消原因", "Reason"),
    "answer": Words("答复", "Answer"),
    "opinion": Words("意见", "Opinion"),
    "attended": Words("参加人员", "Present"),
    "record": Words("会审情况", "What was said"),
    "conclusion": Words("会审结论", "Conclusion"),
}


@blueprint.get("/<int:case_id>/meetings/new")
@needs(Permission.CASE_SEE)
def new(case_id: int) -> ResponseReturnValue:
    """The form with which the lead department calls a meeting."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    return _call_page(meeting_case(case_id), by)


@blueprint.post("/<int:case_id>/meetings")
@needs(Permission.MEETING_CALL)
def call(case_id: int) -> ResponseReturnValue:
    """Announce a meeting; the departments read it in their inbox."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    form = request.form
    try:
        meeting_id = meetings.call_meeting(
            case_id,
            items=form.getlist("items"),
            questions=form.get("questions", "").splitlines(),
            at=_set(),
            by=by,
            key=form.get("key", ""),
        )
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        return _call_page(meeting_case(case_id), by, refusal)
    flash(gettext("已召集联合会审，受邀部门可以在待办中看到。"), "success")
    return redirect(url_for("meeting.show", case_id=case_id, meeting_id=meeting_id))


@blueprint.get("/<int:case_id>/meetings/<int:meeting_id>")
@needs(Permission.CASE_SEE)
def show(case_id: int, meeting_id: int) -> ResponseReturnValue:
    """One meeting: what is asked, who answered what, the minutes. That it was opened is noted."""
    by = signed_in()
    facts = ensure_case(by, case_id, Permission.PERSONAL_SEE)
    page = _page(case_id, meeting_id, by, facts)
    access.note(by, case_id, f"meeting:{meeting_id}")
    return page


@blueprint.post("/<int:case_id>/meetings/<int:meeting_id>/answer")
@needs(Permission.MEETING_ANSWER)
def answer(case_id: int, meeting_id: int) -> ResponseReturnValue:
    """What an invited department answers."""
    form = request.form
    given = Given(
        tuple(form.getlist("items")), form.get("answer", ""), form.get("opinion", ""), form.get("shorter") == "true"
    )

    def act(by: Identity) -> None:
        answer_meeting(case_id, meeting_id, given, by=by, key=form.get("key", ""))

    return _acted(case_id, meeting_id, act, gettext("已答复会审通知。"))


@blueprint.post("/<int:case_id>/meetings/<int:meeting_id>/moved")
@needs(Permission.MEETING_CALL)
def move(case_id: int, meeting_id: int) -> ResponseReturnValue:
    """Another time or place."""
    form = request.form

    def act(by: Identity) -> None:
        meetings.move_meeting(
            case_id, meeting_id, at=_set(), reason=form.get("reason", ""), by=by, key=form.get("key", "")
        )

    return _acted(case_id, meeting_id, act, gettext("会审已改期，已通知受邀部门。"))


@blueprint.post("/<int:case_id>/meetings/<int:meeting_id>/cancelled")
@needs(Permission.MEETING_CALL)
def cancel(case_id: int, meeting_id: int) -> ResponseReturnValue:
    """The meeting does not take place."""
    form = request.form

    def act(by: Identity) -> None:
        reason = form.get("cancel_reason", "")
        meetings.cancel_meeting(case_id, meeting_id, reason=reason, by=by, key=form.get("key", ""))

    return _acted(case_id, meeting_id, act, gettext("会审已取消，已通知受邀部门。"), {"reason": "cancel_reason"})


@blueprint.post("/<int:case_id>/meetings/<int:meeting_id>/minutes")
@needs(Permission.MEETING_CALL)
def minutes(case_id: int, meeting_id: int) -> ResponseReturnValue:
    """One record of the meeting for all of its items."""
    form = request.form

    def act(by: Identity) -> None:
        meeting_minutes.record_minutes(
            case_id,
            meeting_id,
            attended=form.get("attended", ""),
            record=form.get("record", ""),
            conclusion=form.get("conclusion", ""),
            by=by,
            key=form.get("key", ""),
        )

    return _acted(case_id, meeting_id, act, gettext("会审纪要已形成。"))


def _acted(
    case_id: int, meeting_id: int, act: Callable[[Identity], None], done: str, fields: dict[str, str] | None = None
) -> ResponseReturnValue:
    """Carry out an act and show the meeting; whatever is refused, everything typed stays. `fields`: names here."""
    by = signed_in()
    facts = ensure_case(by, case_id, Permission.PERSONAL_SEE)
    if refusal := refusal_of(lambda: act(by)):
        return _page(case_id, meeting_id, by, facts, refusal, fields or {})
    flash(done, "success")
    return redirect(url_for("meeting.show", case_id=case_id, meeting_id=meeting_id))


def _call_page(case: MeetingCase, by: Identity, refusal: ActRefused | None = None) -> ResponseReturnValue:
    page = render_template(
        "meeting/call.html",
        case=case,
        may_call=_leads(case, by),
        candidates=to_invite(case),
        **_errors(refusal, {}),
        refusal=None if isinstance(refusal, Incomplete) else refusal,
        labels=LABELS,
        typed=request.form,
    )
    return make_response(page, refusal.status if refusal else 200)


def _page(
    case_id: int,
    meeting_id: int,
    by: Identity,
    facts: CaseFacts,
    refusal: ActRefused | None = None,
    fields: dict[str, str] | None = None,
) -> ResponseReturnValue:
    case = meeting_case(case_id)
    meeting = meeting_of(case, meeting_id)
    own = [one for one in meeting.own(by) if one.in_time] if may(by, Permission.MEETING_ANSWER) else []
    page = render_template(
        "meeting/show.html",
        case=case,
        meeting=meeting,
        own=own if meeting.is_open else [],
        leads=_leads(case, by) and leads_meeting(by, meeting.called_by_id),
        may_handle=may(by, Permission.DOCUMENT_HANDLE, facts),
        answers=[
            (key, words) for key, words in ANSWERS.items() if key != MORE or any(one.may_have_more_time for one in own)
        ],
        **_errors(refusal, fields or {}),
        refusal=None if isinstance(refusal, Incomplete) else refusal,
        labels=LABELS,
        typed=request.form,
    )
    return make_response(page, refusal.status if refusal else 200)


def _leads(case: MeetingCase, by: Identity) -> bool:
    return by.department_key == case.lead_department and may(by, Permission.MEETING_CALL)


def _errors(refusal: ActRefused | None, fields: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What is wrong with the form: `errors` beside its fields, `summary` at the top. `fields`: their names here."""
    if not isinstance(refusal, Incomplete):
        return {"errors": {}, "summary": {}}
    name = fields.get(refusal.field, refusal.field)
    return {"errors": {name: refusal.words}, "summary": {name: [refusal.words]}}


def _set() -> Set:
    form = request.form
    return Set(typed_moment(form, "meeting_at"), form.get("meeting_place", ""), form.get("meeting_contact", ""))
