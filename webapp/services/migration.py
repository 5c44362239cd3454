"""A case under way goes on with another release of its bundle: all of its processes, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine import MigrationRefused, Words, runtime
from engine.runtime import Context, Step
from webapp.catalogue import Published, published
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.activity import keep_process
from webapp.services.advance import apply
from webapp.services.engine_border import migrate, snapshot
from webapp.services.events import Event
from webapp.services.instances import running_instances
from webapp.services.locked_case import InstanceRow, LockedCase
from webapp.services.repairing import given_reason, repairing, write_repair
from webapp.services.suspended import hold_timers
from webapp.services.writing import array
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason against the migration: where (an element of an instance, or an item of the case), and why."""

    instance_id: int | None
    process: str
    element: str
    words: Words


@dataclass(slots=True)
class Plan:
    """What the migration would do: a step per instance, or the reasons against it."""

    steps: list[tuple[InstanceRow, Step]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


class MigrationImpossible(ActRefused):
    """The case does not fit the other release; `refusals` say everything that is against it."""

    status = 422

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(
            Words(
                "不能迁移，办件未作改动：" + "；".join(f"“{one.element}”{one.words.zh}" for one in refusals),
                "It cannot be moved; nothing has changed: "
                + "; ".join(f"“{one.element}” {one.words.en}" for one in refusals),
            )
        )


def move_to_release(
    case_id: int, release_id: int, *, by: Identity, reason: str, key: str, mapping: Mapping[str, str] | None = None
) -> None:
    """Let the case go on with a release that was published once; elements keep their ids, or are mapped
    ("process:element" -> new id; "process" -> new process).

    Raises NotYours, NotFound, Incomplete (no reason), MigrationImpossible, RepairFailed.
    """
    with repairing(case_id, by, Permission.CASE_REPAIR, key=key, what=f"migrate:{case_id}:{release_id}") as case:
        reason = given_reason(reason)
        target, mapping = _target(case, release_id), dict(mapping or {})
        plan = plan_migration(of_release(running_instances(case), case.release_id), target, mapping, case.context)
        plan.refusals += missing_items(case.id, target)
        if plan.refusals:
            raise MigrationImpossible(plan.refusals)
        facts = {"from": case.release_id, "to": release_id, "mapping": mapping}
        write_repair(case, Event.RELEASE_CHANGED, by, reason, facts)
        carry_over(case, release_id, plan.steps, mapping)


def of_release(instances: Iterable[InstanceRow], release_id: int) -> list[InstanceRow]:
    """Those that run this release; what a message started from another bundle stays with its own."""
    return [instance for instance in instances if instance.release_id == release_id]


def plan_migration(
    instances: Iterable[InstanceRow], target: Published, mapping: Mapping[str, str], context: Context
) -> Plan:
    """What would become of the instances. Changes nothing. Raises StateInvalid and what else the engine raises."""
    plan = Plan()
    for instance in instances:
        try:
            step = migrate(instance.release.program, target.program, instance.state, mapping, context)
            plan.steps.append((instance, step))
        except MigrationRefused as refused:
            for process, (element, words) in zip(refused.processes, refused.refusals, strict=True):
                plan.refusals.append(Refusal(instance.id, process, element, words))
    return plan


def missing_items(case_id: int, target: Published) -> list[Refusal]:
    """Items of the case that the other release does not have."""
    rows = sql().execute("select item_key from item_case where case_id = %s order by item_key", (case_id,))
    return not_there([key for (key,) in rows], target)


def not_there(items: Iterable[str], target: Published) -> list[Refusal]:
    """Those of these items (keys) that the other release does not have."""
    there = {item.key for item in target.bundle.items}
    words = Words("新发布版没有该事项", "the other release has no such item")
    return [Refusal(None, "", key, words) for key in items if key not in there]


def _target(case: LockedCase, release_id: int) -> Published:
    row = (
        sql()
        .execute(
            "select 1 from release where id = %s and bundle_key = %s and published_at is not null and id <> %s",
            (release_id, case.bundle_key, case.release_id),
        )
        .fetchone()
    )
    if row is None:
        raise NotFound()
    return published(release_id)


def renamed(mapping: Mapping[str, str], process: str, element: str) -> str:
    """The id of the element in the other release."""
    return mapping.get(f"{process}:{element}", mapping.get(element, element))


INTO_RELEASE = """
with {kept}moved as (update cases set release_id = %(release)s where id = %(case)s)
update process_instance i set release_id = %(release)s, process = r.process
from unnest(%(instances)s::bigint[], %(processes)s::text[]) r(id, process) where i.id = r.id
"""


def carry_over(
    case: LockedCase,
    release_id: int,
    steps: Sequence[tuple[InstanceRow, Step]],
    mapping: Mapping[str, str],
    *,
    keep: str = "",
    **values: Any,
) -> None:
    """Write what `plan_migration` came to: the case and these instances run the other release from now on.

    `keep`: an update (of other rows) with its `values` that goes first and sees every row as it was; `instances` are
    the ids of the instances.
    """
    case.release_id = release_id
    moved = [instance for instance, _ in steps]
    values |= {
        "release": release_id,
        "case": case.id,
        "instances": [instance.id for instance in moved],
        "processes": [mapping.get(instance.process, instance.process) for instance in moved],
    }
    sql().execute(INTO_RELEASE.format(kept=f"kept as ({keep}), " if keep else ""), values)
    for instance, step in steps:
        _carry_over(case, instance, step, mapping)
    if case.suspended_at is not None:
        hold_timers(case)


def _carry_over(case: LockedCase, instance: InstanceRow, step: Step, mapping: Mapping[str, str]) -> None:
    before = snapshot(instance.state)
    process = mapping.get(instance.process, instance.process)
    if process != instance.process:
        keep_process(instance.id, instance.process)
    instance.release_id, instance.process = case.release_id, process
    told = _moves(before, mapping) if mapping else []
    apply(case, instance, step._replace(log=(*told, *step.log)))
    if mapping:
        _rename_rows(case, instance, step)


RENAME = """
update {table} t set element = r.element from unnest(%({table}_ids)s::bigint[], %({table}_elements)s::text[])
    r(id, element)
where t.instance_id = %(instance)s and t.{column} = r.id and t.element <> r.element
"""
#: By what failed in it, which is renamed in the same statement.
RENAME_INCIDENTS = """
update incident n set element = found.element
from (
    select i.id, coalesce(e.element, j.element, t.element) as element
    from public.incident i
    left join unnest(%(incident_ids)s::bigint[], %(incident_elements)s::text[]) e(id, element)
        on e.id = i.engine_incident
    left join (select row.id, r.element from public.engine_job row
        join unnest(%(engine_job_ids)s::bigint[], %(engine_job_elements)s::text[]) r(id, element)
            on r.id = row.engine_job where row.instance_id = %(instance)s) j on j.id = i.engine_job_id
    left join (select row.id, r.element from public.timer row
        join unnest(%(timer_ids)s::bigint[], %(timer_elements)s::text[]) r(id, element)
            on r.id = row.engine_timer where row.instance_id = %(instance)s) t on t.id = i.timer_id
    where i.instance_id = %(instance)s and i.resolved_at is null
) found
where n.id = found.id and found.element <> n.element
"""


def _rename_rows(case: LockedCase, instance: InstanceRow, step: Step) -> None:
    """What waits, and what failed, under the new ids of its elements."""
    after = snapshot(step.state)
    values: dict[str, Any] = {"instance": instance.id}
    for table, found in (
        ("timer", after.open("timer")),
        ("engine_job", after.open("job")),
        ("incident", after.incidents),
    ):
        values[f"{table}_ids"] = array([one.id for one in found])
        values[f"{table}_elements"] = array([one.element for one in found])
    for table, column in (("timer", "engine_timer"), ("engine_job", "engine_job")):
        case.writing.add(f"{table}_renamed", RENAME.format(table=table, column=column), **values)
    case.writing.add("incidents_renamed", RENAME_INCIDENTS, **values)


def _moves(before: runtime.Snapshot, mapping: Mapping[str, str]) -> list[runtime.LogLine]:
    """In the history a token leaves the old element and enters the new one, so that the diagram shows where it is."""
    told: list[runtime.LogLine] = []
    for one in before.active:
        element = renamed(mapping, one.process, one.element)
        if element != one.element:
            process = mapping.get(one.process, one.process)
            told.append(runtime.LogLine("cancelled", one.scope, one.element, "", one.process))
            told.append(runtime.LogLine("entered", one.scope, element, "", process))
    return told
