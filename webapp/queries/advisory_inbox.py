"""协办 in the inbox: what colleagues ask of one (opinions, signatures, days of a visit), what one has asked, copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from webapp.catalogue import published
from webapp.errors import NotFound
from webapp.identity import Identity, bundle_of, holds_post
from webapp.permissions import Permission, may
from webapp.services.case_facts import case_facts
from webapp.services.separation import InConflict
from webapp.unit_of_work import sql

SHOWN = 100
COPIES_PAGE = 25


@dataclass(frozen=True, slots=True)
class AskedLine:
    """Something that a colleague asks, or that one has asked.

    `id`: the question's, or the task's of a signing, or the round's of days for a joint visit.
    """

    kind: str  # opinion | window | cosign | visit-days | mine
    id: int
    case_id: int
    task_id: int
    number: str
    subject: str
    item: Words
    task: Words
    question: str
    whom: Words
    by: str
    at: datetime
    waits: bool


#: Asked of each of the few rows: nothing declared of its case or item.
FREE_OF_CONFLICT = """not exists (select from declared_conflict d where d.case_id = t.case_id and d.user_id = %(me)s
        and d.withdrawn_at is null
        and (d.item_case_id is null or t.item_case_id is null or d.item_case_id = t.item_case_id))"""
_PLACE = """k.id, t.id, coalesce(k.number, ''), coalesce(nullif(k.subject_name, ''), k.applicant_name), k.release_id,
    ic.item_key, t.name_zh, t.name_en"""
_OF_TASK = f"""join user_task t on t.id = q.task_id and t.state = 'open' and {FREE_OF_CONFLICT}
join cases k on k.id = t.case_id
left join item_case ic on ic.id = t.item_case_id"""
_OPINION = f"""{_PLACE}, q.question, coalesce(w.name, g.name_zh, ''), coalesce(w.name, g.name_en, ''), a.name,
    q.asked_at, q.waits from opinion_request q {_OF_TASK} join app_user a on a.id = q.asked_by
left join app_user w on w.id = q.to_id left join candidate_group g on g.key = q.to_group"""
#: The rounds of days for a joint visit in which a post of one's own has not answered.
_ROUNDS = f"""select v.round_id from visit_asked v join visit_round r on r.id = v.round_id
        where v.settled_at is null and {holds_post("v.group_key", bundle_of("r.case_id"))}"""
ASKED = f"""
(select q.kind, q.id, {_OPINION} where q.ended_at is null and q.to_id = %(me)s)
union all
(select q.kind, q.id, {_OPINION} where q.ended_at is null and {holds_post("q.to_group", "k.bundle_key")})
union all
(select 'cosign', t.id, {_PLACE}, q.note, '', '', a.name, q.asked_at, true
    from cosigner c join cosign_round q on q.id = c.round_id and q.ended_at is null
        and (q.position = 'before' or q.digest <> '') {_OF_TASK} join app_user a on a.id = q.asked_by
    where c.user_id = %(me)s and c.verdict = '' and c.removed_at is null)
union all
(select 'visit-days', q.id, {_PLACE}, (select string_agg(distinct to_char(d.on_day, 'YYYY-MM-DD'), ', ')
        from visit_day d where d.round_id = q.id), '', '', a.name, q.asked_at, false
    from visit_round q {_OF_TASK} join app_user a on a.id = q.asked_by
    where q.id in ({_ROUNDS}))
order by 16 desc, 15 limit {SHOWN}
"""
MINE = f"""
select 'mine', q.id, {_OPINION} where q.ended_at is null and q.asked_by = %(me)s order by q.asked_at limit {SHOWN}
"""


def asked_of(by: Identity) -> list[AskedLine]:
    """What waits for this person's word: what holds an act back first."""
    return _lines(ASKED, by)


def asked_by(by: Identity) -> list[AskedLine]:
    """What this person has asked and nobody has answered."""
    return _lines(MINE, by)


def _lines(statement: str, by: Identity) -> list[AskedLine]:
    rows = sql().execute(statement, {**by.posts, "me": by.user_id}).fetchall()
    return [_line(row) for row in rows]


def _line(row: Sequence[Any]) -> AskedLine:
    kind, id_, case_id, task_id, number, subject, release, item_key, zh, en, question, *rest = row
    whom_zh, whom_en, by, at, waits = rest
    bundle = published(release).bundle
    item = bundle.item(item_key).name if item_key else bundle.name
    place = (case_id, task_id, number, subject, item, Words(zh, en))
    return AskedLine(kind, id_, *place, question, Words(whom_zh, whom_en), by, at, waits)


def asked_count(holds: Callable[[str, str], str]) -> str:
    """How much waits for one's word: a part of the statement that counts the inbox, with how it asks for posts."""
    return f"""
(select count(*) from opinion_request q join user_task t on t.id = q.task_id and t.state = 'open'
    and {FREE_OF_CONFLICT}
    where q.ended_at is null and (q.to_id = %(me)s or {holds("q.to_group", bundle_of("t.case_id"))}))
+ (select count(*) from cosigner c join cosign_round q on q.id = c.round_id and q.ended_at is null
    and (q.position = 'before' or q.digest <> '') join user_task t on t.id = q.task_id and t.state = 'open'
        and {FREE_OF_CONFLICT}
    where c.user_id = %(me)s and c.verdict = '' and c.removed_at is null)
+ (select count(distinct v.round_id) from visit_asked v join visit_round r on r.id = v.round_id
    join user_task t on t.id = r.task_id and t.state = 'open' and {FREE_OF_CONFLICT}
    where v.settled_at is null and {holds("v.group_key", bundle_of("t.case_id"))})
"""


def unread_count(holds: Callable[[str, str], str]) -> str:
    """The same of copies that one has not read, up to 100."""
    return f"""
(select count(*) from (select c.id from case_copy c
    where (c.to_id = %(me)s or ({holds("c.to_group", bundle_of("c.case_id"))} and c.sent_by <> %(me)s))
        and not exists (select from copy_read r where r.copy_id = c.id and r.user_id = %(me)s)
    order by c.id desc limit 100) unread)
"""


@dataclass(frozen=True, slots=True)
class OpinionPage:
    """A question as its addressee reads it. `may_open`: the case itself is theirs to see."""

    line: AskedLine
    is_open: bool
    outcome: str
    answer: str
    answered_by: str
    may_open: bool


OPINION = f"""
select q.kind, q.id, {_PLACE}, q.question, coalesce(w.name, g.name_zh, ''), coalesce(w.name, g.name_en, ''), a.name,
    q.asked_at, q.waits, t.state = 'open', q.outcome, q.answer, coalesce(n.name, ''),
    not {FREE_OF_CONFLICT}
from opinion_request q join user_task t on t.id = q.task_id join cases k on k.id = t.case_id
left join item_case ic on ic.id = t.item_case_id join app_user a on a.id = q.asked_by
left join app_user w on w.id = q.to_id left join candidate_group g on g.key = q.to_group
left join app_user n on n.id = q.answered_by
where q.id = %(id)s and (q.to_id = %(me)s or {holds_post("q.to_group", "k.bundle_key")} or q.asked_by = %(me)s)
"""


def opinion_page(request_id: int, by: Identity) -> OpinionPage:
    """For whom it was put to, and for who asked. Raises NotFound, InConflict."""
    values = {**by.posts, "id": request_id, "me": by.user_id}
    row = sql().execute(OPINION, values).fetchone()
    if row is None:
        raise NotFound()
    *line, task_open, outcome, answer, answered_by, in_conflict = row
    if in_conflict:
        raise InConflict()
    asked = _line(line)
    return OpinionPage(asked, task_open and not outcome, outcome, answer, answered_by, may_open_case(asked.case_id, by))


def may_open_case(case_id: int, by: Identity) -> bool:
    """Whether the person may open the case itself: being asked or told gives no right to it."""
    return may(by, Permission.CASE_SEE, case_facts(case_id))


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One copy to oneself, or to a post of one's own."""

    id: int
    case_id: int
    number: str
    subject: str
    item: Words
    task: Words
    done: bool  # the task has been done since
    note: str
    by: str
    at: datetime
    to: Words
    unread: bool


_COPY = f"""
select c.id, k.id, coalesce(k.number, ''), coalesce(nullif(k.subject_name, ''), k.applicant_name), k.release_id,
    ic.item_key, t.name_zh, t.name_en, t.state <> 'open', c.note, a.name, c.sent_at,
    coalesce(g.name_zh, ''), coalesce(g.name_en, ''),
    not exists (select from copy_read r where r.copy_id = c.id and r.user_id = %(me)s)
from case_copy c join user_task t on t.id = c.task_id join cases k on k.id = c.case_id
left join item_case ic on ic.id = t.item_case_id join app_user a on a.id = c.sent_by
left join candidate_group g on g.key = c.to_group
where (c.to_id = %(me)s or ({holds_post("c.to_group", "k.bundle_key")} and c.sent_by <> %(me)s))
"""
COPIES = f"{_COPY} and (%(before)s = 0 or c.id < %(before)s) order by c.id desc limit {COPIES_PAGE + 1}"
ONE_COPY = f"{_COPY} and c.id = %(id)s"


@dataclass(frozen=True, slots=True)
class CopyPage:
    """The latest first; `following`: the last one's id where there are more."""

    rows: tuple[CopyRow, ...]
    following: int | None


def copies_of(by: Identity, before: int = 0) -> CopyPage:
    """Copies to this person and their posts, the latest first."""
    values = {**by.posts, "me": by.user_id, "before": before}
    rows = [_copy(row) for row in sql().execute(COPIES, values).fetchall()]
    kept = tuple(rows[:COPIES_PAGE])
    return CopyPage(kept, kept[-1].id if len(rows) > COPIES_PAGE else None)


def copy_of(copy_id: int, by: Identity) -> CopyRow:
    """Raises NotFound for a copy to somebody else."""
    values = {**by.posts, "me": by.user_id, "id": copy_id}
    row = sql().execute(ONE_COPY, values).fetchone()
    if row is None:
        raise NotFound()
    return _copy(row)


def _copy(row: Sequence[Any]) -> CopyRow:
    id_, case_id, number, subject, release, item_key, zh, en, done, note, by, at, to_zh, to_en, unread = row
    bundle = published(release).bundle
    item = bundle.item(item_key).name if item_key else bundle.name
    return CopyRow(id_, case_id, number, subject, item, Words(zh, en), done, note, by, at, Words(to_zh, to_en), unread)
