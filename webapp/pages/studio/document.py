"""The document of a bundle, for the legal office: a page to print, and PDF."""

from __future__ import annotations

import io

from flask import Response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from engine import Words
from webapp.errors import ReleaseRefused
from webapp.languages import language
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.printing import NotPrintable, bundle_pdf
from webapp.queries import releases as queries
from webapp.queries.bundle_document import document_of, picture_of


@blueprint.get("/releases/<int:release_id>/document")
@needs(Permission.RELEASE_SEE)
def bundle_document(release_id: int) -> ResponseReturnValue:
    """What the release says, in the person's language."""
    one = queries.release(release_id)
    return render_template(
        "studio/document.html",
        document=document_of(one, language()),
        release=one,
        language=language(),
        back_url=url_for("studio.release", release_id=release_id),
    )


@blueprint.get("/releases/<int:release_id>/document/picture")
@needs(Permission.RELEASE_SEE)
def bundle_picture(release_id: int) -> ResponseReturnValue:
    """One of its diagrams, as SVG."""
    svg = picture_of(queries.release(release_id), request.args.get("path", ""), language())
    return Response(svg, mimetype="image/svg+xml")


@blueprint.get("/releases/<int:release_id>/document.pdf")
@needs(Permission.RELEASE_SEE)
def bundle_document_pdf(release_id: int) -> ResponseReturnValue:
    """The same as PDF: the same bytes each time, as long as departments and posts keep their names."""
    one = queries.release(release_id)
    told = document_of(one, language())
    blocks = [block.plain() for block in told.blocks]
    try:
        printed = bundle_pdf(language(), told.title, told.under, blocks, one.created_at)
    except NotPrintable as refused:
        raise ReleaseRefused(
            Words(f"无法排成 PDF：{refused.reason}", f"It cannot be set as PDF: {refused.reason}")
        ) from refused
    name = f"{one.bundle_key}-{one.number}-{language()}.pdf"
    return send_file(io.BytesIO(printed), mimetype="application/pdf", as_attachment=True, download_name=name)
