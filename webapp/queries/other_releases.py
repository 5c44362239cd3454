"""What would become of a case that goes on with another release of its bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine import EngineError, Words, runtime
from webapp import clock
from webapp.catalogue import Published, engine_context, published, rules_in_force
from webapp.errors import NotFound
from webapp.organisation_names import post_names
from webapp.queries.standing import INSTANCES, Place, elements_of, process_name
from webapp.services.failures import RepairFailed
from webapp.services.locked_case import InstanceRow
from webapp.services.migration import Refusal, missing_items, of_release, plan_migration, renamed
from webapp.services.migration_remarks import remarks_of
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class ReleaseChoice:
    """A release that was published once. `state`: published | retired | stopped."""

    id: int
    number: int
    state: str
    published_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Matched:
    """An element on which tokens stand now, and the one in the other release; `refusals` say why it cannot be.

    `choices`: the elements that it can be mapped to, where the other release lacks one of its id; `field` names
    the choice in a form.
    """

    process: Words
    field: str
    element: str
    name: Words
    counterpart: str
    counterpart_name: Words | None
    refusals: tuple[Words, ...]
    choices: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """Every element in question, and what is against the move besides (`others`: where, why). `remarks`: of which
    element (its id) something else is to be known."""

    target: ReleaseChoice
    matched: tuple[Matched, ...]
    others: tuple[tuple[str, Words], ...]
    remarks: tuple[tuple[str, Words], ...] = ()

    @property
    def fits(self) -> bool:
        return not self.others and not any(one.refusals for one in self.matched)


CHOICES = """
select r.id, r.number, r.state, r.published_at, r.note from release r join cases c on c.bundle_key = r.bundle_key
where c.id = %s and r.published_at is not null and r.id <> c.release_id order by r.number desc
"""


def release_choices(case_id: int) -> tuple[ReleaseChoice, ...]:
    """The releases that the case could go on with, the newest first."""
    return tuple(ReleaseChoice(*row) for row in sql().execute(CHOICES, (case_id,)))


def preview(case_id: int, release_id: int, mapping: Mapping[str, str]) -> Preview:
    """What the move would do, element by element. Raises NotFound."""
    target = next((one for one in release_choices(case_id) if one.id == release_id), None)
    row = sql().execute("select release_id from cases where id = %s", (case_id,)).fetchone()
    if target is None or row is None:
        raise NotFound()
    rows = sql().execute(INSTANCES, (case_id,)).fetchall()
    loaded = [InstanceRow(id_, bytes(state), {}, release, process, 0) for id_, process, release, _, state in rows]
    instances = of_release(loaded, row[0])
    old, new = published(row[0]), published(release_id)
    context = engine_context(clock.now(), rules_in_force())
    try:
        plan = plan_migration(instances, new, mapping, context)
        told = [] if plan.refusals else remarks_of(instances, new, mapping, context, post_names)
        matched = _matched(instances, old, new, mapping, plan.refusals)
    except EngineError as failure:
        return Preview(target, (), (("", RepairFailed(failure).words),))
    known = {one.field for one in matched}
    others = [one for one in plan.refusals if f"{one.process}:{one.element}" not in known]
    others += missing_items(case_id, new)
    remarks = tuple((one.element, one.words) for one in told)
    return Preview(target, matched, tuple((one.element, one.words) for one in others), remarks)


def _matched(
    instances: list[InstanceRow],
    old: Published,
    new: Published,
    mapping: Mapping[str, str],
    refusals: list[Refusal],
) -> tuple[Matched, ...]:
    found: dict[tuple[str, str], Matched] = {}
    for instance in instances:
        for one in runtime.snapshot(instance.state).active:
            if (one.process, one.element) not in found:
                place = (one.process, one.element)
                against = [each.words for each in refusals if (each.process, each.element) == place]
                found[place] = _match(*place, old, new, mapping, tuple(dict.fromkeys(against)))
    return tuple(found.values())


def _match(
    process: str, element: str, old: Published, new: Published, mapping: Mapping[str, str], against: tuple[Words, ...]
) -> Matched:
    name = _name(old, process, element)
    new_process, counterpart = mapping.get(process, process), renamed(mapping, process, element)
    missing = _name(new, new_process, element) is None
    kind = old.program.processes[process].nodes[element].type if name else ""
    return Matched(
        process_name(old, process),
        f"{process}:{element}",
        element,
        name or Words(element, element),
        counterpart,
        _name(new, new_process, counterpart),
        against,
        elements_of(new, new_process, kind) if missing else (),
    )


def _name(release: Published, process: str, element: str) -> Words | None:
    """What the element is called in a release; None where it is not there."""
    known = release.program.processes.get(process)
    node = known.nodes.get(element) if known else None
    return None if node is None else release.element_name(process, element)
