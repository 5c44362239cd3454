"""The joint meetings of a case, as its pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.bundles import Bundle
from engine.law import amount
from webapp import clock, moments
from webapp.catalogue import RULES_OF_CASE, Rules, arranged, rules_of
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.organisation_names import department_names
from webapp.queries.due import Due, due
from webapp.queries.told import SealLine
from webapp.services.clocks import COUNTED_FROM
from webapp.services.meetings import Candidate, candidates
from webapp.services.open_meetings import (
    ANSWER,
    ANSWERS,
    MORE_TIME,
    NOTICE,
    SILENCE,
    earliest_day,
    has_meetings,
    shorter_rule,
)
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer of a department. `holds`: no later one has taken its place, and it was not asked anew."""

    words: Words
    opinion: str
    shorter: bool
    holds: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InvitationView:
    """What an item's department was asked. `state`: answered | open | late | ended.

    `in_time`: the limit is not over, so an answer is taken, or another in the place of the last.
    """

    item_key: str
    item: Words
    department: Words
    groups: tuple[str, ...]
    state: str
    in_time: bool
    due: Due
    answers: tuple[AnswerLine, ...]
    may_have_more_time: bool

    @property
    def holding(self) -> AnswerLine | None:
        return next((one for one in self.answers if one.holds), None)

    def is_of(self, by: Identity) -> bool:
        """Whether it goes to a post of this person (a post for some bundles only does not answer: `may_answer`)."""
        return by.has_post(frozenset(self.groups), "")


@dataclass(frozen=True, slots=True)
class TimeLine:
    """When and where the meeting was set to take place."""

    at: datetime
    place: str
    contact: str
    reason: str
    by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Minutes:
    """The document that the minutes are, and how far its seal is."""

    document_id: int
    number: str
    attended: str
    record: str
    conclusion: str
    seal: SealLine | None


@dataclass(frozen=True, slots=True)
class MeetingView:
    """One meeting, open or over. `times`: as it was set, the first first; the last one holds."""

    id: int
    questions: tuple[str, ...]
    called_by: str
    called_at: datetime
    times: tuple[TimeLine, ...]
    invitations: tuple[InvitationView, ...]
    outcome: str
    reason: str
    ended_by: str
    ended_at: datetime | None
    minutes: Minutes | None
    has_begun: bool
    called_by_id: int

    @property
    def set(self) -> TimeLine:
        return self.times[-1]

    @property
    def is_open(self) -> bool:
        return not self.outcome

    @property
    def answered(self) -> int:
        return sum(one.state == "answered" for one in self.invitations)

    @property
    def status(self) -> tuple[Words, str]:
        """In words, and the kind of badge."""
        if self.outcome == "held":
            return Words("已形成纪要", "Minutes recorded"), "ok"
        if self.outcome == "cancelled":
            return Words("已取消", "Cancelled"), "muted"
        if all(one.state == "ended" for one in self.invitations) and not self.has_begun:
            return Words("事项均已终结", "All items have ended"), "muted"
        if self.has_begun:
            return Words("待形成纪要", "Minutes to be recorded"), "warn"
        return Words("已通知", "Announced"), "info"

    def own(self, by: Identity) -> tuple[InvitationView, ...]:
        """What this person's posts are asked."""
        return tuple(one for one in self.invitations if one.is_of(by))


@dataclass(frozen=True, slots=True)
class Terms:
    """What the place says of meetings; `earliest` is the first day for one that is announced now."""

    earliest: date
    notice: Words
    notice_basis: Words
    answer: Words
    answer_basis: Words
    silence: Words | None
    more_time: Words | None
    shorter: Words | None


@dataclass(frozen=True, slots=True)
class MeetingCase:
    """The case behind a meeting's pages. `terms` None: the place lays down no meetings."""

    id: int
    number: str
    subject: str
    bundle: Bundle
    rules: Rules
    suspended: bool
    terms: Terms | None

    @property
    def lead_department(self) -> str:
        return self.bundle.lead_department


CASE = f"""
select k.id, k.number, coalesce(nullif(k.subject_name, ''), k.applicant_name), k.release_id, {RULES_OF_CASE},
    k.suspended_at is not null
from cases k where k.id = %s and k.received_at is not null
"""


def meeting_case(case_id: int) -> MeetingCase:
    """Raises NotFound."""
    row = sql().execute(CASE, (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    id_, number, subject, release, versions, suspended = row
    rules = rules_of(tuple(versions or ()))
    bundle = arranged(release, rules.profile).bundle
    return MeetingCase(id_, number or "", subject, bundle, rules, suspended, terms_of(rules))


def terms_of(rules: Rules) -> Terms | None:
    """None where the place lays down no meetings."""
    if not has_meetings(rules):
        return None
    parameters, profile = rules.profile.parameters, rules.profile
    notice, answer, shorter = profile.terms(NOTICE), profile.terms(ANSWER), shorter_rule(rules)
    more = profile.terms(MORE_TIME) if MORE_TIME in parameters else None
    return Terms(
        earliest_day(rules, clock.now()),
        amount(notice.value, notice.unit),
        notice.basis,
        amount(answer.value, answer.unit),
        answer.basis,
        parameters[SILENCE].name if SILENCE in parameters else None,
        amount(more.value, more.unit) if more else None,
        shorter.name if shorter else None,
    )


def to_invite(case: MeetingCase) -> list[Candidate]:
    """The items of the case, with why one cannot be invited."""
    return candidates(case.id, case.bundle)


MEETINGS = """
select m.id, m.questions, c.name, m.called_at, m.outcome, m.reason, coalesce(e.name, ''), m.ended_at, m.minutes_id,
    d.number, m.attended, m.record, m.conclusion, coalesce(d.seal_zh, ''), coalesce(d.seal_en, ''),
    coalesce(d.seal_way, ''), s.at, coalesce(su.name, ''), coalesce(s.certificate, ''), coalesce(t.reason, ''),
    (select json_agg(json_build_array(o.at, o.place, o.contact, o.reason, u.name, o.made_at) order by o.id)
        from meeting_time o join app_user u on u.id = o.by_id where o.meeting_id = m.id), m.called_by
from joint_meeting m join app_user c on c.id = m.called_by
left join app_user e on e.id = m.ended_by left join document d on d.id = m.minutes_id
left join document_seal s on s.document_id = d.id left join app_user su on su.id = s.by_id
left join seal_try t on t.document_id = d.id
where m.case_id = %(case)s order by m.id desc
"""
INVITATIONS = f"""
select i.meeting_id, ic.item_key, i.department_key, i.groups, ic.outcome is not null, l.due_on, {COUNTED_FROM},
    (select json_agg(json_build_array(a.answer, a.opinion, a.shorter, a.holds, u.name, a.at) order by a.id)
        from meeting_answer a join app_user u on u.id = a.by_id where a.invitation_id = i.id)
from meeting_invitation i join item_case ic on ic.id = i.item_case_id
left join legal_clock l on l.item_case_id = ic.id and l.name = 'meeting-answer'
join joint_meeting m on m.id = i.meeting_id
where m.case_id = %(case)s order by ic.item_key
"""


def meetings_of(case_id: int, bundle: Bundle, rules: Rules) -> tuple[MeetingView, ...]:
    """The meetings of a case, the latest first."""
    values = {"case": case_id}
    rows = sql().execute(MEETINGS, values).fetchall()
    if not rows:
        return ()
    return meetings_from(rows, sql().execute(INVITATIONS, values), bundle, rules, department_names())


def meetings_from(
    rows: Iterable[Sequence[Any]],
    invitations: Iterable[Sequence[Any]],
    bundle: Bundle,
    rules: Rules,
    names: Mapping[str, Words],
) -> tuple[MeetingView, ...]:
    """The meetings of rows of `MEETINGS` and `INVITATIONS`; `names` of the departments."""
    asked: dict[int, list[Sequence[Any]]] = {}
    for meeting_id, *facts in invitations:
        asked.setdefault(meeting_id, []).append(facts)
    return tuple(_meeting(row, asked[row[0]], bundle, rules, names) for row in rows)


def meeting_of(case: MeetingCase, meeting_id: int) -> MeetingView:
    """One meeting of the case. Raises NotFound."""
    found = next((one for one in meetings_of(case.id, case.bundle, case.rules) if one.id == meeting_id), None)
    if found is None:
        raise NotFound()
    return found


def _meeting(
    row: Sequence[Any], asked: Sequence[Sequence[Any]], bundle: Bundle, rules: Rules, names: Mapping[str, Words]
) -> MeetingView:
    id_, questions, called_by, called_at, outcome, reason, ended_by, ended_at, minutes_id, number, *rest = row
    attended, record, conclusion, zh, en, way, sealed_at, sealed_by, certificate, refused, times, called_by_id = rest
    seal = SealLine(Words(zh, en), way, sealed_at, sealed_by, certificate, "" if sealed_at else refused)
    lines = tuple(_time(one) for one in times)
    return MeetingView(
        id_,
        tuple(questions),
        called_by,
        called_at,
        lines,
        tuple(_invitation(facts, bundle, rules, names, is_open=not outcome) for facts in asked),
        outcome,
        reason,
        ended_by,
        ended_at,
        Minutes(minutes_id, number, attended, record, conclusion, seal if way else None) if minutes_id else None,
        clock.now() >= lines[-1].at,
        called_by_id,
    )


def _time(facts: Sequence[Any]) -> TimeLine:
    at, place, contact, reason, by, made_at = facts
    return TimeLine(datetime.fromisoformat(at), place, contact, reason, by, datetime.fromisoformat(made_at))


def _invitation(
    facts: Sequence[Any], bundle: Bundle, rules: Rules, names: Mapping[str, Words], *, is_open: bool
) -> InvitationView:
    key, department, groups, has_ended, due_on, since, answers = facts
    given = answers or []
    lines = tuple(_answer(one) for one in given)
    today = clock.today(moments.OFFICE_ZONE)
    holding = next((one[0] for one in given if one[3]), "")
    is_late = due_on is not None and today > due_on
    settled = bool(holding) and not (is_open and holding == "more-time")
    state = "answered" if settled else "ended" if has_ended else "late" if is_late else "open"
    return InvitationView(
        key,
        bundle.item(key).name,
        names.get(department, Words(department, department)),
        tuple(groups),
        state,
        not has_ended and not is_late,
        due(due_on if is_open and state in ("open", "late") else None, today, rules.calendar, counted_from=since),
        lines,
        MORE_TIME in rules.profile.parameters and all(one[0] != "more-time" for one in given),
    )


def _answer(facts: Sequence[Any]) -> AnswerLine:
    answer, opinion, shorter, holds, by, at = facts
    return AnswerLine(ANSWERS[answer], opinion, shorter, holds, by, datetime.fromisoformat(at))
