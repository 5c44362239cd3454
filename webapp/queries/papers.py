"""Papers of a case, ready to print: documents as kept, licences, sheets, signatures, proofs of delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine import Words
from engine.bundles import PLACES, Document, render
from webapp.catalogue import published
from webapp.errors import NotFound
from webapp.organisation_names import department_names
from webapp.queries.submission import CaseFile
from webapp.services.document_acts import WAYS as DOCUMENT_WAYS
from webapp.services.document_places import DEMO_NOTE, applicant_places, known_answers, unit_of
from webapp.services.documents import RECEIVING_UNIT, RESULTS, Delivery, delivery_fields
from webapp.services.kept_documents import KeptDocument, kept_document
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as issued, and what became of it; `proof` is the signature of whoever took the results."""

    kept: KeptDocument
    proof: ProofFile | None
    deliveries: tuple[DeliveryLine, ...]
    refused_seal: str  # why a provider has not sealed it; empty where nothing went wrong

    @property
    def case_id(self) -> int:
        return self.kept.case_id

    def text(self, language: str) -> Document:
        return self.kept.text(language)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A document reached someone."""

    means: str
    recipient: str
    reference: str
    at: datetime
    by: str

    @property
    def way(self) -> Words:
        return DOCUMENT_WAYS[self.means]


@dataclass(frozen=True, slots=True)
class ProofFile:
    """The signed proof: a drawn signature or a scan."""

    file_id: int
    digest: str
    media_type: str
    name: str
    signer: str


DELIVERIES = """
select d.means, d.recipient, d.reference, d.at, coalesce(u.name, '')
from document_delivery d left join app_user u on u.id = d.by_id where d.document_id = %s order by d.id
"""
#: A proof of delivery and the results that it covers were written at the same moment.
PROOF = """
select f.id, f.digest, f.media_type, f.name, c.collector_name
from collection c join item_case ic on ic.id = c.item_case_id join stored_file f on f.id = c.signature_file_id
where ic.case_id = %s and c.delivered_at = %s limit 1
"""


def paper(document_id: int) -> Paper:
    """The document with this id; the caller asks whether one may see its case. Raises NotFound, DocumentDamaged."""
    kept = kept_document(document_id)
    lines = sql().execute(DELIVERIES, (document_id,)).fetchall()
    refused = sql().execute("select reason from seal_try where document_id = %s", (document_id,)).fetchone()
    return Paper(
        kept,
        _proof(kept.case_id, kept.issued_at) if kept.kind == "delivery-receipt" else None,
        tuple(DeliveryLine(*line) for line in lines),
        refused[0] if refused and kept.seal.at is None else "",
    )


def _proof(case_id: int, delivered_at: datetime) -> ProofFile | None:
    row = sql().execute(PROOF, (case_id, delivered_at)).fetchone()
    return ProofFile(*row) if row else None


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
                **applicant_places(release.bundle, release.shown_answers(answers, language), language),
                **unit_of(RECEIVING_UNIT, "receipt").places(language, demo),
                **delivery_fields(release.bundle, rows, delivery, clerk),
                "case_number": case[1],
                "demo_note": DEMO_NOTE.in_language(language) if demo else "",
            },
            language=language,
            optional=PLACES,
        )
        for language in ("zh", "en")
    }
    return ProofToSign(
        case[1], release.document_kind("delivery-receipt").title, department_names()[RECEIVING_UNIT], text
    )


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
