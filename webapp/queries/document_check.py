"""The public page of a document: that it is ours, and what of it anyone may know. No name of a person, no content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine import Words
from engine.law import normalise_tracking_code
from webapp import clock, moments, papers
from webapp.organisation_names import department_names
from webapp.services.document_places import CERTIFIED, HAND
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class PublicDocument:
    """A document as anyone may check it: `intact` says that what is stored is what was issued."""

    title: Words
    number: str
    unit: Words | None
    issued_at: datetime
    seal: Words | None
    seal_way: str
    sealed_at: datetime | None
    certificate: str
    digest: str
    intact: bool
    checked_at: datetime

    @property
    def issued_shown(self) -> str:
        """With its year, whichever it is."""
        return moments.shown(self.issued_at)

    @property
    def waits_for_seal(self) -> bool:
        return self.seal_way in (HAND, CERTIFIED) and self.sealed_at is None


DOCUMENT = """
select d.title_zh, d.title_en, d.number, d.unit_key, d.issued_at, d.seal_zh, d.seal_en, d.seal_way, s.at,
    coalesce(s.certificate, ''), d.digest, d.content_zh
from document d left join document_seal s on s.document_id = d.id where d.public_code = %s
"""


def public_document(code: str) -> PublicDocument | None:
    """The document of this public code; None where there is none."""
    row = sql().execute(DOCUMENT, (normalise_tracking_code(code),)).fetchone()
    if row is None:
        return None
    zh, en, number, unit, issued_at, seal_zh, seal_en, way, sealed_at, certificate, digest, content = row
    return PublicDocument(
        Words(zh, en),
        number,
        department_names().get(unit),
        issued_at,
        Words(seal_zh, seal_en) if way else None,
        way,
        sealed_at,
        certificate,
        digest,
        papers.digest_of(content) == digest,
        clock.now(),
    )
