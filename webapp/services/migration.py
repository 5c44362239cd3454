"""A case under way goes on with another release of its bundle: all of its processes, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine import MigrationRefused, Words, runtime
from engine.runtime import Context, Step, migrate
from webapp.catalogue import Published, published
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.advance import apply
from webapp.services.events import Event
from webapp.services.instances import running_instances
from webapp.services.locked_case import InstanceRow, LockedCase
from webapp.services.repairing import given_reason, repairing, write_repair
from webapp.services.suspended import hold_timers
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason against the migration: where (an element of an instance, or an item of the case), and why."""

    instance_id: int | None
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
    """Let the case go on with a release that was published once; elements keep their ids, or are mapped.

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
        case.release_id = release_id
        sql().execute("update cases set release_id = %s where id = %s", (release_id, case_id))
        for instance, step in plan.steps:
            _carry_over(case, instance, step, mapping)
        if case.suspended_at is not None:
            hold_timers(case)


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
            plan.refusals += [Refusal(instance.id, element, words) for element, words in refused.refusals]
    return plan


def missing_items(case_id: int, target: Published) -> list[Refusal]:
    """Items of the case that the other release does not have."""
    there = {item.key for item in target.bundle.items}
    rows = sql().execute("select item_key from item_case where case_id = %s order by item_key", (case_id,))
    words = Words("新发布版没有该事项", "the other release has no such item")
    return [Refusal(None, key, words) for (key,) in rows if key not in there]


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


def _carry_over(case: LockedCase, instance: InstanceRow, step: Step, mapping: Mapping[str, str]) -> None:
    before = runtime.snapshot(instance.state)
    instance.release_id = case.release_id
    instance.process = mapping.get(instance.process, instance.process)
    sql().execute(
        "update process_instance set release_id = %s, process = %s where id = %s",
        (instance.release_id, instance.process, instance.id),
    )
    for table in ("timer", "engine_job", "incident"):
        for old, new in mapping.items():
            sql().execute(
                f"update {table} set element = %s where instance_id = %s and element = %s", (new, instance.id, old)
            )
    _tell_history(case, instance, before, mapping)
    apply(case, instance, step, by=None)


def _tell_history(
    case: LockedCase, instance: InstanceRow, before: runtime.Snapshot, mapping: Mapping[str, str]
) -> None:
    """In the history a token leaves the old element and enters the new one, so that the diagram shows where it is."""
    moved = [one for one in before.active if one.element in mapping]
    for what, name in (("cancelled", lambda one: one.element), ("entered", lambda one: mapping[one.element])):
        for one in moved:
            process = mapping.get(one.process, one.process) if what == "entered" else one.process
            sql().execute(
                "insert into activity_line (instance_id, scope, process, element, what, at)"
                " values (%s, %s, %s, %s, %s, %s)",
                (instance.id, one.scope, process, name(one), what, case.now),
            )
