"""征询核查日期: who arranges a joint visit puts days to the units that take part, and fixes one of them.

Units are the posts that review the visited items, and the posts of the visit itself but the one that arranges. They
answer per day (`visit_day_answers`). No silence is consent, and no answer binds: a day that somebody cannot is fixed
with a reason. Asking again is a new round; an appointment that holds stands until another is made.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine import Words
from webapp import moments
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.appointments import (
    LATER,
    MORNING,
    NOON,
    OPEN_ROUND,
    PARTS,
    Told,
    asked_last,
    ensure_arranges,
    keep_appointment,
    part_of,
    said_of,
)
from webapp.services.beside import digest, members, said, tell
from webapp.services.events import Event
from webapp.services.notices import NoticeKind
from webapp.services.page_keys import remember
from webapp.services.visited_items import visited_items
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

MOST_DAYS = 10
#: How far ahead days are put to the units.
FURTHEST = timedelta(days=366)
FIXED, CALLED_OFF, REPLACED = "fixed", "called-off", "replaced"


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which the visit could be. `part`: morning | afternoon."""

    on_day: date
    part: str


class NobodyToAsk(ActRefused):
    """The visit is for the arranging post alone."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "除您所在的岗位外没有其他单位参加核查，不需要征询日期，请直接约定时间。",
                "No unit but your own takes part in the visit: there is nobody to ask for a day. Appoint it directly.",
            )
        )


class NothingAsked(ActRefused):
    """The round of the page is over: another was begun, a day was fixed, or it was called off."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "这一轮日期征询已经结束，请重新打开页面。",
                "This round of asking for a day is over. Open the page again.",
            )
        )


ROUND = """
insert into visit_round (case_id, task_id, note, asked_by, asked_at) values (%s, %s, %s, %s, %s) returning id
"""
DAYS = "insert into visit_day (round_id, on_day, part) select %s, d, p from unnest(%s::date[], %s::text[]) as r(d, p)"
ASKED = "insert into visit_asked (round_id, group_key, item_case_ids) values (%s, %s, %s)"


def ask_days(task_id: int, days: Sequence[Day], *, by: Identity, note: str, key: str) -> int:
    """Put these days to every unit that takes part; returns the round's id. An open round is over with it.

    Raises Incomplete (visit_days, days_note), NobodyToAsk, VisitRecorded, InConflict, and as `on_task` does.
    """
    with on_task(task_id, by, permission=Permission.TASK_SEE) as task:
        ensure_arranges(task, by)
        remember(by, key, task.case.now, f"visit-days:{task_id}")  # not the act: what was typed of it stays
        proposed = _proposed(days, task.case.now)
        about = said(note, "days_note")
        units = _units(task, by)
        if not units:
            raise NobodyToAsk()
        _end_open(task, by, REPLACED)
        row = sql().execute(ROUND, (task.case.id, task.id, about, by.user_id, task.case.now)).fetchone()
        assert row is not None
        round_id = int(row[0])
        sql().execute(DAYS, (round_id, [one.on_day for one in proposed], [one.part for one in proposed]))
        for group, item_cases in units.items():
            sql().execute(ASKED, (round_id, group, item_cases))
        put = [f"{one.on_day.isoformat()}/{one.part}" for one in proposed]
        facts = {"task": task.id, "round": round_id, "days": put, "groups": list(units), "note": digest(about)}
        task.case.record(Event.VISIT_DAYS_ASKED, by, **facts)
        tell(task, NoticeKind.VISIT_DAYS_ASKED, members(units), by)
    return round_id


NO_DAY = Words("请填写有效的日期。", "Enter a day that there is.")


def _proposed(days: Sequence[Day], now: datetime) -> list[Day]:
    """Each once, the first first."""
    found = sorted(set(days), key=lambda one: (one.on_day, one.part != MORNING))
    if not found:
        raise Incomplete("visit_days", Words("请至少填写一个日期。", "Enter one day at least."))
    if len(found) > MOST_DAYS:
        raise Incomplete("visit_days", Words(f"一次最多 {MOST_DAYS} 个日期。", f"At most {MOST_DAYS} days at a time."))
    for one in found:
        if one.part not in PARTS:
            raise Incomplete("visit_days", Words("请选择上午或者下午。", "Choose morning or afternoon."))
        if _end_of(one) <= now:
            raise Incomplete("visit_days", Words("日期应当在今天以后。", "The days lie in the future."))
        if moments.midnight(one.on_day) - now > FURTHEST:
            raise Incomplete("visit_days", Words("日期应当在一年之内。", "The days lie within a year."))
    return found


def _end_of(day: Day) -> datetime:
    noon = datetime.combine(day.on_day, time(NOON), moments.OFFICE_ZONE)
    return noon if day.part == MORNING else moments.midnight(day.on_day + timedelta(days=1))


def _units(task: OpenTask, by: Identity) -> dict[str, list[int]]:
    """Post -> the item cases that it is asked for; none for the visit as a whole."""
    units: dict[str, list[int]] = {}
    for one in visited_items(task.case):
        units.setdefault(one.item.groups["review"], []).append(one.id)
    for group in sorted(task.groups):
        units.setdefault(group, [])
    own = by.posts_in(task.case.bundle_key)
    return {group: items for group, items in units.items() if group not in own}


END = """
update visit_round set outcome = %s, reason = %s, ended_by = %s, ended_at = %s
where task_id = %s and ended_at is null returning id
"""
SETTLE = "update visit_asked set settled_at = %s where round_id = %s and settled_at is null"


def _end_open(task: OpenTask, by: Identity, outcome: str, reason: str = "") -> int | None:
    """The round that was open, which is over now; nobody is to answer it any more."""
    now = task.case.now
    row = sql().execute(END, (outcome, reason, by.user_id, now, task.id)).fetchone()
    if row is None:
        return None
    sql().execute(SETTLE, (now, row[0]))
    return int(row[0])


def call_off_days(task_id: int, round_id: int, *, by: Identity, reason: str, key: str) -> None:
    """The days are asked for no longer; who was asked is told why. Raises Incomplete (off_reason), NothingAsked."""
    with on_task(task_id, by, permission=Permission.TASK_SEE) as task:
        ensure_arranges(task, by)
        remember(by, key, task.case.now, f"visit-days-off:{round_id}")
        _ensure_open(task, round_id)
        why = said(reason, "off_reason", Words("请写明结束征询的原因。", "Say why the asking is called off."))
        told = asked_last(task)
        _end_open(task, by, CALLED_OFF, why)
        task.case.record(Event.VISIT_DAYS_CALLED_OFF, by, task=task.id, round=round_id, reason=digest(why))
        tell(task, NoticeKind.VISIT_DAYS_OFF, told, by, why)


def _ensure_open(task: OpenTask, round_id: int) -> None:
    row = sql().execute(OPEN_ROUND, (task.id,)).fetchone()
    if row is None or row[0] != round_id:
        raise NothingAsked()


@dataclass(frozen=True, slots=True)
class Fixed:
    """The day that is fixed, at which time of it. `reason`: why it is this one although not everybody can."""

    day_id: int
    at: time | None
    reason: str


CHOSEN = "select on_day, part from visit_day where id = %s and round_id = %s"
#: The units that have not said that they can, of items that are still visited.
AGAINST = """
select a.group_key from visit_asked a left join visit_day_answer w on w.asked_id = a.id and w.day_id = %s and w.holds
where a.round_id = %s and w.can is not true and (a.item_case_ids = '{}'
    or exists (select from item_case ic where ic.id = any(a.item_case_ids) and ic.outcome is null))
order by a.group_key
"""


def fix_day(task_id: int, round_id: int, fixed: Fixed, *, by: Identity, told: Told, key: str) -> None:
    """Appoint the visit on one of the days of the round; the applicant and the units are told.

    Raises Incomplete (visit_day, visit_time, fix_reason where a unit cannot or has not answered, and as
    `appoint_visit`), NothingAsked, NotFound for a day of another round.
    """
    with on_task(task_id, by, permission=Permission.TASK_SEE) as task:
        ensure_arranges(task, by)
        remember(by, key, task.case.now, f"visit-day-fixed:{round_id}")
        _ensure_open(task, round_id)
        at = _moment(fixed, round_id, task.case.now)
        what = said_of(told)
        against = [row[0] for row in sql().execute(AGAINST, (fixed.day_id, round_id))]
        reason = _reason(fixed.reason, against)
        users = asked_last(task)
        _end_open(task, by, FIXED, reason)
        facts = {"round": round_id, "against": against, "reason": digest(reason)}
        keep_appointment(task, by, at, what, fixed.day_id, **facts)
        tell(task, NoticeKind.VISIT_FIXED, users, by, at=moments.shown(at))


def _moment(fixed: Fixed, round_id: int, now: datetime) -> datetime:
    if not fixed.day_id:
        raise Incomplete("visit_day", Words("请选择一个日期。", "Choose one of the days."))
    row = sql().execute(CHOSEN, (fixed.day_id, round_id)).fetchone()
    if row is None:
        raise NotFound()
    on_day, part = row
    if fixed.at is None:
        raise Incomplete("visit_time", Words("请填写核查开始的时间。", "Enter when the visit begins."))
    at = datetime.combine(on_day, fixed.at, moments.OFFICE_ZONE)
    if part_of(at) != part:
        half = PARTS[part]
        words = Words(f"所选日期征询的是{half.zh}，请填写{half.zh}的时间。", f"That day was asked for the {half.en}.")
        raise Incomplete("visit_time", words)
    if at <= now:
        raise Incomplete("visit_time", LATER)
    return at


def _reason(reason: str, against: Collection[str]) -> str:
    if not against:
        return said(reason, "fix_reason")
    missing = Words(
        "有单位不能参加或者尚未答复，请写明仍定在这一天的理由。",
        "A unit cannot come or has not answered: say why it is this day all the same.",
    )
    return said(reason, "fix_reason", missing)
