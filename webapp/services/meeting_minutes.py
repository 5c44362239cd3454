"""会审纪要: one record of a joint meeting for all its items, numbered and sealed as a document of the lead department.

It says what each department answered and what was concluded. It is no ruling: every item's decider makes its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine import Words
from webapp import moments
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.organisation_names import department_names
from webapp.permissions import Permission
from webapp.services.document_issue import issue, known_of
from webapp.services.document_places import LANGUAGES, table
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.meeting_refusals import MeetingNotYet, MeetingPutOff
from webapp.services.open_meetings import (
    ANSWERS,
    MINUTES,
    POSTPONE_ONCE,
    SILENCE,
    Invitation,
    OpenMeeting,
    basis_of,
    ensure_leads,
    ensure_not_moot,
    meeting_act,
    named,
    open_meeting,
    stop_answering,
    tell_invited,
)
from webapp.services.suspended import ensure_active
from webapp.unit_of_work import sql

SILENT = Words("未在期限内答复，会审不待其意见", "did not answer in time: the meeting went on without its opinion")
PENDING = Words("尚未答复", "has not answered yet")
ENDED = Words("该事项已办结或者终止", "the item has ended")

OPINIONS = """
select i.id, a.opinion, u.name, a.at from meeting_invitation i
join meeting_answer a on a.invitation_id = i.id and a.holds join app_user u on u.id = a.by_id
where i.meeting_id = %s
"""
HELD = """
update joint_meeting set outcome = 'held', attended = %(attended)s, record = %(record)s, conclusion = %(conclusion)s,
    minutes_id = %(minutes)s, ended_at = %(now)s, ended_by = %(by)s
where id = %(meeting)s
"""


def record_minutes(
    case_id: int, meeting_id: int, *, attended: str, record: str, conclusion: str, by: Identity, key: str
) -> int:
    """Who was there, what was said, what was concluded; returns the id of the document.

    Raises Incomplete (attended, record, conclusion), MeetingNotYet, MeetingPutOff, MeetingMoot, MeetingOver,
    NotLeadDepartment, NotWhoLeads, Suspended, DocumentNotPossible.
    """
    with meeting_act(case_id, by, Permission.MEETING_CALL, key=key, what=f"meeting-minutes:{meeting_id}") as case:
        meeting = open_meeting(case, meeting_id)
        ensure_leads(case, meeting, by)
        ensure_active(case)
        ensure_not_moot(case, meeting)
        if case.now < meeting.at:
            raise MeetingNotYet(meeting.at, basis_of(case.rules))
        _ensure_put_off(case, meeting)
        said = _said(attended, record, conclusion)
        minutes = _issue(case, meeting, said, by)
        stop_answering(case, [one.item_case_id for one in meeting.invitations])
        values = {**said, "minutes": minutes, "now": case.now, "by": by.user_id, "meeting": meeting_id}
        sql().execute(HELD, values)
        told = Words("联合会审纪要已形成，请据以作出本事项的办理。", "The minutes of the joint meeting are there.")
        tell_invited(case, meeting_id, told)
        case.record(Event.MEETING_HELD, by, meeting=meeting_id, document=minutes)
    return minutes


def _ensure_put_off(case: LockedCase, meeting: OpenMeeting) -> None:
    """Where the place wants it, a meeting with a silent department is put off once."""
    silent = [one for one in meeting.standing if one.is_silent]
    if silent and meeting.times == 1 and case.rules.profile.rule(SILENCE, "") == POSTPONE_ONCE:
        raise MeetingPutOff(named(case.release.bundle, silent), basis_of(case.rules, SILENCE))


def _said(attended: str, record: str, conclusion: str) -> dict[str, str]:
    said = {"attended": attended.strip(), "record": record.strip(), "conclusion": conclusion.strip()}
    missing = {
        "attended": Words("请写明参加会审的人员。", "Say who attended."),
        "record": Words("请写明会审情况。", "Write what was said."),
        "conclusion": Words("请写明会审结论。", "State what was concluded."),
    }
    for name, words in missing.items():
        if not said[name]:
            raise Incomplete(name, words)
    return said


def _issue(case: LockedCase, meeting: OpenMeeting, said: dict[str, str], by: Identity) -> int:
    heads = [Words("事项", "Item"), Words("部门", "Department"), Words("答复", "Answer"), Words("意见", "Opinion")]
    fields = {
        "meeting_at": moments.local(meeting.at),
        "meeting_place": meeting.place,
        "recorder": by.name,
        "questions_list": list(meeting.questions),
        "present_list": _lines(said["attended"]),
        "opinions_table": table(heads, _opinions(case, meeting)),
        "record": said["record"],
        "conclusion": said["conclusion"],
    }
    kind = case.release.document_kind(MINUTES)
    known, basis = known_of(case.release.bundle.lead_department, kind), basis_of(case.rules)
    places = {language: {"document_basis": basis.in_language(language)} for language in LANGUAGES}
    return issue(case, kind, known, fields, by, places=places)


def _opinions(case: LockedCase, meeting: OpenMeeting) -> list[tuple[Words, Words, Words, str]]:
    """A line for each item: what its department answered and said in writing, or that it did not."""
    names, bundle = department_names(), case.release.bundle
    said = {row[0]: f"{row[1]}（{row[2]} {moments.shown(row[3])}）" for row in sql().execute(OPINIONS, (meeting.id,))}
    return [
        (bundle.item(one.item_key).name, names[one.department], _answer(case, one), said.get(one.id, "—"))
        for one in meeting.invitations
    ]


def _answer(case: LockedCase, one: Invitation) -> Words:
    if one.answer:
        return ANSWERS[one.answer]
    if one.ended_at is not None:
        return ENDED
    late = one.due_on is not None and moments.local(case.now).date() > one.due_on
    return SILENT if late else PENDING


def _lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
