"""文书: receipts, notices and decisions, written from the templates of the case's release and kept word for word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine import Words, as_written
from engine.bundles import (
    SITUATION,
    Bundle,
    DocumentKind,
    Guide,
    Item,
    On,
    handled_by,
    kinds_issued,
    paper_basis,
    places_of,
)
from engine.law import LimitMissing, Profile, remedy_paragraph, remedy_terms, ruling_words
from webapp import moments
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.organisation_names import department_names
from webapp.permissions import Permission, ensure
from webapp.services.acting import acting_words, signing_name
from webapp.services.document_acts import write_delivery
from webapp.services.document_issue import issue, known_of, known_with_next
from webapp.services.document_places import (
    DEMO,
    LANGUAGES,
    Unit,
    item_places,
    known_answers,
    promised,
    situation_in,
    table,
    unit_of,
)
from webapp.services.locked_case import LockedCase, on_case
from webapp.unit_of_work import sql

RECEIVING_UNIT = "service-centre"
INTAKE_WORDS = {
    "accepted": Words("予以受理", "accepted"),
    "forwarded": Words("已转报外部系统办理", "forwarded to the deciding system"),
    "wrong-authority": Words("不予受理", "not accepted"),
    "not-required": Words("依法不需要办理，不受理", "not required by law"),
    "commitment": Words("按告知承诺办理", "by commitment"),
    "predecessor-refused": Words("前置事项未获准，不予受理", "not accepted: what it needs was refused"),
    "fixed-on-spot": Words("当场更正后予以受理", "accepted, corrected on the spot"),
    "correction-lapsed": Words("逾期未补正，不予受理", "not accepted: not corrected in time"),
    "deemed-withdrawn": Words("逾期未补正，视为撤回申请", "not corrected in time: counts as withdrawn"),
    "withdrawn": Words("申请人撤回申请，终止办理", "taken back by the applicant: ended"),
    "terminated": Words("同一件事的其他事项未获准，终止办理", "ended: another item of the bundle was refused"),
    "tolerance-withdrawn": Words("逾期未补齐容缺材料，视为撤回申请", "what was to follow did not come: withdrawn"),
    "acceptance-revoked": Words("逾期未补齐容缺材料，撤销受理", "what was to follow did not come: acceptance revoked"),
}
DELIVERY_WAYS = {
    "counter": Words("窗口领取", "collected at the counter"),
    "post": Words("邮寄送达", "by post"),
    "electronic": Words("电子送达", "electronic delivery"),
}
MATERIAL_FORMS = {
    "original-returned": Words("原件核验后退还", "original checked and returned"),
    "copy": Words("复印件", "copy"),
    "e-licence": Words("电子证照", "electronic licence"),
    "exempt": Words("免提交", "exempt"),
}


class NotAllDecided(ActRefused):
    def __init__(self) -> None:
        super().__init__(
            Words("还有事项未作出受理结果，暂不能出具受理通知书。", "Some items have no outcome of intake yet.")
        )


class RemedyUntold(ActRefused):
    """What goes against the applicant tells the remedy and its limits, or is not written."""


def remedy_of(case: LockedCase, item: Item, unit: Unit | None = None) -> Words:
    """The remedy paragraph against a ruling of the item's department (LAW 2.10), read already where it is known.

    Raises RemedyUntold where the place's rules do not say how long a remedy is open.
    """
    return remedy_in(case.rules.profile, item, unit or unit_of(item.department))


def remedy_in(place: Profile, item: Item, unit: Unit) -> Words:
    """The remedy paragraph against a ruling of the unit, by the rules of this place. Raises RemedyUntold."""
    first = item.reconsideration_first
    try:
        terms = remedy_terms(place, reconsideration_first=first is not None)
    except LimitMissing as missing:
        raise RemedyUntold(missing.words) from missing
    return remedy_paragraph(unit.deciding, terms, reconsideration_first=first)


def issue_receipt(case: LockedCase, guide: Guide, by: Identity) -> int:
    """材料接收凭证: what was handed in, for which items, by whom received, when."""
    bundle = case.release.bundle
    rows = (
        sql()
        .execute(
            "select material_key, form, copies from submitted_material where case_id = %s order by id",
            (case.id,),
        )
        .fetchall()
    )
    names = department_names()
    fields = {
        "clerk_name": signing_name(case, by),
        "items_table": table(
            [Words("事项", "Item"), Words("承办部门", "Department"), Words("承诺时限", "Promised limit")],
            [(entry.item.name, handled_by(entry.item, names), promised(entry.item)) for entry in guide.items],
        ),
        "materials_table": table(
            [Words("材料", "Material"), Words("形式", "Form"), Words("份数", "Copies")],
            [(bundle.material(key).name, MATERIAL_FORMS[form], str(copies)) for key, form, copies in rows],
        ),
    }
    kind = case.release.document_kind("receipt")
    known = known_of(RECEIVING_UNIT, kind)
    receipt = issue(case, kind, known, fields, by)
    if known.unit.seal_in(case.rules.profile.demo).way == DEMO:  # one by hand is printed, sealed and then given
        write_delivery(case, receipt, by, means="counter", recipient=_who_came(case))
    return receipt


def _who_came(case: LockedCase) -> str:
    row = (
        sql()
        .execute("select v.person_name from cases c join visit v on v.id = c.visit_id where c.id = %s", (case.id,))
        .fetchone()
    )
    return str(row[0]) if row else ""


def issue_acceptance(case_id: int, *, by: Identity) -> int:
    """The bundle's one acceptance notice: every item's outcome. Raises NotAllDecided while intake is open."""
    ensure(by, Permission.CASE_RECEIVE)
    with on_case(case_id) as case:
        issued = (
            sql()
            .execute(
                "select id from document where case_id = %s and kind = 'acceptance-notice' order by id desc limit 1",
                (case_id,),
            )
            .fetchone()
        )
        if issued is not None:
            return int(issued[0])
        rows = (
            sql()
            .execute(
                "select item_key, case when way = 'commitment' then 'commitment' else intake_outcome end, accepted_at,"
                " intake_note, intake_note_en from item_case where case_id = %s order by item_key",
                (case_id,),
            )
            .fetchall()
        )
        if any(outcome is None or outcome == "correction" for _, outcome, *_ in rows):
            raise NotAllDecided()
        bundle = case.release.bundle
        heads = [
            Words("事项", "Item"),
            Words("受理审查结论", "Outcome"),
            Words("受理时间", "Accepted at"),
            Words("承诺时限", "Promised limit"),
            Words("说明", "Note"),
        ]
        rows_shown = [
            (
                bundle.item(key).name,
                INTAKE_WORDS[outcome],
                moments.written(accepted_at),
                promised(bundle.item(key)),
                Words(note, note_en) if note_en else note,
            )
            for key, outcome, accepted_at, note, note_en in rows
        ]
        kind = case.release.document_kind("acceptance-notice")
        fields = {"outcomes_table": table(heads, rows_shown)}
        return issue(case, kind, known_of(bundle.lead_department, kind), fields, by)


def issue_for_item(
    case: LockedCase, item_case_id: int, item: Item, kind: str, by: Identity | None, **fields: Any
) -> int:
    """Issue a document of `kind` about one item, by the item's department (`REVIEWERS`); returns its id.

    `fields` are those of the kind (engine/bundles/document_kinds.toml); `reasons` also fills the list of faults
    where the kind has one. A remedy is generated. Raises DocumentNotPossible, and KindUnknown for no such kind.
    """
    unit = item.reviewing_department if kind in REVIEWERS else item.department
    return issue_by_unit(case, unit, item_case_id, item, kind, by, fields)


#: What belongs to acceptance and review: where a lower level does these, it answers for them under its own seal.
REVIEWERS = frozenset(
    {
        "correction-notice",
        "not-accepted",
        "not-required",
        "tolerance-notice",
        "acceptance-revocation",
        "special-procedure-notice",
        "hearing-right-notice",
        "hearing-notice",
        "hearing-notice-applied",
        "hearing-announcement",
        "hearing-record",
        "public-notice",
    }
)


def issue_by_unit(
    case: LockedCase,
    unit: str,
    item_case_id: int,
    item: Item,
    kind: str,
    by: Identity | None,
    fields: Mapping[str, Any],
    *,
    refusal_basis: Words | None = None,
) -> int:
    """As `issue_for_item`, by another unit than decides: whoever supervises or visits.

    `refusal_basis`: what a ruling rests on, where that is more than the item's own.
    """
    known_kind = case.release.document_kind(_written_as(case, kind))
    known = known_of(unit, known_kind, item_case_id)
    if "faults_list" in known_kind.fields and "reasons" in fields:
        fields = {"faults_list": _lines(fields["reasons"]), **fields}
    remedy = remedy_of(case, item, known.unit) if known_kind.remedy else Words("", "")
    basis = paper_basis(known_kind, item, case.rules.profile)
    own = f"{known_kind.key}-{item.kind}"
    template = own if case.release.template_path(own, "zh", case.rules.profile.key) else known_kind.key
    accepted = moments.written(known.accepted_at)
    situation = _situation(case, item, template)
    places = {
        language: {
            **item_places(item, language),
            **({SITUATION: situation.in_language(language)} if situation else {}),
            "accepted_at": accepted.in_language(language),
            "document_basis": basis.in_language(language),
            "remedy": remedy.in_language(language),
            **({"refusal_basis": refusal_basis.in_language(language)} if refusal_basis else {}),
        }
        for language in LANGUAGES
    }
    return issue(
        case,
        known_kind,
        known,
        fields,
        by,
        item_case_id=item_case_id,
        template=template,
        title=title_of(known_kind, item),
        places=places,
    )


def _situation(case: LockedCase, item: Item, template: str) -> Words | None:
    """The item's situation, read only where the template says it in a language; None: it does not."""
    release, place = case.release, case.rules.profile.key
    paths = {release.template_path(template, language, place) for language in LANGUAGES}
    if not any(path and SITUATION.encode() in release.files[path] for path in paths):
        return None
    return situation_in(case.id, release.bundle, item)


GRANTED = """
select l.name_zh, l.name_en, l.number, coalesce(u.name, ''), w.name from licence l
left join ruling r on r.item_case_id = l.item_case_id left join app_user u on u.id = r.by_id
left join app_user w on w.id = r.acting_for where l.item_case_id = %s
"""


def issue_grant(case: LockedCase, item_case_id: int, item: Item) -> int | None:
    """准予行政许可决定书 beside the licence (art. 38): what grants a licence is a decision in writing of its own.

    None for an item that is no licence, whose result is the decision, and for a release without the template. Doing
    it again changes nothing.
    """
    if "grant" not in kinds_issued(On.JOB, "issue-licence", item_kind=item.kind):
        return None
    if case.release.template_path("grant", "zh", case.rules.profile.key) is None:
        return None
    there = "select from document where item_case_id = %s and kind = 'grant'"
    row = sql().execute(GRANTED, (item_case_id,)).fetchone()
    if row is None or sql().execute(there, (item_case_id,)).fetchone() is not None:
        return None
    zh, en, number, decider, absent = row
    return issue_for_item(
        case,
        item_case_id,
        item,
        "grant",
        None,
        licence_name=Words(zh, en),
        licence_number=number,
        decider_name=acting_words(decider, absent) if decider else "",
    )


def issue_refusal(case: LockedCase, item_case_id: int, item: Item, facts: Words, reasons: Words, basis: Words) -> int:
    """The written refusal: the facts found, the reasons and what it rests on, each by itself (art. 38).

    `basis` is the ruling's: the item's, and the record of a hearing (art. 48) or the rule that refused. A release
    whose template has no place for the facts says them before the reasons.
    """
    own, place = f"refusal-{item.kind}", case.rules.profile.key
    key = own if case.release.template_path(own, "zh", place) else "refusal"
    written = case.release.template_path(key, "zh", place)
    if written and "facts" not in places_of(case.release.document(key, "zh", place)):
        both = [one for one in (facts, reasons) if one.zh]
        reasons = Words("\n".join(one.zh for one in both), "\n".join(one.en for one in both))
        facts = Words("", "")
    elif not facts.zh:
        facts = Words("决定的系统未另行写明，见理由。", "The system that decided states none apart from the reasons.")
    fields = {"facts": facts if facts.zh else "", "reasons": reasons}
    return issue_by_unit(case, item.department, item_case_id, item, "refusal", None, fields, refusal_basis=basis)


#: What the releases before there were so many kinds said instead.
SAID_BEFORE = {
    "not-required": "not-accepted",
    "filing-cancellation-notice": "revocation-notice",
    "filing-cancellation": "revocation",
}


def _written_as(case: LockedCase, kind: str) -> str:
    """The kind that the case's release can write: an older one has no template of some and says it in another."""
    before = SAID_BEFORE.get(kind)
    if before is None or case.release.template_path(kind, "zh", case.rules.profile.key):
        return kind
    return before


def title_of(kind: DocumentKind, item: Item) -> Words:
    """A ruling is called by the kind of its item: 不予登记通知书."""
    if kind.key in ("grant", "refusal"):
        return ruling_words(item.kind).document_title("grant" if kind.key == "grant" else "refuse")
    return kind.title


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a 送达回证 says: whose results, how, to whom, when (empty where it is still to be signed by hand)."""

    item_case_ids: tuple[int, ...]
    means: str
    collector_name: str = ""
    collector_id: str = ""
    tracking_number: str = ""
    delivered_at: str = ""


def issue_delivery_receipt(case: LockedCase, delivery: Delivery, by: Identity) -> int:
    """送达回证 of the results that left together (art. 44), and the office's own 领取登记 of them.

    A release from before there was a template of the register has the receipt alone.
    """
    rows = sql().execute(RESULTS, (case.id, list(delivery.item_case_ids))).fetchall()
    kind = case.release.document_kind("delivery-receipt")
    answers = known_answers(case.id, case.release.bundle)
    known, following = known_with_next(RECEIVING_UNIT, kind)
    fields = delivery_fields(case.release.bundle, rows, delivery, by.name)
    receipt = issue(case, kind, known, fields, by, answers=answers)
    if case.release.template_path(REGISTER, "zh", case.rules.profile.key):
        own = replace(known, id=following, unit=replace(known.unit, seal=None))
        register = case.release.document_kind(REGISTER)
        issue(case, register, own, register_fields(case.release.bundle, rows, delivery, by.name), by, answers=answers)
    case.writing.add(
        "went_along",
        WENT_ALONG,
        with_results=list(delivery.item_case_ids),
        results_kinds=list(WITH_RESULTS),
        results_means=delivery.means,
        results_to=delivery.collector_name,
        results_number=delivery.tracking_number,
        now=case.now,
        results_by=by.user_id,
    )
    return receipt


#: 领取登记: the office's own paper beside the receipt.
REGISTER = "collection-register"
#: The decisions that leave with the results, and are delivered with them.
WITH_RESULTS = ("grant", "refusal", "not-accepted", "not-required", "termination-notice", "acceptance-revocation")
#: Whether one of them still waits for its seal, so that the result cannot leave. Needs %(item)s.
WAITS_FOR_SEAL = f"""exists(select from document d where d.item_case_id = %(item)s
    and d.seal_way in ('hand', 'certified') and d.kind in ({", ".join(f"'{kind}'" for kind in WITH_RESULTS)})
    and not exists(select from document_seal s where s.document_id = d.id))"""
WENT_ALONG = """
insert into document_delivery (document_id, means, recipient, reference, at, by_id)
select d.id, %(results_means)s, %(results_to)s, %(results_number)s, %(now)s, %(results_by)s from document d
where d.item_case_id = any(%(with_results)s) and d.kind = any(%(results_kinds)s)
    and not exists(select from document_delivery v where v.document_id = d.id)
"""


#: Per item of a delivery: its key, the licence's name and number, or the title and number of what was written
#: instead, or the ruling's words where another system wrote it.
RESULTS = """
select ic.item_key, l.name_zh, l.name_en, l.number,
    coalesce(d.title_zh, r.words_zh), coalesce(d.title_en, r.words_en), d.number
from item_case ic
left join licence l on l.item_case_id = ic.id
left join ruling r on r.item_case_id = ic.id
left join lateral (
    select title_zh, title_en, number from document
    where item_case_id = ic.id
        and kind in ('refusal', 'not-accepted', 'not-required', 'termination-notice', 'acceptance-revocation')
    order by id desc limit 1
) d on true
where ic.case_id = %s and ic.id = any(%s) order by ic.item_key
"""


def delivery_fields(bundle: Bundle, rows: Sequence[Sequence[str]], delivery: Delivery, clerk: str) -> Mapping[str, Any]:
    """The fields of the 送达回证; `rows` are those of RESULTS."""
    heads = [Words("事项", "Item"), Words("办理结果", "Result"), Words("编号", "Number")]
    return {
        "results_table": table(heads, _results(bundle, rows)),
        "delivery_way": DELIVERY_WAYS[delivery.means],
        "collector_name": delivery.collector_name,
        "collector_id": delivery.collector_id,
        "tracking_number": delivery.tracking_number,
        "delivered_at": delivery.delivered_at,
        "clerk_name": clerk,
    }


def register_fields(bundle: Bundle, rows: Sequence[Sequence[str]], delivery: Delivery, clerk: str) -> Mapping[str, Any]:
    """The fields of the 领取登记: what left, how, to whom, when, by which clerk."""
    heads = [
        Words("事项", "Item"),
        Words("办理结果", "Result"),
        Words("编号", "Number"),
        Words("领取方式", "How"),
        Words("领取人或者运单号", "Collected by, or tracking number"),
        Words("时间", "When"),
    ]
    who = delivery.collector_name or delivery.tracking_number
    left = (DELIVERY_WAYS[delivery.means], who, delivery.delivered_at)
    return {"collected_table": table(heads, [(*row, *left) for row in _results(bundle, rows)]), "clerk_name": clerk}


def _results(bundle: Bundle, rows: Sequence[Sequence[str]]) -> list[tuple[Words, Words, str]]:
    """(item, result, number) of the rows of RESULTS."""
    return [
        (bundle.item(key).name, Words(zh or no_zh or "", en or no_en or ""), number or no_number or "")
        for key, zh, en, number, no_zh, no_en, no_number in rows
    ]


def _lines(text: str | Words) -> list[str | Words]:
    """The lines of a text; of one in both languages, those that stand at the same place."""
    if isinstance(text, Words):
        return [Words(zh, en) for zh, en in zip(_lines_of(text.zh), _lines_of(text.en), strict=False)]
    return [as_written(line) for line in _lines_of(text)]


def _lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
