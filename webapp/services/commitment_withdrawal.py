"""A commitment taken back after receipt and before the ruling: the item goes the ordinary way, nothing typed twice.

The task that rules at once ends, the ordinary ones open, and the limits run as for an application that came in today.
The letter stays as it was signed (`withdrawn_commitment`). What the diagram does is drawn: `way` of the item's process
becomes "withdrawn", which leaves its review and leads to intake.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from engine import EngineError, Words
from engine.bundles import Item, KindUnknown, guide_for
from webapp.answers import answers_of
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.advance import apply
from webapp.services.applicants import ensure_applicant
from webapp.services.clocks import stop_clock
from webapp.services.commitments import COMMITMENT, ORDINARY
from webapp.services.document_places import table
from webapp.services.documents import issue_for_item
from webapp.services.engine_border import set_variables, variables_at
from webapp.services.events import Event
from webapp.services.failures import refusal_of
from webapp.services.files import Upload, keep_file
from webapp.services.instances import running_instances
from webapp.services.item_opening import item_opened
from webapp.services.locked_case import InstanceRow, LockedCase, on_case
from webapp.services.page_keys import AlreadyCarriedOut, remember
from webapp.services.signature_files import check_drawing
from webapp.services.step_rows import WHOLE_INSTANCE
from webapp.services.suspended import ensure_active
from webapp.services.terminated import ensure_item_goes_on
from webapp.services.work import record_refusal
from webapp.unit_of_work import sql

WINDOW, TRACKING = "window", "tracking"
NOTICE = "ordinary-way-notice"
LONGEST_REASON = 500
#: What the process of the item is told; its diagram makes "ordinary" of it.
WITHDRAWN = "withdrawn"
#: The outermost scope of an instance, as `set_variables` means it.
ROOT_SCOPE = 1


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
    """Which item, who asks, and why."""

    item_key: str
    name: str
    id_number: str
    reason: str = ""


def withdraw_at_window(case_id: int, asked: Asked, *, by: Identity, signature: Upload | None, key: str) -> None:
    """The applicant is at the counter and has signed.

    Raises NotYours, Incomplete, FileRefused, NotTheApplicant, RuledAlready, NoCommitment, ItemTerminated,
    CannotGoBack, Suspended. A refusal is put in the ledger.
    """
    with _asking(case_id, by) as case:
        ensure(by, Permission.CASE_RECEIVE)
        remember(by, key, case.now, f"withdraw-commitment:{case_id}")
        if signature is None:
            raise Incomplete("signature", Words("请申请人签名。", "The applicant must sign."))
        _withdraw(case, asked, WINDOW, by, keep_file(check_drawing(signature), by))


def withdraw_by_applicant(case_id: int, asked: Asked) -> None:
    """The applicant alone, on the tracking page. Raises as above."""
    with _asking(case_id, None) as case:
        _withdraw(case, asked, TRACKING, None, None)


@contextmanager
def _asking(case_id: int, by: Identity | None) -> Iterator[LockedCase]:
    """The case locked; a refusal goes into its ledger after the rollback."""
    try:
        with on_case(case_id) as case:
            if case.received_at is None:
                raise NotFound()
            yield case
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        record_refusal(case_id, by, None, refusal)
        raise
    except EngineError as failure:
        raise refusal_of(failure) from failure


def _withdraw(case: LockedCase, asked: Asked, channel: str, by: Identity | None, asked_file_id: int | None) -> None:
    ensure_active(case)
    ensure_applicant(case, asked.name, asked.id_number)
    if len(asked.reason) > LONGEST_REASON:
        raise Incomplete("reason", Words("理由请控制在 500 字以内。", "Keep the reason within 500 characters."))
    item_case_id, item = _by_commitment(case, asked.item_key)
    notice = _notice(case, item_case_id, item, by)
    case.writing.send()  # the rows below refer to the notice
    _keep_letter(case, item.key, asked, channel, notice, asked_file_id, by)
    sql().execute("update item_case set way = %s where id = %s", (ORDINARY, item_case_id))
    sql().execute(
        "update cases set ways = jsonb_set(ways, array[%s], to_jsonb(%s::text)) where id = %s",
        (item.key, ORDINARY, case.id),
    )
    case.record(Event.COMMITMENT_WITHDRAWN, by, item=item_case_id, channel=channel)
    _lead_on(case, item_case_id, item)


def _by_commitment(case: LockedCase, item_key: str) -> tuple[int, Item]:
    """The item case, where it goes by commitment and is undecided."""
    row = (
        sql()
        .execute(
            "select id, way, outcome, ruled_at from item_case where case_id = %s and item_key = %s",
            (case.id, item_key),
        )
        .fetchone()
    )
    if row is None:
        raise NotFound()
    item = case.release.bundle.item(item_key)
    ensure_item_goes_on(case.id, item_key)
    if row[2] is not None or row[3] is not None:
        raise RuledAlready(item.name, case.rules.profile.commitment_basis)
    if row[1] != COMMITMENT:
        raise NoCommitment(item.name)
    return int(row[0]), item


def missing_materials(case: LockedCase, item: Item) -> list[Words]:
    """What the ordinary way asks for, the commitment had replaced, and nobody handed in."""
    row = sql().execute("select guided from cases where id = %s", (case.id,)).fetchone()
    assert row is not None
    handed_in = {
        key for (key,) in sql().execute("select material_key from submitted_material where case_id = %s", (case.id,))
    }
    guide = guide_for(case.release.bundle, {**answers_of(case.id), **row[0]})
    return [
        required.material.name
        for required in guide.materials
        if item.key in required.replaced_for and not required.exempt and required.material.key not in handed_in
    ]


def _notice(case: LockedCase, item_case_id: int, item: Item, by: Identity | None) -> int:
    missing = missing_materials(case, item)
    none = Words("无", "none")
    rows = table([Words("材料", "Material")], [(name,) for name in missing or [none]])
    try:
        return issue_for_item(case, item_case_id, item, NOTICE, by, withdrawn_at=case.now, missing_table=rows)
    except KindUnknown as unknown:  # of a release from before
        raise CannotGoBack(item.name) from unknown


TAKEN_BACK = """
with gone as (delete from commitment where case_id = %(case)s and item_key = %(item)s returning *)
insert into withdrawn_commitment (case_id, item_key, material_key, letter, letter_digest, signature_file_id,
    signer_name, channel, signed_at, rule, rule_basis, withdrawn_at, withdrawn_channel, asked_by, reason, document_id,
    asked_file_id, by_id)
select case_id, item_key, material_key, letter, letter_digest, signature_file_id, signer_name, channel, signed_at, rule,
    rule_basis, %(now)s, %(withdrawn)s, %(asked_by)s, %(reason)s, %(document)s,
    %(asked_file)s, %(by)s from gone
"""


def _keep_letter(
    case: LockedCase,
    item_key: str,
    asked: Asked,
    channel: str,
    document: int,
    asked_file_id: int | None,
    by: Identity | None,
) -> None:
    values = {
        "case": case.id,
        "item": item_key,
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
    scope = _scope_of(instance, item_case_id)
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


def _scope_of(instance: InstanceRow, item_case_id: int) -> int | None:
    """The outermost scope of the item's own process, where that is open."""
    scopes = [
        int(scope) for scope, owner in instance.scopes.items() if scope != WHOLE_INSTANCE and owner == item_case_id
    ]
    return min(scopes, default=None)


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
