"""A notice of the item on the tracking page: the applicant reads it with number and code."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp import papers
from webapp.languages import language
from webapp.pages.public import blueprint, open_case
from webapp.pages.support import public, words
from webapp.queries.proceedings import masked_notice


@blueprint.get("/track/notices/<int:document_id>")
@public
def notice(document_id: int) -> ResponseReturnValue:
    """Word for word but for the names. Raises NotFound for what is not the open case's to read here."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    paper = masked_notice(case_id, document_id)
    return render_template(
        "public/notice.html",
        kept=paper.kept,
        text=papers.sealed(paper.texts[language()], words(paper.kept.office)),
        back_url=url_for("public.progress"),
        masked=True,
    )
