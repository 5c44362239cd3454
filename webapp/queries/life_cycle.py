"""Who was asked about a task, signs it, prepares it, was told of it or urged it; and which further acts are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import TaskFacts
from webapp.services.orders import answers, lifts
from webapp.services.prepared_acts import Field
from webapp.services.separation import CONFLICTED
from webapp.services.signers import AFTER, AGREE, DISAGREE, Round
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class DelegationLine:
    """The task was given out. `outcome`: "" while it is, "given-back" or "called-back"."""

    owner_id: int
    owner: str
    to_id: int
    to: str
    asked: str
    at: datetime
    outcome: str
    remark: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """A question on the task. `whom`: the person's or the post's name."""

    id: int
    kind: str
    question: str
    whom: Words
    waits: bool
    asked_by_id: int
    asked_by: str
    asked_at: datetime
    outcome: str
    answer: str
    answered_by: str
    file_id: int | None
    file: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignerLine:
    """A signer of a round who was not removed."""

    user_id: int
    name: str
    verdict: str
    reason: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoundView:
    """Colleagues who sign, before or after the holder's act."""

    id: int
    position: str
    rule: str
    quorum: int | None
    note: str
    digest: str
    asked_by_id: int
    asked_by: str
    asked_at: datetime
    outcome: str
    ended_at: datetime | None
    signers: tuple[SignerLine, ...]

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def _round(self) -> Round:
        verdicts = tuple(one.verdict for one in self.signers)
        return Round(self.id, self.position, self.rule, self.quorum, self.digest, self.asked_by_id, verdicts)

    @property
    def needed(self) -> int:
        return self._round.needed

    @property
    def agreed(self) -> int:
        return sum(one.verdict == AGREE for one in self.signers)

    @property
    def is_agreed(self) -> bool:
        return self._round.is_agreed

    @property
    def disagreed(self) -> tuple[SignerLine, ...]:
        return tuple(one for one in self.signers if one.verdict == DISAGREE)


@dataclass(frozen=True, slots=True)
class CopyLine:
    """Who was told, by whom."""

    whom: Words
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UrgingLine:
    """Who urged, and how."""

    by: str
    from_above: bool
    note: str
    at: datetime
    by_id: int


@dataclass(frozen=True, slots=True)
class OrderLine:
    """督办: an order to finish the task by a day. `to`: who of the unit is named; "" nobody."""

    id: int
    by: str
    unit: str
    unit_name: Words
    to_id: int | None
    to: str
    words: str
    finish_by: date
    at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None
    is_late: bool  # its day passed without an answer
    by_id: int
    giver_is_there: bool  # who gave it is in office
    lifted_by: str
    lift_reason: str
    lifted_at: datetime | None
    ended_at: datetime | None  # its task was over first

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.lifted_at is None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class Prepared:
    """The act as it was filled in."""

    fields: tuple[Field, ...]
    digest: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskHead:
    """The task as its further acts need it."""

    id: int
    case_id: int
    name: Words
    step: str
    process: str
    element: str
    state: str
    revision: int
    participants: int
    groups: frozenset[str]
    holder_id: int | None
    holder: str
    closed_by: int | None
    act: str
    signed_by: tuple[int, ...]
    number: str
    subject: str
    bundle: str
    release_id: int
    item_key: str | None
    suspended: bool
    of_department: bool  # a post of the department of who looks has it
    conflicted: frozenset[int]  # who declared a conflict

    @property
    def facts(self) -> TaskFacts:
        return TaskFacts(self.groups, self.holder_id, self.state, self.bundle)

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def is_shared(self) -> bool:
        return self.participants > 1


@dataclass(frozen=True)
class LifeCycle:
    """All of it for one task, the oldest first."""

    task: TaskHead
    delegations: tuple[DelegationLine, ...]
    opinions: tuple[OpinionLine, ...]
    rounds: tuple[RoundView, ...]
    copies: tuple[CopyLine, ...]
    urgings: tuple[UrgingLine, ...]
    prepared: Prepared | None
    waits: int
    orders: tuple[OrderLine, ...] = ()

    @cached_property
    def delegation(self) -> DelegationLine | None:
        """The task is out with a colleague."""
        return next((one for one in self.delegations if not one.outcome), None)

    @cached_property
    def round(self) -> RoundView | None:
        """The round of signing that is going on."""
        return next((one for one in self.rounds if one.is_open), None)

    @property
    def open_opinions(self) -> tuple[OpinionLine, ...]:
        return tuple(one for one in self.opinions if not one.outcome)

    def to_answer(self, by: Identity) -> OrderLine | None:
        """The first order that is this person's to answer while the task is open."""
        if not self.task.is_open:
            return None
        mine = (one for one in self.orders if one.is_open and answers(by, one.unit, one.to_id, self.task.holder_id))
        return next(mine, None)

    def to_lift(self, by: Identity) -> tuple[OrderLine, ...]:
        """The orders that this person, who may order, may lift."""
        return tuple(one for one in self.orders if one.is_open and lifts(by, one.by_id, one.giver_is_there))

    @property
    def is_signed(self) -> bool:
        """What was put forward is signed by enough: it can be carried out."""
        signing = self.round
        return signing is not None and signing.position == AFTER and bool(signing.digest) and signing.is_agreed

    def urged_today(self, user_id: int) -> bool:
        today = clock.today(moments.OFFICE_ZONE)
        return any(one.by_id == user_id and moments.local(one.at).date() == today for one in self.urgings)

    @property
    def is_empty(self) -> bool:
        return not (self.delegations or self.opinions or self.rounds or self.copies or self.urgings or self.orders)


LIFE = f"""
select t.id, t.case_id, t.name_zh, t.name_en, t.step, t.process, t.element, t.state, t.revision, t.participants,
    t.groups, t.assignee_id, coalesce(h.name, ''), t.closed_by, t.act,
    array(select p.user_id from participant p where p.task_id = t.id order by p.at), coalesce(k.number, ''),
    coalesce(nullif(k.subject_name, ''), k.applicant_name), k.bundle_key, i.release_id, ic.item_key,
    k.suspended_at is not null, exists(select from candidate_group g join department d on d.id = g.department_id
        where t.groups ? g.key and d.key = %(department)s), {CONFLICTED}, t.waits,
    (select coalesce(jsonb_agg(jsonb_build_array(d.owner_id, o.name, d.to_id, u.name, d.asked, d.at, d.outcome,
        d.remark, d.ended_at) order by d.id), '[]')
        from delegation d join app_user o on o.id = d.owner_id join app_user u on u.id = d.to_id
        where d.task_id = t.id),
    (select coalesce(jsonb_agg(jsonb_build_array(q.id, q.kind, q.question, coalesce(u.name, g.name_zh),
        coalesce(u.name, g.name_en), q.waits, q.asked_by, a.name, q.asked_at, q.outcome, q.answer,
        coalesce(w.name, ''), q.file_id, coalesce(f.name, ''), q.ended_at) order by q.id), '[]')
        from opinion_request q join app_user a on a.id = q.asked_by left join app_user u on u.id = q.to_id
        left join candidate_group g on g.key = q.to_group left join app_user w on w.id = q.answered_by
        left join stored_file f on f.id = q.file_id where q.task_id = t.id),
    (select coalesce(jsonb_agg(jsonb_build_array(r.id, r.position, r.rule, r.quorum, r.note, r.digest, r.asked_by,
        a.name, r.asked_at, r.outcome, r.ended_at,
        (select coalesce(jsonb_agg(jsonb_build_array(c.user_id, u.name, c.verdict, c.reason, c.signed_at)
            order by c.id), '[]') from cosigner c join app_user u on u.id = c.user_id
            where c.round_id = r.id and c.removed_at is null)) order by r.id), '[]')
        from cosign_round r join app_user a on a.id = r.asked_by where r.task_id = t.id),
    (select coalesce(jsonb_agg(jsonb_build_array(coalesce(u.name, g.name_zh), coalesce(u.name, g.name_en), a.name,
        c.sent_at) order by c.id), '[]')
        from case_copy c join app_user a on a.id = c.sent_by left join app_user u on u.id = c.to_id
        left join candidate_group g on g.key = c.to_group where c.task_id = t.id),
    (select coalesce(jsonb_agg(jsonb_build_array(a.name, x.from_above, x.note, x.at, x.by_id) order by x.id), '[]')
        from urging x join app_user a on a.id = x.by_id where x.task_id = t.id),
    (select jsonb_build_array(p.fields, p.digest, a.name, p.at) from prepared_act p join app_user a on a.id = p.by_id
        where p.task_id = t.id),
    (select coalesce(jsonb_agg(jsonb_build_array(o.id, a.name, o.unit, d.name_zh, d.name_en, o.to_id,
        coalesce(u.name, ''), o.words, o.finish_by, o.at, o.answer, coalesce(w.name, ''), o.answered_at,
        o.overdue_at is not null, o.by_id, a.active, coalesce(v.name, ''), o.lift_reason, o.lifted_at, o.ended_at)
        order by o.id), '[]')
        from supervisory_order o join app_user a on a.id = o.by_id join department d on d.key = o.unit
        left join app_user u on u.id = o.to_id left join app_user w on w.id = o.answered_by
        left join app_user v on v.id = o.lifted_by where o.task_id = t.id)
from user_task t
join cases k on k.id = t.case_id
join process_instance i on i.id = t.instance_id
left join item_case ic on ic.id = t.item_case_id
left join app_user h on h.id = t.assignee_id
where t.id = %(task)s
"""


def life_cycle_of(task_id: int, by: Identity) -> LifeCycle:
    """Read in one statement. Who may see what of it, the page checks. Raises NotFound."""
    row = sql().execute(LIFE, {"task": task_id, "department": by.department_key}).fetchone()
    if row is None:
        raise NotFound()
    *head, waits, delegations, opinions, rounds, copies, urgings, prepared, orders = row
    return LifeCycle(
        _head(*head),
        tuple(_delegation(*one) for one in delegations),
        tuple(_opinion(*one) for one in opinions),
        tuple(_round(*one) for one in rounds),
        tuple(CopyLine(Words(zh, en), by, _at(at)) for zh, en, by, at in copies),
        tuple(UrgingLine(by, above, note, _at(at), by_id) for by, above, note, at, by_id in urgings),
        _prepared(prepared),
        waits,
        tuple(_order(*one) for one in orders),
    )


def _head(*row: Any) -> TaskHead:
    id_, case_id, zh, en, step, process, element, state, revision, participants, groups, *rest = row
    holder_id, holder, closed_by, act, signed, number, subject, bundle, *of_case, conflicted = rest
    task: list[Any] = [
        *(id_, case_id, Words(zh, en), step, process, element, state, revision, participants, frozenset(groups)),
        *(holder_id, holder, closed_by, act, tuple(signed), number, subject, bundle, *of_case),
        frozenset(conflicted or ()),
    ]
    return TaskHead(*task)


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def _maybe(moment: str | None) -> datetime | None:
    return _at(moment) if moment else None


def _delegation(*row: Any) -> DelegationLine:
    owner_id, owner, to_id, to, asked, at, outcome, remark, ended = row
    return DelegationLine(owner_id, owner, to_id, to, asked, _at(at), outcome, remark, _maybe(ended))


def _opinion(*row: Any) -> OpinionLine:
    id_, kind, question, zh, en, waits, by_id, by, at, *answered, ended = row
    facts = [id_, kind, question, Words(zh, en), waits, by_id, by, _at(at), *answered, _maybe(ended)]
    return OpinionLine(*facts)


def _round(*row: Any) -> RoundView:
    *facts, at, outcome, ended, signers = row
    lines = tuple(
        SignerLine(user, name, verdict, reason, _maybe(signed)) for user, name, verdict, reason, signed in signers
    )
    whole = [*facts, _at(at), outcome, _maybe(ended), lines]
    return RoundView(*whole)


def _order(*row: Any) -> OrderLine:
    id_, by, unit, zh, en, to_id, to, words, finish_by, at, answer, answered_by, answered_at, late, *ending = row
    by_id, is_there, lifted_by, reason, lifted_at, ended_at = ending
    day = date.fromisoformat(finish_by)
    facts = [id_, by, unit, Words(zh, en), to_id, to, words, day, _at(at), answer, answered_by, _maybe(answered_at)]
    facts += [late, by_id, is_there, lifted_by, reason, _maybe(lifted_at), _maybe(ended_at)]
    return OrderLine(*facts)


def _prepared(row: Sequence[Any] | None) -> Prepared | None:
    if row is None:
        return None
    fields, digest, by, at = row
    return Prepared(tuple((name, value) for name, value in fields), digest, by, _at(at))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to choose. `holds`: how many open tasks they have."""

    id: int
    name: str
    unit: Words
    title: Words
    holds: int
    pinyin: str


PEOPLE = """
select u.id, u.name, d.name_zh, d.name_en, u.title_zh, u.title_en,
    (select count(*) from user_task t where t.assignee_id = u.id and t.state = 'open'), u.name_pinyin
from app_user u join department d on d.id = u.department_id
where u.active and u.id <> %(me)s and {which}
order by u.name_pinyin, u.id limit 500
"""
OF_POSTS = """exists(select from membership m join candidate_group g on g.id = m.group_id
    where m.user_id = u.id and g.key = any(%(groups)s))"""
OF_DEPARTMENTS = """u.department_id in (select g.department_id from candidate_group g where g.key = any(%(groups)s))
    and exists(select from membership m where m.user_id = u.id)"""


def members_of(groups: Sequence[str], me: int, *, department: str | None = None) -> list[Person]:
    """The people of these posts but oneself, of one department where that is asked for."""
    which = f"{OF_POSTS} and d.key = %(department)s" if department else OF_POSTS
    return _people(which, groups, me, department)


def colleagues_of(groups: Sequence[str], me: int) -> list[Person]:
    """The people of the departments that have these posts, but oneself."""
    return _people(OF_DEPARTMENTS, groups, me, None)


def _people(which: str, groups: Sequence[str], me: int, department: str | None) -> list[Person]:
    values = {"me": me, "groups": list(groups), "department": department}
    rows = sql().execute(PEOPLE.format(which=which), values).fetchall()
    return [
        Person(id_, name, Words(unit_zh, unit_en), Words(zh, en), holds, pinyin)
        for id_, name, unit_zh, unit_en, zh, en, holds, pinyin in rows
    ]


@dataclass(frozen=True, slots=True)
class Post:
    """A post to choose, with its unit."""

    key: str
    name: Words
    unit: Words


POSTS = """
select g.key, g.name_zh, g.name_en, d.name_zh, d.name_en from candidate_group g
join department d on d.id = g.department_id
where g.role = any(%s) and exists(select from membership m join app_user u on u.id = m.user_id and u.active
    where m.group_id = g.id)
order by d.id, g.key
"""


def posts(roles: Sequence[str]) -> list[Post]:
    """The posts of these roles that somebody has."""
    rows = sql().execute(POSTS, (list(roles),)).fetchall()
    return [Post(key, Words(zh, en), Words(unit_zh, unit_en)) for key, zh, en, unit_zh, unit_en in rows]
