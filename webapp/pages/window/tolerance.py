"""容缺受理 at the window: what a department offers is promised or declined, and what was promised is taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp import papers
from webapp.errors import ActRefused, NotFound
from webapp.identity import signed_in
from webapp.pages.application.uploads import uploads_named
from webapp.pages.support import needs, words
from webapp.pages.tolerance_form import LABELS, beside_its_field, digest, labels_of, promise_of, signature, typed_of
from webapp.pages.window.blueprint import blueprint, take
from webapp.permissions import Permission
from webapp.queries.case_access import ensure_case
from webapp.queries.tolerance import TolerancePage, tolerance_at_window, tolerance_in_case
from webapp.queries.tolerance_choices import offered_choice
from webapp.services import access, tolerance
from webapp.services.corrections import HandedIn
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.tolerance import AtWindow
from webapp.services.tolerance_letters import Signed
from webapp.services.tolerance_offers import decline, promise_at_window
from webapp.services.tolerance_terms import HOW


@blueprint.get("/cases/<int:case_id>/tolerance/<item_key>")
@needs(Permission.CASE_RECEIVE)
def tolerance_offer(case_id: int, item_key: str) -> ResponseReturnValue:
    """What the department offers to have follow; with a day given, the letter as it would be signed."""
    access.note(signed_in(), case_id, f"tolerance:{item_key}")
    return _offer(_offered(case_id, item_key), {})


@blueprint.post("/cases/<int:case_id>/tolerance/<item_key>")
@needs(Permission.CASE_RECEIVE)
def promise(case_id: int, item_key: str) -> ResponseReturnValue:
    """The applicant at the counter signs the letter that was read."""
    page = _offered(case_id, item_key)
    choice = offered_choice(page, typed_of(request.form, item_key))
    try:
        drawn, channel = signature()
        sent = request.form
        signed = Signed(digest(item_key), sent.get("name", ""), channel, drawn, sent.get("id_number", ""))
        promise_at_window(case_id, promise_of(choice), by=signed_in(), signed=signed, key=sent.get("key", ""))
    except AlreadyCarriedOut:
        return redirect(url_for("window.result", case_id=case_id))
    except NotFound:
        raise
    except ActRefused as refusal:
        return _offer(page, beside_its_field(refusal), refusal.status)
    flash(gettext("已签署容缺受理承诺书，部门可以受理。"), "success")
    return redirect(url_for("window.result", case_id=case_id))


@blueprint.post("/cases/<int:case_id>/tolerance/<item_key>/decline")
@needs(Permission.CASE_RECEIVE)
def decline_offer(case_id: int, item_key: str) -> ResponseReturnValue:
    """The applicant does not want it: the department asks for correction."""
    page, sent = _offered(case_id, item_key), request.form
    try:
        decline(case_id, item_key, name=sent.get("name", ""), id_number=sent.get("id_number", ""), by=signed_in())
    except NotFound:
        raise
    except ActRefused as refusal:
        return _offer(page, beside_its_field(refusal), refusal.status)
    flash(gettext("已记录：申请人不选择容缺受理。"), "success")
    return redirect(url_for("window.result", case_id=case_id))


@blueprint.get("/tolerances/<int:task_id>")
@needs(Permission.CASE_RECEIVE)
def hand_in(task_id: int) -> ResponseReturnValue:
    """What was promised, until when, and what is there."""
    page = tolerance_at_window(signed_in(), task_id)
    access.note(signed_in(), page.case_id, f"tolerance:{page.item.key}")
    return _awaited(page, task_id, {})


@blueprint.post("/tolerances/<int:task_id>/materials/<material_key>")
@needs(Permission.CASE_RECEIVE)
def add_promised(task_id: int, material_key: str) -> ResponseReturnValue:
    """Add files to a promised material; a refused file is named, the others stay."""
    page = tolerance_at_window(signed_in(), task_id)
    row = page.material(material_key)
    try:
        take(task_id, page.revision, by=signed_in())
        how = HandedIn(
            request.form.get("form") or row.form, row.copies, request.form.get("provided_by", "").strip() or page.signer
        )
        refused = tolerance.add_files(AtWindow(task_id, signed_in()), material_key, uploads_named("files"), how)
    except NotFound:
        raise
    except ActRefused as refusal:
        return _awaited(page, task_id, {material_key: [refusal.words]}, refusal.status)
    if refused:
        page = tolerance_at_window(signed_in(), task_id)
        return _awaited(page, task_id, {material_key: [one.words for one in refused]}, 422)
    flash(gettext("已补入：%(name)s", name=words(row.material.name)), "success")
    return redirect(url_for("window.hand_in", task_id=task_id) + f"#material-{material_key}")


@blueprint.post("/tolerances/<int:task_id>")
@needs(Permission.CASE_RECEIVE)
def hand_all_in(task_id: int) -> ResponseReturnValue:
    """Everything promised is there: to the reviewer."""
    by = signed_in()
    page = tolerance_at_window(by, task_id)
    try:
        revision = take(task_id, request.form.get("revision", -1, type=int), by=by)
        tolerance.hand_in(AtWindow(task_id, by), revision=revision, key=request.form.get("key", ""))
    except AlreadyCarriedOut:
        return redirect(url_for("window.result", case_id=page.case_id))
    except NotFound:
        raise
    except ActRefused as refusal:
        return _awaited(page, task_id, {"materials": [refusal.words]}, refusal.status)
    flash(gettext("容缺材料已补齐，转部门核对。"), "success")
    return redirect(url_for("window.result", case_id=page.case_id))


def _offered(case_id: int, item_key: str) -> TolerancePage:
    ensure_case(signed_in(), case_id, Permission.PERSONAL_SEE)
    return tolerance_in_case(case_id, item_key)


def _offer(page: TolerancePage, errors: Mapping[str, Sequence[Words]], status: int = 200) -> ResponseReturnValue:
    choice = offered_choice(page, typed_of(request.values, page.item.key)) if page.is_offered else None
    faults = {choice.fault[0]: [choice.fault[1]]} if choice and choice.fault else {}
    shown = render_template(
        "window/tolerance.html",
        page=page,
        choice=choice,
        errors={**faults, **errors},
        labels=labels_of([choice] if choice else []),
        hows=HOW,
        rules=page.rules.profile.tolerance,
        read_paper=papers.read,
        typed=request.values,
    )
    return shown, status


def _awaited(
    page: TolerancePage, task_id: int, refused: Mapping[str, Sequence[Words]], status: int = 200
) -> ResponseReturnValue:
    shown = render_template(
        "window/hand_in.html",
        page=page,
        task_id=task_id,
        refused=refused,
        names={**LABELS, **{one.key: one.material.name for one in page.awaited}},
        me=signed_in().user_id,
    )
    return shown, status
