"""合并补正: what departments ask for is read side by side and sent as one message, or given back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import ActRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity, signed_in
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries.case_access import ensure_case
from webapp.queries.correction_merging import merge_page
from webapp.services import access
from webapp.services.correction_points import give_back, may_merge, take_back
from webapp.services.correction_sending import send_together
from webapp.services.page_keys import AlreadyCarriedOut

blueprint = Blueprint("merging", __name__, url_prefix="/cases")


@blueprint.get("/<int:case_id>/corrections")
@needs(Permission.CASE_SEE)
def show(case_id: int) -> ResponseReturnValue:
    """What waits, department by department, and what has to be compared."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    access.note(by, case_id, "corrections")
    return _page(case_id, by)


@blueprint.post("/<int:case_id>/corrections")
@needs(Permission.CORRECTION_MERGE)
def send(case_id: int) -> ResponseReturnValue:
    """One message for all of it."""
    by, form = signed_in(), request.form
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    seen = [int(one) for one in form.getlist("point") if one.isascii() and one.isdecimal() and len(one) <= 18]
    try:
        items = send_together(case_id, by=by, seen=seen, compared=form.getlist("compared"), key=form.get("key", ""))
    except Incomplete as incomplete:
        errors = {field: [words(said)] for field, said in incomplete.faults.items()}
        return _page(case_id, by, errors=errors, status=incomplete.status)
    except (AlreadyCarriedOut, NotFound, NotYours):
        raise
    except ActRefused as refusal:
        return _page(case_id, by, refusal=refusal, status=refusal.status)
    flash(gettext("已合并告知申请人：%(items)s", items=gettext("、").join(map(words, items))), "success")
    return redirect(url_for("merging.show", case_id=case_id))


@blueprint.post("/<int:case_id>/corrections/<int:point_id>/back")
@needs(Permission.CORRECTION_MERGE)
def back(case_id: int, point_id: int) -> ResponseReturnValue:
    """Give one back to its department."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    try:
        give_back(case_id, point_id, request.form.get("reason", ""), by=by)
    except Incomplete as incomplete:
        return _page(case_id, by, errors={f"reason.{point_id}": [words(incomplete.words)]}, status=incomplete.status)
    flash(gettext("已退回该部门。"), "success")
    return redirect(url_for("merging.show", case_id=case_id))


@blueprint.post("/<int:case_id>/corrections/<int:point_id>/take-back")
@needs(Permission.CASE_SEE)
def withdraw(case_id: int, point_id: int) -> ResponseReturnValue:
    """Who wrote the points takes them back."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    take_back(case_id, point_id, by=by)
    flash(gettext("补正意见已撤回，可以重新办理。"), "success")
    return redirect(url_for("merging.show", case_id=case_id))


def _page(
    case_id: int,
    by: Identity,
    *,
    errors: dict[str, list[str]] | None = None,
    refusal: ActRefused | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = merge_page(case_id)
    rendered = render_template(
        "corrections/merge.html",
        page=page,
        me=by,
        leads=may_merge(by, page.release.bundle.lead_department),
        errors=errors or {},
        refusal=refusal,
        typed=request.form if errors else {},
        compared=request.form.getlist("compared"),
        names={item.key: item.name for item in page.release.bundle.items},
    )
    return rendered, status
