"""Sending what departments ask to be corrected: merged by the lead department, or each on its own when time is up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import orjson
import structlog

from engine import EngineError, Words
from engine.bundles import paper_basis
from engine.law import amount
from webapp import clock, moments
from webapp.errors import ActRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity, by_ids
from webapp.permissions import Permission, ensure
from webapp.services.acting import act_on
from webapp.services.clocks import start_day, would_be_due
from webapp.services.comments import facts_of
from webapp.services.correction_points import (
    LAPSED,
    MERGED_NOTICE,
    SENT,
    Overlap,
    Point,
    end,
    leading,
    may_merge,
    overlaps,
    waiting_points,
)
from webapp.services.corrections import told
from webapp.services.delivery_limits import SEALED_LATER
from webapp.services.document_issue import issue, known_of
from webapp.services.document_places import table
from webapp.services.events import Event
from webapp.services.intake import ask_prepared
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.notices import NoticeKind, notify
from webapp.services.page_keys import remember
from webapp.services.work import OpenTask, open_task
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

AT_ONCE = 20


class PointsChanged(ActRefused):
    """Other points wait now than those that were read."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "补正意见有变化，请核对后再发出。",
                "The points have changed meanwhile: read them again, then send them.",
            )
        )


class Contradictory(ActRefused):
    """An item would be asked for more and be found in order at once: that is not sent."""

    status = 422

    def __init__(self, items: Sequence[Words]) -> None:
        zh, en = "、".join(one.zh for one in items), ", ".join(one.en for one in items)
        super().__init__(
            Words(
                f"{zh}已经受理或者作出决定，不能同时要求补正。请将该项补正意见退回其部门。",
                f"{en}: accepted or ruled on already, so nothing can be asked for at the same time."
                " Give these points back to their department.",
            )
        )


NOT_COMPARED = Words(
    "请逐项核对并排显示的要求，确认不矛盾后再发出；有矛盾的，退回部门协商一致。",
    "Compare what stands side by side and confirm that it is no contradiction; where it is, give it back.",
)


def send_together(
    case_id: int, *, by: Identity, seen: Collection[int], compared: Collection[str], key: str
) -> tuple[Words, ...]:
    """One message for all that waits: one notice, a round for each item in the same transaction; returns the items.

    `seen`: ids of the points that were read; `compared`: the overlaps that were read side by side. Raises NotFound,
    NotYours, PointsChanged, Contradictory, Incomplete, AlreadyCarriedOut.
    """
    with on_case(case_id) as case:
        ensure(by, Permission.PERSONAL_SEE, facts_of(case_id))
        if not may_merge(by, case.release.bundle.lead_department):
            raise NotYours(Permission.CORRECTION_MERGE)
        remember(by, key, case.now, f"corrections:{case_id}")
        points = waiting_points(case_id)
        if not points or {one.id for one in points} != set(seen):
            raise PointsChanged()
        bundle = case.release.bundle
        if against := [bundle.item(one.item_key).name for one in points if not one.stands]:
            raise Contradictory(against)
        side_by_side = overlaps(case_id, points, case.release)
        _ensure_compared(side_by_side, compared)
        notice = _issue(case, points, by)
        message = _message(case, notice, side_by_side, by)
        for point in points:
            _send(case, point, by, notice=notice, message=message)
        items = [one.item_case_id for one in points]
        act_on(case, by, Permission.CORRECTION_MERGE)  # what each item asked is its own officer's, for nobody else
        case.record(Event.CORRECTIONS_MERGED, by, items=items, message=message, document=notice)
        return tuple(bundle.item(one.item_key).name for one in points)


def _ensure_compared(side_by_side: Sequence[Overlap], compared: Collection[str]) -> None:
    left = [one.about for one in side_by_side if one.about not in compared]
    if left:
        (first, *more) = left
        raise Incomplete(f"compared.{first}", NOT_COMPARED, *((f"compared.{one}", NOT_COMPARED) for one in more))


MESSAGE = """
insert into correction_message (case_id, document_id, sent_by, sent_at, compared)
values (%s, %s, %s, %s, %s::jsonb) returning id
"""


def _message(case: LockedCase, notice: int, side_by_side: Sequence[Overlap], by: Identity) -> int:
    compared = orjson.dumps([(one.kind, one.key) for one in side_by_side]).decode()
    row = sql().execute(MESSAGE, (case.id, notice, by.user_id, case.now, compared)).fetchone()
    assert row is not None
    return int(row[0])


def _issue(case: LockedCase, points: Sequence[Point], by: Identity) -> int:
    """The one notice: a table of contents, then what each item's department asks, with its basis and limit."""
    kind, bundle, profile = case.release.document_kind(MERGED_NOTICE), case.release.bundle, case.rules.profile
    heads = [Words("事项", "Item"), Words("需要补正", "To correct"), Words("补正期限", "Time"), Words("依据", "Basis")]
    contents, lines = [], []
    known = known_of(bundle.lead_department, kind)
    dated = known.unit.seal_in(profile.demo).way not in SEALED_LATER
    for point in points:
        item = bundle.item(point.item_key)
        terms = profile.terms("correction-reply", "correction", kind=item.kind)
        until = would_be_due(terms, start_day(case.now, case.rules), case.rules)
        limit, count = amount(terms.value, terms.unit), len(point.faults)
        said = told(case, point.faults, point.note)
        contents.append(
            (
                item.name,
                Words(f"{count}处", f"{count} point{'s' if count > 1 else ''}"),
                Words(f"{limit.zh}（至{until.isoformat()}）", f"{limit.en} (by {until.isoformat()})")
                if dated
                else Words(f"{limit.zh}（自送达之日起算）", f"{limit.en} from delivery"),
                paper_basis(case.release.document_kind("correction-notice"), item, profile),
            )
        )
        lines += [
            Words(f"{item.name.zh}：{zh}", f"{item.name.en}: {en}")
            for zh, en in zip(said.zh.splitlines(), said.en.splitlines(), strict=True)
        ]
    fields = {"contents_table": table(heads, contents), "faults_list": lines}
    return issue(case, kind, known, fields, by)


def _send(
    case: LockedCase, point: Point, by: Identity | None, *, notice: int | None = None, message: int | None = None
) -> None:
    """One item's round: asked for by the officer who wrote it, told now."""
    officer = _officer(point)
    end(case, point, SENT, by, message=message)
    task: OpenTask = open_task(point.task_id, case, officer)
    ask_prepared(task, point.faults, point.note, point.again_reason, officer, notice)


def _officer(point: Point) -> Identity:
    """Who wrote the points; their account may have been closed meanwhile, and what they asked stands."""
    found = by_ids([point.by_id], closed=True)
    if not found:
        raise NotFound()
    return found[0]


DUE = """
select p.case_id, p.id from correction_point p
where p.state = 'waiting' and (p.until_on < %(today)s
    or not exists (select from user_task t where t.id = p.task_id and t.state = 'open')
    or (not exists (select from correction_point o where o.case_id = p.case_id and o.state = 'waiting' and o.id <> p.id)
        and not exists (select from user_task t where t.case_id = p.case_id and t.step = 'accept' and t.state = 'open'
            and t.item_case_id <> p.item_case_id)))
order by p.until_on, p.id limit %(most)s
"""


def sweep() -> int:
    """Send on its own what was not merged in time, or has nobody left to wait for; returns how many were looked at."""
    today = clock.today(moments.OFFICE_ZONE)
    with unit_of_work():
        due = sql().execute(DUE, {"today": today, "most": AT_ONCE}).fetchall()
    for case_id, point_id in due:
        try:
            _send_alone(case_id, point_id, today)
        except (ActRefused, EngineError) as refused:  # suspended, busy: it is looked at again, and the log says why
            log.warning("correction-not-sent", point=point_id, refused=repr(refused))
    return len(due)


def _send_alone(case_id: int, point_id: int, today: date) -> None:
    with on_case(case_id) as case:
        point = next((one for one in waiting_points(case_id) if one.id == point_id), None)
        if point is None:
            return  # merged meanwhile
        item = case.release.bundle.item(point.item_key)
        if not point.stands:
            end(case, point, LAPSED, None)
            case.record(Event.CORRECTION_POINT_LAPSED, None, item=point.item_case_id)
            return
        _send(case, point, None)
        case.record(Event.CORRECTION_SENT_ALONE, None, item=point.item_case_id, waited=point.until_on < today)
        if point.until_on < today:
            facts = {
                "item": item.name.zh,
                "item_en": item.name.en,
                "number": case.number or "",
                "until": point.until_on.isoformat(),
            }
            people = [*leading(case), point.by_id]
            kind = NoticeKind.CORRECTION_WENT_ALONE
            notify(people, kind, case_id=case.id, task_id=None, facts=facts, now=case.now)
