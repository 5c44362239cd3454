"""What the worker does with the cases of a migration: moves them, or takes them back.

One transaction per case holds everything, the result too, so it can be broken off anywhere. Several jobs may work on
one migration; each takes the next case that no other holds (`turns`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import orjson

from engine import EngineError, Words
from engine.runtime import Step
from webapp import clock, outbox
from webapp.catalogue import published
from webapp.errors import ActRefused
from webapp.identity import Identity, by_ids
from webapp.organisation_names import post_names
from webapp.services import migration_runs
from webapp.services.events import Event
from webapp.services.failures import RepairFailed
from webapp.services.instances import running_instances
from webapp.services.locked_case import LOCK_BY_ID, LockedCase, lock
from webapp.services.migration import Plan, Refusal, carry_over, not_there, of_release, plan_migration
from webapp.services.migration_remarks import Remark, remarks_of
from webapp.services.migration_rows import NOT_THERE_ANY_MORE, Run, run_of, told, whole_case
from webapp.services.migration_undo import BEFORE, TakenBack, take_back
from webapp.services.notices import NoticeKind, notify
from webapp.services.repair import state_mark
from webapp.services.repairing import digest
from webapp.services.turns import Rows, Turns
from webapp.unit_of_work import sql, unit_of_work

#: Cases of one job.
MOVED_AT_ONCE = 50


@dataclass(slots=True)
class _Turn:
    """The case whose turn it is, its row locked: the id of the repair that may be written, the case's items."""

    case_id: int
    from_release: int
    seq: int | None
    repair: int
    items: list[str]


#: Whoever changes the state of the migration waits for nobody: a case that has its turn is finished.
ROWS = Rows(
    table="migration_case",
    batches="migration_run",
    batch="run_id",
    row="case_id",
    waiting="m.state = %(which)s and b.state = %(doing)s and (b.state <> 'first' or m.place <= b.first_cases)",
    read="""m.case_id, m.from_release_id, m.seq, nextval('repair_id_seq'),
    array(select item_key from item_case where case_id = m.case_id order by item_key)""",
)


def work(run_id: int) -> None:
    """The job: one case after another, as long as the migration is under way, and ask for the job that goes on."""
    run = run_of(run_id)
    undoing = run.state == migration_runs.UNDOING
    if not undoing and run.state not in migration_runs.MOVING:
        return
    who = run.undone_by if undoing else run.by_id
    assert who is not None, "whoever confirmed it is kept with it"
    [by] = by_ids([who], closed=True)
    cases = _TakingBack(run, by) if undoing else _Moving(run, by)
    turns = Turns(ROWS, run.id, MOVED_AT_ONCE, which=cases.which, doing=run.state)
    if turns.take(cases):
        with unit_of_work():
            outbox.defer(sql(), outbox.RUN_MIGRATION, run_id=run_id)
    else:
        _finish(run, turns, cases)


NOTED = """
update migration_case set state = %(state)s, reasons = %(reasons)s::jsonb, at = %(now)s
where run_id = %(run)s and case_id = %(case)s and state = %(which)s
"""


class _Cases(ABC):
    """What is done with the cases of a migration. `which` state waits for its turn; `left` is that of one that stays
    as it is."""

    which: ClassVar[str]
    left: ClassVar[str]

    def __init__(self, run: Run, by: Identity) -> None:
        self.run, self.by = run, by

    def do(self, row: Sequence[Any]) -> None:
        self.one(_Turn(*row))

    @abstractmethod
    def one(self, turn: _Turn) -> None:
        """The case whose turn it is."""

    def refuse(self, row: Sequence[Any], refused: EngineError) -> None:
        words = refused.words if isinstance(refused, ActRefused) else RepairFailed(refused).words
        with unit_of_work():
            self.tell(_Turn(*row).case_id, words, over=True)

    def tell(self, key: int, words: Words, *, over: bool) -> None:
        self.keep(key, [whole_case(words)], over=over)

    def keep(self, case_id: int, refusals: Sequence[Refusal], *, over: bool = True) -> None:
        """Why the case stays as it is, or (not `over`) waits."""
        reasons, state = orjson.dumps(told(refusals)).decode(), self.left if over else self.which
        values = {"state": state, "reasons": reasons, "now": clock.now(), "run": self.run.id, "case": case_id}
        sql().execute(NOTED, {**values, "which": self.which})


REPAIRED = """
insert into repair (id, case_id, kind, facts, reason, by_id, at)
values (%(repair)s, %(case)s, %(repaired)s, %(repair_facts)s::jsonb, %(repair_reason)s, %(repairer)s, %(now)s)
"""
#: Of one that cannot be taken back, the tasks that were open stay to be read.
MOVED = """
update migration_case set state = %(outcome)s, reasons = %(remarks)s::jsonb, at = %(now)s, seq = %(kept_seq)s::bigint,
    tries = 0, faults = 0, busy = 0, not_before = null, claimed_by = null,
    before = case when %(kept_seq)s::bigint is not null then before || jsonb_build_object('after', %(after)s::jsonb)
        when before ? 'tasks' then jsonb_build_object('tasks', before -> 'tasks') end
where run_id = %(run)s and case_id = %(case)s
"""


class _Moving(_Cases):
    which, left = "fits", "refused"

    def __init__(self, run: Run, by: Identity) -> None:
        super().__init__(run, by)
        self.posts = cache(post_names)  # once for all of the job's cases

    def one(self, turn: _Turn) -> None:
        run, case = self.run, lock(LOCK_BY_ID, turn.case_id)
        plan = _plan(case, run, turn)
        if plan.refusals:
            self.keep(case.id, plan.refusals)
            return
        case.under_repair = True
        mapping = run.mapping_from(turn.from_release)
        moved = [instance for instance, _ in plan.steps]
        remarks = remarks_of(moved, published(run.target), mapping, case.context, self.posts)
        facts = {"from": case.release_id, "to": run.target, "mapping": mapping, "run": run.id}
        _write_repair(case, Event.RELEASE_CHANGED, self.by, turn.repair, run.reason, facts)
        so_far = case.ledger_seq
        carry_over(case, run.target, plan.steps, mapping, keep=BEFORE, run=run.id)

        def keep() -> None:
            quiet = case.ledger_seq == so_far and all(_is_quiet(step) for _, step in plan.steps)
            after = {str(instance.id): state_mark(instance.state) for instance, _ in plan.steps}
            _end(case, run, "moved", case.ledger_seq if quiet else None, after, remarks)

        case.closing.append(keep)
        case.write_ledger()


class _TakingBack(_Cases):
    which, left = "moved", "kept"

    def one(self, turn: _Turn) -> None:
        run, case = self.run, lock(LOCK_BY_ID, turn.case_id)
        case.under_repair = True
        try:
            mapping = run.mapping_from(turn.from_release)
            take_back(case, run.id, run.target, turn.from_release, turn.seq, mapping)
        except TakenBack as refused:
            self.tell(case.id, refused.words, over=True)
            return
        facts = {"from": run.target, "to": turn.from_release, "run": run.id}
        _write_repair(case, Event.RELEASE_RESTORED, self.by, turn.repair, run.undo_reason, facts)
        _end(case, run, "undone", None)
        case.write_ledger()


def _plan(case: LockedCase, run: Run, turn: _Turn) -> Plan:
    if case.release_id != turn.from_release:
        return Plan(refusals=[whole_case(NOT_THERE_ANY_MORE)])
    instances = of_release(running_instances(case), case.release_id)
    if not instances:
        return Plan(refusals=[whole_case(NOT_THERE_ANY_MORE)])
    target = published(run.target)
    plan = plan_migration(instances, target, run.mapping_from(turn.from_release), case.context)
    plan.refusals += not_there(turn.items, target)
    return plan


def _is_quiet(step: Step) -> bool:
    """Nothing came of the move that others know of or that a person would see but for names: it can be undone."""
    return not (
        step.opened or step.closed or step.jobs or step.thrown or step.scopes_opened or step.scopes_closed
        or step.incidents or step.incidents_resolved or step.decisions or step.ended
    )  # fmt: skip


def _write_repair(
    case: LockedCase, event: Event, by: Identity, repair: int, reason: str, facts: Mapping[str, Any]
) -> None:
    case.record(event, by, repair=repair, reason=digest(reason), **facts)
    values = {"repair": repair, "repaired": event, "repair_reason": reason, "repairer": by.user_id}
    kept = orjson.dumps(dict(facts)).decode()
    case.writing.add("repaired", REPAIRED, case=case.id, now=case.now, repair_facts=kept, **values)


def _end(
    case: LockedCase,
    run: Run,
    outcome: str,
    seq: int | None,
    after: Mapping[str, str] | None = None,
    remarks: Sequence[Remark] = (),
) -> None:
    values = {"run": run.id, "outcome": outcome, "kept_seq": seq, "after": orjson.dumps(dict(after or {})).decode()}
    values["remarks"] = orjson.dumps(told(remarks)).decode()
    case.writing.add("outcome", MOVED, case=case.id, now=case.now, **values)


#: No case is left: another job's, too, is done.
FINISHED = """
update migration_run r set state = %(next)s, ended_at = %(ended)s where r.id = %(run)s and r.state = %(doing)s
    and not exists (select from migration_case m where m.run_id = r.id and m.state = %(which)s
        and (r.state <> 'first' or m.place <= r.first_cases))
"""


def _finish(run: Run, turns: Turns, cases: _Cases) -> None:
    """What was tried too often is given up; the last job ends the migration, or its first batch. What waits for a
    later turn gets it by a later job."""
    now = clock.now()
    after = {
        migration_runs.FIRST: migration_runs.LOOKED,
        migration_runs.REST: migration_runs.DONE,
        migration_runs.UNDOING: migration_runs.UNDONE,
    }[run.state]
    turns.give_up(cases)
    with unit_of_work():
        ended = None if after == migration_runs.LOOKED else now
        values = {"run": run.id, "doing": run.state, "which": cases.which, "next": after, "ended": ended}
        finished = sql().execute(FINISHED, values).rowcount
        if finished and after == migration_runs.LOOKED and run.by_id is not None:
            facts = {**migration_runs.told_of(run.target), "run": str(run.id)}
            notify([run.by_id], NoticeKind.MIGRATION_LOOKED, case_id=None, task_id=None, facts=facts, now=now)
        elif not finished and (at := turns.next_at()) is not None:
            outbox.defer_at(sql(), outbox.RUN_MIGRATION, at, run_id=run.id)
