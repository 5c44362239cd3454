"""A licence by its type's template, as it stands now: for the screen, for paper and for its PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.bundles import PLACES, Document, render
from webapp.catalogue import Published, published
from webapp.errors import NotFound
from webapp.services.document_places import DEMO, DEMO_NOTE, Seal, applicant_places, known_answers, unit_of
from webapp.unit_of_work import sql

FIELD_HEADS = (Words("项目", "Field"), Words("内容", "Content"))
UNLIMITED = Words("长期", "unlimited")


@dataclass(frozen=True, slots=True, eq=False)
class LicencePaper:
    """A licence, to be printed by its type's template."""

    id: int
    case_id: int
    item_key: str
    name: Words
    number: str
    issued_on: date
    issuer: Words
    public_code: str
    external: bool
    release: Published
    seal: Seal
    unit_key: str
    version: int
    made_at: datetime  # the moment of this version
    identifier: str
    values: Mapping[str, Mapping[str, Any]]

    @property
    def seal_drawn(self) -> bool:
        """Whether it bears a demo's drawn seal. What another system issued bears none of ours."""
        return self.seal.way == DEMO and not self.external

    def text(self, language: str) -> Document:
        """The filled template."""
        licence = self.release.bundle.item(self.item_key).licence
        assert licence is not None  # the row was made from it
        template = self.release.document(licence.template, language)
        return render(template, self.values[language], language=language, optional=PLACES)


LICENCE = """
select l.id, ic.case_id, ic.item_key, l.name_zh, l.name_en, l.number, l.issued_on, l.issuer_zh, l.issuer_en,
    l.public_code, l.external, k.release_id, l.valid_to, l.facts, k.number, ic.department_key,
    coalesce(u.name, ''), l.version, coalesce(l.version_on, l.issued_on), l.holder,
    (select max(e.at) from licence_event e where e.licence_id = l.id and e.version = l.version
        and e.kind in ('issued', 'changed', 'renewed', 'deemed-renewed')), l.identifier
from licence l join item_case ic on ic.id = l.item_case_id join cases k on k.id = ic.case_id
left join ruling r on r.item_case_id = ic.id left join app_user u on u.id = r.by_id
where l.id = %s
"""


def licence_paper(licence_id: int, *, demo: bool) -> LicencePaper:
    """The licence with this id. Raises NotFound. `demo`: it is marked as an example."""
    row = sql().execute(LICENCE, (licence_id,)).fetchone()
    if row is None:
        raise NotFound()
    (
        id_,
        case_id,
        item_key,
        zh,
        en,
        number,
        issued_on,
        issuer_zh,
        issuer_en,
        code,
        external,
        release_id,
        valid_to,
        facts,
        case_number,
        department,
        decider,
        version,
        version_on,
        holder,
        made_at,
        identifier,
    ) = row
    release = published(release_id)
    answers = known_answers(case_id, release.bundle)
    unit = unit_of(department)
    values = {
        language: {
            **release.shown_answers(answers, language),
            **applicant_places(release.bundle, release.shown_answers(answers, language), language),
            **unit.places(language, demo),
            "demo_note": DEMO_NOTE.in_language(language) if demo else "",
            "applicant_name": holder,
            "licence_number": number,
            "case_number": case_number,
            "fields_table": _fields(facts, language),
            "valid_from": issued_on,
            "valid_until": valid_to or UNLIMITED,
            "decision_date": version_on,
            "decider_name": decider,
        }
        for language in ("zh", "en")
    }
    return LicencePaper(
        id_,
        case_id,
        item_key,
        Words(zh, en),
        number,
        issued_on,
        Words(issuer_zh, issuer_en),
        code,
        external,
        release,
        unit.seal_in(demo),
        unit.key,
        version,
        made_at,
        identifier,
        values,
    )


def _fields(facts: Sequence[Sequence[str]], language: str) -> list[list[str]]:
    """What is printed on the licence, as it was when it was made: label and value per line, heads first."""
    place = 1 if language == "en" else 0
    heads = [head.in_language(language) for head in FIELD_HEADS]
    return [heads, *([fact[place], fact[2 + place]] for fact in facts)]
