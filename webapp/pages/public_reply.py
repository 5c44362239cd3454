"""一次答复: all that is to be corrected in a case on one page, sent back together."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import ActRefused, Incomplete
from webapp.pages.public import open_case
from webapp.pages.public_correction import ACTS_PER_HOUR
from webapp.pages.public_tolerance import blueprint  # that of `public`, with its further pages
from webapp.pages.support import public, words
from webapp.queries.correcting import applicants_correction
from webapp.services.correction_reply import answer_all, items_to_correct
from webapp.services.rates import count_try


@blueprint.get("/track/reply")
@public
def reply() -> ResponseReturnValue:
    """Every open correction, with what is still missing."""
    case_id = open_case()
    return redirect(url_for("public.track")) if case_id is None else _page(case_id)


@blueprint.post("/track/reply")
@public
def send_reply() -> ResponseReturnValue:
    """All of them at once; where something is missing, nothing is sent."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    count_try(f"correct:{case_id}", limit=ACTS_PER_HOUR)
    replies = {key: request.form.get(f"reply.{key}", "") for key in items_to_correct(case_id)}
    try:
        answer_all(case_id, replies)
    except Incomplete as incomplete:
        return _page(case_id, dict(incomplete.faults), status=incomplete.status)
    except ActRefused as refusal:
        return _page(case_id, {}, refusal=refusal, status=refusal.status)
    flash(gettext("全部补正已提交，各部门将继续受理审查。"), "success")
    return redirect(url_for("public.progress"))


def _page(
    case_id: int, faults: dict[str, Words] | None = None, *, refusal: ActRefused | None = None, status: int = 200
) -> ResponseReturnValue:
    pages = [applicants_correction(case_id, key) for key in items_to_correct(case_id)]
    rendered = render_template(
        "public/reply.html",
        pages=pages,
        errors={key: [words(said)] for key, said in (faults or {}).items()},
        labels={f"reply.{page.item.key}": words(page.item.name) for page in pages},
        refusal=refusal,
        typed=request.form,
    )
    return rendered, status
