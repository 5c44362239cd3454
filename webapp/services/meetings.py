"""联合会审 (LAW 2.4): the lead department calls a meeting of the departments of some items on named questions.

It is announced ahead; each invited department answers in time (`meeting_answers`); what was said is one record for all
of the items (`meeting_minutes`). The meeting decides nothing: every department makes its own ruling, and no clock stops
for it. An item that ends meanwhile leaves the meeting, which goes on for the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine import Words
from engine.bundles import Bundle, Item
from webapp import moments
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.clocks import start_clock
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.meeting_refusals import MeetingTooSoon, NotUnderReview
from webapp.services.open_meetings import (
    ATTEND,
    NOTICE,
    OpenMeeting,
    answer_terms,
    basis_of,
    earliest_day,
    ensure_lead,
    ensure_leads,
    ensure_meetings,
    ensure_minutes,
    ensure_not_moot,
    meeting_act,
    open_meeting,
    shorter_rule,
    stop_answering,
    tell_invited,
)
from webapp.services.procedures import NAMES
from webapp.services.suspended import ensure_active
from webapp.services.terminated import ensure_goes_on
from webapp.unit_of_work import sql

LONGEST_LINE, LONGEST_QUESTION, MOST_QUESTIONS, LONGEST_REASON = 200, 300, 20, 500


@dataclass(frozen=True, slots=True)
class Set:
    """When and where a meeting takes place, and whom to call about it."""

    at: datetime | None
    place: str
    contact: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item of the case, with the department and the posts that have it now.

    Until it is handed up these are the lower level's, where it has one (art. 35). `why` says why it cannot be
    invited now, None where it can.
    """

    id: int
    item: Item
    department: str
    posts: tuple[str, str]
    why: Words | None


ITEMS = """
select ic.id, ic.item_key, ic.way, ic.accepted_at is not null, ic.outcome,
    (select p.kind from special_procedure p where p.item_case_id = ic.id and p.ended_at is null),
    exists(select from meeting_invitation i join joint_meeting m on m.id = i.meeting_id
        where i.item_case_id = ic.id and m.ended_at is null),
    coalesce((select h.returned_at is null from hand_up h where h.item_case_id = ic.id order by h.round desc limit 1),
        false)
from item_case ic where ic.case_id = %s order by ic.item_key
"""


def candidates(case_id: int, bundle: Bundle) -> list[Candidate]:
    """The items of the case, those under ordinary review to be invited."""
    rows = sql().execute(ITEMS, (case_id,)).fetchall()
    return [
        Candidate(id_, bundle.item(key), *_at(bundle.item(key), is_above), _why_not(bundle.item(key), *facts))
        for id_, key, *facts, is_above in rows
    ]


def _at(item: Item, is_above: bool) -> tuple[str, tuple[str, str]]:
    """The department that has the item, and its posts: who reviews, and who signs."""
    if item.hand_up is None:
        return item.department, (item.groups["review"], item.groups["decide"])
    if is_above:
        return item.department, (item.hand_up.groups["receive"], item.groups["decide"])
    return item.reviewing_department, (item.groups["review"], item.hand_up.groups["send"])


def _why_not(
    item: Item, way: str, accepted: bool, outcome: str | None, procedure: str | None, invited: bool
) -> Words | None:
    if outcome is not None:
        return Words("已有办理结果", "has its result")
    if item.decided_in == "external":
        return Words("由外部系统办理", "is decided in another system")
    if way == "commitment":
        return Words("按告知承诺办理，不经审查", "goes by commitment, without review")
    if not accepted:
        return Words("尚未受理", "is not accepted yet")
    if procedure is not None:
        name = NAMES[procedure]
        return Words(f"正在进行{name.zh}", f"is in a special procedure ({name.en})")
    if invited:
        return Words("已在另一次尚未结束的会审中", "is a matter of another open meeting")
    return None


CALL = """
insert into joint_meeting (case_id, questions, called_by, called_at) values (%s, %s, %s, %s) returning id
"""
SET = """
insert into meeting_time (meeting_id, at, place, contact, reason, by_id, made_at) values (%s, %s, %s, %s, %s, %s, %s)
"""
INVITE = """
insert into meeting_invitation (meeting_id, item_case_id, department_key, groups)
select %s, r.id, r.department, array[r.reviews, r.signs]
from unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) as r(id, department, reviews, signs)
"""


def call_meeting(
    case_id: int, *, items: Sequence[str], questions: Sequence[str], at: Set, by: Identity, key: str
) -> int:
    """Invite the departments of these items (keys); returns the meeting's id.

    Raises Incomplete (items, questions, meeting_at, meeting_place, meeting_contact), NoMeetingRules,
    NoMinutesTemplate, NotLeadDepartment, NotUnderReview, ItemTerminated, MeetingTooSoon, Suspended.
    """
    with meeting_act(case_id, by, Permission.MEETING_CALL, key=key, what=f"meeting:{case_id}") as case:
        ensure_meetings(case.rules)
        ensure_lead(case, by)
        ensure_active(case)
        ensure_minutes(case)
        invited = _invited(case, items)
        asked = _questions(questions)
        moment = _moment(case, at)
        if _is_too_soon(case, moment):
            raise _too_soon(case)
        row = sql().execute(CALL, (case.id, asked, by.user_id, case.now)).fetchone()
        assert row is not None
        meeting_id = int(row[0])
        _set(case, meeting_id, moment, at, "", by)
        asked_of = [(one.id, one.department, *one.posts) for one in invited]
        sql().execute(INVITE, (meeting_id, *(list(column) for column in zip(*asked_of, strict=True))))
        _ask(case, [one.id for one in invited])
        facts = {"meeting": meeting_id, "at": moment.isoformat(), "items": [one.id for one in invited]}
        case.record(Event.MEETING_CALLED, by, **facts)
    return meeting_id


def _invited(case: LockedCase, keys: Sequence[str]) -> list[Candidate]:
    known = {one.item.key: one for one in candidates(case.id, case.release.bundle)}
    if not keys:
        raise Incomplete("items", Words("请选择参加会审的事项。", "Choose the items that the meeting is about."))
    if not set(keys) <= known.keys():
        raise NotFound()
    chosen = [one for key, one in known.items() if key in keys]
    for one in chosen:
        if one.why is not None:
            ensure_goes_on(one.id)  # what was taken back says so itself
            raise NotUnderReview(one.item.name, one.why, basis_of(case.rules))
    return chosen


def _questions(given: Sequence[str]) -> list[str]:
    asked = [line.strip() for line in given if line.strip()]
    if not asked:
        raise Incomplete("questions", Words("请写明会审的问题。", "State the questions of the meeting."))
    if len(asked) > MOST_QUESTIONS or any(len(line) > LONGEST_QUESTION for line in asked):
        raise Incomplete(
            "questions",
            Words("问题请控制在 20 个以内，每个 300 字以内。", "At most 20 questions of at most 300 characters."),
        )
    return asked


def _moment(case: LockedCase, at: Set) -> datetime:
    if at.at is None:
        raise Incomplete("meeting_at", Words("请填写会审的日期和时间。", "Enter day and time of the meeting."))
    if at.at <= case.now:
        raise Incomplete("meeting_at", Words("会审时间应当晚于现在。", "The meeting lies in the future."))
    if not at.place.strip():
        raise Incomplete("meeting_place", Words("请填写会审地点。", "Enter the place of the meeting."))
    if not at.contact.strip():
        raise Incomplete("meeting_contact", Words("请填写联系电话。", "Enter the number to call."))
    for name, text in (("meeting_place", at.place), ("meeting_contact", at.contact)):
        if len(text) > LONGEST_LINE:
            raise Incomplete(name, Words("请控制在 200 字以内。", "Keep it within 200 characters."))
    return at.at


def _is_too_soon(case: LockedCase, moment: datetime) -> bool:
    return moments.local(moment).date() < earliest_day(case.rules, case.now)


def _too_soon(case: LockedCase) -> MeetingTooSoon:
    rule = shorter_rule(case.rules)
    shorter = Words(f"{rule.name.zh}（{rule.basis.zh}）。", f"{rule.name.en} ({rule.basis.en}).") if rule else None
    return MeetingTooSoon(earliest_day(case.rules, case.now), case.rules.profile.terms(NOTICE), shorter)


def _set(case: LockedCase, meeting_id: int, moment: datetime, at: Set, reason: str, by: Identity) -> None:
    said = (meeting_id, moment, at.place.strip(), at.contact.strip(), reason, by.user_id, case.now)
    sql().execute(SET, said)


def _ask(case: LockedCase, item_case_ids: Sequence[int]) -> None:
    """The time to answer begins, for each of these items."""
    for item_case_id in item_case_ids:
        start_clock(case, item_case_id, answer_terms(case.rules), case.now)


ASK_ANEW = "update meeting_answer set holds = false where invitation_id = any(%s) and holds"


def move_meeting(case_id: int, meeting_id: int, *, at: Set, reason: str, by: Identity, key: str) -> None:
    """Set the meeting anew, with the same notice; the departments are told.

    Who said that it attends, or nothing, is asked anew; opinions in writing stand. Earlier than the notice allows it
    is moved only where the place lets all the invited agree to that, and all have: then every answer stands.

    Raises Incomplete (as `call_meeting`, and reason), MeetingTooSoon, MeetingOver, MeetingMoot, NotLeadDepartment,
    NotWhoLeads.
    """
    with meeting_act(case_id, by, Permission.MEETING_CALL, key=key, what=f"meeting-moved:{meeting_id}") as case:
        meeting = _led(case, meeting_id, by)
        ensure_not_moot(case, meeting)
        moment = _moment(case, at)
        said = _reason(reason, Words("请说明改期的原因。", "Say why the meeting is moved."))
        soon = _is_too_soon(case, moment)
        if soon and moment != meeting.at and not _all_agree_to_less(case, meeting):
            raise _too_soon(case)
        _set(case, meeting_id, moment, at, said, by)
        if moment != meeting.at and not soon:
            anew = [one for one in meeting.standing if one.answer in ("", ATTEND)]
            sql().execute(ASK_ANEW, ([one.id for one in anew],))
            _ask(case, [one.item_case_id for one in anew])
        shown = moments.shown(moment)
        told = Words(
            f"联合会审改到{shown}，地点：{at.place.strip()}。原因：{said}",
            f"The joint meeting is moved to {shown}, {at.place.strip()}. Reason: {said}",
        )
        tell_invited(case, meeting_id, told)
        case.record(Event.MEETING_MOVED, by, meeting=meeting_id, at=moment.isoformat())


def _all_agree_to_less(case: LockedCase, meeting: OpenMeeting) -> bool:
    return shorter_rule(case.rules) is not None and all(one.shorter for one in meeting.standing)


CANCEL = """
update joint_meeting set outcome = 'cancelled', reason = %s, ended_at = %s, ended_by = %s where id = %s
"""


def cancel_meeting(case_id: int, meeting_id: int, *, reason: str, by: Identity, key: str) -> None:
    """The meeting does not take place; the departments are told why. Raises Incomplete, MeetingOver, NotWhoLeads."""
    with meeting_act(case_id, by, Permission.MEETING_CALL, key=key, what=f"meeting-cancelled:{meeting_id}") as case:
        meeting = _led(case, meeting_id, by)
        said = _reason(reason, Words("请说明取消会审的原因。", "Say why the meeting is cancelled."))
        sql().execute(CANCEL, (said, case.now, by.user_id, meeting_id))
        stop_answering(case, [one.item_case_id for one in meeting.invitations])
        at = moments.shown(meeting.at)
        told = Words(f"原定{at}的联合会审取消。原因：{said}", f"The joint meeting of {at} is cancelled. Reason: {said}")
        tell_invited(case, meeting_id, told)
        case.record(Event.MEETING_CANCELLED, by, meeting=meeting_id)


def _led(case: LockedCase, meeting_id: int, by: Identity) -> OpenMeeting:
    """The open meeting, for who leads it."""
    meeting = open_meeting(case, meeting_id)
    ensure_leads(case, meeting, by)
    ensure_active(case)
    return meeting


def _reason(reason: str, missing: Words) -> str:
    said = reason.strip()
    if not said:
        raise Incomplete("reason", missing)
    if len(said) > LONGEST_REASON:
        raise Incomplete("reason", Words("理由请控制在 500 字以内。", "Keep the reason within 500 characters."))
    return said
