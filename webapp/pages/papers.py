"""Print views: documents and licences, the notification sheet, signed letters, proofs of delivery."""

from __future__ import annotations

import base64
from urllib.parse import quote

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from webapp import file_store, papers
from webapp.catalogue import rules_in_force
from webapp.errors import NotFound
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.application.files import file_response
from webapp.pages.application.qr import qr_svg, tracking_address
from webapp.pages.application.sheet_lines import sheet_entries
from webapp.pages.application.uploads import PNG_URL
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import papers as queries
from webapp.queries.application_steps import StoredContent
from webapp.queries.case_access import ensure_case
from webapp.queries.submission import commitments_of
from webapp.services import access, paper_files
from webapp.services.document_issue import check_address
from webapp.services.kept_documents import kept_document
from webapp.services.licence_papers import licence_paper
from webapp.settings import current_settings

blueprint = Blueprint("paper", __name__, url_prefix="/papers")


@blueprint.get("/documents/<int:document_id>")
@needs(Permission.CASE_SEE)
def document(document_id: int) -> ResponseReturnValue:
    """A document as issued, word for word; its QR code leads to the public page that checks it."""
    by, paper = signed_in(), queries.paper(document_id)
    ensure_case(by, paper.case_id, Permission.PERSONAL_SEE)
    access.note(by, paper.case_id, f"document:{document_id}")
    kept = paper.kept
    address = check_address(kept.public_code) if kept.public_code else tracking_address(kept.case_number)
    return render_template(
        "paper/document.html",
        paper=paper,
        kept=kept,
        text=papers.sealed(kept.text(language()), words(kept.office)),
        demo_seal_shown=kept.seal.drawn or (not kept.seal.way and not kept.unit_signed and _demo()),
        signature=_image(paper.proof.digest, paper.proof.media_type) if paper.proof else "",
        address=address,
        qr_code=qr_svg(address),
        back_url=_back(paper.case_id),
    )


@blueprint.get("/documents/<int:document_id>.pdf")
@needs(Permission.CASE_SEE)
def document_pdf(document_id: int) -> ResponseReturnValue:
    """The document as PDF, as kept: sealed by its provider where it is."""
    by, kept = signed_in(), kept_document(document_id)
    ensure_case(by, kept.case_id, Permission.PERSONAL_SEE)
    access.note(by, kept.case_id, f"document-pdf:{document_id}")
    file = paper_files.pdf(document_id, language())
    response = Response(file.content, mimetype="application/pdf")
    name = quote(f"{words(kept.title)} {kept.number}.pdf", safe="")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    response.headers["ETag"] = f'"{file.digest}"'
    return response


@blueprint.get("/licences/<int:licence_id>")
@needs(Permission.CASE_SEE)
def licence(licence_id: int) -> ResponseReturnValue:
    """A licence by its template, with the QR code of its public page."""
    by, paper = signed_in(), licence_paper(licence_id, demo=_demo())
    ensure_case(by, paper.case_id, Permission.PERSONAL_SEE)
    access.note(by, paper.case_id, f"licence:{licence_id}")
    address = current_settings().public_url + url_for("public.licence", public_code=paper.public_code)
    return render_template(
        "paper/licence.html",
        paper=paper,
        text=papers.sealed(paper.text(language()), words(paper.issuer)),
        address=address,
        qr_code=qr_svg(address),
        back_url=_back(paper.case_id),
    )


@blueprint.get("/cases/<int:case_id>/proof")
@needs(Permission.RESULT_ISSUE)
def proof_to_sign(case_id: int) -> ResponseReturnValue:
    """送达回证 for signing by hand: what is ready at the counter now."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    paper = queries.proof_to_sign(case_id, by.name, demo=_demo())
    access.note(by, case_id, "proof-to-sign")
    return render_template(
        "paper/proof_to_sign.html", paper=paper, text=paper.text[language()], back_url=_back(case_id)
    )


@blueprint.get("/sheets/<int:sheet_id>")
@needs(Permission.CASE_SEE)
def sheet(sheet_id: int) -> ResponseReturnValue:
    """The notification sheet as it was handed over."""
    by, paper = signed_in(), queries.sheet_paper(sheet_id)
    ensure_case(by, paper.case_id, Permission.PERSONAL_SEE)
    access.note(by, paper.case_id, f"sheet:{sheet_id}")
    return render_template(
        "paper/sheet.html", paper=paper, entries=sheet_entries(paper.content), back_url=_back(paper.case_id)
    )


@blueprint.get("/cases/<int:case_id>/letters/<path:item_key>")
@needs(Permission.CASE_SEE)
def letter(case_id: int, item_key: str) -> ResponseReturnValue:
    """A commitment letter as signed: the words that were read, the signature, who and when."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    commitment = commitments_of(case_id).get(item_key)
    if commitment is None:
        raise NotFound()
    file_id = commitment.signature_file_id
    stored = queries.signature_file(case_id, file_id) if file_id is not None else None
    access.note(by, case_id, f"letter:{item_key}")
    return render_template(
        "paper/letter.html",
        commitment=commitment,
        text=papers.read(commitment.letter),
        signature=_image(stored.digest, stored.media_type) if stored else None,
        case_id=case_id,
        back_url=_back(case_id),
    )


@blueprint.get("/cases/<int:case_id>/signatures/<int:file_id>")
@needs(Permission.CASE_SEE)
def signature(case_id: int, file_id: int) -> ResponseReturnValue:
    """A signature of the case, drawn or scanned; that it was opened is noted."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    stored = queries.signature_file(case_id, file_id)
    access.note(by, case_id, f"file:{file_id}")
    return file_response(StoredContent(stored.digest, stored.name, stored.media_type, 0))


def _back(case_id: int) -> str:
    return url_for("case.show", case_id=case_id)


def _demo() -> bool:
    """Whether the place's rules are the demo's: its papers carry the demo seal, others none."""
    return rules_in_force().profile.demo


def _image(digest: str, media_type: str) -> Markup | str:
    """A drawn signature as a data URL for the paper; a scan is a file of its own."""
    if media_type != "image/png":
        return ""
    return PNG_URL + base64.b64encode(file_store.get(digest)).decode()
