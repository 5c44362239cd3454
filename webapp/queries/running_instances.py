"""Running instances of a release, a page at a time: those of a process, at an element, of an item, failed, suspended.

The oldest first. A page goes on behind the last id of the one before, so that it costs the same however far one has
come; which instances there are is answered by the partial index of those that run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine import Words
from webapp import clock
from webapp.catalogue import Published
from webapp.queries.running import called_of, node_of
from webapp.queries.standing import process_name
from webapp.unit_of_work import sql

SHOWN = 50
FAILED, SUSPENDED = "incident", "suspended"
STATES = (FAILED, SUSPENDED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for. `at`: "process:element"; `item`: of which an item's process runs; `days`: running for
    at least so many days."""

    release_id: int
    process: str = ""
    at: str = ""
    item: str = ""
    state: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class InstanceLine:
    """A running instance. `waits`: names of its open user tasks, each with how many."""

    id: int
    case_id: int
    number: str
    process: Words
    started_at: datetime
    suspended: bool
    incidents: int
    waits: tuple[tuple[Words, int], ...]


LINES = """
select i.id, i.case_id, coalesce(k.number, ''), i.process, i.started_at, k.suspended_at is not null,
    (select count(*) from incident n where n.case_id = i.case_id and n.instance_id = i.id and n.resolved_at is null),
    (select coalesce(jsonb_agg(jsonb_build_array(w.name_zh, w.name_en, w.count) order by w.first), '[]')
     from (select coalesce(nullif(t.name_zh, ''), t.element) as name_zh,
               coalesce(nullif(t.name_en, ''), t.element) as name_en, count(*), min(t.id) as first
           from user_task t where t.instance_id = i.id and t.state = 'open' group by 1, 2) w)
from ({found}) f join process_instance i on i.id = f.id join cases k on k.id = i.case_id order by i.id
"""
#: For each process its own page of the index, then the first of them all.
FOUND = """
select p.id from unnest(%(processes)s::text[]) r(process) cross join lateral (
    select i.id from process_instance i
    where i.release_id = %(release)s and i.process = r.process and i.ended_at is null and i.id > %(after)s {further}
    order by i.id limit %(most)s) p
order by p.id limit %(most)s
"""
PROCESSES = """
with recursive known as (
    (select process from process_instance where release_id = %(release)s and ended_at is null order by process limit 1)
    union all
    select (select i.process from process_instance i where i.release_id = %(release)s and i.ended_at is null
        and i.process > known.process order by i.process limit 1)
    from known where known.process is not null
)
select process from known where process is not null
"""
#: What waits at an element, by the kind of element that it is. `offset 0`: asked of each instance that is looked at, as
#: long as a page wants more of them, never of all at once.
AT_TASK = """exists (select from user_task t where t.instance_id = i.id and t.state = 'open'
    and t.process = %(within)s and t.element = %(element)s{of_item} offset 0)"""
AT_TIMER = "exists (select from timer t where t.instance_id = i.id and t.element = %(element)s{of_item} offset 0)"
AT_JOB = """exists (select from engine_job t where t.instance_id = i.id and t.element = %(element)s
    and t.state in ('open', 'failed'){of_item} offset 0)"""
AT_MESSAGE = "exists (select from message_wait t where t.instance_id = i.id and t.name = any(%(names)s) offset 0)"
#: Instances of a step that few wait at, and that failed there: nobody looks through all that run for them. Past this
#: many, a page finds its share soon enough.
FEW = 500
FEW_AT_TASK = f"""
(select t.instance_id from user_task t where t.state = 'open' and t.step = %(step)s and t.process = %(within)s
    and t.element = %(element)s{{of_item}} limit {FEW + 1})
union all (select n.instance_id from incident n where n.resolved_at is null and n.element = %(element)s
    limit {FEW + 1})
"""
#: An instance that stands at an incident there, whatever kind of element it is.
AT_INCIDENT = """exists (select from incident n where n.case_id = i.case_id and n.instance_id = i.id
    and n.resolved_at is null and n.element = %(element)s offset 0)"""
OF_ITEM = "{0} in (select c.id from item_case c where c.case_id = i.case_id and c.item_key = %(item)s)"
WITH_ITEM = " or ".join(
    f"exists (select from {table} t where t.instance_id = i.id and {open_}"
    f" and {OF_ITEM.format('t.item_case_id')} offset 0)"
    for table, open_ in (
        ("user_task", "t.state = 'open'"),
        ("timer", "true"),
        ("engine_job", "t.state in ('open', 'failed')"),
    )
)
#: The few are gathered first: a join might look through all that run for them.
IN_STATE = {
    FAILED: "i.id = any(array(select n.instance_id from incident n where n.resolved_at is null))",
    SUSPENDED: "i.case_id = any(array(select c.id from cases c where c.suspended_at is not null))",
}


def instances(release: Published, wanted: Wanted, after: int = 0) -> tuple[list[InstanceLine], int]:
    """A page of them, and the id behind which the next one begins, or 0. Raises NotFound for an unknown element."""
    further, values = _filters(release, wanted)
    processes = [wanted.process] if wanted.process else _processes(release.id)
    values |= {"release": release.id, "processes": processes, "after": after, "most": SHOWN + 1}
    statement = LINES.format(found=FOUND.format(further="".join(f" and ({one})" for one in further)))
    rows = sql().execute(statement, values).fetchall()
    lines = [_line(release, row) for row in rows[:SHOWN]]
    return lines, lines[-1].id if len(rows) > SHOWN else 0


def _processes(release_id: int) -> list[str]:
    """The processes of which instances run, each found by one look into the index."""
    return [process for (process,) in sql().execute(PROCESSES, {"release": release_id})]


def _filters(release: Published, wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    found: list[str] = []
    values: dict[str, Any] = {"item": wanted.item}
    if wanted.at:
        clauses, more = _at(release, wanted)
        found.append(" or ".join(clauses))
        values |= more
    elif wanted.item:
        found.append(WITH_ITEM)
    if wanted.state in IN_STATE:
        found.append(IN_STATE[wanted.state])
    if wanted.days > 0:
        found.append("i.started_at <= %(since)s")
        values["since"] = clock.now() - timedelta(days=wanted.days)
    return found, values


def _at(release: Published, wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    node = node_of(release, wanted.at)
    in_item = wanted.item and called_of(release, wanted.item) == node.process
    of_item = f" and {OF_ITEM.format('t.item_case_id')}" if in_item else ""
    values: dict[str, Any] = {"within": node.process, "element": node.id}
    if node.type == "userTask":
        step = dict(node.properties).get("step")
        values |= {"step": step.text if step is not None and step.is_text else ""}
        if values["step"]:
            few = _few_at_task({**values, "item": wanted.item if in_item else ""})
            if len(few) <= FEW:
                return ["i.id = any(%(few)s)"], {"few": few}
        return [AT_TASK.format(of_item=of_item), AT_INCIDENT], values
    clauses = [AT_INCIDENT]
    names = [event.name.text for event in node.events if event.kind in ("message", "signal")]
    if any(event.kind == "timer" for event in node.events):
        clauses.append(AT_TIMER.format(of_item=of_item))
    if names:
        clauses.append(AT_MESSAGE)
    if node.job is not None:
        clauses.append(AT_JOB.format(of_item=of_item))
    return clauses, {**values, "names": names}


def _few_at_task(values: Mapping[str, Any]) -> list[int]:
    of_item = " and t.item_case_id in (select c.id from item_case c where c.item_key = %(item)s)"
    statement = FEW_AT_TASK.format(of_item=of_item if values["item"] else "")
    return [id_ for (id_,) in sql().execute(statement, values)]


def _line(release: Published, row: Sequence[Any]) -> InstanceLine:
    id_, case_id, number, process, started_at, suspended, incidents, waits = row
    names = tuple((Words(zh, en), count) for zh, en, count in waits)
    return InstanceLine(id_, case_id, number, process_name(release, process), started_at, suspended, incidents, names)
