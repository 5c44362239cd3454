"""The case page: everything about one case, for whoever has a part in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp import file_store
from webapp.errors import NotFound
from webapp.headers import CONTENT_SECURITY_POLICY
from webapp.identity import Identity, signed_in
from webapp.languages import language
from webapp.pages.addresses import safe_next
from webapp.pages.progress import begun_line, finding_words, received_line, task_lines
from webapp.pages.support import needs
from webapp.permissions import Permission, may, may_at_all
from webapp.queries import diagram
from webapp.queries.case_access import ensure_case, has_incident
from webapp.queries.case_reviews import ReviewLine
from webapp.queries.case_view import CasePage, case_page, release_of
from webapp.queries.correction_merging import waits_to_merge
from webapp.queries.history import REPAIRED, STOOD_STILL, history_of
from webapp.queries.meetings import meetings_of
from webapp.queries.submission import answer_sections, case_file
from webapp.queries.supervision_handovers import handovers_of_case
from webapp.services import access, incidents
from webapp.services.beside import urges_anywhere

blueprint = Blueprint("case", __name__, url_prefix="/cases")

LABELS = {"suspend_reason": Words("挂起原因", "Reason"), "resume_reason": Words("恢复原因", "Reason")}
SHOWN_IN_PLACE = frozenset({"application/pdf", "image/jpeg", "image/png"})
#: A material is opened inside our own pages and loads nothing itself.
FILE_POLICY = (
    "default-src 'none'; img-src 'self' data:; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)


@blueprint.get("/<int:case_id>")
@needs(Permission.CASE_SEE)
def show(case_id: int) -> ResponseReturnValue:
    """The case. Answers and materials only for those who may see personal data; their reading is noted."""
    return shown(case_id)


def shown(case_id: int, errors: Mapping[str, Sequence[Words]] | None = None, status: int = 200) -> Response:
    """The page of the case, with what is wrong with a form of it, by field. Raises NotFound."""
    by = signed_in()
    facts = ensure_case(by, case_id)
    personal = may(by, Permission.PERSONAL_SEE, facts)
    page = case_page(case_id, personal=personal)
    sections = (
        answer_sections(page.release, page.guided, page.answers, None, language(), masked=True) if personal else ()
    )
    rendered = render_template(
        "case/show.html",
        case=page,
        personal=personal,
        sections=sections,
        history=history_of(case_id, page.items, page.tasks, reasons=_reasons(by, personal=personal)),
        progress=[
            received_line(page.received_at, page.received_by) if page.visit else begun_line(page.received_at),
            *task_lines(page.tasks, page.reviews, page.items, named=True),
        ],
        names={item.key: item.item.name for item in page.items},
        to_merge=waits_to_merge(case_id) if personal else 0,
        findings=_findings(page),
        may_retry=may(by, Permission.INCIDENT_RETRY),
        meetings=meetings_of(case_id, page.release.bundle, page.rules) if personal else (),
        may_call=by.department_key == page.release.bundle.lead_department and may(by, Permission.MEETING_CALL),
        urges=urges_anywhere(by),
        leads=by.department_key if may(by, Permission.TASK_ASSIGN) else "",
        handovers=handovers_of_case(case_id) if personal else (),
        link=link,
        errors=errors or {},
        typed=request.form,
        labels=LABELS,
    )
    if personal:
        access.note(by, case_id, "case")
    return with_frames(rendered, status)


def _reasons(by: Identity, *, personal: bool) -> frozenset[str]:
    """The repairs whose reason this person may read: what a lead wrote may name people."""
    if may_at_all(by, Permission.CASE_REPAIR):
        return REPAIRED
    return STOOD_STILL if personal else frozenset()


def _findings(page: CasePage) -> list[tuple[Words, ReviewLine, str]]:
    """Every finding with the name of its item; those of the joint visit bear the bundle's."""
    items = {item.id: item for item in page.items}
    found = [(items.get(line.item_case_id or 0), line) for line in page.reviews]
    return [
        (item.item.name if item else page.release.bundle.name, line, finding_words(line, item)) for item, line in found
    ]


def link(endpoint: str, **values: Any) -> str | None:
    """The URL of a page of another part of the application; None where the person may not open it."""
    view = current_app.view_functions.get(endpoint)
    permission = getattr(view, "permission", None)
    if view is None or (permission is not None and not may_at_all(signed_in(), permission)):
        return None
    return url_for(endpoint, **values)


def with_frames(page: str, status: int = 200) -> Response:
    """A page that opens materials in place: files of our own may stand in its frames."""
    response = make_response(page, status)
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


@blueprint.get("/<int:case_id>/diagram.bpmn")
@needs(Permission.CASE_SEE)
def diagram_file(case_id: int) -> ResponseReturnValue:
    """The diagram of the case, of one of its items (`item`), or of an `instance` of its own."""
    ensure_case(signed_in(), case_id)
    release = release_of(case_id)
    item, instance = request.args.get("item"), request.args.get("instance", type=int)
    process = release.bundle.entry_process
    if instance is not None:
        release, process = diagram.instance_process(case_id, instance)
    elif item:
        process = diagram.item_process(release, item)
    return Response(diagram.diagram_xml(release, process, language()), mimetype="application/xml")


@blueprint.get("/<int:case_id>/position.json")
@needs(Permission.CASE_SEE)
def position(case_id: int) -> ResponseReturnValue:
    """Where the case stands in that diagram: elements done, current, and how often; flows taken."""
    ensure_case(signed_in(), case_id)
    release = release_of(case_id)
    lines = diagram.lines_of(case_id)
    instance = request.args.get("instance", type=int)
    if instance is not None:
        return jsonify(diagram.instance_position(lines, instance).as_json())
    item = next((one for one in release.bundle.items if one.key == request.args.get("item")), None)
    if item is None:
        return jsonify(diagram.case_position(release, lines).as_json())
    return jsonify(diagram.item_position(release, lines, item.call_activity).as_json())


@blueprint.get("/<int:case_id>/files/<int:file_id>")
@needs(Permission.CASE_SEE)
def file(case_id: int, file_id: int) -> ResponseReturnValue:
    """A material or signature of the case, to be shown in place. That it was opened is noted."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    stored = case_file(case_id, file_id)
    access.note(by, case_id, f"file:{file_id}")
    inline = stored.media_type in SHOWN_IN_PLACE
    response = make_response(file_store.get(stored.digest))
    response.headers["Content-Type"] = stored.media_type if inline else "application/octet-stream"
    way = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(stored.name, safe='')}"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@blueprint.post("/<int:case_id>/incidents/<int:incident_id>/retry")
@needs(Permission.INCIDENT_RETRY)
def retry(case_id: int, incident_id: int) -> ResponseReturnValue:
    """Try a failed step once more."""
    by = signed_in()
    ensure_case(by, case_id)
    if not has_incident(case_id, incident_id):
        raise NotFound()
    if incidents.retry_incident(incident_id, by=by):
        flash(gettext("已重新提交，稍后刷新查看结果。"), "success")
    else:
        flash(gettext("已标记为已处理。"), "success")
    return redirect(
        safe_next(request.form.get("next")) if request.form.get("next") else url_for("case.show", case_id=case_id)
    )
