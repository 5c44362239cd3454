"""What the worker does with the rows of a bulk repair: one after another, each in a transaction of its own.

A row's result is written with what was done, so a worker may die anywhere and nothing is done twice. Several jobs may
work on one bulk repair; each takes the next row that no other holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine import EngineError, Words
from webapp import clock, outbox
from webapp.errors import ActRefused, Busy
from webapp.identity import Identity, by_ids
from webapp.services.acting import act_on
from webapp.services.bulk_repairs import DONE, NEEDED, REFUSED, Repairs
from webapp.services.failures import RepairFailed
from webapp.services.incidents import retry_on
from webapp.services.locked_case import LOCK_BY_ID, LockedCase, lock
from webapp.services.suspension import resume_on, suspend_on
from webapp.services.tries import counting_tries
from webapp.services.work import record_refusal
from webapp.unit_of_work import sql, unit_of_work

#: Rows of one job, and tries of a row on whose case somebody acts.
DONE_AT_ONCE, MOST_TRIES = 50, 5
RETRIED = Words("已重新提交", "tried again")
DEALT_WITH = Words("已标记为已处理", "marked as dealt with")
SUSPENDED = Words("已挂起", "suspended")
RESUMED = Words("已恢复", "resumed")
AGAIN_AND_AGAIN = Words("多次未能处理（办件一直有人在办，或者出错）", "could not be done however often it was tried")


@dataclass(frozen=True, slots=True)
class _Bulk:
    id: int
    act: Repairs
    reason: str
    by_id: int


@dataclass(frozen=True, slots=True)
class _Turn:
    """The row whose turn it is, locked."""

    place: int
    case_id: int
    incident_id: int | None


Act = Callable[[_Bulk, LockedCase, _Turn, Identity], Words]
BULK = "select id, act, reason, by_id from bulk_repair where id = %s and state = 'under-way'"
TRIED = "update bulk_repair_row set tries = tries + 1 where bulk_id = %(bulk)s and place = %(place)s"
TURN = """
select m.place, m.case_id, m.incident_id from bulk_repair_row m join bulk_repair b on b.id = m.bulk_id
where m.bulk_id = %(bulk)s and m.state = 'waiting' and m.tries < %(most)s and b.state = 'under-way'
order by m.tries, m.place limit 1 for update of m skip locked
"""
ENDED = """
update bulk_repair_row set state = %(outcome)s, said_zh = %(zh)s, said_en = %(en)s, at = %(now)s
where bulk_id = %(bulk)s and place = %(place)s and state = 'waiting'
"""
GIVEN_UP = """
update bulk_repair_row set state = 'refused', said_zh = %(zh)s, said_en = %(en)s, at = %(now)s
where bulk_id = %(bulk)s and state = 'waiting' and tries >= %(most)s
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
    for _ in range(DONE_AT_ONCE):
        if not _one(bulk, by):
            _finish(bulk)
            return
    with unit_of_work():
        outbox.defer(sql(), outbox.RUN_BULK_REPAIR, bulk_id=bulk_id)


def _one(bulk: _Bulk, by: Identity) -> bool:
    """The next row, in one transaction. False where there is none that no other job holds."""
    turn: _Turn | None = None
    try:
        with counting_tries(TRIED) as held, unit_of_work():
            row = sql().execute(TURN, {"bulk": bulk.id, "most": MOST_TRIES}).fetchone()
            if row is None:
                return False
            turn = _Turn(*row)
            held.append({"bulk": bulk.id, "place": turn.place})
            case = lock(LOCK_BY_ID, turn.case_id)
            act_on(case, by, NEEDED[bulk.act])
            said = ACTS[bulk.act](bulk, case, turn, by)
            sql().execute(ENDED, _outcome(bulk, turn, DONE, said))
            case.write_ledger()
    except Busy:
        pass  # somebody acts on it: it gets another turn after the others
    except EngineError as refused:
        assert turn is not None
        _refused(bulk, turn, refused, by)
    return True


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


def _refused(bulk: _Bulk, turn: _Turn, refused: EngineError, by: Identity) -> None:
    """Nothing of it is kept; the row says why, and the ledger of its case that it was tried."""
    refusal = refused if isinstance(refused, ActRefused) else RepairFailed(refused)
    with unit_of_work():
        sql().execute(ENDED, _outcome(bulk, turn, REFUSED, refusal.words))
    record_refusal(turn.case_id, by, None, refusal)


def _outcome(bulk: _Bulk, turn: _Turn, outcome: str, said: Words) -> dict[str, Any]:
    values = {"bulk": bulk.id, "place": turn.place, "outcome": outcome, "now": clock.now()}
    return {**values, "zh": said.zh, "en": said.en}


def _finish(bulk: _Bulk) -> None:
    """What was tried too often is given up; the last job ends the bulk repair."""
    values = {"bulk": bulk.id, "now": clock.now(), "most": MOST_TRIES}
    with unit_of_work():
        sql().execute(GIVEN_UP, {**values, "zh": AGAIN_AND_AGAIN.zh, "en": AGAIN_AND_AGAIN.en})
        sql().execute(FINISHED, values)
