"""Trying a migration on each of its cases without changing them, many cases in one look.

A look that its worker did not survive (or that failed) has counted for all of its cases, and none of them can be
blamed yet: they are looked at again one by one, each counted before it is looked at. So what kills its worker is found,
left out with what happened in words, and the others are tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import orjson
import structlog

from engine import EngineError, Words
from webapp import clock, outbox
from webapp.catalogue import RULES_OF_CASE, engine_context, published, rules_of
from webapp.organisation_names import post_names
from webapp.services import migration_runs
from webapp.services.failures import RepairFailed
from webapp.services.locked_case import InstanceRow
from webapp.services.migration import not_there, plan_migration
from webapp.services.migration_remarks import PostNames, Remark, remarks_of
from webapp.services.migration_rows import NOT_THERE_ANY_MORE, Run, run_of, told, whole_case
from webapp.services.turns import CLAIMED_FOR, given_up
from webapp.settings import current_settings
from webapp.unit_of_work import is_of_the_database, sql, unit_of_work

log = structlog.get_logger(__name__)

#: Cases of one look.
CHECKED_AT_ONCE = 100
#: The next cases that were in no look yet; else one that was.
CLAIM = """
with fresh as (
    select case_id from migration_case
    where run_id = %(run)s and state = 'chosen' and tries = 0 and (not_before is null or not_before <= %(now)s)
    order by place limit %(most)s for update skip locked
), again as (
    select case_id from migration_case
    where run_id = %(run)s and state = 'chosen' and tries > 0 and tries < %(tries)s
        and (not_before is null or not_before <= %(now)s) and not exists (select from fresh)
    order by tries, place limit 1 for update skip locked
)
update migration_case m set tries = m.tries + 1, claimed_by = %(me)s, not_before = %(lapses)s
where m.run_id = %(run)s
    and m.case_id = any(array(select case_id from fresh union all select case_id from again))
"""
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
where m.run_id = %(run)s and m.state = 'chosen' and m.claimed_by = %(me)s order by m.place
"""
CHECKED = """
update migration_case m set state = r.state, reasons = r.reasons, at = %(now)s, tries = 0, faults = 0,
    not_before = null, claimed_by = null
from jsonb_to_recordset(%(found)s::jsonb) as r(case_id bigint, state text, reasons jsonb)
where m.run_id = %(run)s and m.case_id = r.case_id and m.state = 'chosen'
"""
FAILED = """
update migration_case set faults = faults + 1, claimed_by = null, not_before = %(until)s
where run_id = %(run)s and claimed_by = %(me)s and state = 'chosen'
"""
SPENT = """
select case_id, tries, faults from migration_case
where run_id = %(run)s and state = 'chosen' and tries >= %(tries)s and (not_before is null or not_before <= %(now)s)
order by place for update skip locked
"""
NEXT_AT = """
select min(coalesce(not_before, %(now)s)) from migration_case where run_id = %(run)s and state = 'chosen'
"""
ENDED = "update migration_run set state = 'checked' where id = %(run)s and state = 'checking'"


def check(run_id: int) -> None:
    """The job: one look, and ask for the job that goes on. Only a lost database rises."""
    run = run_of(run_id)
    if run.state != migration_runs.CHECKING:
        return
    now, settings = clock.now(), current_settings()
    values = {"run": run_id, "me": uuid4().hex, "now": now, "lapses": now + CLAIMED_FOR, "most": CHECKED_AT_ONCE}
    values |= {"tries": settings.batch_tries, "until": now + timedelta(seconds=settings.batch_waits[0])}
    with unit_of_work():
        claimed = sql().execute(CLAIM, values).rowcount
    if claimed:
        _look(run, values)
    _go_on(run, values)


def _look(run: Run, values: dict[str, Any]) -> None:
    try:
        with unit_of_work():
            rows = sql().execute(TO_CHECK, values).fetchall()
            posts = cache(post_names)
            _keep(values, [{"case_id": row[0], **_verdict(run, posts, *row[1:])} for row in rows])
    except Exception as error:  # the worker's: whatever it is, the other cases are tried
        log.exception("look-failed", migration=run.id)
        with unit_of_work():
            sql().execute(FAILED, values)
        if is_of_the_database(error):
            raise


def _keep(values: dict[str, Any], found: Sequence[dict[str, Any]]) -> None:
    sql().execute(CHECKED, {**values, "found": orjson.dumps(found).decode()})


def _go_on(run: Run, values: dict[str, Any]) -> None:
    """What was tried too often does not fit; the last look ends the trying, any other asks for the next."""
    with unit_of_work():
        spent = sql().execute(SPENT, values).fetchall()
        _keep(values, [{"case_id": id_, **_unfit(given_up(tries - faults, faults))} for id_, tries, faults in spent])
        row = sql().execute(NEXT_AT, values).fetchone()
        if row is None or row[0] is None:
            sql().execute(ENDED, values)
        elif row[0] <= values["now"]:
            outbox.defer(sql(), outbox.CHECK_MIGRATION, run_id=run.id)
        else:
            outbox.defer_at(sql(), outbox.CHECK_MIGRATION, row[0], run_id=run.id)


def _unfit(words: Words) -> dict[str, Any]:
    return {"state": "unfit", "reasons": told([whole_case(words)])}


def _verdict(
    run: Run,
    posts: PostNames,
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
    refusals = [whole_case(NOT_THERE_ANY_MORE)] if not loaded else []
    target, mapping = published(run.target), run.mapping_from(release_id)
    remarks: list[Remark] = []
    try:
        refusals += plan_migration(loaded, target, mapping, context).refusals
        if not refusals:
            remarks = remarks_of(loaded, target, mapping, context, posts)
    except EngineError as failure:
        refusals.append(whole_case(RepairFailed(failure).words))
    refusals += not_there(items, target)
    return {"state": "unfit" if refusals else "fits", "reasons": told(refusals or remarks)}
