"""A commitment taken back after receipt and before the ruling: the ordinary way, and nothing typed twice.

One in place of a proof alone stands in `proof_withdrawal`; here it is of a whole item.

The task that rules at once ends, the ordinary ones open, and the limits run as for an application that came in today.
The letter stays as it was signed (`withdrawn_commitment`). What the diagram does is drawn: `way` of the item's process
becomes "withdrawn", which leaves its review and leads to intake.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine import Words
from engine.bundles import Item, KindUnknown, Material, guide_for
from webapp.answers import answers_of
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.acting import act_on
from webapp.services.advance import apply
from webapp.services.applicants import ensure_applicant
from webapp.services.applicants_wish import ensure_reason_fits, on_applicants_wish
from webapp.services.brought import Brought, BroughtChecked, hand_in, looked_into
from webapp.services.clocks import stop_clock
from webapp.services.commitments import ORDINARY
from webapp.services.document_places import table
from webapp.services.documents import issue_for_item
from webapp.services.engine_border import set_variables, variables_at
from webapp.services.events import Event
from webapp.services.files import Upload, keep_file
from webapp.services.instances import running_instances
from webapp.services.item_opening import item_opened
from webapp.services.letters import parts_of
from webapp.services.locked_case import LockedCase
from webapp.services.page_keys import remember
from webapp.services.proof_withdrawal import ROOT_SCOPE, Proof, comes_along, scope_of, take_proof_back
from webapp.services.signature_files import check_drawing
from webapp.services.suspended import ensure_active
from webapp.services.terminated import ensure_item_goes_on
from webapp.unit_of_work import sql

WINDOW, TRACKING = "window", "tracking"
NOTICE = "ordinary-way-notice"
#: What the process of the item is told; its diagram makes "ordinary" of it.
WITHDRAWN = "withdrawn"


class RuledAlready(ActRefused):
    """The ruling was made: a commitment is taken back before it only (42号文 pattern, LAW 2.2)."""

    def __init__(self, item: Words, basis: Words) -> None:
        super().__init__(
            Words(
                f"“{item.zh}”已经作出办理决定，承诺只能在作出决定之前撤回（{basis.zh}）。",
                f"“{item.en or item.zh}” is decided: a commitment is withdrawn before the ruling only ({basis.en}).",
            )
        )


class NoCommitment(ActRefused):
    """The item does not go by commitment, or no longer."""

    def __init__(self, item: Words) -> None:
        super().__init__(
            Words(
                f"“{item.zh}”没有按告知承诺办理，无须撤回。",
                f"“{item.en or item.zh}” does not go by commitment: there is nothing to withdraw.",
            )
        )


class CannotGoBack(ActRefused):
    """The diagram of this release does not lead from commitment to the ordinary way."""

    def __init__(self, item: Words) -> None:
        super().__init__(
            Words(
                f"该办件所用发布版的流程图没有画出“{item.zh}”从告知承诺改按一般程序，系统不能撤回，请联系流程管理人员。",
                f"The diagram of this case's release does not lead “{item.en or item.zh}” from commitment to the"
                " ordinary way. Please turn to who looks after the processes.",
            )
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """Which letter ("P2", or "P5/health-certificates" in place of a proof), who asks, and why."""

    letter_key: str
    name: str
    id_number: str
    reason: str = ""


def withdraw_at_window(
    case_id: int, asked: Asked, *, by: Identity, signature: Upload | None, key: str, brought: Sequence[Brought] = ()
) -> None:
    """The applicant is at the counter and has signed; `brought` is what the commitment had replaced.

    Raises NotYours, Incomplete, FileRefused, NotTheApplicant, RuledAlready, NoCommitment, ItemTerminated,
    CannotGoBack, Suspended. A refusal is put in the ledger.
    """
    checked = looked_into(brought)
    with on_applicants_wish(case_id, by) as case:
        act_on(case, by, Permission.CASE_RECEIVE)
        remember(by, key, case.now, f"withdraw-commitment:{case_id}")
        if signature is None:
            raise Incomplete("signature", Words("请申请人签名。", "The applicant must sign."))
        _withdraw(case, asked, checked, WINDOW, by, keep_file(check_drawing(signature), by))


def withdraw_by_applicant(case_id: int, asked: Asked, brought: Sequence[Brought] = ()) -> None:
    """The applicant alone, on the tracking page. Raises as above."""
    checked = looked_into(brought)
    with on_applicants_wish(case_id, None) as case:
        _withdraw(case, asked, checked, TRACKING, None, None)


def _withdraw(
    case: LockedCase,
    asked: Asked,
    brought: Sequence[BroughtChecked],
    channel: str,
    by: Identity | None,
    asked_file_id: int | None,
) -> None:
    ensure_active(case)
    ensure_applicant(case, asked.name, asked.id_number)
    ensure_reason_fits(asked.reason)
    item_key, material_key = parts_of(asked.letter_key)
    item_case_id, item, accepted = _undecided(case, item_key, material_key)
    if material_key:
        proof = Proof(item_case_id, item, case.release.bundle.material(material_key), accepted)
        notice = take_proof_back(case, proof, brought, asked.name.strip(), by)
    else:
        hand_in(case, brought, [one.key for one in missing_materials(case, item)], asked.name.strip(), by)
        notice = _notice(case, item_case_id, item, by)
    case.writing.send()  # the rows below refer to the notice
    _keep_letter(case, asked, channel, notice, asked_file_id, by)
    case.record(Event.COMMITMENT_WITHDRAWN, by, item=item_case_id, channel=channel, about=asked.letter_key)
    if not material_key:
        _take_ordinary_way(case, item_case_id, item)


def _take_ordinary_way(case: LockedCase, item_case_id: int, item: Item) -> None:
    sql().execute("update item_case set way = %s where id = %s", (ORDINARY, item_case_id))
    sql().execute(
        "update cases set ways = jsonb_set(ways, array[%s], to_jsonb(%s::text)) where id = %s",
        (item.key, ORDINARY, case.id),
    )
    _lead_on(case, item_case_id, item)


UNDECIDED = """
select i.id, i.outcome is not null or i.ruled_at is not null, i.accepted_at,
    exists(select from commitment c where c.case_id = i.case_id and c.item_key = i.item_key and c.material_key = %s)
from item_case i where i.case_id = %s and i.item_key = %s
"""


def _undecided(case: LockedCase, item_key: str, material_key: str) -> tuple[int, Item, bool]:
    """The item case whose letter is taken back, undecided, and whether its material has to come along."""
    row = sql().execute(UNDECIDED, (material_key, case.id, item_key)).fetchone()
    if row is None:
        raise NotFound()
    item_case_id, decided, accepted_at, signed = row
    item = case.release.bundle.item(item_key)
    ensure_item_goes_on(case.id, item_key)
    if decided:
        raise RuledAlready(item.name, case.rules.profile.commitment_basis)
    if not signed:
        raise NoCommitment(item.name)
    return int(item_case_id), item, comes_along(accepted_at, item)


def missing_materials(case: LockedCase, item: Item) -> list[Material]:
    """What the ordinary way asks for, the commitment had replaced, and nobody handed in."""
    row = sql().execute("select guided from cases where id = %s", (case.id,)).fetchone()
    assert row is not None
    handed_in = {
        key for (key,) in sql().execute("select material_key from submitted_material where case_id = %s", (case.id,))
    }
    guide = guide_for(case.release.bundle, {**answers_of(case.id), **row[0]})
    return [
        required.material
        for required in guide.materials
        if item.key in required.replaced_for and not required.exempt and required.material.key not in handed_in
    ]


def _notice(case: LockedCase, item_case_id: int, item: Item, by: Identity | None) -> int:
    missing = [one.name for one in missing_materials(case, item)]
    none = Words("无", "none")
    rows = table([Words("材料", "Material")], [(name,) for name in missing or [none]])
    try:
        return issue_for_item(case, item_case_id, item, NOTICE, by, withdrawn_at=case.now, missing_table=rows)
    except KindUnknown as unknown:  # of a release from before
        raise CannotGoBack(item.name) from unknown


TAKEN_BACK = """
with gone as (delete from commitment where case_id = %(case)s and item_key = %(item)s
    and material_key = %(material)s returning *)
insert into withdrawn_commitment (case_id, item_key, material_key, letter, letter_digest, signature_file_id,
    signer_name, channel, signed_at, rule, rule_basis, withdrawn_at, withdrawn_channel, asked_by, reason, document_id,
    asked_file_id, by_id)
select case_id, item_key, material_key, letter, letter_digest, signature_file_id, signer_name, channel, signed_at, rule,
    rule_basis, %(now)s, %(withdrawn)s, %(asked_by)s, %(reason)s, %(document)s,
    %(asked_file)s, %(by)s from gone
"""


def _keep_letter(
    case: LockedCase,
    asked: Asked,
    channel: str,
    document: int | None,
    asked_file_id: int | None,
    by: Identity | None,
) -> None:
    item_key, material_key = parts_of(asked.letter_key)
    values = {
        "case": case.id,
        "item": item_key,
        "material": material_key,
        "now": case.now,
        "withdrawn": channel,
        "asked_by": asked.name.strip(),
        "reason": asked.reason.strip(),
        "document": document,
        "asked_file": asked_file_id,
        "by": by.user_id if by else None,
    }
    sql().execute(TAKEN_BACK, values)


def _lead_on(case: LockedCase, item_case_id: int, item: Item) -> None:
    """The case's process learns of it: an item that waits opens the ordinary way, one that is open goes back to intake.

    The limits of deciding begin anew with acceptance, those of intake now.
    """
    instance = next(
        (
            one
            for one in running_instances(case)
            if one.process == case.release.bundle.entry_process and one.release_id == case.release_id
        ),
        None,
    )
    if instance is None:
        raise CannotGoBack(item.name)
    scope = scope_of(instance, item_case_id)
    if scope is not None:
        stop_clock(case, item_case_id, "promised", "statutory")
        item_opened(case, item_case_id, item.key, item.call_activity)
    program = instance.release.program
    items = dict(variables_at(instance.state, ROOT_SCOPE)["items"])
    items[item.key] = {**items[item.key], "way": ORDINARY}
    apply(case, instance, set_variables(program, instance.state, {"items": items}, case.context))
    if scope is not None:
        apply(case, instance, set_variables(program, instance.state, {"way": WITHDRAWN}, case.context, scope))
        _ensure_left(case, item_case_id, item)


def _ensure_left(case: LockedCase, item_case_id: int, item: Item) -> None:
    case.writing.send()
    row = (
        sql()
        .execute(
            "select from user_task where item_case_id = %s and step = 'immediate' and state = 'open'", (item_case_id,)
        )
        .fetchone()
    )
    if row is not None:
        raise CannotGoBack(item.name)
