"""等候热力图: the worker reads what the histories of instances have come to, and adds it to sums by element and month.

It finds an instance by its last steps (a window that reaches back behind the last look, for acts that were committed
late), and once a day by a sweep through all of them. Which of its steps count is said by `walk` alone, which is
written in the same transaction as the sums: whatever finds it, and however often, each step counts exactly once.
Nothing of this is done by an act.

What is counted next is committed first, and stands until it is over, so that a worker that dies over a history is told
of it, and one over which the database gives up (out of memory, too long without an answer) is found. An instance that
cannot be counted is left out with the reason (`heat_aside`), and the others are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from webapp import clock
from webapp.catalogue import published
from webapp.errors import NotFound
from webapp.services import heat_aside
from webapp.services.heat_instance import InstanceRows, TaskRow, count, waits_from
from webapp.services.heat_sums import OfficeTimes, Sums
from webapp.unit_of_work import is_of_the_database, sql, unit_of_work

#: Instances of one transaction, and of one look of the sweep.
AT_ONCE, SWEPT_AT_ONCE = 200, 2000
#: How far a look reaches back behind the last one. What is later than that is found by the sweep.
OVERLAP, SWEEP_EVERY = timedelta(hours=1), timedelta(days=1)

#: Workers take turns: one looks for what is to be counted, or waits to count what it has found.
ALONE = "select pg_try_advisory_xact_lock(hashtext('onewindow.heat'))"
ALONE_SOON = "select pg_advisory_xact_lock(hashtext('onewindow.heat'))"
#: Longer than it takes from finding to counting; who counts holds the lock.
BEGINS_WITHIN = timedelta(minutes=1)
MARK = "select seen_at, sweep_after, swept_at, counting, counting_until from walk_mark"
KEEP_MARK = """
insert into walk_mark (id, seen_at, sweep_after, swept_at) values (1, %(seen)s, %(after)s, %(swept)s)
on conflict (id) do update set seen_at = excluded.seen_at, sweep_after = excluded.sweep_after,
    swept_at = excluded.swept_at, counting = '{}', counting_until = null
"""
BEGIN_COUNTING = """
insert into walk_mark (id, seen_at, counting, counting_until) values (1, %(seen)s, %(ids)s::bigint[], %(until)s)
on conflict (id) do update set counting = excluded.counting, counting_until = excluded.counting_until
"""
BROKEN_OFF = "update walk_mark set counting = '{}', counting_until = null where counting = %s::bigint[]"
#: `offset 0` keeps the histories that are looked through to those of the window, whatever is known of either table.
RECENT = """
select distinct a.instance_id
from (select instance_id, step from activity where at >= %(since)s offset 0) a
left join walk w on w.instance_id = a.instance_id
where a.step > coalesce(w.steps, 0)
    and not exists (select from walk_aside s where s.instance_id = a.instance_id) limit %(most)s
"""
SWEPT = """
select i.id, (i.steps > coalesce(w.steps, 0) or (i.ended_at is not null and not coalesce(w.ended, false)))
    and not exists (select from walk_aside s where s.instance_id = i.id)
from (select id, steps, ended_at from process_instance where id > %(after)s order by id limit %(most)s) i
left join walk w on w.instance_id = i.id order by i.id
"""
#: One statement, so that all of an instance is seen as of one moment.
HISTORY = """
select i.id, i.release_id, i.process, i.steps, i.ended_at is not null, i.scopes, k.profile_key,
    coalesce(w.steps, 0), coalesce(w.last_task, 0), coalesce(w.waits, '[]'), coalesce(w.ended, false),
    coalesce((select json_agg(json_build_array(a.step, extract(epoch from a.at), a.lines) order by a.step)
        from activity a where a.instance_id = i.id
            and a.step > case when i.ended_at is null then coalesce(w.steps, 0) else 0 end), '[]'),
    coalesce((select json_agg(json_build_array(t.id, t.process, t.element, t.state, coalesce(d.key, ''),
            extract(epoch from t.opened_at), extract(epoch from t.closed_at)) order by t.id)
        from user_task t left join candidate_group g on g.key = t.groups ->> 0
        left join department d on d.id = g.department_id
        where t.instance_id = i.id and (t.id > coalesce(w.last_task, 0)
            or t.id in (select (e ->> 0)::bigint from jsonb_array_elements(w.waits) e))), '[]'),
    coalesce((select json_object_agg(c.id, json_build_array(c.item_key, c.department_key))
        from item_case c where c.case_id = i.case_id), '{}')
from process_instance i join cases k on k.id = i.case_id
left join walk w on w.instance_id = i.id
where i.id = any(%(ids)s::bigint[]) order by i.id
"""


@dataclass(slots=True)
class _Mark:
    """`sweep_after`: the last instance that a sweep under way has looked at; 0: none is under way."""

    seen_at: datetime
    sweep_after: int = 0
    swept_at: datetime | None = None
    counting: list[int] = field(default_factory=list)
    counting_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """Instances to count, where that leaves the mark, and whether there may be more."""

    ids: list[int]
    mark: _Mark
    more: bool


def refresh() -> bool:
    """Count some of what has come since; true when there may be more. Workers take turns."""
    found = _find()
    if found is None or not found.ids:
        return False if found is None else found.more
    is_over = False
    try:
        with unit_of_work():
            sql().execute(ALONE_SOON)
            if _mark(clock.now()).counting == found.ids:  # else this one came too late, and is taken for dead
                _count(found.ids, OfficeTimes.of_the_office())
                _keep(found.mark)
        is_over = True
    except Exception as error:
        is_over = is_of_the_database(error)  # it stays begun: perhaps one of the histories was too much
        raise
    finally:
        if not is_over:
            with unit_of_work():
                sql().execute(BROKEN_OFF, (found.ids,))
    return found.more


def _find() -> _Found | None:
    """What is to be counted now, kept as begun. None where another worker is at it, or nothing can be counted yet."""
    with unit_of_work():
        row = sql().execute(ALONE).fetchone()
        now = clock.now()
        mark = _mark(now)
        if row is None or not row[0] or (mark.counting_until is not None and mark.counting_until > now):
            return None
        if not _has_rules():  # nothing runs before the rules of a place are loaded
            return None
        if mark.counting:
            heat_aside.broken_off(mark.counting)
        found = _next(mark, now)
        if found.ids:
            sql().execute(BEGIN_COUNTING, {"seen": now, "ids": found.ids, "until": now + BEGINS_WITHIN})
        else:
            _keep(found.mark)
    return found


def _mark(now: datetime) -> _Mark:
    row = sql().execute(MARK).fetchone()
    return _Mark(*row) if row else _Mark(now)


def _keep(mark: _Mark) -> None:
    sql().execute(KEEP_MARK, {"seen": mark.seen_at, "after": mark.sweep_after, "swept": mark.swept_at})


def _next(mark: _Mark, now: datetime) -> _Found:
    if (single := heat_aside.next_again()) is not None:
        return _Found([single], mark, more=True)
    ids = [id_ for (id_,) in sql().execute(RECENT, {"since": mark.seen_at - OVERLAP, "most": AT_ONCE})]
    if len(ids) == AT_ONCE:
        return _Found(ids, mark, more=True)
    mark.seen_at = max(now, mark.seen_at)
    swept, more = _sweep(mark, now)
    return _Found([*ids, *(id_ for id_ in swept if id_ not in ids)], mark, more)


def _has_rules() -> bool:
    try:
        OfficeTimes.of_the_office()
    except NotFound:
        return False
    return True


def _sweep(mark: _Mark, now: datetime) -> tuple[list[int], bool]:
    """The next instances that were not counted to their end, and whether the sweep goes on."""
    if not mark.sweep_after and mark.swept_at is not None and now - mark.swept_at < SWEEP_EVERY:
        return [], False
    rows = sql().execute(SWEPT, {"after": mark.sweep_after, "most": SWEPT_AT_ONCE}).fetchall()
    behind = [id_ for id_, is_behind in rows if is_behind]
    if len(behind) > AT_ONCE:
        behind = behind[:AT_ONCE]
        mark.sweep_after = behind[-1]
        return behind, True
    if len(rows) == SWEPT_AT_ONCE:
        mark.sweep_after = rows[-1][0]
        return behind, True
    mark.sweep_after, mark.swept_at = 0, now
    return behind, False


def _count(ids: Sequence[int], times: OfficeTimes) -> None:
    """Add what these instances have come to. One that cannot be counted is found out one by one, and left out."""
    try:
        with sql().transaction():
            _add(ids, times)
    except Exception as error:  # the worker's: whatever is wrong with one history, the others are counted
        if is_of_the_database(error):
            raise
        if len(ids) == 1:
            heat_aside.set_aside(ids[0], error)
        else:
            for id_ in ids:
                _count([id_], times)


def _add(ids: Sequence[int], times: OfficeTimes) -> None:
    """Add what these instances have come to, and keep how far that is."""
    sums = Sums(times)
    for row in sql().execute(HISTORY, {"ids": list(ids)}).fetchall():
        rows = _rows(row)
        sums.add(rows, count(rows))
    sums.write()
    heat_aside.counted(ids)


def _rows(row: Sequence[Any]) -> InstanceRows:
    *facts, waits, counted_end, history, tasks, items = row
    id_, release_id, process, steps, has_ended, scopes, place, counted_steps, counted_task = facts
    return InstanceRows(
        id_,
        published(release_id),
        process,
        steps,
        has_ended,
        scopes,
        place,
        counted_steps,
        counted_task,
        waits_from(waits),
        counted_end,
        [(step, at, lines) for step, at, lines in history],
        _tasks(tasks),
        _items(items),
    )


def _tasks(told: Iterable[Sequence[Any]]) -> list[TaskRow]:
    return [TaskRow(*one) for one in told]


def _items(told: Mapping[str, Sequence[str]]) -> dict[int, tuple[str, str]]:
    return {int(id_): (key, department) for id_, (key, department) in told.items()}
