"""What a bulk act would do with each task that was chosen, and why some are left out.

All that is known beforehand is read in one statement for all of them; the command of each row asks again, under the
lock of its case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from engine.bundles import ChecklistPoint, Item, ItemKind, separation_at
from webapp import moments
from webapp.catalogue import RULES_OF_CASE, Published, arranged, rules_of
from webapp.errors import NotAuthorised
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, may
from webapp.services.bulk import GONE, BulkActKind, Chosen
from webapp.services.commitments import COMMITMENT
from webapp.services.events import ACT_WORDS
from webapp.services.reviews import GRANT
from webapp.services.separation import CONFLICTED, PARTS, InConflict, barred_steps, refusal_for
from webapp.services.tasks import RULING_STEPS, gives_way
from webapp.services.tolerance_terms import AWAITED
from webapp.services.visited_items import NEVER, visit_mode
from webapp.unit_of_work import sql

SHARED = Words("由多人共同签字，没有单独的办理人。", "Several persons sign it; it has no single holder.")
SUSPENDED = Words("流程已挂起。", "The process is suspended.")
MINE = Words("已在您手上。", "You have it already.")
NOT_MINE = Words("不在您手上，认领后才能办理。", "You do not have it: claim it first.")
OUT = Words("已委派同事准备，收回后再办理。", "It is with a colleague who prepares it; call it back first.")
WAITS = Words("正在等待意见或者会签，须单独办理。", "It waits for opinions or signatures.")
NOT_LED = Words("不是您负责的部门的任务。", "It is not a task of the department that you lead.")
NO_RULING = Words("此环节不是作出决定的环节。", "This step does not rule.")
NOT_PLAIN = Words(
    "只有即办件和备案可以批量办理，此事项应当逐件决定。",
    "Only what is decided at once and filings are ruled on in bulk: decide this one by itself.",
)
VISITED = Words("此事项可能需要现场核查，应当逐件决定。", "The item may need a site visit: decide this one by itself.")
AWAITS = Words("容缺的材料还没有补齐，不能准予。", "What was to follow is not complete: it cannot be granted yet.")
NOT_OWNER = Words("此事项由其他单位决定。", "Another unit decides this item.")
NOT_ALL_MET = Words(
    "审查没有建议准予，或者审查要点没有逐项符合，应当逐件决定。",
    "The review did not propose to grant, or not every point was met: decide this one by itself.",
)
OTHER_LIST = Words(
    "事项类别、环节或者审查要点与其他各件不同，请另外办理。",
    "Its kind, step or points are not those of the others: rule on it separately.",
)
BARRED = Words("办理过须由他人办理的环节（职责分离）。", "A step was done that has to be somebody else's.")


@dataclass(frozen=True, slots=True)
class Taker:
    """The member of staff who is to get the tasks."""

    id: int
    name: str
    groups: frozenset[str]
    authorised: bool
    pinyin: str


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One chosen task as it is now."""

    task_id: int
    state: str
    step: str
    process: str
    element: str
    name: Words
    groups: frozenset[str]
    holder_id: int | None
    holder: str
    held_for: int | None
    revision: int
    participants: int
    waits: int
    case_id: int
    number: str
    subject: str
    bundle: str
    suspended: bool
    item_case_id: int | None
    item_key: str | None
    way: str
    release: Published
    profile: Any
    parts: Sequence[Sequence[Any]]
    conflicted: Sequence[int]
    tolerance: str
    given_out: bool
    of_department: bool
    closed: Words  # who did what, when, of one that is no longer open
    reviewed: tuple[str, Mapping[str, str]] | None  # the last review: what it proposed, the mark of each point

    @property
    def facts(self) -> TaskFacts:
        return TaskFacts(self.groups, self.holder_id, self.state, self.bundle)

    @property
    def item(self) -> Item | None:
        return self.release.bundle.item(self.item_key) if self.item_key else None

    @property
    def points(self) -> tuple[ChecklistPoint, ...]:
        """What is gone through at this step: who commits is asked for nothing, a filing was gone through before."""
        item = self.item
        return item.checklist if item and self.step == "immediate" and self.way != COMMITMENT else ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Which rows the act would be carried out on, and which are left out, with the reason; in the order chosen.

    `points`: what is confirmed for all of `kept` where they are ruled on. `held`: whether somebody has one of them.
    """

    kept: tuple[BulkRow, ...] = ()
    left_out: tuple[tuple[BulkRow | None, int, Words], ...] = ()
    points: tuple[ChecklistPoint, ...] = ()
    people: tuple[Taker, ...] = ()

    @property
    def held(self) -> bool:
        return any(row.holder_id is not None for row in self.kept)


ROWS = f"""
select t.id, t.state, t.step, t.process, t.element, t.name_zh, t.name_en, t.groups, t.assignee_id,
    coalesce(h.name, ''), t.acting_for, t.revision, t.participants, t.waits, k.id, coalesce(k.number, ''),
    coalesce(nullif(k.subject_name, ''), k.applicant_name), k.bundle_key, k.suspended_at is not null,
    ic.id, ic.item_key, coalesce(ic.way, ''), i.release_id, {RULES_OF_CASE},
    {PARTS.format(item="t.item_case_id")}, {CONFLICTED},
    coalesce((select x.state from tolerance x where x.item_case_id = t.item_case_id), ''),
    exists(select from delegation d where d.task_id = t.id and d.ended_at is null),
    exists(select from candidate_group g join department d on d.id = g.department_id
        where t.groups ? g.key and d.key = %(department)s),
    coalesce(c.name, ''), t.act, t.closed_at,
    (select jsonb_build_array(r.conclusion, r.checklist) from review r
        where r.item_case_id = t.item_case_id and r.withdrawn_at is null and r.step in ('review', 'upper-review')
        order by r.id desc limit 1)
from user_task t
join cases k on k.id = t.case_id
join process_instance i on i.id = t.instance_id
left join item_case ic on ic.id = t.item_case_id
left join app_user h on h.id = t.assignee_id
left join app_user c on c.id = t.closed_by
where t.id = any(%(tasks)s)
"""
TAKERS = """
select u.id, u.name, u.authorisation_number is not null,
    (select coalesce(jsonb_agg(g.key), '[]') from membership m join candidate_group g on g.id = m.group_id
        where m.user_id = u.id), u.name_pinyin
from app_user u join department d on d.id = u.department_id
where u.active and d.key = %(department)s
    and exists (select from membership m where m.user_id = u.id)
order by u.name_pinyin, u.id limit 500
"""


def plan_of(act: BulkActKind, chosen: Sequence[Chosen], *, by: Identity, to: int | None = None) -> Plan:
    """What `act` would do with each of these tasks now. `to`: who is to get them, where they are assigned."""
    values = {"tasks": [one.task_id for one in chosen], "department": by.department_key}
    found = {row.task_id: row for row in map(_row, sql().execute(ROWS, values).fetchall())}
    everybody = takers(by) if act is BulkActKind.ASSIGN else ()
    groups = {group for row in found.values() for group in row.groups}
    people = tuple(one for one in everybody if not one.groups.isdisjoint(groups))
    taker = next((one for one in everybody if one.id == to), None)
    kept: list[BulkRow] = []
    left_out: list[tuple[BulkRow | None, int, Words]] = []
    for one in chosen:
        row = found.get(one.task_id)
        if row is None or not _is_seen(row, act, by):
            left_out.append((None, one.task_id, GONE))
        elif why := _why_not(act, row, one, by, taker):
            left_out.append((row, one.task_id, why))
        else:
            kept.append(row)
    points: tuple[ChecklistPoint, ...] = ()
    if act is BulkActKind.RULE and kept:
        kept, others = _alike(kept)
        left_out += [(row, row.task_id, OTHER_LIST) for row in others]
        points = kept[0].points
    return Plan(tuple(kept), tuple(left_out), points, people)


def takers(by: Identity) -> tuple[Taker, ...]:
    """The people of `by`'s department who have a post."""
    rows = sql().execute(TAKERS, {"department": by.department_key}).fetchall()
    return tuple(
        Taker(id_, name, frozenset(posts), authorised, pinyin) for id_, name, authorised, posts, pinyin in rows
    )


def _row(row: Sequence[Any]) -> BulkRow:
    id_, state, step, process, element, zh, en, groups, holder_id, holder, held_for, *more = row
    revision, signers, waits, *of_case = more
    case, number, subject, bundle, suspended, item_case, item_key, way, release_id, versions, *rest = of_case
    parts, conflicted, tolerance, out, own, closed_by, act, closed_at, reviewed = rest
    profile = rules_of(tuple(versions or ())).profile
    head = [id_, state, step, process, element, Words(zh, en), frozenset(groups), holder_id, holder, held_for]
    of_task = [revision, signers, waits, case, number, subject, bundle, suspended, item_case, item_key, way]
    closed = _closed(closed_by, act, closed_at) if state == "completed" else CANCELLED
    found = [arranged(release_id, profile), profile, parts or (), conflicted or (), tolerance, out, own, closed]
    found.append((reviewed[0], reviewed[1] or {}) if reviewed else None)
    facts: list[Any] = [*head, *of_task, *found]
    return BulkRow(*facts)


CANCELLED = Words("已撤销。", "It was withdrawn.")


def _closed(who: str, act: str, at: datetime) -> Words:
    done, when = ACT_WORDS.get(act, ACT_WORDS["done"]), moments.shown(at)
    return Words(f"已由{who or '系统'}于{when}办理：{done.zh}。", f"{who or '系统'} did it at {when}: {done.en}.")


def _is_seen(row: BulkRow, act: BulkActKind, by: Identity) -> bool:
    if may(by, Permission.TASK_SEE, row.facts):
        return True
    return act is BulkActKind.ASSIGN and row.of_department and may(by, Permission.TASK_ASSIGN)


def _why_not(act: BulkActKind, row: BulkRow, chosen: Chosen, by: Identity, taker: Taker | None) -> Words | None:
    """Why a row is left out; None: it is not, as far as that is known beforehand."""
    if row.state != "open":
        return row.closed
    if row.suspended:
        return SUSPENDED
    if row.participants > 1:
        return SHARED
    if row.revision != chosen.revision:
        return _changed(row)
    if act is BulkActKind.CLAIM:
        return _not_claimed(row, by)
    if act is BulkActKind.RELEASE:
        return NOT_MINE if row.holder_id != by.user_id else OUT if row.given_out else None
    if act is BulkActKind.ASSIGN:
        return _not_assigned(row, by, taker)
    return _not_ruled(row, by)


def _changed(row: BulkRow) -> Words:
    if row.holder:
        return Words(f"清单打开以后有了变化，现由{row.holder}办理。", f"It has changed since; {row.holder} has it now.")
    return Words("清单打开以后有了变化，现在无人认领。", "It has changed since; nobody has it now.")


def _not_claimed(row: BulkRow, by: Identity) -> Words | None:
    if row.holder_id == by.user_id:
        return MINE
    absent = gives_way(by, row.holder_id, row.groups, row.bundle)
    if row.holder_id is not None and absent is None and row.held_for != by.user_id:
        return Words(f"由{row.holder}办理。", f"{row.holder} has it.")
    if row.step in RULING_STEPS and not by.authorisation_number:
        return NotAuthorised().words
    return _barred(row, by)


def _not_assigned(row: BulkRow, by: Identity, taker: Taker | None) -> Words | None:
    if not (row.of_department and may(by, Permission.TASK_ASSIGN)):
        return NOT_LED
    if taker is None:
        return None
    if row.holder_id == taker.id:
        return Words(f"已由{taker.name}办理。", f"{taker.name} has it already.")
    if taker.groups.isdisjoint(row.groups):
        return Words(f"{taker.name}不在此任务的岗位上。", f"{taker.name} has no post that may do it.")
    if row.step in ("decide", "immediate") and not taker.authorised:
        return Words(f"{taker.name}没有登记授权编号。", f"No authorisation is recorded for {taker.name}.")
    if taker.id in row.conflicted:
        return Words(f"{taker.name}已申请回避。", f"{taker.name} declared a conflict.")
    return BARRED if _steps_of(row, [taker.id]) else None


def _not_ruled(row: BulkRow, by: Identity) -> Words | None:
    """Only what is plain is ruled on in bulk: decided at once or filed, by papers alone, each point met."""
    item = row.item
    if item is None or row.step not in ("decide", "immediate"):
        return NO_RULING
    if not (item.immediate or item.kind is ItemKind.FILING):
        return NOT_PLAIN
    if visit_mode(row.release, item) != NEVER:
        return VISITED
    if row.holder_id != by.user_id or not may(by, Permission.ITEM_RULE, row.facts):
        return NOT_MINE
    if not by.authorisation_number:
        return NotAuthorised().words
    if item.department != by.department_key:
        return NOT_OWNER
    if row.waits or row.given_out:
        return WAITS
    if row.tolerance in AWAITED:
        return AWAITS
    if row.step == "decide" and not _all_met(row, item):
        return NOT_ALL_MET
    return _barred(row, by)


def _all_met(row: BulkRow, item: Item) -> bool:
    if row.reviewed is None:
        return False
    proposed, marks = row.reviewed
    return proposed == GRANT and all(marks.get(point.key) == "pass" for point in item.checklist)


def _barred(row: BulkRow, by: Identity) -> Words | None:
    """As the act itself would be refused: by a declared conflict, or by what this person did before."""
    if by.user_id in row.conflicted:
        return InConflict().words
    absent = gives_way(by, row.holder_id, row.groups, row.bundle)
    persons = [by.user_id, *([absent.absent_id] if absent else [])]
    if barred := _steps_of(row, persons):
        return refusal_for(row.step, barred, row.release, row.profile, row.item_key).words
    return None


def _steps_of(row: BulkRow, persons: Sequence[int]) -> frozenset[str]:
    rule = separation_at(row.release.program, row.process, row.element, row.step)
    return barred_steps(rule, row.parts, persons, row.case_id, row.item_case_id)


def _alike(rows: Sequence[BulkRow]) -> tuple[list[BulkRow], list[BulkRow]]:
    """Those of the kind, step and points that most of them have; and the others."""
    signs = [_sign(row) for row in rows]
    usual = max(Counter(signs).items(), key=lambda one: (one[1], -signs.index(one[0])))[0]
    return (
        [row for row, sign in zip(rows, signs, strict=True) if sign == usual],
        [row for row, sign in zip(rows, signs, strict=True) if sign != usual],
    )


def _sign(row: BulkRow) -> tuple[Any, ...]:
    item = row.item
    assert item is not None
    points = tuple((point.key, point.text.zh) for point in item.checklist)
    return (item.kind, item.code, row.step, row.way == COMMITMENT, points)
