"""在线补正: the applicant corrects alone, with number and code, exactly what the department asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import AnswersInvalid, Words
from webapp.errors import ActRefused, NotFound
from webapp.languages import language
from webapp.pages.application.uploads import uploads_named
from webapp.pages.correction_parts import handed_in, posted_answers
from webapp.pages.public import open_case
from webapp.pages.public_notice import blueprint  # that of `public`, with the notices that are read there
from webapp.pages.support import public, words
from webapp.queries.correcting import CorrectionPage, applicants_correction
from webapp.services import correcting
from webapp.services.correcting import ByApplicant
from webapp.services.rates import count_try

#: Acts of one case in an hour, over the public page.
ACTS_PER_HOUR = 120


@blueprint.get("/track/corrections/<item_key>")
@public
def correct(item_key: str) -> ResponseReturnValue:
    """What the notice asks for, and the controls to answer it."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    return _page(applicants_correction(case_id, item_key), {})


@blueprint.post("/track/corrections/<item_key>/materials/<material_key>")
@public
def add_to_material(item_key: str, material_key: str) -> ResponseReturnValue:
    """Add files to a material that was asked for; a refused file is named, the others stay."""
    case_id = _acting()
    if case_id is None:
        return redirect(url_for("public.track"))
    page = applicants_correction(case_id, item_key)
    material = page.material(material_key)
    typed = {"form": _paperless(page, material_key), "provided_by": words(_APPLICANT)}
    try:
        refused = correcting.add_files(
            ByApplicant(case_id, item_key), material_key, uploads_named("files"), handed_in(page, material_key, typed)
        )
    except ActRefused as refusal:
        return _page(page, {material_key: [refusal.words]}, refusal.status)
    if refused:
        page = applicants_correction(case_id, item_key)
        return _page(page, {material_key: [one.words for one in refused]}, 422)
    flash(gettext("已补入：%(name)s", name=words(material.material.name)), "success")
    return redirect(url_for("public.correct", item_key=item_key) + f"#material-{material_key}")


@blueprint.post("/track/corrections/<item_key>/answers")
@public
def save_answers(item_key: str) -> ResponseReturnValue:
    """Keep corrected answers; what the form does not take stays on the page with its error."""
    case_id = _acting()
    if case_id is None:
        return redirect(url_for("public.track"))
    page = applicants_correction(case_id, item_key)
    posted = posted_answers(page)
    try:
        changed = correcting.save_answers(ByApplicant(case_id, item_key), posted)
    except AnswersInvalid as invalid:
        return _page(page, invalid.errors, 422, posted=posted)
    except ActRefused as refusal:
        return _page(page, {"answers": [refusal.words]}, refusal.status, posted=posted)
    flash(gettext("已保存更正的内容。") if changed else gettext("没有改动。"), "success")
    return redirect(url_for("public.correct", item_key=item_key) + "#answers")


@blueprint.post("/track/corrections/<item_key>")
@public
def answer(item_key: str) -> ResponseReturnValue:
    """Everything is there: back to the department."""
    case_id = _acting()
    if case_id is None:
        return redirect(url_for("public.track"))
    try:
        correcting.answer(ByApplicant(case_id, item_key), request.form.get("reply", ""))
    except NotFound:
        raise
    except ActRefused as refusal:
        return _page(applicants_correction(case_id, item_key), {"reply": [refusal.words]}, refusal.status)
    flash(gettext("补正已提交，部门将继续受理审查。"), "success")
    return redirect(url_for("public.progress"))


_APPLICANT = Words("申请人（在线）", "applicant (online)")


def _acting() -> int | None:
    """The case that this browser has open; its acts are counted. Raises TooManyTries."""
    case_id = open_case()
    if case_id is not None:
        count_try(f"correct:{case_id}", limit=ACTS_PER_HOUR)
    return case_id


def _paperless(page: CorrectionPage, material_key: str) -> str:
    """What comes by the page is a copy, where the material may be one."""
    forms = page.material(material_key).material.forms
    return next((form for form in ("copy", "e-licence") if form in forms), forms[0])


def _page(
    page: CorrectionPage,
    refused: Mapping[str, Sequence[Words]],
    status: int = 200,
    *,
    posted: Mapping[str, Any] | None = None,
) -> ResponseReturnValue:
    fields = page.fields(posted)
    names = {row.key: row.material.name for row in page.materials} | {row.field.key: row.field.label for row in fields}
    shown = render_template(
        "public/correct.html",
        page=page,
        fields=fields,
        notice=(page.notice.en if language() == "en" else page.notice.zh) if page.notice else None,
        refused=refused,
        names=names,
        reply=request.form.get("reply", ""),
    )
    return shown, status
