"""What the worker does with the rows of a bulk repair: one after another, each in a transaction of its own.

A row's result is written with what was done, so a worker may die anywhere and nothing is done twice. Several jobs may
work on one bulk repair; each takes the next row that no other holds (`turns`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import EngineError, Words
from webapp import clock, outbox
from webapp.errors import ActRefused
from webapp.identity import Identity, by_ids
from webapp.services.acting import act_on
from webapp.services.bulk_repairs import DONE, NEEDED, REFUSED, Repairs
from webapp.services.failures import RepairFailed
from webapp.services.incidents import retry_on
from webapp.services.locked_case import LOCK_BY_ID, LockedCase, lock, on_case
from webapp.services.suspension import resume_on, suspend_on
from webapp.services.turns import Rows, Turns
from webapp.services.work import record_refusal_on
from webapp.unit_of_work import sql, unit_of_work

#: Rows of one job.
DONE_AT_ONCE = 50
RETRIED = Words("已重新提交", "tried again")
DEALT_WITH = Words("已标记为已处理", "marked as dealt with")
SUSPENDED = Words("已挂起", "suspended")
RESUMED = Words("已恢复", "resumed")


@dataclass(frozen=True, slots=True)
class _Bulk:
    id: int
    act: Repairs
    reason: str
    by_id: int


@dataclass(frozen=True, slots=True)
class _Turn:
    """The row whose turn it is."""

    place: int
    case_id: int
    incident_id: int | None


Act = Callable[[_Bulk, LockedCase, _Turn, Identity], Words]
ROWS = Rows(
    table="bulk_repair_row",
    batches="bulk_repair",
    batch="bulk_id",
    row="place",
    waiting="m.state = 'waiting' and b.state = 'under-way'",
    read="m.place, m.case_id, m.incident_id",
)
BULK = "select id, act, reason, by_id from bulk_repair where id = %s and state = 'under-way'"
ENDED = """
update bulk_repair_row set state = %(outcome)s, said_zh = %(zh)s, said_en = %(en)s, at = %(now)s
where bulk_id = %(bulk)s and place = %(place)s and state = 'waiting'
"""
LATER = """
update bulk_repair_row set said_zh = %(zh)s, said_en = %(en)s
where bulk_id = %(bulk)s and place = %(place)s and state = 'waiting'
"""
FINISHED = """
update bulk_repair b set state = 'done', ended_at = %(now)s where b.id = %(bulk)s and b.state = 'under-way'
    and not exists (select from bulk_repair_row m where m.bulk_id = b.id and m.state = 'waiting')
"""


def work(bulk_id: int) -> None:
    """The job: one row after another, and ask for the job that goes on."""
    row = sql().execute(BULK, (bulk_id,)).fetchone()
    if row is None:
        return
    bulk = _Bulk(row[0], Repairs(row[1]), row[2], row[3])
    [by] = by_ids([bulk.by_id], closed=True)
    turns, rows = Turns(ROWS, bulk_id, DONE_AT_ONCE), _Repairing(bulk, by)
    if turns.take(rows):
        with unit_of_work():
            outbox.defer(sql(), outbox.RUN_BULK_REPAIR, bulk_id=bulk_id)
    else:
        _finish(bulk, turns, rows)


class _Repairing:
    """What is done with the rows of a bulk repair."""

    def __init__(self, bulk: _Bulk, by: Identity) -> None:
        self.bulk, self.by = bulk, by

    def do(self, row: Sequence[Any]) -> None:
        bulk, turn = self.bulk, _Turn(*row)
        case = lock(LOCK_BY_ID, turn.case_id)
        act_on(case, self.by, NEEDED[bulk.act])
        said = ACTS[bulk.act](bulk, case, turn, self.by)
        sql().execute(ENDED, self._values(turn.place, said, DONE))
        case.write_ledger()

    def refuse(self, row: Sequence[Any], refused: EngineError) -> None:
        """The row says why, and the ledger of its case that it was tried."""
        turn = _Turn(*row)
        refusal = refused if isinstance(refused, ActRefused) else RepairFailed(refused)
        with on_case(turn.case_id) as case:
            self.tell(turn.place, refusal.words, over=True)
            record_refusal_on(case, self.by, None, refusal)

    def tell(self, key: int, words: Words, *, over: bool) -> None:
        sql().execute(ENDED if over else LATER, self._values(key, words, REFUSED))

    def _values(self, place: int, said: Words, outcome: str) -> dict[str, Any]:
        values = {"bulk": self.bulk.id, "place": place, "outcome": outcome, "now": clock.now()}
        return {**values, "zh": said.zh, "en": said.en}


def _retry(bulk: _Bulk, case: LockedCase, turn: _Turn, by: Identity) -> Words:
    assert turn.incident_id is not None, "what is tried again is an incident"
    return RETRIED if retry_on(case, turn.incident_id, by).waits else DEALT_WITH


def _suspend(bulk: _Bulk, case: LockedCase, turn: _Turn, by: Identity) -> Words:
    suspend_on(case, bulk.reason, by, bulk=bulk.id)
    return SUSPENDED


def _resume(bulk: _Bulk, case: LockedCase, turn: _Turn, by: Identity) -> Words:
    resume_on(case, bulk.reason, by, bulk=bulk.id)
    return RESUMED


ACTS: Mapping[Repairs, Act] = {Repairs.RETRY: _retry, Repairs.SUSPEND: _suspend, Repairs.RESUME: _resume}


def _finish(bulk: _Bulk, turns: Turns, rows: _Repairing) -> None:
    """What was tried too often is given up; the last job ends the bulk repair. What waits for a later turn gets it by
    a later job."""
    turns.give_up(rows)
    with unit_of_work():
        finished = sql().execute(FINISHED, {"bulk": bulk.id, "now": clock.now()}).rowcount
        if not finished and (at := turns.next_at()) is not None:
            outbox.defer_at(sql(), outbox.RUN_BULK_REPAIR, at, bulk_id=bulk.id)
