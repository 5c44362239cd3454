"""What an applicant was told, when and by whom; sealing and delivering documents; paper on its way between units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity, signed_in
from webapp.pages.support import needs
from webapp.permissions import CaseFacts, Permission, may
from webapp.queries import told as queries
from webapp.queries.case_access import ensure_case
from webapp.queries.case_view import case_head, release_of
from webapp.services import access, document_acts, handovers
from webapp.services.document_acts import WAYS
from webapp.services.kept_documents import kept_document

blueprint = Blueprint("told", __name__, url_prefix="/cases")

LABELS = {
    "means": Words("送达方式", "How"),
    "recipient": Words("受送达人", "Recipient"),
    "reference": Words("运单号、电子地址或者地点", "Postal number, address or place"),
    "materials": Words("材料", "Materials"),
    "to_unit": Words("接收单位", "Receiving unit"),
}


@blueprint.get("/<int:case_id>/told")
@needs(Permission.CASE_SEE)
def show(case_id: int) -> ResponseReturnValue:
    """Every paper that went to the applicant, in order; it can be printed."""
    by = signed_in()
    facts = ensure_case(by, case_id, Permission.PERSONAL_SEE)
    access.note(by, case_id, "told")
    return _told(case_id, by, facts)


def _told(
    case_id: int,
    by: Identity,
    facts: CaseFacts,
    errors: Mapping[str, Sequence[Words]] | None = None,
    document_id: int | None = None,
) -> ResponseReturnValue:
    release = release_of(case_id)
    items = queries.item_names(case_id, release)
    page = render_template(
        "told/show.html",
        case=case_head(case_id),
        lines=queries.told(case_id, release, items),
        notices=queries.one_time_notices(case_id, items),
        ways=WAYS,
        may_handle=may(by, Permission.DOCUMENT_HANDLE, facts),
        errors=errors or {},
        errors_of=document_id,
        labels=LABELS,
        typed=request.form,
    )
    return make_response(page, 422 if errors else 200)


@blueprint.post("/<int:case_id>/documents/<int:document_id>/sealed")
@needs(Permission.DOCUMENT_HANDLE)
def sealed(case_id: int, document_id: int) -> ResponseReturnValue:
    """已用印: the printed document bears its seal."""
    by = signed_in()
    _ensure_document(by, case_id, document_id)
    document_acts.confirm_sealed(document_id, by=by, key=request.form.get("key", ""))
    flash(gettext("已登记用印。"), "success")
    return redirect(url_for("told.show", case_id=case_id))


@blueprint.post("/<int:case_id>/documents/<int:document_id>/seal-again")
@needs(Permission.DOCUMENT_HANDLE)
def seal_again(case_id: int, document_id: int) -> ResponseReturnValue:
    """Ask the provider of the e-seal once more."""
    by = signed_in()
    _ensure_document(by, case_id, document_id)
    document_acts.seal_again(document_id, by=by, key=request.form.get("key", ""))
    flash(gettext("已重新提交用印，稍后刷新查看结果。"), "success")
    return redirect(url_for("told.show", case_id=case_id))


@blueprint.post("/<int:case_id>/documents/<int:document_id>/delivered")
@needs(Permission.DOCUMENT_HANDLE)
def delivered(case_id: int, document_id: int) -> ResponseReturnValue:
    """The document reached someone."""
    by = signed_in()
    facts = _ensure_document(by, case_id, document_id)
    try:
        document_acts.record_delivery(
            document_id,
            by=by,
            means=request.form.get("means", ""),
            recipient=request.form.get("recipient", ""),
            reference=request.form.get("reference", ""),
            key=request.form.get("key", ""),
        )
    except Incomplete as fault:
        return _told(case_id, by, facts, {fault.field: [fault.words]}, document_id)
    flash(gettext("已登记送达。"), "success")
    return redirect(url_for("told.show", case_id=case_id))


@blueprint.get("/<int:case_id>/handovers")
@needs(Permission.CASE_SEE)
def papers(case_id: int) -> ResponseReturnValue:
    """Where the papers of the case lie, and the slips under which they moved."""
    by = signed_in()
    facts = ensure_case(by, case_id, Permission.PERSONAL_SEE)
    access.note(by, case_id, "handovers")
    return _papers(case_id, by, facts)


def _papers(
    case_id: int, by: Identity, facts: CaseFacts, errors: Mapping[str, Sequence[Words]] | None = None
) -> ResponseReturnValue:
    release = release_of(case_id)
    page = render_template(
        "told/papers.html",
        case=case_head(case_id),
        papers=queries.papers_of(case_id, release),
        slips=queries.handovers(case_id, release),
        receivers=[one for one in queries.receivers(sorted(facts.departments)) if one[0] != by.department_key],
        own_unit=by.department_key,
        may_handle=may(by, Permission.DOCUMENT_HANDLE, facts),
        errors=errors or {},
        labels=LABELS,
        typed=request.form,
    )
    return make_response(page, 422 if errors else 200)


@blueprint.post("/<int:case_id>/handovers")
@needs(Permission.DOCUMENT_HANDLE)
def hand_on(case_id: int) -> ResponseReturnValue:
    """Hand papers to another unit; the slip is printed and signed by both."""
    by = signed_in()
    facts = ensure_case(by, case_id, Permission.DOCUMENT_HANDLE)
    try:
        slip = handovers.hand_on(
            case_id,
            request.form.getlist("materials", type=int),
            to_unit=request.form.get("to_unit", ""),
            note=request.form.get("note", ""),
            by=by,
            key=request.form.get("key", ""),
        )
    except Incomplete as fault:
        return _papers(case_id, by, facts, {fault.field: [fault.words]})
    return redirect(url_for("paper.document", document_id=slip))


@blueprint.post("/<int:case_id>/handovers/<int:handover_id>/taken")
@needs(Permission.DOCUMENT_HANDLE)
def take_over(case_id: int, handover_id: int) -> ResponseReturnValue:
    """The receiving unit confirms that it has the papers."""
    by = signed_in()
    ensure_case(by, case_id, Permission.DOCUMENT_HANDLE)
    handovers.take_over(case_id, handover_id, by=by, key=request.form.get("key", ""))
    flash(gettext("已接收。"), "success")
    return redirect(url_for("told.papers", case_id=case_id))


def _ensure_document(by: Identity, case_id: int, document_id: int) -> CaseFacts:
    """Raises NotFound for a document of another case, or one that is not theirs."""
    facts = ensure_case(by, case_id, Permission.DOCUMENT_HANDLE)
    if kept_document(document_id).case_id != case_id:
        raise NotFound()
    return facts
