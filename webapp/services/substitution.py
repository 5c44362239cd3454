"""AB岗: who stands in for whom, named ahead or on the day, ended by its last day or earlier.

Who stands in has the absent one's posts for that time (`identity.StandIn`), never those that the absent one borrows.
So nobody who is away stands in for others, and nobody stands in for one who stands in: no chain, and so no circle.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.catalogue import current_releases
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import LENT_ROLES, Identity
from webapp.permissions import Permission, PersonFacts, ensure
from webapp.services.events import Event
from webapp.services.locked_case import on_case
from webapp.services.notices import NoticeKind, notify
from webapp.unit_of_work import sql, unit_of_work

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Naming:
    """Who stands in for whom, from which day until which (both included). `groups`, `bundles` None: all."""

    absent_id: int
    stand_in_id: int
    from_on: date
    until_on: date
    reason: str
    groups: frozenset[str] | None = None
    bundles: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A substitution that is in force or to come."""

    absent_id: int
    absent: str
    stand_in_id: int
    stand_in: str
    from_on: date
    until_on: date
    groups: frozenset[str] | None
    bundles: frozenset[str] | None

    @property
    def days(self) -> Words:
        return Words(
            f"{self.from_on.isoformat()}至{self.until_on.isoformat()}",
            f"{self.from_on.isoformat()} to {self.until_on.isoformat()}",
        )


class NotAStandIn(ActRefused):
    """Who stands in is a colleague of the department with a post that handles cases."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            Words(
                "代办人应当是本部门在岗、有办件岗位的其他人员。",
                "Who stands in is somebody else of the department, at work, with a post that handles cases.",
            )
        )


class CircularSubstitution(ActRefused):
    """A for B while B for A: nobody would be there."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(
            Words(
                f"{standing.absent}在{standing.days.zh}由{standing.stand_in}代办：两人不能在同一时间互相代办，请另选代办人"
                "或者调整日期。",
                f"{standing.stand_in} stands in for {standing.absent} ({standing.days.en}): two people do not stand in"
                " for each other at the same time. Choose somebody else or other days.",
            )
        )


class ChainedSubstitution(ActRefused):
    """A chain: whoever stands in for a stand-in does not inherit what that one borrows."""

    def __init__(self, standing: Standing, *, stand_in_is_away: bool) -> None:
        who = standing.absent if stand_in_is_away else standing.stand_in
        zh = (
            f"所选代办人{who}在{standing.days.zh}本人不在岗，由{standing.stand_in}代办"
            if stand_in_is_away
            else f"{who}在{standing.days.zh}正为{standing.absent}代办"
        )
        en = (
            f"{who} is away then ({standing.days.en}), with {standing.stand_in} standing in"
            if stand_in_is_away
            else f"{who} stands in for {standing.absent} then ({standing.days.en})"
        )
        super().__init__(
            Words(
                f"{zh}：代办不能接连转托，代办人的代办人得不到原岗位。请另选代办人，或者先结束那一项代办。",
                f"{en}: standing in is not handed on, and who stands in for a stand-in gets nothing of it. Choose"
                " somebody else, or end that one first.",
            )
        )


class OverlappingSubstitution(ActRefused):
    """For the same posts somebody else stands in already."""

    def __init__(self, standing: Standing, posts: Words) -> None:
        super().__init__(
            Words(
                f"{standing.absent}的{posts.zh}在{standing.days.zh}已由{standing.stand_in}代办：同一岗位同一时间只有一人"
                "代办。请选其他岗位或者日期，或者先结束那一项代办。",
                f"{standing.stand_in} stands in for {standing.absent} already ({posts.en}, {standing.days.en}): one"
                " person stands in for a post at a time. Choose other posts or days, or end that one first.",
            )
        )


class AlreadyOver(ActRefused):
    """The substitution has ended."""

    def __init__(self) -> None:
        super().__init__(Words("该项代办已经结束。", "This substitution has ended already."))


PERSON = """
select u.id, u.name, u.active, d.key,
    coalesce(array_agg(g.key) filter (where g.role = any(%(lent)s)), '{}')
from app_user u join department d on d.id = u.department_id
left join membership m on m.user_id = u.id left join candidate_group g on g.id = m.group_id
where u.id = any(%(ids)s) group by u.id, d.key
"""
#: In the order of their ids: whoever names one of the two at the same time waits, so that no circle comes of it.
LOCKED = "select id from app_user where id = any(%s) order by id for no key update"
NEAR = """
select s.absent_id, a.name, s.stand_in_id, b.name, s.from_on, s.until_on, s.groups, s.bundles
from substitution s join app_user a on a.id = s.absent_id join app_user b on b.id = s.stand_in_id
where s.ended_at is null and s.from_on <= %(until)s and s.until_on >= %(from)s
    and (s.absent_id = any(%(ids)s) or s.stand_in_id = any(%(ids)s))
order by s.from_on, s.id
"""
NAMED = """
insert into substitution (absent_id, stand_in_id, from_on, until_on, groups, bundles, reason, named_by, named_at)
values (%(absent)s, %(stand_in)s, %(from)s, %(until)s, %(groups)s, %(bundles)s, %(reason)s, %(by)s, %(now)s)
returning id
"""


def name_stand_in(naming: Naming, *, by: Identity) -> int:
    """Say who stands in for whom. By the one who will be away, or by who leads their department.

    Who is concerned is told. Raises NotFound, NotYours, Incomplete, NotAStandIn, CircularSubstitution,
    ChainedSubstitution, OverlappingSubstitution.
    """
    with unit_of_work():
        ids = [naming.absent_id, naming.stand_in_id]
        sql().execute(LOCKED, (ids,))
        people = {row[0]: row for row in sql().execute(PERSON, {"ids": ids, "lent": list(LENT_ROLES)})}
        if naming.absent_id not in people:
            raise NotFound()
        _, absent, _, unit, posts = people[naming.absent_id]
        ensure(by, Permission.SUBSTITUTE_NAME, PersonFacts(naming.absent_id, unit))
        _ensure_complete(naming, posts)
        _ensure_stands_in(people.get(naming.stand_in_id), naming, unit)
        _ensure_free(naming)
        values: dict[str, Any] = {
            "absent": naming.absent_id,
            "stand_in": naming.stand_in_id,
            "from": naming.from_on,
            "until": naming.until_on,
            "groups": sorted(naming.groups) if naming.groups is not None else None,
            "bundles": sorted(naming.bundles) if naming.bundles is not None else None,
            "reason": naming.reason.strip(),
            "by": by.user_id,
            "now": clock.now(),
        }
        row = sql().execute(NAMED, values).fetchone()
        assert row is not None
        _tell(naming, absent, by)
        return int(row[0])


def _ensure_complete(naming: Naming, posts: Collection[str]) -> None:
    """Raises Incomplete with every fault of the form."""
    faults: list[tuple[str, Words]] = []
    if naming.from_on < clock.today(moments.OFFICE_ZONE):
        faults.append(("from_on", Words("不能从已过去的日期开始。", "It cannot begin on a day that is over.")))
    if naming.until_on < naming.from_on:
        faults.append(("until_on", Words("截止日期早于开始日期。", "It ends before it begins.")))
    if not posts:
        faults.append(("posts", Words("没有可以代办的岗位。", "There is no post to stand in for.")))
    elif naming.groups is not None and (not naming.groups or not naming.groups <= set(posts)):
        faults.append(("posts", Words("请选择本人的岗位。", "Choose posts that the absent person has.")))
    if naming.bundles is not None and (not naming.bundles or not naming.bundles <= current_releases().keys()):
        faults.append(("bundles", Words("请选择一件事。", "Choose bundles that there are.")))
    if not naming.reason.strip():
        faults.append(("reason", Words("请写明原因，例如休假、出差。", "Say why, for instance leave or travel.")))
    elif len(naming.reason) > LONGEST_REASON:
        faults.append(("reason", Words(f"原因不超过 {LONGEST_REASON} 个字。", f"At most {LONGEST_REASON} characters.")))
    if faults:
        first, *more = faults
        raise Incomplete(*first, *more)


def _ensure_stands_in(person: tuple[Any, ...] | None, naming: Naming, unit: str) -> None:
    if person is None or naming.stand_in_id == naming.absent_id:
        raise NotAStandIn()
    _, _, active, own_unit, posts = person
    if not active or own_unit != unit or not posts:
        raise NotAStandIn()


def _ensure_free(naming: Naming) -> None:
    """Raises CircularSubstitution, ChainedSubstitution, OverlappingSubstitution."""
    values = {"from": naming.from_on, "until": naming.until_on, "ids": [naming.absent_id, naming.stand_in_id]}
    near = [
        Standing(*row[:6], *(None if one is None else frozenset(one) for one in row[6:]))
        for row in sql().execute(NEAR, values)
    ]
    for one in near:
        if (one.absent_id, one.stand_in_id) == (naming.stand_in_id, naming.absent_id):
            raise CircularSubstitution(one)
    for one in near:
        if one.absent_id == naming.stand_in_id:
            raise ChainedSubstitution(one, stand_in_is_away=True)
        if one.stand_in_id == naming.absent_id:
            raise ChainedSubstitution(one, stand_in_is_away=False)
    for one in near:
        if (
            one.absent_id == naming.absent_id
            and _meet(one.groups, naming.groups)
            and _meet(one.bundles, naming.bundles)
        ):
            raise OverlappingSubstitution(one, _posts_of_both(one.groups, naming.groups))


def _meet(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    return one is None or other is None or not one.isdisjoint(other)


POSTS = """
select coalesce(string_agg(name_zh, '、' order by key), ''), coalesce(string_agg(name_en, ', ' order by key), '')
from candidate_group where key = any(%s)
"""


def _posts_of_both(one: frozenset[str] | None, other: frozenset[str] | None) -> Words:
    both = one & other if one is not None and other is not None else one or other
    if both is None:
        return Words("全部岗位", "all posts")
    row = sql().execute(POSTS, (sorted(both),)).fetchone()
    assert row is not None
    return Words(*row)


def _tell(naming: Naming, absent: str, by: Identity) -> None:
    """Who stands in is told, and who is away where somebody else named it."""
    facts = {"absent": absent, "from": naming.from_on.isoformat(), "until": naming.until_on.isoformat()}
    told = {naming.stand_in_id} - {by.user_id}
    notify(told, NoticeKind.STANDING_IN, case_id=None, task_id=None, facts=facts, now=clock.now())


ONE = """
select s.absent_id, s.until_on, s.ended_at, d.key, s.stand_in_id from substitution s
join app_user a on a.id = s.absent_id join department d on d.id = a.department_id
where s.id = %s for no key update of s
"""
ENDED = "update substitution set ended_at = %s, ended_by = %s, end_reason = %s where id = %s"


def end_stand_in(substitution_id: int, *, by: Identity, reason: str = "") -> None:
    """End it before its last day, from this moment on. Who was away has back what is open and was taken for them.

    Raises NotFound, NotYours, AlreadyOver.
    """
    with unit_of_work():
        row = sql().execute(ONE, (substitution_id,)).fetchone()
        if row is None:
            raise NotFound()
        absent_id, until_on, ended_at, unit, _ = row
        ensure(by, Permission.SUBSTITUTE_NAME, PersonFacts(absent_id, unit))
        if ended_at is not None or until_on < clock.today(moments.OFFICE_ZONE):
            raise AlreadyOver()
        sql().execute(ENDED, (clock.now(), by.user_id, reason.strip()[:LONGEST_REASON], substitution_id))
    give_back()


AT_ONCE = 100
#: Held for somebody for whom the holder once stood in, and does no longer.
OVER = """
t.state = 'open' and t.acting_for is not null
    and exists (select from substitution s where s.absent_id = t.acting_for and s.stand_in_id = t.assignee_id)
    and not exists (select from substitution s where s.absent_id = t.acting_for and s.stand_in_id = t.assignee_id
        and s.ended_at is null and s.from_on <= %(today)s and s.until_on >= %(today)s)
"""
HELD = f"select t.case_id, t.id from user_task t where {OVER} order by t.id limit {AT_ONCE}"
#: Back to who was away, where that person is still of the post; else to the post.
GIVEN_BACK = f"""
update user_task t set acting_for = null, revision = revision + 1, assignee_id = (
    select u.id from app_user u where u.id = t.acting_for and u.active and exists (
        select from membership m join candidate_group g on g.id = m.group_id
        where m.user_id = u.id and t.groups ? g.key))
where t.id = %(task)s and {OVER} returning t.assignee_id
"""


def give_back() -> int:
    """Give back what was held for somebody by a substitution that is over; returns how much. One case at a time."""
    values = {"today": clock.today(moments.OFFICE_ZONE)}
    with unit_of_work():
        held = sql().execute(HELD, values).fetchall()
    for case_id, task_id in held:
        with on_case(case_id) as case:
            row = sql().execute(GIVEN_BACK, {**values, "task": task_id}).fetchone()
            if row is not None:
                case.record(Event.STANDING_IN_ENDED, None, task=task_id, to=row[0])
    return len(held)
