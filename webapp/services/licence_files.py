"""The PDF of a licence: printed by its template, signed with its unit's certificate, kept byte for byte.

Each version has its own; the status stands on the public page that its QR code opens, never in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from engine import Words
from engine.bundles import Block
from webapp import clock, file_store, moments, papers
from webapp.catalogue import rules_in_force
from webapp.errors import ActRefused, NotFound
from webapp.papers import DocumentDamaged
from webapp.printing import NotPrintable, Sheet, pdf_of
from webapp.services.document_places import DEMO_SEAL
from webapp.services.e_seals import SealUnreachable
from webapp.services.events import Event
from webapp.services.licence_papers import LicencePaper, licence_paper
from webapp.services.licence_signing import Refused, signed_by_unit
from webapp.services.locked_case import on_case
from webapp.services.paper_files import PdfNotPossible
from webapp.settings import current_settings
from webapp.signing import SignedPdf
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

PLAIN, SIGNED = "plain", "signed"
IDENTIFIER = Words("电子证照标识：", "Identifier of the electronic licence: ")
VERSION = Words("版本：", "Version: ")
STATUS_ELSEWHERE = Words(
    "本证照是否有效，以扫码核验的结果为准。", "Whether this licence is in force: scan the code; the page says so."
)


class IssuedElsewhere(ActRefused):
    """Another system issued the licence: its file is that system's."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该证照由其他系统核发，文件以核发系统为准，本系统不另行制作。",
                "Another system issued this licence: its file is that system's, and none is made here.",
            )
        )


@dataclass(frozen=True, slots=True)
class LicencePdf:
    """A file as kept. `signer` is empty for one without a signature."""

    content: bytes
    digest: str
    kind: str
    signer: str
    serial: str
    profile: str
    demo: bool
    made_at: datetime


def make(licence_id: int) -> None:
    """The background job after a licence was issued or changed: print this version and have it signed.

    Doing it again changes nothing. What cannot be printed or signed is kept as the reason and shown on the licence's
    page. Raises SealUnreachable, so that the queue tries again.
    """
    paper = licence_paper(licence_id, demo=_demo())
    if paper.external or _kept(licence_id, paper.version, SIGNED) is not None:
        return
    try:
        plain = _plain(paper)
    except PdfNotPossible as refused:
        log.warning("licence-not-printable", licence=licence_id, reason=refused.words.en)
        _count(licence_id, refused.words.zh, final=True)
        return
    try:
        signed = signed_by_unit(paper, plain)
    except Refused as refused:
        _count(licence_id, refused.reason, final=True)
        return
    except SealUnreachable as unreachable:
        _count(licence_id, unreachable.reason, final=False)
        raise
    if signed is not None:
        _keep_signed(paper, signed)


def pdf(licence_id: int) -> LicencePdf:
    """The file of the present version: the signed one where it is there, else the plain one, made when first opened.

    Raises NotFound, IssuedElsewhere, PdfNotPossible, DocumentDamaged where the stored file is not the one made.
    """
    paper = licence_paper(licence_id, demo=_demo())
    if paper.external:
        raise IssuedElsewhere()
    kept = _kept(licence_id, paper.version, SIGNED)
    if kept is None:
        _plain(paper)
        kept = _kept(licence_id, paper.version, PLAIN)
    assert kept is not None
    return kept


KEPT = """
select digest, kind, signer, serial, profile, demo, made_at from licence_file
where licence_id = %s and version = %s and kind = %s
"""


def _kept(licence_id: int, version: int, kind: str) -> LicencePdf | None:
    row = sql().execute(KEPT, (licence_id, version, kind)).fetchone()
    if row is None:
        return None
    try:
        return LicencePdf(file_store.get(row[0]), *row)
    except NotFound as gone:
        raise DocumentDamaged(f"licence {licence_id}") from gone


FILE = """
insert into licence_file (licence_id, version, kind, digest, size, made_at, signer, serial, profile, demo)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning licence_id
"""


def _plain(paper: LicencePaper) -> bytes:
    """The printed file without signature, kept when it is made; the first one stays."""
    kept = _kept(paper.id, paper.version, PLAIN)
    if kept is not None:
        return kept.content
    try:
        content = pdf_of(sheet_of(paper))
    except NotPrintable as refused:
        raise PdfNotPossible(refused.reason) from refused
    with unit_of_work():
        digest = file_store.put(content)
        facts = (digest, len(content), clock.now(), "", "", "", paper.seal_drawn)
        sql().execute(FILE, (paper.id, paper.version, PLAIN, *facts))
    return content


def _keep_signed(paper: LicencePaper, signed: SignedPdf) -> None:
    digest = file_store.put(signed.pdf)
    with on_case(paper.case_id) as case:
        facts = (digest, len(signed.pdf), case.now, signed.signer, signed.serial, signed.profile, signed.demo)
        made = sql().execute(FILE, (paper.id, paper.version, SIGNED, *facts)).fetchone()
        sql().execute("delete from licence_sign_try where licence_id = %s", (paper.id,))
        if made is not None:  # else another worker was faster
            case.record(Event.LICENCE_SIGNED, None, licence=paper.id, version=paper.version, digest=digest)


FAILED = """
insert into licence_sign_try (licence_id, tries, at, reason, final) values (%s, 1, %s, %s, %s)
on conflict (licence_id) do update set tries = licence_sign_try.tries + 1, at = excluded.at,
    reason = excluded.reason, final = excluded.final
"""


def _count(licence_id: int, reason: str, *, final: bool) -> None:
    with unit_of_work():
        sql().execute(FAILED, (licence_id, clock.now(), reason[:500], final))


def public_address(public_code: str) -> str:
    """The public page on which anyone sees whether the licence holds."""
    return f"{current_settings().public_url}/licences/{public_code}"


def sheet_of(paper: LicencePaper) -> Sheet:
    """What the PDF of a licence shows. The licence is its Chinese text."""
    cut = papers.sealed(paper.text("zh"), paper.issuer.zh)
    blocks = [block for block in cut.body.blocks if not (block.kind == "heading" and block.level == 1)]
    notes = [f"{IDENTIFIER.zh}{paper.identifier}"] if paper.identifier else []
    notes += [f"{VERSION.zh}{paper.version}", STATUS_ELSEWHERE.zh]
    return Sheet(
        language="zh",
        title=paper.name.zh,
        office=paper.issuer.zh,
        body=papers.plain_blocks(type(cut.body)(tuple(blocks))),
        signed=papers.plain_blocks(cut.signed),
        rest=papers.plain_blocks(cut.rest),
        centred=[papers.text_of(block) for block in blocks[:2] if _is_head(block, paper.number)],
        seal=paper.seal.name.zh if paper.seal_drawn else "",
        seal_words=DEMO_SEAL.zh,
        check_address=public_address(paper.public_code),
        notes=notes,
        issued_at=moments.local(paper.made_at),
    )


def _is_head(block: Block, number: str) -> bool:
    text = papers.text_of(block)
    return block.kind == "paragraph" and (number in text or text[:1] in "（(")


def _demo() -> bool:
    return rules_in_force().profile.demo
