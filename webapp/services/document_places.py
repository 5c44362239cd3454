"""What the places of a document's template print (docs/designing-a-bundle.md, "Documents")."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import Words
from engine.bundles import Bundle, Item, guide_for
from engine.law import DecidingUnit, amount
from webapp import moments
from webapp.answers import IN_FORCE, decode_answer
from webapp.catalogue import Published, Rules
from webapp.errors import NotFound
from webapp.services.locked_case import LockedCase
from webapp.settings import current_settings
from webapp.unit_of_work import sql

DEMO_NOTE = Words("（示例文书，不具法律效力）", "(Example document without legal effect)")
LANGUAGES = ("zh", "en")
Places = Mapping[str, Any]


def known_answers(
    case_id: int, bundle: Bundle, *, only: Container[str] | None = None, item_case_id: int | None = None
) -> dict[str, Any]:
    """The answers in force; what was left empty and an issued licence's number answers (`number_field`) is filled.

    A new business has no credit code when it applies: the papers of later items print the one it was given.
    `only`: the answers that are asked for. `item_case_id`: as this item is handled on them.
    """
    fields = {item.key: item.licence.number_field for item in bundle.items if item.licence}
    answers: dict[str, Any] = {}
    for kind, key, value in sql().execute(KNOWN, {"case": case_id, "item_case": item_case_id}):
        if kind == "answer":
            if only is None or key in only:
                answers[key] = decode_answer(value)
            continue
        field = fields.get(key)
        if field and not answers.get(field):
            answers[field] = value
    return answers


#: The answers in force, then the numbers of the case's licences by item.
KNOWN = f"""
(select 'answer', key, value from ({IN_FORCE}) a)
union all
(select 'licence', ic.item_key, l.number from licence l join item_case ic on ic.id = l.item_case_id
 where ic.case_id = %(case)s order by l.id)
"""


#: How a unit seals: by hand, by a certified provider, or with the drawn seal of a demo.
HAND, CERTIFIED, DEMO = "hand", "certified", "demo"
SEAL_WAYS = (HAND, CERTIFIED, DEMO)
DEMO_SEAL = Words("演示样章", "demo seal")


@dataclass(frozen=True, slots=True)
class Seal:
    """A unit's seal for one use, and how it is set."""

    name: Words
    way: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A department as its papers name it. `seal` is the one of the use that was asked for, where the unit has it."""

    key: str
    name: Words
    mark: str
    telephone: str
    address: Words
    reconsideration_body: Words
    court: Words
    seal: Seal | None
    code: str = ""  # its credit code

    @property
    def deciding(self) -> DecidingUnit:
        """What a remedy is generated from."""
        return DecidingUnit(self.name, self.reconsideration_body, self.court)

    def seal_in(self, demo: bool) -> Seal:
        """Its seal; a unit without one of its own sets its plain seal by hand, or in a demo the drawn one."""
        if self.seal is not None:
            return self.seal
        return Seal(Words(f"{self.name.zh}印章", f"Seal of {self.name.en}"), DEMO if demo else HAND)

    def places(self, language: str, demo: bool) -> Places:
        """The unit that answers for the document, and which seal it bears. A demo's seal says that it is one."""
        seal = self.seal_in(demo)
        name = seal.name.in_language(language)
        return {
            "department": self.name.in_language(language),
            "seal": f"{name} · {DEMO_SEAL.in_language(language)}" if seal.way == DEMO else name,
            "telephone": self.telephone,
            "address": self.address.in_language(language),
        }


#: What `unit_from` reads, of `department d left join unit_seal s`.
UNIT_COLUMNS = """d.key, d.name_zh, d.name_en, d.document_mark, d.phone, d.address_zh, d.address_en,
    d.reconsideration_body_zh, d.reconsideration_body_en, d.court_zh, d.court_en, s.name_zh, s.name_en, s.way, d.code"""


def unit_of(department_key: str, seal: str = "licence") -> Unit:
    """The department of this key, with its seal for the use `seal`. Raises NotFound."""
    row = (
        sql()
        .execute(
            f"select {UNIT_COLUMNS} from department d"
            " left join unit_seal s on s.department_key = d.key and s.role = %s where d.key = %s",
            (seal, department_key),
        )
        .fetchone()
    )
    return unit_from(row)


def unit_from(row: Sequence[Any] | None) -> Unit:
    """A unit from UNIT_COLUMNS. Raises NotFound for no row."""
    if not row:
        raise NotFound()
    key, zh, en, mark, phone, address_zh, address_en, body_zh, body_en, court_zh, court_en, *seal, code = row
    seal_zh, seal_en, way = seal
    return Unit(
        key,
        Words(zh, en),
        mark,
        phone,
        Words(address_zh, address_en),
        Words(body_zh, body_en),
        Words(court_zh, court_en),
        Seal(Words(seal_zh, seal_en), way) if way else None,
        code,
    )


def answer_places(release: Published, rules: Rules, answers: Mapping[str, Any], language: str) -> Places:
    """Every answer of the form, options by their labels; who applies for what; and the place."""
    profile, shown = rules.profile, release.shown_answers(answers, language)
    return {
        **applicant_places(release.bundle, shown, language),
        **shown,
        "profile_name": profile.jurisdiction.in_language(language),
        "demo_note": DEMO_NOTE.in_language(language) if profile.demo else "",
    }


def applicant_places(bundle: Bundle, shown: Mapping[str, str], language: str) -> Places:
    """The bundle, and who applies, by the answers that the bundle says name them."""
    return {
        "bundle_name": bundle.name.in_language(language),
        "applicant_name": shown.get(bundle.applicant_name_field, ""),
        "applicant_number": next((shown[key] for key in bundle.identity_fields if shown.get(key)), ""),
        "subject": shown.get(bundle.subject_field, ""),
        "signatory_name": shown.get(bundle.signatory_name_field, ""),
    }


def case_places(case: LockedCase, answers: Mapping[str, Any], language: str) -> Places:
    """The case with its answers."""
    return {
        **answer_places(case.release, case.rules, answers, language),
        "case_number": case.number or "",
        "received_at": moments.written(case.received_at).in_language(language),
        "tracking_url": f"{current_settings().public_url}/track",
        "document_date": moments.local(case.now).date(),
    }


def item_places(item: Item, language: str) -> Places:
    return {
        "item_name": item.name.in_language(language),
        "item_code": item.code,
        "item_basis": ("；" if language == "zh" else "; ").join(words.in_language(language) for words in item.basis),
        "refusal_basis": item.refusal_basis.in_language(language),
    }


GUIDED = "select guided from cases where id = %s"


def situation_in(case_id: int, bundle: Bundle, item: Item) -> Words:
    """The situation of the item that the case's answers lead to; empty where they lead to none."""
    row = sql().execute(GUIDED, (case_id,)).fetchone()
    return situation_of(bundle, item, {**known_answers(case_id, bundle), **(row[0] if row else {})})


def situation_of(bundle: Bundle, item: Item, answers: Mapping[str, Any]) -> Words:
    guide = guide_for(bundle, answers)
    return next((one.situation.name for one in guide.items if one.item.key == item.key), Words("", ""))


def promised(item: Item) -> Words:
    """The promised limit in words; nothing where there is none."""
    limit = item.limits.get("promised")
    return amount(limit.value, limit.unit) if limit else Words("", "")


def table(heads: Sequence[Words], rows: Iterable[Sequence[str | Words]]) -> list[list[str | Words]]:
    """Rows with the heads first: what a place prints as a table, in the language of the document."""
    return [list(heads), *(list(row) for row in rows)]
