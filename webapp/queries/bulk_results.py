"""How a bulk act ended, row by row: for who carried it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine import Words
from webapp import moments
from webapp.catalogue import published
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.services.bulk import BulkActKind
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class ResultLine:
    """How one row ended. `done` None: it is not known."""

    task_id: int
    case_id: int
    number: str
    subject: str
    item: Words
    name: Words
    done: bool | None
    words: Words


@dataclass(frozen=True, slots=True)
class BulkResult:
    act: BulkActKind
    at: str
    is_over: bool
    lines: tuple[ResultLine, ...]

    @property
    def done(self) -> int:
        return sum(line.done is True for line in self.lines)


RESULT = "select act, at, chosen, results from bulk_act where id = %s and by_id = %s"
SHOWN = """
select t.id, k.id, coalesce(k.number, ''), coalesce(nullif(k.subject_name, ''), k.applicant_name), t.name_zh,
    t.name_en, k.release_id, ic.item_key
from user_task t join cases k on k.id = t.case_id left join item_case ic on ic.id = t.item_case_id
where t.id = any(%s) and (t.groups ?| %s or exists (select from candidate_group g
    join department d on d.id = g.department_id where t.groups ? g.key and d.key = %s))
"""
UNKNOWN = Words("没有结果，请打开任务核对。", "No result: open the task and check.")


def bulk_result(bulk_id: int, by: Identity) -> BulkResult:
    """How one's own bulk act ended, row by row. Raises NotFound."""
    row = sql().execute(RESULT, (bulk_id, by.user_id)).fetchone()
    if row is None:
        raise NotFound()
    act, at, chosen, results = row
    told = {task: (done, Words(zh, en)) for task, done, zh, en in results or ()}
    shown = sql().execute(SHOWN, (list(chosen), sorted(by.groups), by.department_key)).fetchall()
    known = {line[0]: line for line in shown}
    lines = tuple(_line(task, known.get(task), *told.get(task, (None, UNKNOWN))) for task in chosen)
    return BulkResult(BulkActKind(act), moments.shown(at), results is not None, lines)


def _line(task_id: int, shown: Sequence[Any] | None, done: bool | None, said: Words) -> ResultLine:
    if shown is None:
        return ResultLine(task_id, 0, "", "", Words("", ""), Words("", ""), done, said)
    _, case_id, number, subject, zh, en, release_id, item_key = shown
    bundle = published(release_id).bundle
    item = bundle.item(item_key).name if item_key else bundle.name
    return ResultLine(task_id, case_id, number, subject, item, Words(zh, en), done, said)
