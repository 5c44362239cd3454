"""What the places of a document's template print (docs/designing-a-bundle.md, "Documents")."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import Words
from engine.bundles import Bundle, Item
from engine.law import DecidingUnit, amount
from webapp import moments
from webapp.answers import decode_answer
from webapp.catalogue import Published, Rules
from webapp.errors import NotFound
from webapp.services.locked_case import LockedCase
from webapp.settings import current_settings
from webapp.unit_of_work import sql

DEMO_NOTE = Words("（示例文书，不具法律效力）", "(Example document without legal effect)")
LANGUAGES = ("zh", "en")
Places = Mapping[str, Any]


def known_answers(case_id: int, bundle: Bundle, *, only: Container[str] | None = None) -> dict[str, Any]:
    """The answers in force; what was left empty and an issued licence's number answers (`number_field`) is filled.

    A new business has no credit code when it applies: the papers of later items print the one it was given.
    `only`: the answers that are asked for.
    """
    fields = {item.key: item.licence.number_field for item in bundle.items if item.licence}
    answers: dict[str, Any] = {}
    for kind, key, value in sql().execute(KNOWN, (case_id, case_id)):
        if kind == "answer":
            if only is None or key in only:
                answers[key] = decode_answer(value)
            continue
        field = fields.get(key)
        if field and not answers.get(field):
            answers[field] = value
    return answers


#: The answers in force, then the numbers of the case's licences by item.
KNOWN = """
(select distinct on (key) 'answer', key, value from answer where case_id = %s order by key, version desc)
union all
(select 'licence', ic.item_key, l.number from licence l join item_case ic on ic.id = l.item_case_id
 where ic.case_id = %s order by l.id)
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A department as its papers name it."""

    name: Words
    telephone: str
    address: Words
    reconsideration_body: Words
    court: Words

    @property
    def deciding(self) -> DecidingUnit:
        """What a remedy is generated from."""
        return DecidingUnit(self.name, self.reconsideration_body, self.court)

    def places(self, language: str) -> Places:
        """The unit that answers for the document. The demo's seal says that it is one."""
        return {
            "department": self.name.in_language(language),
            "seal": {"zh": "演示样章", "en": "demo seal"}[language],
            "telephone": self.telephone,
            "address": self.address.in_language(language),
        }


def unit_of(department_key: str) -> Unit:
    """The department of this key. Raises NotFound."""
    row = (
        sql()
        .execute(
            "select name_zh, name_en, phone, address_zh, address_en, reconsideration_body_zh, reconsideration_body_en,"
            " court_zh, court_en from department where key = %s",
            (department_key,),
        )
        .fetchone()
    )
    if row is None:
        raise NotFound()
    return Unit(Words(row[0], row[1]), row[2], Words(row[3], row[4]), Words(row[5], row[6]), Words(row[7], row[8]))


def answer_places(release: Published, rules: Rules, answers: Mapping[str, Any], language: str) -> Places:
    """Every answer of the form, options by their labels, and the place."""
    profile = rules.profile
    return {
        **release.shown_answers(answers, language),
        "profile_name": profile.jurisdiction.in_language(language),
        "demo_note": DEMO_NOTE.in_language(language) if profile.demo else "",
    }


def case_places(case: LockedCase, answers: Mapping[str, Any], language: str) -> Places:
    """The case with its answers."""
    return {
        **answer_places(case.release, case.rules, answers, language),
        "case_number": case.number or "",
        "received_at": moments.shown(case.received_at),
        "tracking_url": f"{current_settings().public_url}/track",
        "document_date": f"{moments.local(case.now):%Y-%m-%d}",
    }


def item_places(item: Item, language: str) -> Places:
    return {
        "item_name": item.name.in_language(language),
        "item_code": item.code,
        "item_basis": ("；" if language == "zh" else "; ").join(words.in_language(language) for words in item.basis),
        "refusal_basis": item.refusal_basis.in_language(language),
    }


def promised(item: Item, language: str) -> str:
    limit = item.limits.get("promised")
    return amount(limit.value, limit.unit).in_language(language) if limit else ""


def table(heads: Sequence[Words], rows: Iterable[Sequence[str]], language: str) -> list[list[str]]:
    """Rows of texts with the heads first: what a place prints as a table."""
    return [[head.in_language(language) for head in heads], *(list(row) for row in rows)]
