"""Answering for one's post on which of the proposed days it can take part in a joint visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.services.beside import digest, said, tell
from webapp.services.events import Event
from webapp.services.locked_case import on_case
from webapp.services.notices import NoticeKind
from webapp.services.page_keys import AlreadyCarriedOut, remember
from webapp.services.separation import InConflict
from webapp.services.visit_days import NothingAsked
from webapp.services.work import OpenTask, open_task, record_refusal
from webapp.unit_of_work import sql

LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """What is said of one day. `can` None: nothing yet."""

    can: bool | None
    note: str = ""


ANSWERED = """
insert into visit_day_answer (asked_id, day_id, can, note, by_id, acting_for, at)
values (%s, %s, %s, %s, %s, %s, %s)
"""
LAST_ONE = "update visit_day_answer set holds = false where asked_id = %s and holds"
SETTLE = "update visit_asked set settled_at = coalesce(settled_at, %s) where id = %s"
DAYS = "select id from visit_day where round_id = %s"
#: Whether a unit of an item that is still visited has not answered.
WAITS = """
select exists (select from visit_asked a where a.round_id = %s and a.settled_at is null and (a.item_case_ids = '{}'
    or exists (select from item_case ic where ic.id = any(a.item_case_ids) and ic.outcome is null)))
"""


def answer_days(round_id: int, answers: Mapping[int, DayAnswer], *, by: Identity, key: str) -> None:
    """Say of every day of the round (by its id) whether one's post can come; until it is over another answer may
    follow. Who asked is told when all have answered, and again when an answer changes after that.

    Raises NotFound for who was not asked, Incomplete (day.<id>, note.<id>), NothingAsked, InConflict, AlreadyDone,
    Suspended.
    """
    with _asked(round_id, by, key) as asked:
        task, now = asked.task, asked.task.case.now
        given = _complete([row[0] for row in sql().execute(DAYS, (round_id,))], answers)
        for asked_id, group in asked.units:
            task.case.acting_for = absent = _for_whom(group, task.case.bundle_key, by)
            sql().execute(LAST_ONE, (asked_id,))
            for day_id, one in given.items():
                sql().execute(ANSWERED, (asked_id, day_id, one.can, one.note, by.user_id, absent, now))
            sql().execute(SETTLE, (now, asked_id))
            can = [day_id for day_id, one in given.items() if one.can]
            notes = {str(day_id): digest(one.note) for day_id, one in given.items() if one.note}
            facts = {"task": task.id, "round": round_id, "group": group, "can": can, "notes": notes}
            task.case.record(Event.VISIT_DAYS_ANSWERED, by, **facts)
        row = sql().execute(WAITS, (round_id,)).fetchone()
        if row is not None and not row[0]:
            tell(task, NoticeKind.VISIT_DAYS_ANSWERED, [asked.asked_by], by)


def _complete(days: list[int], answers: Mapping[int, DayAnswer]) -> dict[int, DayAnswer]:
    """Of every day of the round, with the words trimmed. Raises Incomplete with each that is missing."""
    missing = [
        (f"day.{day}", Words("请选择能否参加。", "Say whether your post can come."))
        for day in days
        if day not in answers or answers[day].can is None
    ]
    if missing:
        raise Incomplete(*missing[0], *missing[1:])
    return {
        day: DayAnswer(answers[day].can, said(answers[day].note, f"note.{day}", longest=LONGEST_NOTE)) for day in days
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """A round under the case's lock. `units`: (row, post) of those of the person's posts that were asked."""

    task: OpenTask
    asked_by: int
    units: tuple[tuple[int, str], ...]


ROUND = """
select r.case_id, r.task_id, r.asked_by, r.ended_at, k.bundle_key, array_agg(array[a.id::text, a.group_key])
from visit_round r join cases k on k.id = r.case_id join visit_asked a on a.round_id = r.id
where r.id = %s and a.group_key = any(%s) group by r.id, k.bundle_key
"""


@contextmanager
def _asked(round_id: int, by: Identity, key: str) -> Iterator[Asked]:
    """Nothing is locked for who was not asked. A refusal goes into the ledger after the rollback."""
    case_id, *_ = _round(round_id, by)
    try:
        with on_case(case_id) as case:
            remember(by, key, case.now, f"visit-days-answer:{round_id}")
            _, task_id, asked_by, ended_at, units = _round(round_id, by)
            if ended_at is not None:
                raise NothingAsked()
            task = open_task(task_id, case, by)
            if by.user_id in task.conflicted:
                raise InConflict()
            yield Asked(task, asked_by, units)
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        record_refusal(case_id, by, None, refusal)
        raise


def _round(round_id: int, by: Identity) -> tuple[int, int, int, object, tuple[tuple[int, str], ...]]:
    row = sql().execute(ROUND, (round_id, sorted(by.groups))).fetchone()
    if row is None:
        raise NotFound()
    case_id, task_id, asked_by, ended_at, bundle, units = row
    own = tuple((int(id_), group) for id_, group in sorted(units) if by.has_post(frozenset({group}), bundle))
    if not own:
        raise NotFound()
    return case_id, task_id, asked_by, ended_at, own


def _for_whom(group: str, bundle: str, by: Identity) -> int | None:
    """Whose post it is that answers, where it is not one's own."""
    if group in by.own_groups:
        return None
    return next((one.absent_id for one in by.standing_in if one.covers(bundle) and group in one.groups), None)
