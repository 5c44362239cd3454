"""Answering an invitation to a joint meeting: who comes, or what the department says in writing.

Nobody's silence is consent: an item without an answer at its limit raises a signal to its department, and the meeting
goes on without its opinion as the place's rule says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine import Words
from webapp import moments
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.case_facts import ensure_no_conflict
from webapp.services.clocks import start_clock
from webapp.services.document_places import unit_of
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.meeting_refusals import AnswerTooLate, NoMoreTime, NotInvited, NotUnderReview
from webapp.services.open_meetings import (
    AGREE,
    ANSWER,
    ANSWERS,
    ATTEND,
    MORE,
    MORE_TIME,
    Invitation,
    OpenMeeting,
    answer_terms,
    basis_of,
    meeting_act,
    open_meeting,
    shorter_rule,
    stop_answering,
)
from webapp.services.terminated import ensure_goes_on
from webapp.unit_of_work import sql

LONGEST_OPINION = 2000


@dataclass(frozen=True, slots=True)
class Given:
    """What is answered for these items (keys). `shorter`: a notice shorter than the rule's is agreed to."""

    items: tuple[str, ...]
    answer: str
    opinion: str
    shorter: bool = False


LAST_ONE = "update meeting_answer set holds = false where invitation_id = any(%s) and holds"
ANSWERED = """
insert into meeting_answer (invitation_id, answer, opinion, shorter, by_id, at)
select id, %s, %s, %s, %s, %s from unnest(%s::bigint[]) as r(id)
"""


def answer_meeting(case_id: int, meeting_id: int, given: Given, *, by: Identity, key: str) -> None:
    """Answer for one or more items of one's post. Until the limit another answer takes the place of the last.

    An answer is no act on the item's process, so it is taken while that is suspended too. Raises Incomplete (items,
    answer, opinion), NotInvited, AnswerTooLate, NoMoreTime, NotUnderReview, ItemTerminated, MeetingOver.
    """
    what = f"meeting-answer:{meeting_id}"
    with meeting_act(case_id, by, Permission.MEETING_ANSWER, key=key, what=what) as case:
        meeting = open_meeting(case, meeting_id)
        chosen = _chosen(case, meeting, given.items, by)
        opinion = _opinion(case, meeting, given)
        if given.answer == MORE:
            _ensure_more_time(case, chosen)
        agrees = given.shorter and shorter_rule(case.rules) is not None
        ids = [one.id for one in chosen]
        sql().execute(LAST_ONE, (ids,))
        sql().execute(ANSWERED, (given.answer, opinion, agrees, by.user_id, case.now, ids))
        if given.answer == MORE:
            for one in chosen:
                start_clock(case, one.item_case_id, answer_terms(case.rules, MORE_TIME), case.now)
        else:
            stop_answering(case, [one.item_case_id for one in chosen])
        for one in chosen:
            facts = {"item": one.item_case_id, "meeting": meeting_id, "answer": given.answer, "shorter": agrees}
            case.acting_for = _for_whom(one, by)
            case.record(Event.MEETING_ANSWERED, by, **facts)


def _chosen(case: LockedCase, meeting: OpenMeeting, keys: Sequence[str], by: Identity) -> list[Invitation]:
    invited = {one.item_key: one for one in meeting.invitations}
    if not keys:
        raise Incomplete("items", Words("请选择答复的事项。", "Choose the items that you answer for."))
    if not set(keys) <= invited.keys():
        raise NotFound()
    chosen = [one for key, one in invited.items() if key in keys]
    for one in chosen:
        _ensure_may_answer(case, one, by)
    return chosen


def _ensure_may_answer(case: LockedCase, one: Invitation, by: Identity) -> None:
    name = case.release.bundle.item(one.item_key).name
    basis = basis_of(case.rules, ANSWER)
    if not may_answer(one, by):
        raise NotInvited(name, unit_of(one.department).name, basis)
    ensure_no_conflict(case.id, by, one.item_case_id)
    if one.ended_at is not None:
        ensure_goes_on(one.item_case_id)
        raise NotUnderReview(name, Words("已有办理结果", "has its result"), basis)
    if one.due_on is not None and moments.local(case.now).date() > one.due_on:
        raise AnswerTooLate(name, one.due_on, basis)


def may_answer(one: Invitation, by: Identity) -> bool:
    """Whether the invitation goes to a post of this person."""
    return by.has_post(frozenset(one.groups), "")


def _for_whom(one: Invitation, by: Identity) -> int | None:
    """Whose post it is that answers, where it is not one's own."""
    if not by.own_groups.isdisjoint(one.groups):
        return None
    lending = (absent for absent in by.standing_in if absent.covers("") and not absent.groups.isdisjoint(one.groups))
    return next((absent.absent_id for absent in lending), None)


def _opinion(case: LockedCase, meeting: OpenMeeting, given: Given) -> str:
    if given.answer not in ANSWERS:
        raise Incomplete("answer", Words("请选择答复。", "Choose the answer."))
    if given.answer == ATTEND and case.now >= meeting.at:
        raise Incomplete(
            "answer", Words("会审时间已过，请提交书面意见。", "The meeting has begun: answer in writing instead.")
        )
    opinion = given.opinion.strip()
    if not opinion and given.answer not in (ATTEND, AGREE):
        raise Incomplete(
            "opinion",
            Words("请写明条件、理由或者需要研究的内容。", "State the conditions, the reasons, or what needs time."),
        )
    if len(opinion) > LONGEST_OPINION:
        raise Incomplete("opinion", Words("意见请控制在 2000 字以内。", "Keep it within 2,000 characters."))
    return opinion


def _ensure_more_time(case: LockedCase, chosen: Sequence[Invitation]) -> None:
    given = next((one for one in chosen if one.had_more_time), None)
    if MORE_TIME not in case.rules.profile.parameters or given is not None:
        name = case.release.bundle.item((given or chosen[0]).item_key).name
        raise NoMoreTime(name, basis_of(case.rules, ANSWER), given=given is not None)
