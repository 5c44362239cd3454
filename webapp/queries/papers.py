"""Papers of a case, ready to print: documents as kept, licences, sheets, signatures, proofs of delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.bundles import PLACES, Block, Document, render
from webapp import papers
from webapp.catalogue import Published, published
from webapp.errors import NotFound
from webapp.organisation_names import department_names
from webapp.queries.submission import CaseFile
from webapp.services.document_places import DEMO_NOTE, known_answers, unit_of
from webapp.services.documents import RECEIVING_UNIT, RESULTS, TITLES, Delivery, delivery_places
from webapp.unit_of_work import sql

FIELD_HEADS = (Words("项目", "Field"), Words("内容", "Content"))
#: A line under the unit's name that is its date, with or without "发证日期：", and no further sentence.
LONGEST_DATE_LINE = 40
UNLIMITED = Words("长期", "unlimited")


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as issued. `office` signed it; `proof` is the signature of whoever took the results."""

    id: int
    case_id: int
    kind: str
    number: str
    case_number: str
    title: Words
    zh: Document
    en: Document
    digest: str
    issued_at: datetime
    office: Words
    proof: ProofFile | None

    def text(self, language: str) -> Document:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class ProofFile:
    """The signed proof: a drawn signature or a scan."""

    file_id: int
    digest: str
    media_type: str
    name: str
    signer: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A paper cut where its unit signs: what stands before, the lines under the seal, what stands after."""

    body: Document
    signed: Document
    rest: Document


def sealed(document: Document, office: str) -> Sealed:
    """Find the closing lines: the last paragraph that names the unit, and the date after it.

    A paper that does not close with its unit is all body; the seal then stands alone.
    """
    blocks = document.blocks
    place = max((at for at, block in enumerate(blocks) if _closes(block, office)), default=len(blocks))
    end = place + 1
    if end < len(blocks) and _is_short(blocks[end]):
        end += 1
    return Sealed(Document(blocks[:place]), Document(blocks[place:end]), Document(blocks[end:]))


def _text(block: Block) -> str:
    return "".join(run.text for line in block.lines for run in line)


def _is_short(block: Block) -> bool:
    return block.kind == "paragraph" and len(_text(block)) <= LONGEST_DATE_LINE


def _closes(block: Block, office: str) -> bool:
    """A paragraph of little more than the unit's name."""
    text = _text(block)
    return block.kind == "paragraph" and office in text and len(text) <= len(office) + LONGEST_DATE_LINE


DOCUMENT = """
select d.id, d.case_id, d.kind, d.number, coalesce(k.number, ''), d.title_zh, d.title_en, d.content_zh,
    d.content_en, d.digest, d.issued_at, k.release_id, ic.department_key
from document d join cases k on k.id = d.case_id left join item_case ic on ic.id = d.item_case_id
where d.id = %s
"""
#: A proof of delivery and the results that it covers were written at the same moment.
PROOF = """
select f.id, f.digest, f.media_type, f.name, c.collector_name
from collection c join item_case ic on ic.id = c.item_case_id join stored_file f on f.id = c.signature_file_id
where ic.case_id = %s and c.delivered_at = %s limit 1
"""


def paper(document_id: int) -> Paper:
    """The document with this id. Raises NotFound. Whether one may see its case is for the caller to ask."""
    row = sql().execute(DOCUMENT, (document_id,)).fetchone()
    if row is None:
        raise NotFound()
    (
        id_,
        case_id,
        kind,
        number,
        case_number,
        title_zh,
        title_en,
        zh,
        en,
        digest,
        issued_at,
        release_id,
        department,
    ) = row
    return Paper(
        id_,
        case_id,
        kind,
        number,
        case_number,
        Words(title_zh, title_en),
        papers.read(zh),
        papers.read(en),
        digest,
        issued_at,
        _office(kind, department, published(release_id)),
        _proof(case_id, issued_at) if kind == "delivery-receipt" else None,
    )


def _office(kind: str, department: str | None, release: Published) -> Words:
    """Who answers for the document: the item's department, for all items the lead, else the centre."""
    lead = release.bundle.lead_department if kind == "acceptance-notice" else RECEIVING_UNIT
    return department_names()[department or lead]


def _proof(case_id: int, delivered_at: datetime) -> ProofFile | None:
    row = sql().execute(PROOF, (case_id, delivered_at)).fetchone()
    return ProofFile(*row) if row else None


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
    values: Mapping[str, Mapping[str, Any]]

    def text(self, language: str) -> Document:
        """The filled template."""
        licence = self.release.bundle.item(self.item_key).licence
        assert licence is not None  # the row was made from it
        template = self.release.document(licence.template, language)
        return render(template, self.values[language], language=language, optional=PLACES)


LICENCE = """
select l.id, ic.case_id, ic.item_key, l.name_zh, l.name_en, l.number, l.issued_on, l.issuer_zh, l.issuer_en,
    l.public_code, l.external, k.release_id, l.valid_to, l.facts, k.number, ic.department_key,
    coalesce(u.name, '')
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
    ) = row
    release = published(release_id)
    answers = known_answers(case_id, release.bundle)
    values = {
        language: {
            **release.shown_answers(answers, language),
            **unit_of(department).places(language),
            "demo_note": DEMO_NOTE.in_language(language) if demo else "",
            "licence_number": number,
            "case_number": case_number,
            "fields_table": _fields(facts, language),
            "valid_from": issued_on,
            "valid_until": valid_to or UNLIMITED,
            "decision_date": issued_on,
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
        values,
    )


def _fields(facts: Sequence[Sequence[str]], language: str) -> list[list[str]]:
    """What is printed on the licence, as it was when it was made: label and value per line, heads first."""
    place = 1 if language == "en" else 0
    heads = [head.in_language(language) for head in FIELD_HEADS]
    return [heads, *([fact[place], fact[2 + place]] for fact in facts)]


@dataclass(frozen=True, slots=True)
class ProofToSign:
    """送达回证 for signing by hand, before the results are handed over; it has no number yet."""

    case_number: str
    title: Words
    office: Words
    text: Mapping[str, Document]


READY = """
select t.item_case_id from user_task t join collection c on c.item_case_id = t.item_case_id
where t.case_id = %s and t.step = 'deliver' and t.state = 'open' and c.means = 'counter'
"""


def proof_to_sign(case_id: int, clerk: str, *, demo: bool) -> ProofToSign:
    """The proof for everything that is ready at the counter. Raises NotFound where nothing is."""
    ready = [row[0] for row in sql().execute(READY, (case_id,))]
    case = sql().execute("select release_id, number from cases where id = %s", (case_id,)).fetchone()
    if not ready or case is None:
        raise NotFound()
    release, rows = published(case[0]), sql().execute(RESULTS, (case_id, ready)).fetchall()
    answers = known_answers(case_id, release.bundle)
    delivery = Delivery(tuple(ready), "counter")
    text = {
        language: render(
            release.document("delivery-receipt", language),
            {
                **release.shown_answers(answers, language),
                **unit_of(RECEIVING_UNIT).places(language),
                **delivery_places(release.bundle, rows, delivery, clerk, language),
                "case_number": case[1],
                "demo_note": DEMO_NOTE.in_language(language) if demo else "",
            },
            language=language,
            optional=PLACES,
        )
        for language in ("zh", "en")
    }
    return ProofToSign(case[1], TITLES["delivery-receipt"], department_names()[RECEIVING_UNIT], text)


@dataclass(frozen=True, slots=True)
class SheetPaper:
    """一次性告知单 as handed over, word for word."""

    case_id: int
    language: str
    content: str
    digest: str
    given_at: datetime
    given_by: str


SHEET = """
select s.case_id, s.language, s.content, s.digest, s.given_at, u.name
from notification_sheet s join app_user u on u.id = s.given_by where s.id = %s
"""


def sheet_paper(sheet_id: int) -> SheetPaper:
    """Raises NotFound."""
    row = sql().execute(SHEET, (sheet_id,)).fetchone()
    if row is None:
        raise NotFound()
    return SheetPaper(*row)


FILE = """
select f.digest, f.name, f.media_type from stored_file f
where f.id = %(file)s and (
    exists (select from collection c join item_case ic on ic.id = c.item_case_id
        where c.signature_file_id = f.id and ic.case_id = %(case)s)
    or exists (select from commitment c where c.signature_file_id = f.id and c.case_id = %(case)s))
"""


def signature_file(case_id: int, file_id: int) -> CaseFile:
    """A signature of the case: under a letter or a proof of delivery. Raises NotFound."""
    row = sql().execute(FILE, {"file": file_id, "case": case_id}).fetchone()
    if row is None:
        raise NotFound()
    return CaseFile(*row)
