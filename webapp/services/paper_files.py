"""PDFs of documents: made once from the words as kept, then kept themselves, byte for byte, under their digest."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from engine import Words
from engine.bundles import Block
from webapp import clock, file_store, moments, papers
from webapp.errors import ActRefused, NotFound
from webapp.papers import DocumentDamaged
from webapp.printing import NotPrintable, Sheet, pdf_of
from webapp.services.document_issue import check_address
from webapp.services.document_places import CERTIFIED, DEMO_SEAL, LANGUAGES
from webapp.services.e_seals import set_seal_of_provider
from webapp.services.kept_documents import KeptDocument, kept_document
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

PLAIN, SEALED = "plain", "sealed"
#: The lines of the head that stand in the middle: the remark of a demo and the number.
LONGEST_HEAD = 60
TRANSLATION = "The Chinese text is the document; this is a translation for the reader."
DIGEST = Words("内容摘要（SHA-256）：", "Digest (SHA-256): ")
SEAL_NOTE = Words("用印：", "Seal: ")


class PdfNotPossible(ActRefused):
    """The document cannot be set as PDF; its print view still shows it."""

    status = 422

    def __init__(self, reason: str) -> None:
        super().__init__(
            Words(
                f"这份文书不能生成PDF（{reason}），请使用打印页。",
                f"This document cannot be made a PDF ({reason}); please use the print view.",
            )
        )


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A PDF as kept."""

    digest: str
    content: bytes


def make(document_id: int) -> None:
    """The background job after a document was issued: print it, and have it sealed where a provider does that.

    Doing it again changes nothing. A document that cannot be printed is logged, and says so where it is opened.
    Raises SealUnreachable, so that the queue tries again.
    """
    try:
        original = pdf(document_id, "zh", sealed=False)
    except PdfNotPossible as refused:
        log.warning("document-not-printable", document=document_id, reason=refused.words.en)
        return
    document = kept_document(document_id)
    if document.seal.way == CERTIFIED and document.seal.waits:
        set_seal_of_provider(document, original.content)


def pdf(document_id: int, language: str, *, sealed: bool = True) -> KeptFile:
    """The PDF of a document in `language`: the provider's sealed one where there is one, and `sealed` asks for it.

    Raises NotFound, DocumentDamaged where the stored file is not the one that was made, PdfNotPossible.
    """
    language = language if language in LANGUAGES else LANGUAGES[0]
    kinds = (SEALED, PLAIN) if sealed and language == "zh" else (PLAIN,)
    row = (
        sql()
        .execute(
            "select digest from document_file where document_id = %s and language = %s and kind = any(%s)"
            " order by kind desc limit 1",
            (document_id, language, list(kinds)),
        )
        .fetchone()
    )
    if row is None:
        return _made(kept_document(document_id), language)
    try:
        return KeptFile(row[0], file_store.get(row[0]))
    except NotFound as gone:
        raise DocumentDamaged(kept_document(document_id).number) from gone


KEEP = """
insert into document_file (document_id, language, kind, digest, size, made_at) values (%s, %s, %s, %s, %s, %s)
on conflict do nothing
"""


def keep(document_id: int, language: str, kind: str, content: bytes) -> str:
    """Keep a PDF, inside the running command; returns its digest. The first one stays."""
    digest = file_store.put(content)
    sql().execute(KEEP, (document_id, language, kind, digest, len(content), clock.now()))
    return digest


def _made(document: KeptDocument, language: str) -> KeptFile:
    try:
        content = pdf_of(sheet_of(document, language))
    except NotPrintable as refused:
        raise PdfNotPossible(refused.reason) from refused
    with unit_of_work():
        keep(document.id, language, PLAIN, content)
    return pdf(document.id, language, sealed=False)


def sheet_of(document: KeptDocument, language: str) -> Sheet:
    """What the PDF of a document shows."""
    office = document.office.in_language(language)
    cut = papers.sealed(document.text(language), office)
    seal = document.seal
    notes = [TRANSLATION] if language == "en" else []
    notes.append(f"{DIGEST.in_language(language)}{document.digest}")
    if seal.way:
        words = f" · {DEMO_SEAL.in_language(language)}" if seal.drawn else ""
        notes.append(f"{SEAL_NOTE.in_language(language)}{seal.name.in_language(language)}{words}")
    blocks = [block for block in cut.body.blocks if not (block.kind == "heading" and block.level == 1)]
    return Sheet(
        language=language,
        title=document.title.in_language(language),
        office=office,
        body=papers.plain_blocks(type(cut.body)(tuple(blocks))),
        signed=papers.plain_blocks(cut.signed),
        rest=papers.plain_blocks(cut.rest),
        centred=[papers.text_of(block) for block in blocks[:2] if _is_head(block, document.number)],
        seal=seal.name.in_language(language) if seal.drawn else "",
        seal_words=DEMO_SEAL.in_language(language),
        check_address=check_address(document.public_code) if document.public_code else "",
        notes=notes,
        issued_at=moments.local(document.issued_at),
    )


def _is_head(block: Block, number: str) -> bool:
    text = papers.text_of(block)
    in_brackets = text[:1] in "（(" and text[-1:] in "）)"
    return block.kind == "paragraph" and len(text) <= LONGEST_HEAD and (number in text or in_brackets)
