"""A letter in place of one proof taken back after receipt: the item goes on as it is, and the proof is brought.

Before acceptance it may come with the withdrawal or later, by the correction that the department asks for; what is
missing then, it can see from this day on, and its limit of intake begins anew. Once the item is accepted, or where the
window accepts, nobody may ask for correction: the letter stands until the proof is there, so both come in one act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine import Words
from engine.bundles import Item, KindUnknown, Material, guide_for
from webapp.answers import answers_of
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity
from webapp.services.advance import apply
from webapp.services.brought import BroughtChecked, field_of, hand_in
from webapp.services.clock_moves import Why, move_clocks
from webapp.services.commitments import COMMITMENT, ORDINARY
from webapp.services.documents import issue_for_item
from webapp.services.engine_border import set_variables, variables_at
from webapp.services.events import Event
from webapp.services.instances import running_instances
from webapp.services.intake_limits import start_intake_clocks
from webapp.services.letters import SEPARATOR, key_of
from webapp.services.locked_case import InstanceRow, LockedCase
from webapp.services.step_rows import WHOLE_INSTANCE
from webapp.unit_of_work import sql

NOTICE = "proof-brought-notice"
#: The outermost scope of an instance, as `set_variables` means it.
ROOT_SCOPE = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of an item that is undecided. `accepted`: nothing may be asked for any more, or nobody would ask."""

    item_case_id: int
    item: Item
    material: Material
    accepted: bool

    @property
    def key(self) -> str:
        return key_of(self.item.key, self.material.key)


def comes_along(accepted_at: object, item: Item) -> bool:
    """Whether the proof has to come with the withdrawal: after acceptance, or where no department examines intake."""
    return accepted_at is not None or item.accepts != "department"


def is_due(case_id: int, bundle_said: Any, proof: Proof) -> bool:
    """Whether the item asks this applicant for the material, and nobody handed it in."""
    handed_in = sql().execute(HANDED_IN, (case_id, proof.material.key)).fetchone()
    needed = any(
        one.material.key == proof.material.key and proof.item.key in one.used_by and not one.exempt
        for one in bundle_said.materials
    )
    return needed and handed_in is None


HANDED_IN = """
select from submitted_material m where case_id = %s and material_key = %s
    and (form in ('e-licence', 'exempt') or exists (select from material_file f where f.submitted_material_id = m.id))
"""


def take_proof_back(
    case: LockedCase, proof: Proof, brought: Sequence[BroughtChecked], name: str, by: Identity | None
) -> int | None:
    """Everything but the letter itself, which the caller keeps; returns the notice. Raises Incomplete."""
    row = sql().execute("select guided from cases where id = %s", (case.id,)).fetchone()
    if row is None:
        raise NotFound()
    guide = guide_for(case.release.bundle, {**answers_of(case.id), **row[0]})
    due = [proof.material.key] if is_due(case.id, guide, proof) else []
    came = hand_in(case, brought, due, name, by)
    awaited = bool(due) and not came
    if awaited and proof.accepted:
        raise Incomplete(
            field_of(proof.material.key),
            Words(
                f"该事项已经受理，受理后不再要求补正：请随撤回一并提交“{proof.material.name.zh}”，提交以前承诺继续有效。",
                f"The item is accepted, and nothing is asked for after that: hand in “{proof.material.name.en}” with"
                " this; until it is there the commitment stands.",
            ),
        )
    sql().execute(
        "update cases set ways = jsonb_set(ways, array[%s], to_jsonb(%s::text)) where id = %s",
        (proof.key, ORDINARY, case.id),
    )
    _lead_on(case, proof)
    if awaited:
        _intake_anew(case, proof)
    _tell_unit(case, proof, awaited=awaited)
    return _notice(case, proof, by, awaited=awaited)


def _notice(case: LockedCase, proof: Proof, by: Identity | None, *, awaited: bool) -> int | None:
    """None for a release from before this kind of document."""
    later = Words(
        "该材料尚未提交，可以在受理审查期间提交；受理审查时需要补正的，将一次性告知。",
        "It is not handed in yet and may come while acceptance is examined; should anything have to be corrected, you"
        " will be told all of it at once.",
    )
    here = Words("该材料已经提交。", "It has been handed in.")
    try:
        return issue_for_item(
            case,
            proof.item_case_id,
            proof.item,
            NOTICE,
            by,
            withdrawn_at=case.now,
            proof_name=proof.material.name,
            what_follows=later if awaited else here,
        )
    except KindUnknown:
        return None


STILL = """
select array(select substr(w.key, length(%(item)s) + 1) from jsonb_each_text(ways) w
    where starts_with(w.key, %(item)s) and w.value = %(commitment)s order by 1)
from cases where id = %(case)s
"""


def _lead_on(case: LockedCase, proof: Proof) -> None:
    """The processes learn whether the item is still verified for another proof that a commitment replaces."""
    values = {"item": f"{proof.item.key}{SEPARATOR}", "commitment": COMMITMENT, "case": case.id}
    row = sql().execute(STILL, values).fetchone()
    proofs = list(row[0]) if row is not None else []
    committed = bool(proofs)
    for instance in running_instances(case):
        if instance.process != case.release.bundle.entry_process or instance.release_id != case.release_id:
            continue
        program, scope = instance.release.program, scope_of(instance, proof.item_case_id)
        items = dict(variables_at(instance.state, ROOT_SCOPE)["items"])
        items[proof.item.key] = {**items[proof.item.key], "committed": committed, "proofs": proofs}
        apply(case, instance, set_variables(program, instance.state, {"items": items}, case.context))
        if scope is not None:
            told = {"committed": committed}
            apply(case, instance, set_variables(program, instance.state, told, case.context, scope))


def scope_of(instance: InstanceRow, item_case_id: int) -> int | None:
    """The outermost scope of the item's own process, where that is open."""
    scopes = [
        int(scope) for scope, owner in instance.scopes.items() if scope != WHOLE_INSTANCE and owner == item_case_id
    ]
    return min(scopes, default=None)


INTAKE_OPEN = "select from user_task where item_case_id = %s and step = 'accept' and state = 'open'"


def _intake_anew(case: LockedCase, proof: Proof) -> None:
    """What is missing can be seen from today on: the limit to say so begins today, where intake is open."""
    if sql().execute(INTAKE_OPEN, (proof.item_case_id,)).fetchone() is None:
        return
    start_intake_clocks(case, proof.item_case_id, proof.item, case.now)
    case.writing.send()
    move_clocks(case, Why.PROOF_DUE, None, item_case=proof.item_case_id)


TOLD = """
insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)
select distinct t.case_id, t.item_case_id, c.group_key, %(zh)s, %(en)s, %(now)s::timestamptz
from user_task t join task_candidate c on c.task_id = t.id where t.item_case_id = %(item)s and t.state = 'open'
"""


def _tell_unit(case: LockedCase, proof: Proof, *, awaited: bool) -> None:
    name = proof.material.name
    zh = f"申请人撤回承诺，改为提交“{name.zh}”" + ("，尚未提交" if awaited else "，已经提交")
    en = f"A commitment was withdrawn: “{name.en or name.zh}” " + ("is to come" if awaited else "was handed in")
    sql().execute(TOLD, {"zh": zh, "en": en, "now": case.now, "item": proof.item_case_id})
    case.record(Event.REMINDED, None, item=proof.item_case_id)
