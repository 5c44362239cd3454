"""批量办理: one act on many tasks, each in a transaction of its own, with a result for each.

A row that is refused spoils no other: it is rolled back alone, and its refusal stands in the ledger of its case as
that of a single act does. Whether something may be done in bulk at all, `queries/bulk` says beforehand; whether it
may be done, the command of each row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import orjson

from engine import Words
from webapp import clock
from webapp.errors import ActRefused, NotFound, Stale
from webapp.identity import Identity
from webapp.services import presence
from webapp.services.page_keys import AlreadyCarriedOut, KeyReused
from webapp.unit_of_work import let_go, sql, unit_of_work


class BulkActKind(StrEnum):
    CLAIM = "claim"
    ASSIGN = "assign"
    RELEASE = "release"
    RULE = "rule"


DONE: Mapping[BulkActKind, Words] = {
    BulkActKind.CLAIM: Words("已认领。", "Claimed."),
    BulkActKind.ASSIGN: Words("已分派，已通知对方。", "Assigned; they have been told."),
    BulkActKind.RELEASE: Words("已退回待领。", "Released."),
    BulkActKind.RULE: Words("已作出准予的决定。", "Ruled: granted."),
}
GONE = Words("此任务不在您的任务中。", "This task is not among yours.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A task with its revision as the page showed it."""

    task_id: int
    revision: int


@dataclass(frozen=True, slots=True)
class Result:
    """How one row ended, in words."""

    task_id: int
    done: bool
    words: Words


#: Carries out one row. Takes the row and the key of its own act.
RowAct = Callable[[Chosen, str], None]
BEGIN = """
insert into bulk_act (by_id, key, act, at, chosen) values (%s, %s, %s, %s, %s)
on conflict (by_id, key) do nothing returning id
"""


def begin(act: BulkActKind, tasks: Collection[int], *, by: Identity, key: str) -> tuple[int, bool]:
    """(the bulk act's id, whether it is to be carried out now): a page that is sent twice leads to the first result.

    Raises KeyReused for a page without a key, or whose key belongs to another act.
    """
    if not key:
        raise KeyReused()
    with unit_of_work():
        values = (by.user_id, key, str(act), clock.now(), orjson.dumps(list(tasks)).decode())
        row = sql().execute(BEGIN, values).fetchone()
        if row is not None:
            return int(row[0]), True
        known = sql().execute("select id, act from bulk_act where by_id = %s and key = %s", (by.user_id, key))
        row = known.fetchone()
    if row is None or row[1] != act:
        raise KeyReused()
    return int(row[0]), False


def carry_out(
    bulk_id: int,
    act: BulkActKind,
    rows: Sequence[Chosen],
    one: RowAct,
    *,
    by: Identity,
    left_out: Iterable[Result] = (),
) -> list[Result]:
    """Carry out each row by `one`, and keep the result of each, `left_out` behind them.

    Also where it is broken off by what nobody foresaw: the results so far are kept, and it rises.
    """
    results: list[Result] = []
    try:
        for row in rows:
            results.append(_result(bulk_id, act, row, one, by))
    finally:
        _keep(bulk_id, [*results, *left_out])
    return results


def _result(bulk_id: int, act: BulkActKind, row: Chosen, one: RowAct, by: Identity) -> Result:
    try:
        one(row, f"bulk-{bulk_id}-{row.task_id}")
    except AlreadyCarriedOut:
        return Result(row.task_id, True, DONE[act])
    except NotFound:
        let_go()
        return Result(row.task_id, False, GONE)
    except ActRefused as refusal:
        let_go()
        return Result(row.task_id, False, _why(row, refusal, by))
    return Result(row.task_id, True, DONE[act])


def _why(row: Chosen, refusal: ActRefused, by: Identity) -> Words:
    """In words; of a row that went on meanwhile, what happened to it and who has it now."""
    if not isinstance(refusal, Stale):
        return refusal.words
    try:
        happened = presence.around(row.task_id, by=by).changed_since(row.revision)
    except NotFound:  # a lead's, of another post
        return refusal.words
    if happened is None:
        return refusal.words
    return Words(f"{refusal.words.zh}{happened.zh}", f"{refusal.words.en} {happened.en}")


def _keep(bulk_id: int, results: Sequence[Result]) -> None:
    let_go()
    told = [[one.task_id, one.done, one.words.zh, one.words.en] for one in results]
    with unit_of_work():
        sql().execute("update bulk_act set results = %s where id = %s", (orjson.dumps(told).decode(), bulk_id))
