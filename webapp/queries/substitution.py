"""Who stands in for whom: one's own, and for who leads the department all of its people's; and who may be named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.catalogue import current_releases, published
from webapp.errors import NotFound
from webapp.identity import LENT_ROLES, Identity
from webapp.permissions import Permission, PersonFacts, ensure, may
from webapp.queries.release_names import names_in_force
from webapp.unit_of_work import sql

#: Of what is over, so many.
HISTORY = 50


@dataclass(frozen=True, slots=True)
class SubstitutionLine:
    """One substitution. `state`: "now", "ahead", "over" (by its last day) or "ended" (before it)."""

    id: int
    absent: str
    stand_in: str
    from_on: date
    until_on: date
    posts: tuple[Words, ...]  # none: all
    bundles: tuple[Words, ...]  # none: all
    reason: str
    named_by: str
    named_at: datetime
    ended_by: str
    ended_at: datetime | None
    end_reason: str
    state: str
    may_end: bool
    rules: bool  # the posts rule, and who stands in has no authorisation of their own: rulings wait


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the department who handles cases."""

    id: int
    name: str
    title: Words
    pinyin: str


@dataclass(frozen=True, slots=True)
class NamingPage:
    """What the form offers for one absent person."""

    absent: Colleague
    absentees: tuple[Colleague, ...]  # for whom `by` may name somebody
    stand_ins: tuple[Colleague, ...]
    posts: tuple[tuple[str, Words], ...]
    bundles: tuple[tuple[str, Words], ...]
    current: tuple[SubstitutionLine, ...]
    history: tuple[SubstitutionLine, ...]


COLLEAGUES = """
select u.id, u.name, u.title_zh, u.title_en, u.name_pinyin from app_user u join department d on d.id = u.department_id
where d.key = %(unit)s and u.active and exists (select from membership m join candidate_group g on g.id = m.group_id
    where m.user_id = u.id and g.role = any(%(lent)s))
order by u.name_pinyin, u.id limit 500
"""
POSTS = """
select g.key, g.name_zh, g.name_en from membership m join candidate_group g on g.id = m.group_id
where m.user_id = %(absent)s and g.role = any(%(lent)s) order by g.key
"""
LINES = f"""
select s.id, a.name, b.name, s.from_on, s.until_on, s.groups, s.bundles, s.reason, n.name, s.named_at,
    coalesce(e.name, ''), s.ended_at, s.end_reason, a.id, b.authorisation_number is null and exists (
        select from membership m join candidate_group g on g.id = m.group_id
        where m.user_id = a.id and g.role = 'decider' and (s.groups is null or g.key = any(s.groups)))
from substitution s
join app_user a on a.id = s.absent_id join app_user b on b.id = s.stand_in_id join app_user n on n.id = s.named_by
left join app_user e on e.id = s.ended_by
join department d on d.id = a.department_id
where (%(me)s in (s.absent_id, s.stand_in_id) or (d.key = %(unit)s and %(leads)s))
    and (s.ended_at is null and s.until_on >= %(today)s) = %(current)s
order by case when %(current)s then s.from_on end, s.until_on desc, s.id desc limit {HISTORY}
"""


def naming_page(by: Identity, absent_id: int | None = None) -> NamingPage:
    """The page for naming who stands in for `absent_id` (oneself, where nobody is named). Raises NotFound, NotYours."""
    values = {"unit": by.department_key, "lent": list(LENT_ROLES)}
    colleagues = tuple(_colleague(*row) for row in sql().execute(COLLEAGUES, values))
    wanted = by.user_id if absent_id is None else absent_id
    absent = next((one for one in colleagues if one.id == wanted), None)
    if absent is None:
        raise NotFound()
    ensure(by, Permission.SUBSTITUTE_NAME, PersonFacts(absent.id, by.department_key))
    leads = may(by, Permission.SUBSTITUTE_NAME, PersonFacts(0, by.department_key))
    posts = sql().execute(POSTS, {**values, "absent": absent.id}).fetchall()
    return NamingPage(
        absent,
        colleagues if leads else (absent,),
        tuple(one for one in colleagues if one.id != absent.id),
        tuple((key, Words(zh, en)) for key, zh, en in posts),
        tuple((one.key, name) for one, name in names_in_force().items()),
        substitutions_for(by, leads=leads, current=True),
        substitutions_for(by, leads=leads, current=False),
    )


def _colleague(id_: int, name: str, zh: str, en: str, pinyin: str) -> Colleague:
    return Colleague(id_, name, Words(zh, en), pinyin)


def substitutions_for(by: Identity, *, leads: bool, current: bool) -> tuple[SubstitutionLine, ...]:
    """One's own and, for who leads, the department's: those in force and to come, or what is over."""
    today = clock.today(moments.OFFICE_ZONE)
    values = {"me": by.user_id, "unit": by.department_key, "leads": leads, "today": today, "current": current}
    rows = sql().execute(LINES, values).fetchall()
    posts = _named({key for row in rows for key in row[5] or ()})
    return tuple(_line(row, posts, today, by) for row in rows)


def _line(row: Sequence[Any], posts: dict[str, Words], today: date, by: Identity) -> SubstitutionLine:
    id_, absent, stand_in, from_on, until_on, groups, bundles, *told, absent_id, unauthorised = row
    reason, named_by, named_at, ended_by, ended_at, end_reason = told
    state = "ended" if ended_at else "over" if until_on < today else "ahead" if from_on > today else "now"
    return SubstitutionLine(
        id_,
        absent,
        stand_in,
        from_on,
        until_on,
        tuple(posts.get(key, Words(key, key)) for key in groups or ()),
        tuple(_bundle_name(key) for key in bundles or ()),
        reason,
        named_by,
        named_at,
        ended_by,
        ended_at,
        end_reason,
        state,
        state in ("now", "ahead") and may(by, Permission.SUBSTITUTE_NAME, PersonFacts(absent_id, by.department_key)),
        unauthorised,
    )


def _named(keys: set[str]) -> dict[str, Words]:
    if not keys:
        return {}
    rows = sql().execute("select key, name_zh, name_en from candidate_group where key = any(%s)", (sorted(keys),))
    return {key: Words(zh, en) for key, zh, en in rows}


def _bundle_name(key: str) -> Words:
    release = current_releases().get(key)
    return published(release).bundle.name if release else Words(key, key)
