"""Taking a case to another release of its bundle."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.repair.blueprint import Errors, blueprint, opened
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries.case_access import ensure_case
from webapp.queries.other_releases import preview, release_choices
from webapp.services.migration import MigrationImpossible, move_to_release

LABELS = {"reason": Words("迁移原因", "Reason")}
PREFIX = "map-"


@blueprint.get("/repair/release")
@needs(Permission.CASE_REPAIR)
def release(case_id: int) -> ResponseReturnValue:
    """Choose a `release`, see element by element whether the case fits it (`map-<process>:<element>`: the new id)."""
    return _page(case_id, request.args.get("release", type=int), mapping_of(request.args), {})


@blueprint.post("/repair/release")
@needs(Permission.CASE_REPAIR)
def migrate(case_id: int) -> ResponseReturnValue:
    """Go on with the chosen release."""
    by, form = signed_in(), request.form
    ensure_case(by, case_id)
    release_id, mapping = form.get("release", type=int) or 0, mapping_of(form)
    try:
        move_to_release(
            case_id, release_id, by=by, reason=form.get("reason", ""), key=form.get("key", ""), mapping=mapping
        )
    except MigrationImpossible as refused:
        return _page(case_id, release_id, mapping, {}, refused.status)
    except Incomplete as refusal:
        return _page(case_id, release_id, mapping, {refusal.field: [refusal.words]}, refusal.status)
    flash(gettext("办件已迁移到所选发布版。"), "success")
    return redirect(url_for("case.show", case_id=case_id))


def mapping_of(given: Mapping[str, str]) -> dict[str, str]:
    """Old "process:element" -> new element, of those that were chosen."""
    return {name.removeprefix(PREFIX): value for name, value in given.items() if name.startswith(PREFIX) and value}


def _page(
    case_id: int, release_id: int | None, mapping: Mapping[str, str], errors: Errors, status: int = 200
) -> ResponseReturnValue:
    by = signed_in()
    ensure_case(by, case_id)
    rendered = render_template(
        "repair/release.html",
        **opened(by, case_id, "repair"),
        choices=release_choices(case_id),
        release_id=release_id,
        preview=preview(case_id, release_id, mapping) if release_id else None,
        mapping=mapping,
        typed=request.form,
        errors=errors,
        labels=LABELS,
    )
    return rendered, status
