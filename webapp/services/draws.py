"""双随机: the officers of a verification are drawn from those of the unit's post who may do it.

Who took part in granting (`services/took_part`), or declared a conflict, is not in the list. Seed and list are kept, so
that anyone can draw again and get the same (`engine.law.drawn`). An officer who cannot is replaced by a further draw
with its reason; who asks for a colleague to be replaced is not in that list, so that nobody brings in oneself.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from engine import Words
from engine.law import drawn
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.separation import InConflict
from webapp.services.tasks import ensure_step
from webapp.services.took_part import PART, REVIEWED, RULED, VERIFYING, part_values
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

CONFLICT, ABSENT, OTHER = "conflict", "absent", "other"
REASONS: Mapping[str, Words] = {
    CONFLICT: Words("与本案有利害关系（回避）", "has an interest in the case"),
    ABSENT: Words("因公外出、休假或者病假", "is away, on leave or ill"),
    OTHER: Words("其他原因", "another reason"),
}
#: Why somebody of the post was not in the list.
EXCLUDED: Mapping[str, Words] = {
    "conflict": Words("已申请回避", "declared a conflict"),
    RULED: Words("作出过决定", "ruled on it"),
    REVIEWED: Words("参加过审查", "took part in examining it"),
    "replaced": Words("已被替换", "was replaced"),
    "chosen": Words("已抽中", "is drawn already"),
    "asker": Words("提出替换的人", "asked for the replacement"),
}
SEED_BYTES = 16


class NotEnoughOfficers(ActRefused):
    """The post has not so many people who may verify this."""

    def __init__(self, wanted: int, found: int) -> None:
        super().__init__(
            Words(
                f"需要抽取{wanted}名核查人员，符合条件的只有{found}名：请为该岗位增加人员后再抽取。",
                f"{wanted} officers are to be drawn, only {found} qualify: give the post more people, then draw again.",
            )
        )


class NotDrawnYet(ActRefused):
    """This verification is done by officers who are drawn, and nobody has been."""

    def __init__(self) -> None:
        super().__init__(Words("核查人员尚未抽取，不能核查。", "No officers are drawn yet: nobody can verify."))


class NotDrawn(ActRefused):
    """Others were drawn for it."""

    status = 403

    def __init__(self, officers: Sequence[str]) -> None:
        super().__init__(
            Words(
                f"本次核查随机抽取的核查人员是{'、'.join(officers)}，应由其核查。",
                f"{', '.join(officers)} were drawn for this verification, and do it.",
            )
        )


@dataclass(frozen=True, slots=True)
class Draw:
    """The latest draw of an item case; `officers` are ids of who verifies after it."""

    number: int
    officers: tuple[int, ...]
    replaced: tuple[int, ...]


LATEST = """
select number, officers, (select coalesce(jsonb_agg(e.replaced_id), '[]') from verification_draw e
    where e.item_case_id = d.item_case_id and e.replaced_id is not null)
from verification_draw d where d.item_case_id = %s order by d.number desc limit 1
"""


def latest_draw(item_case_id: int) -> Draw | None:
    """None: nobody was drawn for this item."""
    row = sql().execute(LATEST, (item_case_id,)).fetchone()
    return None if row is None else Draw(row[0], tuple(row[1]), tuple(row[2]))


OF_POST = f"""
select u.id, case
    when exists(select from declared_conflict c where c.case_id = %(case)s and c.user_id = u.id
        and c.withdrawn_at is null) then 'conflict'
    else ({PART.format(who="u.id")}) end
from app_user u where u.active and exists(select from membership m join candidate_group g on g.id = m.group_id
    where m.user_id = u.id and g.key = any(%(groups)s))
order by u.id
"""
DRAWN = """
insert into verification_draw (item_case_id, number, seed, candidates, excluded, wanted, drawn, officers, replaced_id,
    reason_kind, reason, by_id, at)
values (%(item)s, %(number)s, %(seed)s, %(candidates)s::jsonb, %(excluded)s::jsonb, %(wanted)s, %(drawn)s::jsonb,
    %(officers)s::jsonb, %(replaced)s, %(kind)s, %(reason)s, %(by)s, %(now)s)
"""


#: Whose work it is from this draw on, beside the draws, which stay.
OFFICERS = """
with gone as (delete from drawn_officer where item_case_id = %(item)s and not user_id = any(%(officers)s::bigint[]))
insert into drawn_officer (item_case_id, user_id) select %(item)s, unnest(%(officers)s::bigint[]) on conflict do nothing
"""
#: The verification has ended: it is nobody's work any more.
NOBODYS = "delete from drawn_officer where item_case_id = %(verified_item)s"
#: In the inbox of the post, so that who was drawn finds the task.
TOLD = """
insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)
select %(case)s, %(item)s, g, %(zh)s, %(en)s, %(now)s from unnest(%(groups)s::text[]) g
"""


def draw_officers(
    case: LockedCase, item_case_id: int, groups: Sequence[str], wanted: int, *, by: Identity | None
) -> None:
    """Draw the officers of an item's verification; nothing where they are drawn already. Raises NotEnoughOfficers."""
    if latest_draw(item_case_id) is None:
        _draw(case, item_case_id, groups, wanted, by=by)


@dataclass(frozen=True, slots=True)
class Replacement:
    """Whom a further draw replaces, and why (a key of REASONS, and words)."""

    officer: int
    kind: str
    reason: str


def _draw(
    case: LockedCase,
    item_case_id: int,
    groups: Sequence[str],
    wanted: int,
    *,
    by: Identity | None,
    before: Draw | None = None,
    replaces: Replacement | None = None,
) -> None:
    part = part_values(case.id, item_case_id, case.rules.profile.verification.separation)
    rows = sql().execute(OF_POST, {**part, "groups": list(groups)}).fetchall()
    excluded: list[tuple[int, str]] = []
    candidates: list[int] = []
    for user, why in rows:
        said = why or _excluded_by(user, by, before, replaces)
        if said:
            excluded.append((user, said))
        else:
            candidates.append(user)
    if len(candidates) < wanted:
        raise NotEnoughOfficers(wanted, len(candidates))
    seed = secrets.token_hex(SEED_BYTES)
    new = drawn(seed, candidates, wanted)
    stay = tuple(one for one in before.officers if replaces is None or one != replaces.officer) if before else ()
    number = before.number + 1 if before else 1
    values: dict[str, Any] = {
        "item": item_case_id,
        "number": number,
        "seed": seed,
        "wanted": wanted,
        "replaced": replaces.officer if replaces else None,
        "kind": replaces.kind if replaces else "",
        "reason": replaces.reason if replaces else "",
        "by": by.user_id if by else None,
        "now": case.now,
    }
    lists = {"candidates": candidates, "excluded": excluded, "drawn": new, "officers": [*stay, *new]}
    sql().execute(DRAWN, {**values, **{name: orjson.dumps(one).decode() for name, one in lists.items()}})
    sql().execute(OFFICERS, {"item": item_case_id, "officers": [*stay, *new]})
    names = names_of([*stay, *new])
    told = {"zh": f"事后核查抽中{'、'.join(names)}", "en": f"Drawn to verify: {', '.join(names)}"}
    sql().execute(TOLD, {"case": case.id, "item": item_case_id, "groups": list(groups), "now": case.now, **told})
    case.record(
        Event.OFFICERS_DRAWN,
        by,
        item=item_case_id,
        draw=number,
        seed=seed,
        candidates=candidates,
        officers=[*stay, *new],
        replaced=values["replaced"],
    )


def _excluded_by(user: int, by: Identity | None, before: Draw | None, replaces: Replacement | None) -> str:
    if before is None or replaces is None:
        return ""
    if user in before.replaced or user == replaces.officer:
        return "replaced"
    if user in before.officers:
        return "chosen"
    return "asker" if by is not None and user == by.user_id else ""


def ensure_may_verify(task: OpenTask, by: Identity) -> None:
    """Raises InConflict, NotDrawnYet, NotDrawn: by the method that the place lays down for the item."""
    ensure_no_conflict(task, by)
    assert task.item_case_id is not None
    assert task.item_key is not None
    if not task.case.rules.profile.verification.method(task.item_key).is_drawn:
        return
    draw = latest_draw(task.item_case_id)
    if draw is None:
        raise NotDrawnYet()
    if by.user_id not in draw.officers:
        raise NotDrawn(names_of(draw.officers))


CONFLICTED = """
select exists(select from declared_conflict where case_id = %s and user_id = %s and withdrawn_at is null)
"""


def ensure_no_conflict(task: OpenTask, by: Identity) -> None:
    """Raises InConflict."""
    row = sql().execute(CONFLICTED, (task.case.id, by.user_id)).fetchone()
    if row and row[0]:
        raise InConflict()


def names_of(users: Sequence[int]) -> list[str]:
    """The names of people, in the order of the ids."""
    rows = sql().execute("select id, name from app_user where id = any(%s)", (list(users),)).fetchall()
    known: dict[int, str] = dict(rows)
    return [known.get(user, "") for user in users]


def draw_now(task_id: int, *, by: Identity, key: str) -> None:
    """Draw for a verification that began without a draw (the rule is younger, or its diagram older).

    Raises NotEnoughOfficers, and Incomplete where the item is not verified by officers who are drawn.
    """
    with on_task(task_id, by, permission=Permission.TASK_SEE, key=key) as task:
        ensure_step(task, *VERIFYING)
        assert task.item_case_id is not None
        assert task.item_key is not None
        if not task.case.rules.profile.verification.method(task.item_key).is_drawn:
            raise Incomplete("draw", Words("该事项不采用随机抽取。", "The officers of this item are not drawn."))
        draw_officers(task.case, task.item_case_id, sorted(task.groups), task.participants, by=by)
        _page_is_old(task)


SIGNED = "select exists(select from participant where task_id = %s and user_id = %s)"
DECLARED = """
insert into declared_conflict (case_id, user_id, reason, at) values (%s, %s, %s, %s) on conflict do nothing
"""


def step_aside(task_id: int, *, by: Identity, officer: int, kind: str, reason: str, key: str) -> None:
    """An officer does not verify this: declared a conflict, or cannot; who was drawn is replaced by a further draw.

    A conflict is declared by oneself. Raises Incomplete (no reason, signed already, nothing to replace),
    NotEnoughOfficers.
    """
    with on_task(task_id, by, permission=Permission.TASK_SEE, key=key) as task:
        ensure_step(task, *VERIFYING)
        assert task.item_case_id is not None
        case = task.case
        _ensure_reason(kind, reason)
        if kind == CONFLICT and officer != by.user_id:
            raise Incomplete("kind", Words("回避应当由本人提出。", "A conflict is declared by oneself."))
        row = sql().execute(SIGNED, (task.id, officer)).fetchone()
        if row and row[0]:
            raise Incomplete("officer", Words("该人员已经签字。", "This officer has signed already."))
        if kind == CONFLICT:
            sql().execute(DECLARED, (case.id, officer, reason.strip(), case.now))
            case.record(Event.CONFLICT_DECLARED, by, item=task.item_case_id, officer=officer)
        draw = latest_draw(task.item_case_id)
        if draw is not None and officer in draw.officers:
            replaces = Replacement(officer, kind, reason.strip())
            groups = sorted(task.groups)
            _draw(case, task.item_case_id, groups, 1, by=by, before=draw, replaces=replaces)
        elif kind != CONFLICT:
            raise Incomplete("officer", Words("该人员没有被抽中。", "This officer was not drawn."))
        _page_is_old(task)


def _ensure_reason(kind: str, reason: str) -> None:
    if kind not in REASONS:
        raise Incomplete("kind", Words("请选择原因。", "Choose the reason."))
    if not reason.strip():
        raise Incomplete("aside_reason", Words("请写明原因。", "Say why."))


def _page_is_old(task: OpenTask) -> None:
    sql().execute("update user_task set revision = revision + 1 where id = %s", (task.id,))
