"""How many processes run and what waits where, by release and element.

Read from what is open (tasks, timers, jobs, messages that are waited for), never from the states of instances. The
worker keeps it for a large office; for a small one a page counts for itself.
"""

from __future__ import annotations

from datetime import datetime

from webapp import clock
from webapp.unit_of_work import sql, unit_of_work

#: Running processes up to which a page counts for itself.
COUNTED_AT_ONCE = 3000
#: Rows of `waiting_count` without their time, for the running processes of `%(releases)s` (null: of all). A message
#: stands under its name: which element waits for it, the diagram knows. An item's waits count once for each case,
#: within the process in which its task is.
COUNTED = """
with running as materialized (
    select id, release_id, process from process_instance
    where ended_at is null and (%(releases)s::bigint[] is null or release_id = any(%(releases)s))
), waits as (
    select r.id, r.release_id, r.process, 'task' as kind, t.item_case_id, t.process as within, t.element
    from user_task t join running r on r.id = t.instance_id where t.state = 'open'
    union all
    select r.id, r.release_id, r.process, 'timer', t.item_case_id, '', t.element
    from timer t join running r on r.id = t.instance_id
    union all
    select r.id, r.release_id, r.process, 'job', j.item_case_id, '', j.element
    from engine_job j join running r on r.id = j.instance_id where j.state in ('open', 'failed')
    union all
    select r.id, r.release_id, r.process, 'message', null, '', m.name
    from message_wait m join running r on r.id = m.instance_id
), named as (
    select w.*, coalesce(i.item_key, '') as item_key from waits w left join item_case i on i.id = w.item_case_id
), of_items as (
    select id, release_id, process, item_key, max(within) as within
    from named where item_key <> '' group by id, release_id, process, item_key
)
select release_id, process, 'instance' as kind, '' as item_key, '' as within, '' as element, count(*) as waiting
from running group by release_id, process
union all
select release_id, process, 'item', item_key, within, '', count(*)
from of_items group by release_id, process, item_key, within
union all
select release_id, process, kind, item_key, within, element, count(*)
from named group by release_id, process, kind, item_key, within, element
"""
COLUMNS = "release_id, process, kind, item_key, within, element, waiting"
KEEP = f"insert into waiting_count ({COLUMNS}, at) select {COLUMNS}, %(now)s from ({COUNTED}) counted"
MANY = f"""
select count(*) > {COUNTED_AT_ONCE} from (select from process_instance
    where ended_at is null and (%(releases)s::bigint[] is null or release_id = any(%(releases)s))
    limit {COUNTED_AT_ONCE + 1}) running
"""
#: One worker counts at a time; who comes second has nothing to add.
COUNTED_ALONE = "select pg_try_advisory_xact_lock(hashtext('onewindow.waiting-counts'))"


def are_many(releases: list[int] | None) -> bool:
    """Whether more processes of these releases (None: of all) run than a page counts for itself."""
    row = sql().execute(MANY, {"releases": releases}).fetchone()
    return bool(row and row[0])


def were_counted_since(moment: datetime) -> bool:
    """Whether a worker has counted since `moment`: then nobody needs to look again yet."""
    row = sql().execute("select max(at) from waiting_count").fetchone()
    return row is not None and row[0] is not None and row[0] >= moment


def refresh() -> bool:
    """Count anew, where pages do not count for themselves. Whether anything was counted."""
    with unit_of_work():
        row = sql().execute(COUNTED_ALONE).fetchone()
        if row is None or not row[0] or not are_many(None):
            return False
        sql().execute("delete from waiting_count")
        sql().execute(KEEP, {"releases": None, "now": clock.now()})
        return True
