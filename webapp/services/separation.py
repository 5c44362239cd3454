"""职责分离 when acting: whoever had a part in one step of an item does not do another, and conflicts keep one out.

Which steps, the diagram declares and the law lays down (`engine.bundles.separation_at`). What was done for an absent
colleague counts for both: for who did it and for whom it was done.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from engine import Words
from engine.bundles import StepSeparation, legal_separation, paper_basis, separation_at
from engine.law import Profile
from webapp.catalogue import Published
from webapp.errors import ActRefused, SamePerson
from webapp.services.locked_case import InstanceRow
from webapp.unit_of_work import sql

#: Steps at which an item is examined: who acted at one proposes, and neither rules on the item nor hosts its hearing.
PROPOSING_STEPS = (
    "review",
    "examine",
    "pre-review",
    "hand-up",
    "upper-review",
    "testing",
    "expert-review",
    "public-notice",
)
RULING_STEPS = ("decide", "immediate")
HEARING = "hearing"
#: What a task is read with (`PARTS`); parts in other steps are asked for only where a rule names them.
KNOWN_AT_ONCE = frozenset({*PROPOSING_STEPS, HEARING})

#: [who, for whom or null, step] of what was examined and heard of the item case {item}. Whose it is, is found in
#: Python: with people as a parameter PostgreSQL would plan the statement anew each time.
PARTS = """
(select json_agg(json_build_array(p.who, p.absent, p.step)) from (
    select r.by_id as who, r.acting_for as absent, r.step from review r where r.item_case_id = {item}
    union all
    select h.host_id, null, 'hearing' from special_procedure h where h.item_case_id = {item}) p)
"""
#: Who declared a conflict that is in force, for the task `t`.
CONFLICTED = """
(select array_agg(c.user_id) from declared_conflict c where c.case_id = t.case_id and c.withdrawn_at is null
    and (c.item_case_id is null or t.item_case_id is null or c.item_case_id = t.item_case_id))
"""
#: The steps of an item in which one of these people did the task, signed it, or had it done in their name.
DONE = """
select distinct v.step from user_task v, unnest(%(persons)s::bigint[]) m(id)
where v.case_id = %(case)s and (v.item_case_id = %(item)s or v.item_case_id is null or %(item)s::bigint is null)
    and v.step = any(%(steps)s)
    and ((v.state = 'completed' and m.id in (v.closed_by, v.acting_for))
        or exists (select from participant s where s.task_id = v.id and m.id in (s.user_id, s.acting_for)))
"""


#: Who, for whom, at which step.
Part = Sequence[Any]


class HostReviewed(ActRefused):
    """Who reviews an application does not host its hearing, and the other way round (行政许可法 art. 48)."""

    def __init__(self, basis: Words) -> None:
        super().__init__(
            Words(
                f"听证主持人应当是审查该申请的工作人员以外的人员，主持人也不能审查（{basis.zh}）。",
                "The host of a hearing is someone other than those who review the application, and does not review it"
                f" ({basis.en}).",
            )
        )


class NotSeparate(ActRefused):
    """The diagram has this step done by somebody else than who did another one of the item."""

    status = 403

    def __init__(self, done: Words, why: Words) -> None:
        reason = Words(f"（{why.zh}）", f" ({why.en})") if why.zh else Words("", "")
        super().__init__(
            Words(
                f"您（或者您所代的人）办理过本事项的“{done.zh}”，本环节应当由其他人员办理{reason.zh}。",
                f"You, or the colleague for whom you stand in, did “{done.en}” of this item: somebody else has to do"
                f" this step{reason.en}.",
            )
        )


class InConflict(ActRefused):
    """A conflict was declared: nothing of the case, or of the item, is done by this person."""

    status = 403

    def __init__(self, own: bool = True) -> None:
        super().__init__(
            Words(
                "您已就本案申请回避，在负责人撤回之前不能办理，代他人办理也不可以。"
                if own
                else "您所代的人已就本案申请回避，不能以其名义办理，请由其他人员办理。",
                "You declared a conflict in this case and do nothing in it, for nobody else either, until your lead"
                " lifts it."
                if own
                else "The colleague for whom you stand in declared a conflict in this case: somebody else does it.",
            )
        )


class ColleagueBarred(ActRefused):
    """The colleague who is to get the task may not do it."""

    status = 422

    def __init__(self, name: str, why: Words) -> None:
        super().__init__(Words(f"不能交给{name}办理：{why.zh}", f"{name} may not do it: {why.en}"))


def rule_of(instance: InstanceRow, process: str, element: str, step: str) -> StepSeparation:
    """The rule of a task, by the release that its process runs on."""
    return separation_at(instance.release.program, process, element, step)


def barred_steps(
    rule: StepSeparation,
    parts: Collection[Part],
    persons: Sequence[int],
    case_id: int,
    item_case_id: int | None,
) -> frozenset[str]:
    """The steps of the rule in which one of these people had a part; `parts` of the item were read with the task."""
    if not rule.apart:
        return frozenset()
    found = {step for who, absent, step in parts if step in rule.apart and (who in persons or absent in persons)}
    elsewhere = rule.apart - KNOWN_AT_ONCE
    if elsewhere and not found:
        values = {"persons": list(persons), "case": case_id, "item": item_case_id, "steps": sorted(elsewhere)}
        found.update(step for (step,) in sql().execute(DONE, values))
    return frozenset(found)


def refusal_for(
    step: str, barred: Collection[str], release: Published, profile: Profile, item_key: str | None
) -> ActRefused:
    """Why the step is not this person's: by what they did before, on the text that it rests on here."""
    proposed = not frozenset(PROPOSING_STEPS).isdisjoint(barred)
    if step in RULING_STEPS and proposed:
        return SamePerson()
    if item_key is not None and ((step == HEARING and proposed) or (step != HEARING and HEARING in barred)):
        kind, item = release.document_kind("hearing-record"), release.bundle.item(item_key)
        return HostReviewed(paper_basis(kind, item, profile))
    first, legal = min(barred), legal_separation(step)
    return NotSeparate(step_name(release, first), legal.why if first in legal.apart else Words("", ""))


def step_name(release: Published, step: str) -> Words:
    """What the diagrams of the release call the task of this step."""
    for process in release.program.processes.values():
        for node in process.nodes.values():
            if any(name == "step" and slot.text == step for name, slot in node.properties):
                return release.element_name(process.id, node.id)
    return Words(step, step)
