"""作出决定: the decider rules on one item, in the words of its kind; and results decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine import Words
from engine.bundles import Item, may_rule, paper_basis
from engine.law import ruling_words
from webapp import moments
from webapp.errors import ActRefused, Incomplete, NotAuthorised
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.advance import end_with_items
from webapp.services.commitments import COMMITMENT, ensure_not_barred
from webapp.services.document_places import unit_of
from webapp.services.documents import remedy_of
from webapp.services.events import Event
from webapp.services.grounds import ensure_grounds
from webapp.services.licences import keep_licence, licence_row
from webapp.services.locked_case import LockedCase
from webapp.services.outside_results import OutsideResult, outside_faults
from webapp.services.refused_items import after_refusal
from webapp.services.reviews import GRANT, REFUSE
from webapp.services.tasks import ensure_step, finish
from webapp.services.tolerance import end_tolerance, ensure_nothing_awaited
from webapp.services.tolerance_terms import AWAITED
from webapp.services.work import OpenTask, on_task


class NotTheOwner(ActRefused):
    """Another unit answers for the item: its decider rules, and nobody else's (LAW 2.9)."""

    status = 403

    def __init__(self, owner: Words) -> None:
        super().__init__(
            Words(
                f"该事项由{owner.zh}决定，应由该单位的决定人作出办理决定。",
                f"{owner.en} decides this item: a decider of that unit has to rule.",
            )
        )


class RemedyMissing(ActRefused):
    """A refusal tells where to go against it, by name (art. 38); the unit's entry does not say."""

    def __init__(self, unit: Words) -> None:
        super().__init__(
            Words(
                f"{unit.zh}没有登记复议机关或者管辖法院，不能作出不予的决定（《行政许可法》第三十八条）。",
                f"{unit.en} has no reconsideration body or court entered and cannot refuse (Licensing Law, art. 38).",
            )
        )


def rule(task_id: int, *, by: Identity, ruling: str, reasons: str, revision: int, key: str, facts: str = "") -> None:
    """Rule on the item: a decider of its unit, with authorisation, never the one who proposed (LAW 2.9).

    A refusal states `facts` and `reasons`; its basis is the item's and its remedy paragraph is generated (art. 38,
    LAW 2.10). At an immediate task (即办) the same act accepts the application. Raises Incomplete, NotAuthorised,
    NotTheOwner, SamePerson, RemedyMissing.
    """
    with on_task(task_id, by, permission=Permission.ITEM_RULE, revision=revision, key=key) as task:
        ensure_step(task, "decide", "immediate")
        if not by.authorisation_number:
            raise NotAuthorised()
        ensure_owner(task, by)
        _ensure_ruling(ruling, facts, reasons)
        if ruling == REFUSE:
            ensure_grounds(task.case.rules.profile.grounds, facts=facts, reasons=reasons)
        if ruling == GRANT:
            ensure_nothing_awaited(task)
        elif task.tolerance in AWAITED:
            assert task.item_case_id is not None
            end_tolerance(task.case, task.item_case_id)
        if task.step == "immediate" and ruling == GRANT and task.way == COMMITMENT:
            assert task.item_key is not None
            ensure_not_barred(task.case, task.item_key)
        if task.extension_asked:
            assert task.item_case_id is not None
            end_with_items(task.case, [task.item_case_id])
        _write(task, ruling, facts.strip(), reasons.strip(), by, accepts_too=task.step == "immediate")
        finish(task, {"ruling": ruling}, by=by, act=ruling)
        _then_the_rest(task, ruling)


def enter_outside_result(
    task_id: int,
    *,
    by: Identity,
    ruling: str,
    reasons: str,
    number: str,
    number_again: str,
    issued_on: date | None,
    revision: int,
    key: str,
) -> None:
    """结果回填: the result that another system decided, entered twice; its own number, never one of ours (LAW 2.12)."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "backfill")
        number, number_again = number.strip().upper(), number_again.strip().upper()
        _ensure_outside_result(task, OutsideResult(ruling, reasons.strip(), number, number_again, issued_on))
        if task.extension_asked:
            assert task.item_case_id is not None
            end_with_items(task.case, [task.item_case_id])
        licence: Mapping[str, Any] = {}
        if ruling == GRANT:
            assert issued_on is not None
            # What it prints is asked for before the act has rows, so that all of them go out together.
            licence = _outside_licence(task, number, issued_on)
        # What the other system says is one text: it stands for the facts and for the reasons.
        _write(task, ruling, "" if ruling == GRANT else reasons.strip(), reasons.strip(), by, accepts_too=False)
        if licence:
            keep_licence(task.case, licence, by)
        finish(task, {"ruling": ruling}, by=by, act=ruling)
        _then_the_rest(task, ruling)


def _ensure_outside_result(task: OpenTask, result: OutsideResult) -> None:
    """Raises Incomplete with every fault of what was entered."""
    assert task.item_key is not None
    item, today = task.case.release.bundle.item(task.item_key), moments.local(task.case.now).date()
    faults = outside_faults(item, result, today)
    if faults:
        first, *more = faults
        raise Incomplete(*first, *more)


def _then_the_rest(task: OpenTask, ruling: str) -> None:
    """What the bundle lays down for the other items when this one is refused."""
    if ruling == REFUSE:
        assert task.item_case_id is not None
        assert task.item_key is not None
        after_refusal(task.case, task.item_case_id, task.case.release.bundle.item(task.item_key))


def ensure_owner(task: OpenTask, by: Identity) -> None:
    """Raises NotTheOwner for a decider of another unit than the one that answers for the item."""
    assert task.item_key is not None
    item = task.case.release.bundle.item(task.item_key)
    if not may_rule(item, by.department_key):
        raise NotTheOwner(unit_of(item.department).name)


def _ensure_ruling(ruling: str, facts: str, reasons: str) -> None:
    if ruling not in (GRANT, REFUSE):
        raise Incomplete("ruling", Words("请选择办理决定。", "Choose the ruling."))
    if ruling == REFUSE and not facts.strip():
        raise Incomplete("facts", Words("不予的决定应当写明查明的事实。", "A refusal must state the facts."))
    if ruling == REFUSE and not reasons.strip():
        raise Incomplete("reasons", Words("不予的决定应当说明理由。", "A refusal must give reasons."))


#: After a hearing the ruling rests on its record.
RULING = """
with record as (select d.number from special_procedure p join document d on d.id = p.record_id
    where p.item_case_id = %(item_case)s and p.outcome = 'held' order by p.id desc limit 1)
insert into ruling (item_case_id, task_id, outcome, words_zh, words_en, facts, reasons, basis_zh, basis_en, remedy_zh,
    remedy_en, by_id, acting_for, authorisation_number, at)
values (%(item_case)s, %(task)s, %(outcome)s, %(zh)s, %(en)s, %(facts)s, %(reasons)s,
    concat_ws('；', %(basis_zh)s::text, (select %(record_zh)s::text || '，听证笔录' || d.number from record d)),
    concat_ws('; ', %(basis_en)s::text, (select %(record_en)s::text || ', record ' || d.number from record d)),
    %(remedy_zh)s, %(remedy_en)s, %(by)s, %(acting_for)s, %(authorisation)s, %(now)s)
"""
STOPPED = """
update legal_clock set stopped_on = %(today)s where item_case_id = %(item_case)s and stopped_on is null
    and name in ('meeting-answer', 'promised', 'statutory', 'intake', 'intake-promise')
"""
DECIDED = """
update item_case set outcome = %(outcome)s, ruled_at = %(now)s,
    intake_outcome = case when %(accepts)s then coalesce(intake_outcome, 'accepted') else intake_outcome end,
    accepted_at = case when %(accepts)s then coalesce(accepted_at, %(now)s) else accepted_at end,
    accepted_by = case when %(accepts)s then coalesce(accepted_by, %(by)s) else accepted_by end
where id = %(item_case)s
"""


def _write(task: OpenTask, ruling: str, facts: str, reasons: str, by: Identity, *, accepts_too: bool) -> None:
    assert task.item_key is not None
    case, granted = task.case, ruling == GRANT
    item = case.release.bundle.item(task.item_key)
    words = ruling_words(item.kind).ruling(ruling)
    basis = item.basis[0] if granted else item.refusal_basis
    remedy = Words("", "") if granted else named_remedy(case, item)
    heard = paper_basis(case.release.document_kind("hearing-record"), item, case.rules.profile)
    known = {
        "item_case": task.item_case_id,
        "task": task.id,
        "outcome": "granted" if granted else "refused",
        "by": by.user_id,
        "now": case.now,
    }
    case.writing.add(
        "ruling",
        RULING,
        **known,
        zh=words.zh,
        en=words.en,
        facts=facts,
        reasons=reasons,
        basis_zh=basis.zh,
        basis_en=basis.en,
        record_zh=heard.zh,
        record_en=heard.en,
        remedy_zh=remedy.zh,
        remedy_en=remedy.en,
        acting_for=case.acting_for,
        authorisation=by.authorisation_number or "",
    )
    case.writing.add("stopped", STOPPED, **known, today=moments.local(case.now).date())
    case.writing.add("item_case", DECIDED, **known, accepts=accepts_too)
    case.record(Event.RULED, by, item=task.item_case_id, outcome=ruling)


def named_remedy(case: LockedCase, item: Item) -> Words:
    """Against a refusal or revocation: body and court by name, or there is none. Raises RemedyMissing."""
    unit = unit_of(item.department)
    if not unit.reconsideration_body.zh.strip() or not unit.court.zh.strip():
        raise RemedyMissing(unit.name)
    return remedy_of(case, item)


def _outside_licence(task: OpenTask, number: str, issued_on: date) -> Mapping[str, Any]:
    assert task.item_case_id is not None
    assert task.item_key is not None
    return licence_row(task.case, task.item_case_id, task.item_key, number=number, issued_on=issued_on, external=True)
