"""容缺受理 on the tracking page: the applicant promises, declines, and brings what was promised, with the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import ActRefused, NotFound
from webapp.pages.application.uploads import uploads_named
from webapp.pages.public import open_case
from webapp.pages.public_question import blueprint  # that of `public`, with its further pages
from webapp.pages.support import public, words
from webapp.pages.tolerance_form import beside_its_field, digest, labels_of, promise_of, typed_of
from webapp.queries.tolerance import TolerancePage, applicants_tolerance, masked_papers
from webapp.queries.tolerance_choices import offered_choice
from webapp.services import tolerance
from webapp.services.corrections import HandedIn
from webapp.services.rates import count_try
from webapp.services.tolerance import ByApplicant
from webapp.services.tolerance_letters import BY_CODE, Signed
from webapp.services.tolerance_offers import decline, promise_by_applicant
from webapp.services.tolerance_terms import HOW

#: Acts of one case in an hour; the identity number is asked for, and must not be found by trying.
ACTS_PER_HOUR, TRIES_PER_HOUR = 120, 10
_APPLICANT = Words("申请人（在线）", "applicant (online)")


@blueprint.get("/track/tolerance/<item_key>")
@public
def tolerance_page(item_key: str) -> ResponseReturnValue:
    """What is offered or awaited."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    return _page(applicants_tolerance(case_id, item_key), {})


@blueprint.post("/track/tolerance/<item_key>/promise")
@public
def promise(item_key: str) -> ResponseReturnValue:
    """The letter that was read is promised, by name and identity number. Raises TooManyTries."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    count_try(f"tolerance:{case_id}", limit=TRIES_PER_HOUR)
    page = applicants_tolerance(case_id, item_key)
    choice = offered_choice(page, typed_of(request.form, item_key))
    sent = request.form
    try:
        signed = Signed(digest(item_key), sent.get("name", ""), BY_CODE, None, sent.get("id_number", ""))
        promise_by_applicant(case_id, promise_of(choice), signed=signed)
    except NotFound:
        raise
    except ActRefused as refusal:
        return _page(page, beside_its_field(refusal), refusal.status)
    flash(gettext("已提交容缺受理承诺，部门将作出受理结果。"), "success")
    return redirect(url_for("public.progress"))


@blueprint.post("/track/tolerance/<item_key>/decline")
@public
def decline_offer(item_key: str) -> ResponseReturnValue:
    """The applicant does not want it. Raises TooManyTries."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    count_try(f"tolerance:{case_id}", limit=TRIES_PER_HOUR)
    sent = request.form
    try:
        decline(case_id, item_key, name=sent.get("name", ""), id_number=sent.get("id_number", ""), by=None)
    except NotFound:
        raise
    except ActRefused as refusal:
        return _page(applicants_tolerance(case_id, item_key), beside_its_field(refusal), refusal.status)
    flash(gettext("已记录：不选择容缺受理。"), "success")
    return redirect(url_for("public.progress"))


@blueprint.post("/track/tolerance/<item_key>/materials/<material_key>")
@public
def add_promised(item_key: str, material_key: str) -> ResponseReturnValue:
    """Add files to a promised material; a refused file is named, the others stay."""
    case_id = _acting()
    if case_id is None:
        return redirect(url_for("public.track"))
    page = applicants_tolerance(case_id, item_key)
    row = page.material(material_key)
    paperless = next((form for form in ("copy", "e-licence") if form in row.material.forms), row.material.forms[0])
    how = HandedIn(paperless, row.copies, words(_APPLICANT))
    try:
        refused = tolerance.add_files(ByApplicant(case_id, item_key), material_key, uploads_named("files"), how)
    except NotFound:
        raise
    except ActRefused as refusal:
        return _page(page, {material_key: [refusal.words]}, refusal.status)
    if refused:
        page = applicants_tolerance(case_id, item_key)
        return _page(page, {material_key: [one.words for one in refused]}, 422)
    flash(gettext("已补入：%(name)s", name=words(row.material.name)), "success")
    return redirect(url_for("public.tolerance_page", item_key=item_key) + f"#material-{material_key}")


@blueprint.post("/track/tolerance/<item_key>")
@public
def hand_in(item_key: str) -> ResponseReturnValue:
    """Everything promised is there."""
    case_id = _acting()
    if case_id is None:
        return redirect(url_for("public.track"))
    try:
        tolerance.hand_in(ByApplicant(case_id, item_key))
    except NotFound:
        raise
    except ActRefused as refusal:
        return _page(applicants_tolerance(case_id, item_key), {"materials": [refusal.words]}, refusal.status)
    flash(gettext("容缺材料已提交，部门将核对。"), "success")
    return redirect(url_for("public.progress"))


def _acting() -> int | None:
    """The case that this browser has open; its acts are counted. Raises TooManyTries."""
    case_id = open_case()
    if case_id is not None:
        count_try(f"tolerance-files:{case_id}", limit=ACTS_PER_HOUR)
    return case_id


def _page(page: TolerancePage, errors: Mapping[str, Sequence[Words]], status: int = 200) -> ResponseReturnValue:
    choice = offered_choice(page, typed_of(request.values, page.item.key)) if page.is_offered else None
    faults = {choice.fault[0]: [choice.fault[1]]} if choice and choice.fault else {}
    names = {one.key: one.material.name for one in page.awaited}
    shown = render_template(
        "public/tolerance.html",
        page=page,
        choice=choice,
        errors={**faults, **errors},
        labels={**labels_of([choice] if choice else []), **names},
        hows=HOW,
        rules=page.rules.profile.tolerance,
        read_paper=masked_papers(page),
        typed=request.values,
    )
    return shown, status
