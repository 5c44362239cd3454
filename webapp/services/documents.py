"""文书: receipts, notices and decisions as issued, kept word for word with their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine import Words
from engine.bundles import PLACES, Bundle, Guide, Item, render
from engine.law import remedy_paragraph, remedy_terms, ruling_words
from webapp import moments
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.organisation_names import department_names
from webapp.papers import keep
from webapp.permissions import Permission, ensure
from webapp.services.document_places import (
    LANGUAGES,
    Places,
    case_places,
    item_places,
    known_answers,
    promised,
    table,
    unit_of,
)
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.numbers import next_number_and_id
from webapp.unit_of_work import sql

RECEIVING_UNIT = "service-centre"
TITLES = {
    "receipt": Words("材料接收凭证", "Receipt of materials"),
    "acceptance-notice": Words("受理通知书", "Notice of acceptance"),
    "not-accepted": Words("不予受理通知书", "Notice of non-acceptance"),
    "correction-notice": Words("补正材料一次性告知书", "One-time notice of correction"),
    "delivery-receipt": Words("送达回证", "Proof of delivery"),
}
#: The mark of each series in a document's number (GB/T 9704: no 第, no leading zeros).
MARKS = {
    "receipt": "收",
    "acceptance-notice": "受",
    "not-accepted": "不受",
    "correction-notice": "补",
    "refusal": "不准",
    "delivery-receipt": "达",
}
INTAKE_WORDS = {
    "accepted": Words("予以受理", "accepted"),
    "forwarded": Words("已转报外部系统办理", "forwarded to the deciding system"),
    "wrong-authority": Words("不予受理", "not accepted"),
    "not-required": Words("依法不需要取得许可，不受理", "no licence is needed"),
    "commitment": Words("按告知承诺办理", "by commitment"),
    "predecessor-refused": Words("前置事项未获准，不予受理", "not accepted: what it needs was refused"),
    "fixed-on-spot": Words("当场更正后予以受理", "accepted, corrected on the spot"),
    "correction-lapsed": Words("逾期未补正，不予受理", "not accepted: not corrected in time"),
    "deemed-withdrawn": Words("逾期未补正，视为撤回申请", "not corrected in time: counts as withdrawn"),
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


def remedy_of(case: LockedCase, item: Item) -> Words:
    """The remedy paragraph against a ruling of the item's department (LAW 2.10)."""
    return remedy_paragraph(unit_of(item.department).deciding, remedy_terms(case.rules.profile))


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
    values = {}
    for language in LANGUAGES:
        items = [
            (
                entry.item.name.in_language(language),
                names[entry.item.department].in_language(language),
                promised(entry.item, language),
            )
            for entry in guide.items
        ]
        materials = [
            (
                bundle.material(key).name.in_language(language),
                MATERIAL_FORMS[form].in_language(language),
                str(copies),
            )
            for key, form, copies in rows
        ]
        values[language] = {
            "clerk_name": by.name,
            "items_table": table(
                [Words("事项", "Item"), Words("承办部门", "Department"), Words("承诺时限", "Promised limit")],
                items,
                language,
            ),
            "materials_table": table(
                [Words("材料", "Material"), Words("形式", "Form"), Words("份数", "Copies")],
                materials,
                language,
            ),
        }
    return _issue(case, None, "receipt", TITLES["receipt"], values, by, unit=RECEIVING_UNIT)


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
                " intake_note from item_case where case_id = %s order by item_key",
                (case_id,),
            )
            .fetchall()
        )
        if any(outcome is None or outcome == "correction" for _, outcome, _, _ in rows):
            raise NotAllDecided()
        bundle = case.release.bundle
        heads = [
            Words("事项", "Item"),
            Words("受理审查结论", "Outcome"),
            Words("受理时间", "Accepted at"),
            Words("承诺时限", "Promised limit"),
            Words("说明", "Note"),
        ]
        values = {
            language: {
                "outcomes_table": table(
                    heads,
                    [
                        (
                            bundle.item(key).name.in_language(language),
                            INTAKE_WORDS[outcome].in_language(language),
                            moments.shown(accepted_at),
                            promised(bundle.item(key), language),
                            note,
                        )
                        for key, outcome, accepted_at, note in rows
                    ],
                    language,
                )
            }
            for language in LANGUAGES
        }
        return _issue(
            case,
            None,
            "acceptance-notice",
            TITLES["acceptance-notice"],
            values,
            by,
            unit=bundle.lead_department,
        )


def issue_for_item(
    case: LockedCase, item_case_id: int, item: Item, kind: str, by: Identity | None, *, reasons: str
) -> int:
    """A document about one item: "not-accepted", "correction-notice" or "refusal"; the remedy is generated."""
    title = TITLES.get(kind) or ruling_words(item.kind).refuse_document
    remedy = remedy_of(case, item) if kind in ("not-accepted", "refusal") else Words("", "")
    accepted = sql().execute("select accepted_at from item_case where id = %s", (item_case_id,)).fetchone()
    values = {
        language: {
            **item_places(item, language),
            "accepted_at": moments.shown(accepted[0]) if accepted else "",
            "reasons": reasons,
            "faults_list": _lines(reasons),
            "remedy": remedy.in_language(language),
        }
        for language in LANGUAGES
    }
    own = f"{kind}-{item.kind}"
    template = own if f"documents/{own}.md" in case.release.files else kind
    return _issue(case, item_case_id, template, title, values, by, unit=item.department, kind=kind)


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
    """送达回证 of the results that left together (art. 44)."""
    rows = sql().execute(RESULTS, (case.id, list(delivery.item_case_ids))).fetchall()
    values = {
        language: delivery_places(case.release.bundle, rows, delivery, by.name, language) for language in LANGUAGES
    }
    return _issue(case, None, "delivery-receipt", TITLES["delivery-receipt"], values, by, unit=RECEIVING_UNIT)


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
    where item_case_id = ic.id and kind in ('refusal', 'not-accepted') order by id desc limit 1
) d on true
where ic.case_id = %s and ic.id = any(%s) order by ic.item_key
"""


def delivery_places(
    bundle: Bundle, rows: Sequence[Sequence[str]], delivery: Delivery, clerk: str, language: str
) -> Places:
    """The places of the 送达回证; `rows` are those of RESULTS."""
    heads = [Words("事项", "Item"), Words("办理结果", "Result"), Words("编号", "Number")]
    results = [
        (
            bundle.item(key).name.in_language(language),
            Words(zh or no_zh or "", en or no_en or "").in_language(language),
            number or no_number or "",
        )
        for key, zh, en, number, no_zh, no_en, no_number in rows
    ]
    return {
        "results_table": table(heads, results, language),
        "delivery_way": DELIVERY_WAYS[delivery.means].in_language(language),
        "collector_name": delivery.collector_name,
        "collector_id": delivery.collector_id,
        "tracking_number": delivery.tracking_number,
        "delivered_at": delivery.delivered_at,
        "clerk_name": clerk,
    }


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _issue(
    case: LockedCase,
    item_case_id: int | None,
    template: str,
    title: Words,
    values: Mapping[str, Places],
    by: Identity | None,
    *,
    unit: str,
    kind: str = "",
) -> int:
    kind = kind or template
    number, document_id = _number_and_id(case, kind, unit)
    answers = known_answers(case.id, case.release.bundle)
    contents: dict[str, str] = {}
    department = unit_of(unit)
    for language in LANGUAGES:
        places = {
            **case_places(case, answers, language),
            **department.places(language),
            "document_number": number,
            **values[language],
        }
        contents[language] = keep(
            render(case.release.document(template, language), places, language=language, optional=PLACES)
        )
    digest = hashlib.sha256(contents["zh"].encode()).hexdigest()
    case.writing.add(
        "document",
        DOCUMENT,
        document=document_id,
        case=case.id,
        document_item=item_case_id,
        kind=kind,
        number=number,
        title_zh=title.zh,
        title_en=title.en,
        content_zh=contents["zh"],
        content_en=contents["en"],
        digest=digest,
        now=case.now,
        document_by=by.user_id if by else None,
    )
    case.record(Event.DOCUMENT_ISSUED, by, document=document_id, document_kind=kind, digest=digest)
    return document_id


DOCUMENT = """
insert into document (id, case_id, item_case_id, kind, number, title_zh, title_en, content_zh, content_en, digest,
    issued_at, by_id)
values (%(document)s, %(case)s, %(document_item)s, %(kind)s, %(number)s, %(title_zh)s, %(title_en)s, %(content_zh)s,
    %(content_en)s, %(digest)s, %(now)s, %(document_by)s)
"""


def _number_and_id(case: LockedCase, kind: str, unit: str) -> tuple[str, int]:
    """江收〔2026〕12号: the place, the series, the year, a number without gaps per unit and year; and the row's id."""
    year = moments.local(case.now).year
    serial, document_id = next_number_and_id(f"document:{unit}:{kind}:{year}", "document_id_seq")
    return f"{case.rules.profile.document_prefix}{MARKS[kind]}〔{year}〕{serial}号", document_id
