"""What the worker does with the cases of a migration: tries the move on each, moves it, or takes it back.

One transaction per case holds everything, the result too, so it can be broken off anywhere. Several jobs may work on
one migration; each takes the next case that no other holds. A case is tried a few times where somebody acts on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from engine import EngineError, Words
from engine.runtime import Step
from webapp import clock, outbox
from webapp.catalogue import RULES_OF_CASE, engine_context, published, rules_of
from webapp.errors import ActRefused, Busy
from webapp.identity import Identity, by_ids
from webapp.services import migration_runs
from webapp.services.events import Event
from webapp.services.failures import RepairFailed
from webapp.services.instances import running_instances
from webapp.services.locked_case import LOCK_BY_ID, InstanceRow, LockedCase, lock
from webapp.services.migration import Plan, Refusal, carry_over, not_there, of_release, plan_migration
from webapp.services.migration_undo import BEFORE, TakenBack, take_back
from webapp.services.notices import NoticeKind, notify
from webapp.services.repair import state_mark
from webapp.services.repairing import digest
from webapp.services.tries import counting_tries
from webapp.unit_of_work import sql, unit_of_work

#: Cases of one look, of one job, and tries of one case.
CHECKED_AT_ONCE, MOVED_AT_ONCE, MOST_TRIES = 100, 50, 5
NOT_THERE_ANY_MORE = Words("办件已不在原发布版上办理", "the case does not run its former release any more")
AGAIN_AND_AGAIN = Words("多次未能办理（办件一直有人在办，或者出错）", "could not be done however often it was tried")


# Trying

TO_CHECK = f"""
select m.case_id, m.from_release_id, array(select item_key from item_case where case_id = m.case_id order by item_key),
    {RULES_OF_CASE},
    array(select i.id from process_instance i where i.case_id = m.case_id and i.ended_at is null
        and i.release_id = m.from_release_id order by i.id),
    array(select i.process from process_instance i where i.case_id = m.case_id and i.ended_at is null
        and i.release_id = m.from_release_id order by i.id),
    array(select i.state from process_instance i where i.case_id = m.case_id and i.ended_at is null
        and i.release_id = m.from_release_id order by i.id)
from migration_case m join cases k on k.id = m.case_id
where m.run_id = %s and m.state = 'chosen' order by m.place limit %s
"""
CHECKED = """
update migration_case m set state = r.state, reasons = r.reasons, at = %(now)s
from jsonb_to_recordset(%(found)s::jsonb) as r(case_id bigint, state text, reasons jsonb)
where m.run_id = %(run)s and m.case_id = r.case_id and m.state = 'chosen'
"""


def check(run_id: int) -> None:
    """The job: try the move on the next cases without changing them, and ask for the job that tries the others."""
    with unit_of_work():
        run = _run_of(run_id)
        if run.state != migration_runs.CHECKING:
            return
        rows = sql().execute(TO_CHECK, (run_id, CHECKED_AT_ONCE)).fetchall()
        found = [{"case_id": row[0], **_verdict(run, *row[1:])} for row in rows]
        told = orjson.dumps(found).decode()
        sql().execute(CHECKED, {"run": run_id, "found": told, "now": clock.now()})
        if len(rows) == CHECKED_AT_ONCE:
            outbox.defer(sql(), outbox.CHECK_MIGRATION, run_id=run_id)
        else:
            sql().execute("update migration_run set state = 'checked' where id = %s and state = 'checking'", (run_id,))


def _verdict(
    run: _Run,
    release_id: int,
    items: Sequence[str],
    rules: Sequence[str],
    ids: Sequence[int],
    processes: Sequence[str],
    states: Sequence[bytes],
) -> dict[str, Any]:
    loaded = [
        InstanceRow(id_, bytes(state), {}, release_id, process, 0)
        for id_, process, state in zip(ids, processes, states, strict=True)
    ]
    context = engine_context(clock.now(), rules_of(tuple(rules or ())))
    refusals = [Refusal(None, "", "", NOT_THERE_ANY_MORE)] if not loaded else []
    try:
        refusals += plan_migration(loaded, published(run.target), run.mapping, context).refusals
    except EngineError as failure:
        refusals.append(Refusal(None, "", "", RepairFailed(failure).words))
    refusals += not_there(items, published(run.target))
    return {"state": "unfit" if refusals else "fits", "reasons": _told(refusals)}


def _told(refusals: Iterable[Refusal]) -> list[list[str]]:
    return [[one.process, one.element, one.words.zh, one.words.en] for one in refusals]


# Moving and taking back


@dataclass(frozen=True, slots=True)
class _Run:
    id: int
    bundle: str
    target: int
    state: str
    mapping: dict[str, str]
    reason: str
    by_id: int | None
    undo_reason: str
    undone_by: int | None


@dataclass(slots=True)
class _Turn:
    """The case whose turn it is, its row locked: the id of the repair that may be written, the case's items."""

    case_id: int
    from_release: int
    seq: int | None
    repair: int
    items: list[str]


RUN = """
select id, bundle_key, to_release_id, state, mapping, reason, confirmed_by, undo_reason, undone_by
from migration_run where id = %s
"""
TRIED = "update migration_case set tries = tries + 1 where run_id = %(run)s and case_id = %(case)s"
#: Whoever changes the state of the migration waits for nobody: a case that has its turn is finished.
TURN = """
select m.case_id, m.from_release_id, m.seq, nextval('repair_id_seq'),
    array(select item_key from item_case where case_id = m.case_id order by item_key)
from migration_case m join migration_run r on r.id = m.run_id
where m.run_id = %(run)s and m.state = %(which)s and m.tries < %(most)s and r.state = %(doing)s
    and (r.state <> 'first' or m.place <= r.first_cases)
order by m.tries, m.place limit 1 for update of m skip locked
"""


def work(run_id: int) -> None:
    """The job: one case after another, as long as the migration is under way, and ask for the job that goes on."""
    run = _run_of(run_id)
    undoing = run.state == migration_runs.UNDOING
    if not undoing and run.state not in migration_runs.MOVING:
        return None
    who = run.undone_by if undoing else run.by_id
    assert who is not None, "whoever confirmed it is kept with it"
    [by] = by_ids([who], closed=True)
    act = _take_back if undoing else _move
    for _ in range(MOVED_AT_ONCE):
        if not _one(run, by, "moved" if undoing else "fits", act):
            return _finish(run)
    with unit_of_work():
        outbox.defer(sql(), outbox.RUN_MIGRATION, run_id=run_id)
    return None


def _one(run: _Run, by: Identity, which: str, act: Callable[[_Run, Identity, _Turn], None]) -> bool:
    """The next case, in one transaction. False where there is none that no other job holds."""
    turn: _Turn | None = None
    try:
        with counting_tries(TRIED) as held, unit_of_work():
            values = {"run": run.id, "which": which, "most": MOST_TRIES, "doing": run.state}
            row = sql().execute(TURN, values).fetchone()
            if row is None:
                return False
            turn = _Turn(*row)
            held.append({"run": run.id, "case": turn.case_id})
            act(run, by, turn)
    except Busy:
        pass  # somebody acts on it: it gets another turn after the others
    except EngineError as refused:
        assert turn is not None
        words = refused.words if isinstance(refused, ActRefused) else RepairFailed(refused).words
        _noted(run, turn.case_id, which, words)
    return True


NOTED = """
update migration_case set state = %(state)s, reasons = %(reasons)s::jsonb, at = %(now)s
where run_id = %(run)s and case_id = %(case)s and state = %(which)s
"""


def _noted(run: _Run, case_id: int, which: str, words: Words) -> None:
    """The case is not moved (or not taken back), and why."""
    with unit_of_work():
        _keep(run, case_id, "refused" if which == "fits" else "kept", which, [Refusal(None, "", "", words)])


def _keep(run: _Run, case_id: int, state: str, which: str, refusals: Sequence[Refusal]) -> None:
    reasons = orjson.dumps(_told(refusals)).decode()
    values = {"state": state, "reasons": reasons, "now": clock.now(), "run": run.id, "case": case_id, "which": which}
    sql().execute(NOTED, values)


REPAIRED = """
insert into repair (id, case_id, kind, facts, reason, by_id, at)
values (%(repair)s, %(case)s, %(repaired)s, %(repair_facts)s::jsonb, %(repair_reason)s, %(repairer)s, %(now)s)
"""
MOVED = """
update migration_case set state = %(outcome)s, reasons = '[]', at = %(now)s, seq = %(kept_seq)s::bigint,
    before = case when %(kept_seq)s::bigint is not null then before || jsonb_build_object('after', %(after)s::jsonb) end
where run_id = %(run)s and case_id = %(case)s
"""


def _move(run: _Run, by: Identity, turn: _Turn) -> None:
    case = lock(LOCK_BY_ID, turn.case_id)
    plan = _plan(case, run, turn)
    if plan.refusals:
        _keep(run, case.id, "refused", "fits", plan.refusals)
        return
    case.under_repair = True
    facts = {"from": case.release_id, "to": run.target, "mapping": run.mapping, "run": run.id}
    _write_repair(case, Event.RELEASE_CHANGED, by, turn.repair, run.reason, facts)
    told = case.ledger_seq
    carry_over(case, run.target, plan.steps, run.mapping, keep=BEFORE, run=run.id)

    def keep() -> None:
        quiet = case.ledger_seq == told and all(_is_quiet(step) for _, step in plan.steps)
        after = {str(instance.id): state_mark(instance.state) for instance, _ in plan.steps}
        _end(case, run, "moved", case.ledger_seq if quiet else None, after)

    case.closing.append(keep)
    case.write_ledger()


def _plan(case: LockedCase, run: _Run, turn: _Turn) -> Plan:
    if case.release_id != turn.from_release:
        return Plan(refusals=[Refusal(None, "", "", NOT_THERE_ANY_MORE)])
    instances = of_release(running_instances(case), case.release_id)
    if not instances:
        return Plan(refusals=[Refusal(None, "", "", NOT_THERE_ANY_MORE)])
    target = published(run.target)
    plan = plan_migration(instances, target, run.mapping, case.context)
    plan.refusals += not_there(turn.items, target)
    return plan


def _is_quiet(step: Step) -> bool:
    """Nothing came of the move that others know of or that a person would see but for names: it can be undone."""
    return not (
        step.opened or step.closed or step.jobs or step.thrown or step.scopes_opened or step.scopes_closed
        or step.incidents or step.incidents_resolved or step.decisions or step.ended
    )  # fmt: skip


def _take_back(run: _Run, by: Identity, turn: _Turn) -> None:
    case = lock(LOCK_BY_ID, turn.case_id)
    case.under_repair = True
    try:
        take_back(case, run.id, run.target, turn.from_release, turn.seq, run.mapping)
    except TakenBack as refused:
        _keep(run, case.id, "kept", "moved", [Refusal(None, "", "", refused.words)])
        return
    facts = {"from": run.target, "to": turn.from_release, "run": run.id}
    _write_repair(case, Event.RELEASE_RESTORED, by, turn.repair, run.undo_reason, facts)
    _end(case, run, "undone", None)
    case.write_ledger()


def _write_repair(
    case: LockedCase, event: Event, by: Identity, repair: int, reason: str, facts: Mapping[str, Any]
) -> None:
    case.record(event, by, repair=repair, reason=digest(reason), **facts)
    values = {"repair": repair, "repaired": event, "repair_reason": reason, "repairer": by.user_id}
    told = orjson.dumps(dict(facts)).decode()
    case.writing.add("repaired", REPAIRED, case=case.id, now=case.now, repair_facts=told, **values)


def _end(case: LockedCase, run: _Run, outcome: str, seq: int | None, after: Mapping[str, str] | None = None) -> None:
    values = {"run": run.id, "outcome": outcome, "kept_seq": seq, "after": orjson.dumps(dict(after or {})).decode()}
    case.writing.add("outcome", MOVED, case=case.id, now=case.now, **values)


GIVEN_UP = """
update migration_case set state = %(to)s, reasons = %(reasons)s::jsonb, at = %(now)s
where run_id = %(run)s and state = %(which)s and tries >= %(most)s
"""
#: No case is left: another job's, too, is done.
FINISHED = """
update migration_run r set state = %(next)s, ended_at = %(ended)s where r.id = %(run)s and r.state = %(doing)s
    and not exists (select from migration_case m where m.run_id = r.id and m.state = %(which)s
        and (r.state <> 'first' or m.place <= r.first_cases))
"""


def _finish(run: _Run) -> None:
    """What was tried too often is given up; the last job ends the migration, or its first batch."""
    undoing, now = run.state == migration_runs.UNDOING, clock.now()
    which = "moved" if undoing else "fits"
    reasons = orjson.dumps(_told([Refusal(None, "", "", AGAIN_AND_AGAIN)])).decode()
    values = {"run": run.id, "which": which, "most": MOST_TRIES, "doing": run.state, "now": now, "reasons": reasons}
    after = {
        migration_runs.FIRST: migration_runs.LOOKED,
        migration_runs.REST: migration_runs.DONE,
        migration_runs.UNDOING: migration_runs.UNDONE,
    }[run.state]
    with unit_of_work():
        sql().execute(GIVEN_UP, {**values, "to": "kept" if undoing else "refused"})
        ended = None if after == migration_runs.LOOKED else now
        finished = sql().execute(FINISHED, {**values, "next": after, "ended": ended}).rowcount
        if finished and after == migration_runs.LOOKED and run.by_id is not None:
            facts = migration_runs.told_of(run.target)
            notify([run.by_id], NoticeKind.MIGRATION_LOOKED, case_id=None, task_id=None, facts=facts, now=now)


def _run_of(run_id: int) -> _Run:
    row = sql().execute(RUN, (run_id,)).fetchone()
    assert row is not None, "a migration is never removed"
    return _Run(*row)
