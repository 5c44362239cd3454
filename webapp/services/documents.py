"""文书: receipts, notices and decisions as issued, kept word for word with their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from engine import Words
from engine.bundles import Guide, Item, render_document
from engine.law import DecidingUnit, amount, remedy_paragraph, remedy_terms, ruling_words
from webapp import moments
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.drafts import answers_of
from webapp.services.numbers import next_number
from webapp.services.work import Event, LockedCase, on_case
from webapp.unit_of_work import sql

TITLES = {
    "receipt": Words("材料接收凭证", "Receipt of materials"),
    "acceptance": Words("受理通知书", "Notice of acceptance"),
    "non-acceptance": Words("不予受理通知书", "Notice of non-acceptance"),
    "correction": Words("补正材料一次性告知书", "One-time notice of correction"),
}
INTAKE_WORDS = {
    "accepted": Words("予以受理", "accepted"),
    "forwarded": Words("已转报外部系统办理", "forwarded to the deciding system"),
    "wrong-authority": Words("不予受理", "not accepted"),
    "not-required": Words("依法不需要取得许可，不受理", "no licence is needed"),
    "correction": Words("需要补正", "to be corrected"),
}


def unit_of(department_key: str) -> DecidingUnit:
    """The deciding unit: its name, its reconsideration body, its court."""
    row = sql().execute(
        "select name_zh, name_en, reconsideration_body_zh, reconsideration_body_en, court_zh, court_en"
        " from department where key = %s",
        (department_key,),
    ).fetchone()
    assert row is not None
    return DecidingUnit(Words(row[0], row[1]), Words(row[2], row[3]), Words(row[4], row[5]))


def remedy_of(case: LockedCase, item: Item) -> Words:
    """The remedy paragraph against a ruling of the item's department (LAW 2.10)."""
    return remedy_paragraph(unit_of(item.department), remedy_terms(case.rules.profile))


def issue_receipt(case: LockedCase, guide: Guide, by: Identity) -> int:
    """材料接收凭证: what was handed in, for which items, by whom received, when."""
    rows = sql().execute(
        "select material_key, form, copies from submitted_material where case_id = %s order by id", (case.id,)
    ).fetchall()
    forms = {
        "original-returned": Words("原件核验后退还", "original checked and returned"),
        "copy": Words("复印件", "copy"),
        "e-licence": Words("电子证照", "electronic licence"),
        "exempt": Words("免提交", "exempt"),
    }
    bundle = case.release.bundle
    values = {
        language: {
            "materials": [
                f"{bundle.material(key).name.in_language(language)} · {forms[form].in_language(language)} × {copies}"
                for key, form, copies in rows
            ],
            "items": [entry.item.name.in_language(language) for entry in guide.items],
        }
        for language in ("zh", "en")
    }
    return _issue(case, None, "receipt", TITLES["receipt"], values, by, unit="service-centre")


def issue_acceptance(case_id: int, *, by: Identity) -> int:
    """The bundle's one acceptance notice: every item's outcome. Raises NotAllDecided while intake is open."""
    ensure(by, Permission.CASE_RECEIVE)
    with on_case(case_id) as case:
        rows = sql().execute(
            "select item_key, intake_outcome, accepted_at, intake_note from item_case where case_id = %s order by item_key",
            (case_id,),
        ).fetchall()
        if any(outcome is None or outcome == "correction" for _, outcome, _, _ in rows):
            raise NotAllDecided()
        bundle = case.release.bundle
        values: dict[str, dict[str, Any]] = {}
        for language in ("zh", "en"):
            lines = []
            for key, outcome, accepted_at, note in rows:
                item = bundle.item(key)
                limit = item.limits.get("promised")
                words = INTAKE_WORDS[outcome].in_language(language)
                day = moments.shown(accepted_at)
                promised = amount(limit.value, limit.unit).in_language(language) if limit else ""
                lines.append(" · ".join(part for part in (item.name.in_language(language), words, day, promised, note) if part))
            values[language] = {"items": lines}
        return _issue(case, None, "acceptance", TITLES["acceptance"], values, by, unit=bundle.lead_department)


class NotAllDecided(ActRefused):
    def __init__(self) -> None:
        super().__init__(
            Words("还有事项未作出受理结果，暂不能出具受理通知书。", "Some items have no outcome of intake yet.")
        )


def issue_for_item(
    case: LockedCase, item_case_id: int, item: Item, kind: str, by: Identity | None, *, reasons: str
) -> int:
    """A document about one item: "non-acceptance", "correction" or "refusal"; the remedy is generated."""
    title = TITLES.get(kind) or ruling_words(item.kind).refuse_document
    remedy = remedy_of(case, item) if kind in ("non-acceptance", "refusal") else Words("", "")
    values = {
        language: {
            "item_name": item.name.in_language(language),
            "item_code": item.code,
            "reasons": reasons,
            "basis": item.refusal_basis.in_language(language),
            "remedy": remedy.in_language(language),
        }
        for language in ("zh", "en")
    }
    return _issue(case, item_case_id, kind, title, values, by, unit=item.department)


def _issue(
    case: LockedCase,
    item_case_id: int | None,
    kind: str,
    title: Words,
    values: Mapping[str, Mapping[str, Any]],
    by: Identity | None,
    *,
    unit: str,
) -> int:
    year = moments.local(case.now).year
    series = next_number(f"document:{unit}:{kind}:{year}")
    prefix = case.rules.profile.document_prefix
    number = f"{prefix}{TITLES_SHORT.get(kind, '决')}〔{year}〕{series}号"
    contents = {language: _content(case, kind, title, number, values[language], language, unit) for language in ("zh", "en")}
    digest = hashlib.sha256(contents["zh"].encode()).hexdigest()
    row = sql().execute(
        "insert into document (case_id, item_case_id, kind, number, title_zh, title_en, content_zh, content_en, digest,"
        " issued_at, by_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id",
        (case.id, item_case_id, kind, number, title.zh, title.en, contents["zh"], contents["en"], digest, case.now,
         by.user_id if by else None),
    ).fetchone()
    assert row is not None
    case.record(Event.DOCUMENT_ISSUED, by, document=row[0], document_kind=kind, digest=digest)
    return int(row[0])


#: The letter of each series in a document's number (GB/T 9704: no 第, no leading zeros).
TITLES_SHORT = {"receipt": "收", "acceptance": "受", "non-acceptance": "不受", "correction": "补", "refusal": "决"}


def _content(
    case: LockedCase, kind: str, title: Words, number: str, values: Mapping[str, Any], language: str, unit: str
) -> str:
    applicant = sql().execute("select applicant_name from cases where id = %s", (case.id,)).fetchone()
    assert applicant is not None
    everything = {
        **case.release.shown_answers(answers_of(case.id), language),
        "title": title.in_language(language),
        "number": number,
        "case_number": case.number or "",
        "applicant": applicant[0],
        "bundle_name": case.release.bundle.name.in_language(language),
        "unit": unit_of(unit).name.in_language(language),
        "date": f"{moments.local(case.now):%Y-%m-%d}",
        "time": moments.shown(case.now),
        **values,
    }
    return render_document(case.release.document(kind, language), everything)
