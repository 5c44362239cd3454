"""A joint meeting as its acts find it under the case's lock, and the place's rules for it.

The figures are the profile's: `meeting-notice-ahead`, `meeting-answer-limit`, `meeting-more-time` (where a department
may ask for more), and the rules `meeting-shorter-notice` and `meeting-silence`. The time to answer is a legal clock of
each invited item. It stands beside the item's other clocks and moves none of them: a meeting pauses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from engine import Words
from engine.bundles import Bundle, Item
from engine.law import ClockTerms, Parameter
from webapp import moments
from webapp.catalogue import Rules
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.acting import act_on
from webapp.services.case_facts import ensure_no_conflict
from webapp.services.clocks import start_day, would_be_due
from webapp.services.document_places import unit_of
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.meeting_refusals import (
    MeetingMoot,
    MeetingOver,
    NoMeetingRules,
    NoMinutesTemplate,
    NotLeadDepartment,
    NotWhoLeads,
)
from webapp.services.page_keys import AlreadyCarriedOut, remember
from webapp.services.work import record_refusal
from webapp.unit_of_work import sql

CLOCK, MINUTES = "meeting-answer", "meeting-minutes"
NOTICE, ANSWER, MORE_TIME = "meeting-notice-ahead", "meeting-answer-limit", "meeting-more-time"
SHORTER, SILENCE = "meeting-shorter-notice", "meeting-silence"
#: Whose post stands in for who called a meeting.
HEADS = frozenset({"head", "lead"})
WHEN_ALL_AGREE, POSTPONE_ONCE = "when-all-agree", "postpone-once"
ATTEND, AGREE, CONDITIONS, OBJECT, MORE = "attend", "agree", "conditions", "object", "more-time"
ANSWERS = {
    ATTEND: Words("参加会审", "attends"),
    AGREE: Words("书面意见：同意", "in writing: agrees"),
    CONDITIONS: Words("书面意见：附条件同意", "in writing: agrees with conditions"),
    OBJECT: Words("书面意见：不同意", "in writing: objects"),
    MORE: Words("需要更多时间研究", "needs more time"),
}


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an item's department was asked. `answer` is the one that holds, "" where there is none."""

    id: int
    item_case_id: int
    item_key: str
    department: str
    groups: tuple[str, ...]
    ended_at: datetime | None  # the item has its outcome
    answer: str
    shorter: bool
    had_more_time: bool
    due_on: date | None

    @property
    def is_silent(self) -> bool:
        """It owes an opinion that it has not given."""
        return self.ended_at is None and self.answer in ("", MORE)


@dataclass(frozen=True, slots=True)
class OpenMeeting:
    """A meeting that is called and neither recorded nor cancelled.

    `called_by`: the id of who called it. `times`: for how many moments it was set; another place or number to call is
    none.
    """

    id: int
    questions: tuple[str, ...]
    at: datetime
    place: str
    times: int
    called_by: int
    invitations: tuple[Invitation, ...]

    @property
    def standing(self) -> tuple[Invitation, ...]:
        """Those of items that have not ended."""
        return tuple(one for one in self.invitations if one.ended_at is None)

    @property
    def is_moot(self) -> bool:
        """Every item had ended before it was to take place."""
        return all(one.ended_at is not None and one.ended_at < self.at for one in self.invitations)


@contextmanager
def meeting_act(case_id: int, by: Identity, permission: Permission, *, key: str, what: str) -> Iterator[LockedCase]:
    """An act on a meeting of a received case, the case locked; a refusal goes into its ledger after the rollback."""
    try:
        with on_case(case_id) as case:
            if case.received_at is None:
                raise NotFound()
            act_on(case, by, permission)
            ensure_no_conflict(case_id, by)
            remember(by, key, case.now, what)
            yield case
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        record_refusal(case_id, by, None, refusal)
        raise


MEETING = """
select m.id, m.questions, m.outcome, m.ended_at, t.at, t.place,
    (select count(distinct o.at) from meeting_time o where o.meeting_id = m.id), m.called_by
from joint_meeting m
cross join lateral (select at, place from meeting_time where meeting_id = m.id order by id desc limit 1) t
where m.id = %s and m.case_id = %s
"""
INVITATIONS = """
select i.id, i.item_case_id, ic.item_key, i.department_key, i.groups,
    case when ic.outcome is not null then coalesce(ic.ruled_at, 'epoch') end,
    coalesce(a.answer, ''), coalesce(a.shorter, false),
    exists(select from meeting_answer o where o.invitation_id = i.id and o.answer = 'more-time'), l.due_on
from meeting_invitation i
join item_case ic on ic.id = i.item_case_id
left join meeting_answer a on a.invitation_id = i.id and a.holds
left join legal_clock l on l.item_case_id = i.item_case_id and l.name = 'meeting-answer'
where i.meeting_id = %s order by ic.item_key
"""


def open_meeting(case: LockedCase, meeting_id: int) -> OpenMeeting:
    """Raises NotFound for one that is not of this case, MeetingOver for one that is recorded or cancelled."""
    row = sql().execute(MEETING, (meeting_id, case.id)).fetchone()
    if row is None:
        raise NotFound()
    id_, questions, outcome, ended_at, at, place, times, called_by = row
    if outcome:
        raise MeetingOver(outcome, ended_at)
    invitations = [
        Invitation(invitation, item_case, item, department, tuple(groups), *rest)
        for invitation, item_case, item, department, groups, *rest in sql().execute(INVITATIONS, (meeting_id,))
    ]
    return OpenMeeting(id_, tuple(questions), at, place, times, called_by, tuple(invitations))


def ensure_not_moot(case: LockedCase, meeting: OpenMeeting) -> None:
    """Raises MeetingMoot where the items that it was about had all ended before it."""
    if meeting.is_moot:
        raise MeetingMoot(basis_of(case.rules))


def ensure_lead(case: LockedCase, by: Identity) -> None:
    """Raises NotLeadDepartment."""
    lead = case.release.bundle.lead_department
    if by.department_key != lead:
        raise NotLeadDepartment(unit_of(lead).name, basis_of(case.rules))


def leads_meeting(by: Identity, called_by: int) -> bool:
    """Whether somebody of the lead department leads this meeting: who called it, or in their stead who heads."""
    return by.user_id == called_by or bool(by.roles_in("") & HEADS)


def ensure_leads(case: LockedCase, meeting: OpenMeeting, by: Identity) -> None:
    """Raises NotLeadDepartment, and NotWhoLeads for an officer of it who is merely invited."""
    ensure_lead(case, by)
    if not leads_meeting(by, meeting.called_by):
        row = sql().execute("select name from app_user where id = %s", (meeting.called_by,)).fetchone()
        raise NotWhoLeads(row[0] if row else "", basis_of(case.rules))


def has_meetings(rules: Rules) -> bool:
    """Whether the place says how far ahead a meeting is announced, and how long there is to answer."""
    return NOTICE in rules.profile.parameters and ANSWER in rules.profile.parameters


def ensure_meetings(rules: Rules) -> None:
    """Raises NoMeetingRules."""
    if not has_meetings(rules):
        raise NoMeetingRules(rules.profile.jurisdiction)


def ensure_minutes(case: LockedCase) -> None:
    """Raises NoMinutesTemplate where the case's release cannot print the minutes."""
    if case.release.template_path(MINUTES, "zh", case.rules.profile.key) is None:
        raise NoMinutesTemplate(basis_of(case.rules))


def basis_of(rules: Rules, key: str = NOTICE) -> Words:
    """The text that a rule of the place on meetings rests on. Raises NoMeetingRules."""
    parameter = rules.profile.parameters.get(key)
    if parameter is None:
        raise NoMeetingRules(rules.profile.jurisdiction)
    return parameter.basis


def shorter_rule(rules: Rules) -> Parameter | None:
    """The rule by which all the invited together may agree to a shorter notice; None where the place has none."""
    return rules.profile.parameters.get(SHORTER) if rules.profile.rule(SHORTER, "") == WHEN_ALL_AGREE else None


def answer_terms(rules: Rules, key: str = ANSWER) -> ClockTerms:
    """The time to answer, as the clock of the invited item."""
    return rules.profile.terms(key, CLOCK)


def earliest_day(rules: Rules, now: datetime) -> date:
    """The first day on which a meeting that is announced `now` may take place."""
    return would_be_due(rules.profile.terms(NOTICE), start_day(now, rules), rules)


def named(bundle: Bundle, invitations: Sequence[Invitation]) -> Words:
    """The items of these invitations by name."""
    items: list[Item] = [bundle.item(one.item_key) for one in invitations]
    return Words("、".join(item.name.zh for item in items), ", ".join(item.name.en for item in items))


STOP = """
update legal_clock set stopped_on = %s
where item_case_id = any(%s) and name = 'meeting-answer' and stopped_on is null
"""


def stop_answering(case: LockedCase, item_case_ids: Sequence[int]) -> None:
    """Nothing is waited for any more: the clocks show the office's day on which they stopped."""
    sql().execute(STOP, (moments.local(case.now).date(), list(item_case_ids)))


#: One word to each post, whichever of its items are invited.
TELL = """
insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)
select distinct on (i.groups[1]) %(case)s, i.item_case_id, i.groups[1], %(zh)s, %(en)s, %(now)s
from meeting_invitation i join item_case ic on ic.id = i.item_case_id
where i.meeting_id = %(meeting)s and ic.outcome is null order by i.groups[1], ic.item_key
"""


def tell_invited(case: LockedCase, meeting_id: int, told: Words) -> None:
    """A word in the inbox of every invited post whose item has not ended."""
    values = {"case": case.id, "meeting": meeting_id, "zh": told.zh, "en": told.en, "now": case.now}
    sql().execute(TELL, values)
