"""Documents as they were issued: read back with their digest checked, with their seal and who signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine import Words
from engine.bundles import Document
from webapp import papers
from webapp.catalogue import published
from webapp.errors import NotFound
from webapp.organisation_names import department_names
from webapp.services.document_places import CERTIFIED, DEMO, HAND
from webapp.services.documents import RECEIVING_UNIT
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class SealState:
    """Which seal the document bears (`way` empty: none), and when and by whom it was set.

    A demo's drawn seal is there from the start; one set by hand is there when a clerk has confirmed it (已用印), one
    of a provider when that has sent the sealed file back.
    """

    name: Words
    way: str
    at: datetime | None
    by: str
    certificate: str
    serial: str

    @property
    def waits(self) -> bool:
        """Whether the document still waits for its seal."""
        return self.way in (HAND, CERTIFIED) and self.at is None

    @property
    def drawn(self) -> bool:
        return self.way == DEMO


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document as issued. `office` signed it."""

    id: int
    case_id: int
    item_case_id: int | None
    kind: str
    number: str
    case_number: str
    title: Words
    zh: Document
    en: Document
    digest: str
    issued_at: datetime
    issued_by: str
    unit_key: str
    office: Words
    public_code: str
    template: str
    template_digest: str
    seal: SealState
    unit_signed: bool  # the row says who signed it; those of the first releases do not, nor which seal they bear

    def text(self, language: str) -> Document:
        return self.en if language == "en" else self.zh


KEPT = """
select d.id, d.case_id, d.item_case_id, d.kind, d.number, coalesce(k.number, ''), d.title_zh, d.title_en, d.content_zh,
    d.content_en, d.digest, d.digest_en, d.issued_at, coalesce(u.name, ''), d.unit_key, ic.department_key, k.release_id,
    coalesce(d.public_code, ''), d.template, d.template_digest, d.seal_zh, d.seal_en, d.seal_way, s.at,
    coalesce(su.name, ''), coalesce(s.certificate, ''), coalesce(s.serial, '')
from document d join cases k on k.id = d.case_id left join item_case ic on ic.id = d.item_case_id
left join app_user u on u.id = d.by_id
left join document_seal s on s.document_id = d.id left join app_user su on su.id = s.by_id
where d.id = %s
"""


def kept_document(document_id: int) -> KeptDocument:
    """Raises NotFound, and DocumentDamaged where a stored text is not the one that was issued."""
    row = sql().execute(KEPT, (document_id,)).fetchone()
    if row is None:
        raise NotFound()
    (
        id_,
        case_id,
        item_case_id,
        kind,
        number,
        case_number,
        title_zh,
        title_en,
        zh,
        en,
        digest,
        digest_en,
        issued_at,
        issued_by,
        unit_key,
        department,
        release_id,
        code,
        template,
        template_digest,
        seal_zh,
        seal_en,
        way,
        sealed_at,
        sealed_by,
        certificate,
        serial,
    ) = row
    unit = unit_key or _unit(kind, department, release_id)
    return KeptDocument(
        id_,
        case_id,
        item_case_id,
        kind,
        number,
        case_number,
        Words(title_zh, title_en),
        papers.read(papers.checked(zh, digest, number)),
        papers.read(papers.checked(en, digest_en, number)),
        digest,
        issued_at,
        issued_by,
        unit,
        department_names()[unit],
        code,
        template,
        template_digest,
        SealState(Words(seal_zh, seal_en), way, sealed_at, sealed_by, certificate, serial),
        bool(unit_key),
    )


def _unit(kind: str, department: str | None, release_id: int) -> str:
    """Who signed a document of the first releases: the item's department, for all items the lead, else the centre."""
    if department:
        return department
    return published(release_id).bundle.lead_department if kind == "acceptance-notice" else RECEIVING_UNIT
