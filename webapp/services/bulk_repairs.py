"""批量维护: one repair of many cases: incidents tried again, processes suspended or resumed.

Asked for by a lead; the worker does row after row (`bulk_repair_work`), each in a transaction of its own with its own
result, so that a row that is refused spoils no other. What waits in one bulk repair is in no other at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import orjson

from engine import Words
from webapp import clock, outbox
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.page_keys import KeyReused
from webapp.services.repairing import given_reason
from webapp.unit_of_work import sql, unit_of_work

UNDER_WAY, DONE, STOPPED = "under-way", "done", "stopped"
WAITING, REFUSED = "waiting", "refused"
#: Rows of one bulk repair: incidents that are tried again together ask the systems around us all at once.
MOST_RETRIED, MOST_CASES = 500, 20_000
#: Jobs of the queue that work on one bulk repair at the same time.
LANES = 2
ELSEWHERE = Words("已在另一次批量维护中等待处理", "it waits in another bulk repair already")
ENDED_BEFORE = Words("批量维护已终止，没有处理", "the bulk repair was stopped before its turn")


class Repairs(StrEnum):
    """What is done to each row."""

    RETRY = "retry"
    SUSPEND = "suspend"
    RESUME = "resume"


NEEDED: Mapping[Repairs, Permission] = {
    Repairs.RETRY: Permission.INCIDENT_RETRY,
    Repairs.SUSPEND: Permission.CASE_SUSPEND,
    Repairs.RESUME: Permission.CASE_SUSPEND,
}


class NothingToRepair(ActRefused):
    """No incident or case is chosen by this, or none is left of what was."""

    status = 422

    def __init__(self) -> None:
        super().__init__(Words("没有符合条件的办件或者异常。", "No case or incident is chosen by this."))


class NoneChosen(ActRefused):
    """A person wanted those that are ticked, and ticked none."""

    status = 422

    def __init__(self) -> None:
        super().__init__(Words("没有选中任何一件，请至少勾选一件。", "Nothing is ticked. Tick at least one."))


class TooManyRepairs(ActRefused):
    """More than one bulk repair takes."""

    status = 422

    def __init__(self, most: int) -> None:
        super().__init__(
            Words(
                f"一次最多处理 {most} 件，请缩小范围。没有办件被处理。",
                f"At most {most} at a time: choose fewer. Nothing was done.",
            )
        )


class NotUnderWay(ActRefused):
    """It is over already."""

    def __init__(self) -> None:
        super().__init__(Words("这次批量维护已经结束。", "This bulk repair is over already."))


BEGIN = """
insert into bulk_repair (by_id, key, act, bundle_key, chosen, reason, state, created_at)
values (%(by)s, %(key)s, %(act)s, %(bundle)s, %(chosen)s::jsonb, %(reason)s, 'under-way', %(now)s)
on conflict (by_id, key) do nothing returning id
"""
#: One bulk repair is begun at a time: each sees the rows that wait in those before it.
ALONE = "select pg_advisory_xact_lock(hashtext('onewindow.bulk-repair'))"
TAKE = """
insert into bulk_repair_row (bulk_id, place, case_id, incident_id, state, said_zh, said_en, at)
select %(bulk)s, c.place, c.case_id, c.incident_id, case when w.case_id is null then 'waiting' else 'refused' end,
    case when w.case_id is null then '' else %(zh)s end, case when w.case_id is null then '' else %(en)s end,
    case when w.case_id is not null then %(now)s end
from (select case_id, incident_id, row_number() over (order by place) as place
      from unnest(%(cases)s::bigint[], %(incidents)s::bigint[]) with ordinality as r(case_id, incident_id, place)) c
left join lateral (select o.case_id from bulk_repair_row o where o.state = 'waiting' and o.case_id = c.case_id
    and o.incident_id is not distinct from c.incident_id limit 1) w on true
"""


def begin(
    act: Repairs,
    rows: Sequence[tuple[int, int | None]],
    *,
    by: Identity,
    key: str,
    reason: str = "",
    bundle: str = "",
    chosen: Mapping[str, Any] | None = None,
) -> int:
    """Have the worker do `act` to each row, (case, incident or None); the id of the bulk repair.

    The same page sent twice leads to the first. Raises NotYours, Incomplete (no reason to suspend or resume),
    NothingToRepair, TooManyRepairs, KeyReused (no key, or that of another act).
    """
    ensure(by, NEEDED[act])
    if act is not Repairs.RETRY:
        reason = given_reason(reason)
    if not key:
        raise KeyReused()
    most = MOST_RETRIED if act is Repairs.RETRY else MOST_CASES
    if len(rows) > most:
        raise TooManyRepairs(most)
    with unit_of_work():
        if (known := _known(act, by, key)) is not None:
            return known
        if not rows:
            raise NothingToRepair()
        sql().execute(ALONE)
        values = {"by": by.user_id, "key": key, "act": str(act), "bundle": bundle, "reason": reason}
        told = orjson.dumps(dict(chosen or {})).decode()
        row = sql().execute(BEGIN, {**values, "chosen": told, "now": clock.now()}).fetchone()
        if row is None:  # the same page, sent at the same moment
            known = _known(act, by, key)
            assert known is not None
            return known
        _take(int(row[0]), rows)
        outbox.defer_each(sql(), outbox.RUN_BULK_REPAIR, "bulk_id", [int(row[0])] * min(LANES, len(rows)))
    return int(row[0])


def stop(bulk_id: int, *, by: Identity) -> None:
    """What is not done yet is left alone. Raises NotYours, NotFound, NotUnderWay."""
    row = sql().execute("select act from bulk_repair where id = %s", (bulk_id,)).fetchone()
    if row is None:
        raise NotFound()
    ensure(by, NEEDED[Repairs(row[0])])
    with unit_of_work():
        now = clock.now()
        stopped = sql().execute(
            "update bulk_repair set state = 'stopped', ended_at = %s where id = %s and state = 'under-way'",
            (now, bulk_id),
        )
        if not stopped.rowcount:
            raise NotUnderWay()
        sql().execute(
            "update bulk_repair_row set state = 'refused', said_zh = %s, said_en = %s, at = %s"
            " where bulk_id = %s and state = 'waiting'",
            (ENDED_BEFORE.zh, ENDED_BEFORE.en, now, bulk_id),
        )


def _known(act: Repairs, by: Identity, key: str) -> int | None:
    """The bulk repair that this page began. Raises KeyReused where the key was another act's."""
    row = sql().execute("select id, act from bulk_repair where by_id = %s and key = %s", (by.user_id, key)).fetchone()
    if row is not None and row[1] != act:
        raise KeyReused()
    return int(row[0]) if row is not None else None


def _take(bulk_id: int, rows: Sequence[tuple[int, int | None]]) -> None:
    distinct = list(dict.fromkeys(rows))
    values = {"bulk": bulk_id, "zh": ELSEWHERE.zh, "en": ELSEWHERE.en, "now": clock.now()}
    cases, incidents = [case for case, _ in distinct], [incident for _, incident in distinct]
    sql().execute(TAKE, {**values, "cases": cases, "incidents": incidents})
