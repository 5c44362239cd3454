"""文书 of a trial as they would be printed: filled with its variables, and with the example that it began with."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.studio.paper_preview import paper_page, pdf_answer
from webapp.pages.studio.shared import blueprint, chosen
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries.paper_preview import Asked, preview
from webapp.queries.trial_papers import asked_of
from webapp.services.document_places import LANGUAGES
from webapp.services.trials import TrialRow, own_trial


@blueprint.get("/trials/<int:trial_id>/papers/<int:number>")
@needs(Permission.TRIAL_RUN)
def trial_paper(trial_id: int, number: int) -> ResponseReturnValue:
    """A document that the acts so far would have issued."""
    one = own_trial(trial_id, by=signed_in())
    back, pdf = (
        url_for("studio.trial", trial_id=trial_id),
        url_for("studio.trial_paper_pdf", trial_id=trial_id, number=number),
    )
    return paper_page(one.source, _asked(one, number), back_url=back, pdf_url=pdf)


@blueprint.get("/trials/<int:trial_id>/papers/<int:number>.pdf")
@needs(Permission.TRIAL_RUN)
def trial_paper_pdf(trial_id: int, number: int) -> ResponseReturnValue:
    """As PDF, by what prints real documents."""
    one = own_trial(trial_id, by=signed_in())
    return pdf_answer(preview(one.source, _asked(one, number)))


def _asked(one: TrialRow, number: int) -> Asked:
    tongue = chosen(request.args.get("language", ""), LANGUAGES, language())
    with one.standing() as replayed:
        return asked_of(one, replayed.trial, number, tongue, request.args.get("example", ""))
