"""For everyone, without signing in: following a case by number and code, and checking a licence."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from webapp import clock
from webapp.errors import ActRefused, TooManyTries
from webapp.languages import language
from webapp.pages.progress import ProgressLine
from webapp.pages.support import public, when, words
from webapp.queries import diagram
from webapp.queries.comments import told_to_applicant
from webapp.queries.licences import public_licence
from webapp.queries.proceedings import proceedings_of
from webapp.queries.tolerance import tolerances_of
from webapp.queries.tracking import VISIT, TrackedCase, tracked_case
from webapp.services.rates import count_try
from webapp.services.tracking import TrackingRefused, find_case

blueprint = Blueprint("public", __name__)

SESSION_KEY = "tracked"
#: How long number and code keep a case open in one browser.
OPEN_FOR = timedelta(minutes=30)
LICENCE_CHECKS_PER_HOUR = 120


@blueprint.get("/track")
@public
def track() -> ResponseReturnValue:
    """The form; a QR code brings the number."""
    return _form(request.args.get("number", ""))


@blueprint.post("/track")
@public
def find() -> ResponseReturnValue:
    """Check number and code; what was typed stays, except for the code."""
    number = request.form.get("number", "")
    try:
        case_id = find_case(number, request.form.get("code", ""), address=request.remote_addr or "")
    except (TrackingRefused, TooManyTries) as refusal:
        return _form(number, refusal)
    session[SESSION_KEY] = [case_id, int((clock.now() + OPEN_FOR).timestamp())]
    return redirect(url_for("public.progress"))


@blueprint.get("/track/progress")
@public
def progress() -> ResponseReturnValue:
    """Where the case is, in words and as a diagram."""
    case_id = open_case()
    if case_id is None:
        return redirect(url_for("public.track"))
    case = tracked_case(case_id)
    position = diagram.case_position(case.release, diagram.lines_of(case_id))
    return render_template(
        "public/progress.html",
        case=case,
        lines=_lines(case),
        position=position.as_json(),
        tolerances=tolerances_of(case_id),
        proceedings=proceedings_of(case_id),
        comments=told_to_applicant(case_id, case.release),
    )


@blueprint.get("/track/diagram.bpmn")
@public
def diagram_file() -> ResponseReturnValue:
    """The bundle's diagram: the published one, without anything of the case."""
    case_id = open_case()
    if case_id is None:
        return Response(status=404)
    release = tracked_case(case_id).release
    content = diagram.diagram_xml(release, release.bundle.entry_process, language())
    return Response(content, mimetype="application/xml")


@blueprint.get("/track/position.json")
@public
def position() -> ResponseReturnValue:
    """Ids of the elements that are done and current, and of the flows that were taken; nothing else."""
    case_id = open_case()
    if case_id is None:
        return jsonify(message="not found"), 404
    release = tracked_case(case_id).release
    return jsonify(diagram.case_position(release, diagram.lines_of(case_id)).as_json())


@blueprint.post("/track/close")
@public
def close() -> ResponseReturnValue:
    """Forget the case in this browser: for screens that several people use."""
    session.pop(SESSION_KEY, None)
    return redirect(url_for("public.track"))


@blueprint.get("/licences/<public_code>")
@public
def licence(public_code: str) -> ResponseReturnValue:
    """Whether the licence is ours, and whether it holds."""
    count_try(f"licence:{request.remote_addr or ''}", limit=LICENCE_CHECKS_PER_HOUR)
    found = public_licence(public_code)
    page = render_template("public/licence.html", licence=found, code=public_code[:40])
    return page, 200 if found else 404


def open_case() -> int | None:
    """The case that this browser opened with number and code, while it is open."""
    kept = session.get(SESSION_KEY)
    if not kept or kept[1] < clock.now().timestamp():
        session.pop(SESSION_KEY, None)
        return None
    return int(kept[0])


def _form(number: str, refusal: ActRefused | None = None) -> ResponseReturnValue:
    page = render_template("public/track.html", number=number[:60], refusal=refusal)
    return page, refusal.status if refusal else 200


def _lines(case: TrackedCase) -> list[ProgressLine]:
    """One line per item, and the joint visit while it is open."""
    lines = [
        ProgressLine(
            item.progress,
            words(item.name),
            f"{words(item.department)} · {words(item.state)}",
            when(item.since),
        )
        for item in case.items
    ]
    if case.visit_since:
        lines.append(ProgressLine("current", words(VISIT), "", when(case.visit_since)))
    return lines
