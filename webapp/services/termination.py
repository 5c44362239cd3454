"""终止办理: an item ends without a ruling. Everything open of it closes, its clocks stop, and a notice tells why.

What the diagram does about it is drawn: each item's call has a conditional boundary event on `terminated_<item>`,
which this sets in the case's own process (docs/departments.md). Processes that run for the item beside it, an
extension asked for or a question to the applicant, are cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from engine import EngineError, Words
from engine.bundles import Bundle, Item
from webapp import moments
from webapp.identity import Identity
from webapp.services.advance import apply, end_with_items
from webapp.services.document_places import table
from webapp.services.documents import MATERIAL_FORMS, issue_for_item
from webapp.services.engine_border import cancel, set_variables
from webapp.services.events import Event
from webapp.services.instances import running_instances, waiting_instances
from webapp.services.locked_case import InstanceRow, LockedCase
from webapp.services.pauses import end_pause
from webapp.services.step_rows import WHOLE_INSTANCE
from webapp.services.suspended import ensure_active
from webapp.services.terminated import ACCEPTANCE_REVOKED, CAUSES, OUTCOMES, QUESTION
from webapp.services.visit_leaving import leave_visit
from webapp.unit_of_work import sql

NOTICE = "termination-notice"
#: Where the paper is another: what revokes an acceptance tells the remedy.
NOTICES = {ACCEPTANCE_REVOKED: "acceptance-revocation"}
#: The line of the ledger, by the outcome.
ENDS = {"withdrawn": Event.ITEM_WITHDRAWN, "terminated": Event.ITEM_TERMINATED}
WINDOW, TRACKING, RULE = "window", "tracking", "rule"


class TerminationNotDrawn(EngineError):
    """The release's diagram has no way out of this item, so ending it would leave its process running."""

    def __init__(self, item: Item) -> None:
        self.item = item.key
        super().__init__(f"the diagram does not end item {item.key!r} on the variable {item.termination_variable!r}")


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item of the case that has no outcome yet."""

    id: int
    item: Item


@dataclass(frozen=True, slots=True)
class Ending:
    """Why items end, on what basis, and who asked for it."""

    basis: Words
    reason: str
    channel: str  # window | tracking | rule
    asked_by: str = ""
    signature_file_id: int | None = None
    because_of: int | None = None  # the item case that was refused
    reason_en: str = ""  # the same in English, where a rule words it and no person


def open_items(case: LockedCase) -> list[OpenItem]:
    """The items without an outcome, in the bundle's order."""
    rows = sql().execute("select item_key, id from item_case where case_id = %s and outcome is null", (case.id,))
    ids: dict[str, int] = dict(rows.fetchall())
    return [OpenItem(ids[item.key], item) for item in case.release.bundle.items if item.key in ids]


def with_dependents(bundle: Bundle, chosen: Sequence[str], still_open: Sequence[str]) -> list[str]:
    """The chosen items and, of those still open, all that need their results, directly or not; in bundle order."""
    ended = set(chosen)
    growing = True
    while growing:
        more = {
            item.key
            for item in bundle.items
            if item.key in still_open and item.key not in ended and ended.intersection(item.needs_result_of)
        }
        ended |= more
        growing = bool(more)
    return [item.key for item in bundle.items if item.key in ended]


# The outcome of intake stands where there was one; an item that was not accepted yet shows why it never was.
ENDED = """
with said as (select * from json_to_recordset(%(ended)s::json) as r(id bigint, cause text, outcome text,
        document bigint)),
    ended as (update item_case i set outcome = s.outcome, ruled_at = %(now)s,
        intake_outcome = case when i.intake_outcome is null or i.intake_outcome = 'correction' then s.outcome
            else i.intake_outcome end
        from said s where i.id = s.id),
    stopped as (update legal_clock l set stopped_on = %(today)s from said s
        where l.item_case_id = s.id and l.stopped_on is null),
    procedures as (update special_procedure p set ended_at = %(now)s, ended_by = %(by)s, outcome = 'terminated'
        from said s where p.item_case_id = s.id and p.ended_at is null)
insert into termination (item_case_id, cause, because_of, basis_zh, basis_en, reason, reason_en, channel, asked_by,
    signature_file_id, document_id, by_id, at)
select s.id, s.cause, %(because_of)s, %(basis_zh)s, %(basis_en)s, %(reason)s, %(reason_en)s, %(channel)s, %(asked_by)s,
    %(signature)s, s.document, %(by)s, %(now)s
from said s
"""
PAUSED = """
select distinct item_case_id, kind from clock_pause
where item_case_id = any(%s) and ended_on is null and kind <> 'delivery'
"""


PROCEDURES_ENDED = """
update special_procedure set ended_at = %s, ended_by = %s, outcome = 'terminated'
where item_case_id = any(%s) and ended_at is null
"""


def end_procedures(case: LockedCase, ids: Sequence[int], by: Identity | None) -> None:
    """The special procedures of items that a rule refuses end with them, and the pauses that they gave."""
    _end_pauses(case, ids, by)
    sql().execute(PROCEDURES_ENDED, (case.now, by.user_id if by else None, list(ids)))


def _end_pauses(case: LockedCase, ids: Sequence[int], by: Identity | None) -> None:
    for item_case_id, kind in sql().execute(PAUSED, (list(ids),)).fetchall():
        end_pause(case, item_case_id, kind, by=by)


def terminate(
    case: LockedCase,
    ended: Sequence[tuple[OpenItem, str]],
    ending: Ending,
    by: Identity | None,
    *,
    running: int | None = None,
) -> None:
    """End these items (each with its cause), with a notice each; `running`: the instance whose work does it.

    Raises Suspended, TerminationNotDrawn.
    """
    ensure_active(case)
    ids = [one.id for one, _ in ended]
    _end_pauses(case, ids, by)
    end_with_items(case, ids, taken_back=True)
    returned = _submitted(case)
    documents = [_notice(case, one, cause, ending, returned, by) for one, cause in ended]
    case.writing.send()  # the rows below refer to the notices
    sql().execute(ENDED, _values(case, ended, documents, ending, by))
    leave_visit(case, ids)
    for one, cause in ended:
        event = ENDS.get(OUTCOMES[cause], Event.ITEM_LAPSED)
        case.record(event, by, item=one.id, cause=cause, channel=ending.channel, because_of=ending.because_of)
    _end_processes(case, [one for one, _ in ended], running)


def _values(
    case: LockedCase,
    ended: Sequence[tuple[OpenItem, str]],
    documents: Sequence[int],
    ending: Ending,
    by: Identity | None,
) -> dict[str, Any]:
    rows = [
        {"id": one.id, "cause": cause, "outcome": OUTCOMES[cause], "document": document}
        for (one, cause), document in zip(ended, documents, strict=True)
    ]
    return {
        "ended": orjson.dumps(rows).decode(),
        "now": case.now,
        "today": moments.local(case.now).date(),
        "by": by.user_id if by else None,
        "because_of": ending.because_of,
        "basis_zh": ending.basis.zh,
        "basis_en": ending.basis.en,
        "reason": ending.reason,
        "reason_en": ending.reason_en,
        "channel": ending.channel,
        "asked_by": ending.asked_by,
        "signature": ending.signature_file_id,
    }


Submitted = Sequence[tuple[str, str, int]]


def _submitted(case: LockedCase) -> Submitted:
    """(material, form, copies) of what was handed in."""
    return (
        sql()
        .execute("select material_key, form, copies from submitted_material where case_id = %s order by id", (case.id,))
        .fetchall()
    )


def _notice(
    case: LockedCase, one: OpenItem, cause: str, ending: Ending, submitted: Submitted, by: Identity | None
) -> int:
    """终止办理通知书 of one item, with the materials that were handed in for it."""
    bundle = case.release.bundle
    named, basis = CAUSES[cause], ending.basis
    why = Words(
        f"{named.zh}。{ending.reason}依据：{basis.zh}。",
        f"{named.en}. {ending.reason_en or ending.reason} Basis: {basis.en or basis.zh}.",
    )
    heads = [Words("材料", "Material"), Words("形式", "Form"), Words("份数", "Copies")]
    rows = [
        (bundle.material(key).name, MATERIAL_FORMS[form], str(copies))
        for key, form, copies in submitted
        if any(requirement.item == one.item.key for requirement in bundle.material(key).requirements)
    ]
    return issue_for_item(
        case,
        one.id,
        one.item,
        NOTICES.get(cause, NOTICE),
        by,
        reasons=why,
        ended_at=case.now,
        returned_table=table(heads, rows or [(Words("无", "none"), "", "")]),
    )


def _end_processes(case: LockedCase, ended: Sequence[OpenItem], running: int | None) -> None:
    """What runs for one of the items beside the case's process is cancelled, then that leaves the items.

    The case's own comes last: it may end with this, and what it ends then is not to be ended twice. The instance
    whose own work this is (`running`) goes on from it.
    """
    ids = {one.id for one in ended}
    # Where nothing is left open, there is no rest to be asked about.
    moot = {one.id for one in waiting_instances(case, QUESTION)} if not open_items(case) else set()
    own: list[InstanceRow] = []
    for instance in running_instances(case):
        if instance.process == case.release.bundle.entry_process and instance.release_id == case.release_id:
            own.append(instance)
        elif instance.id != running and (instance.scopes.get(WHOLE_INSTANCE) in ids or instance.id in moot):
            apply(case, instance, cancel(instance.release.program, instance.state, case.context))
    said = {one.item.termination_variable: True for one in ended}
    for instance in own:
        apply(case, instance, set_variables(instance.release.program, instance.state, said, case.context))
        _ensure_left(instance, ended)


def _ensure_left(instance: InstanceRow, ended: Sequence[OpenItem]) -> None:
    inside = set(instance.scopes.values())
    for one in ended:
        if one.id in inside:
            raise TerminationNotDrawn(one.item)
