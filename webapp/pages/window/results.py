"""The window's page of a case: its papers, and 统一出件. What is ready does not wait for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from engine.law import check_id_number, grouped_tracking_code
from webapp.errors import FileRefused, Incomplete, NotFound
from webapp.identity import signed_in
from webapp.pages.application.uploads import PNG_URL, drawn_signature, upload_named
from webapp.pages.support import needs
from webapp.pages.window.blueprint import blueprint, take
from webapp.permissions import Permission, may
from webapp.queries.case_access import ensure_case
from webapp.queries.results import held_by, results_page
from webapp.queries.tolerance import tolerances_of
from webapp.services import access, issuing
from webapp.services.document_acts import NotSealed
from webapp.services.documents import NotAllDecided, issue_acceptance
from webapp.services.files import Upload
from webapp.services.receipt import reissue_code
from webapp.services.results import ResultNotInForce
from webapp.services.visits import HELPER, LEGAL_REPRESENTATIVE, REPRESENTATIVE

COLLECTORS = {
    LEGAL_REPRESENTATIVE: Words("法定代表人（负责人）", "Legal representative"),
    REPRESENTATIVE: Words("经办人（受托人）", "Representative under a mandate"),
    HELPER: Words("帮办代办员", "Helper"),
}
MEANS = {
    "counter": Words("窗口领取", "At the counter"),
    "post": Words("邮寄", "By post"),
    "electronic": Words("电子送达", "Electronic"),
}
Errors = Mapping[str, Sequence[Words]]


@blueprint.get("/cases/<int:case_id>")
@needs(Permission.WINDOW_SEE)
def result(case_id: int) -> ResponseReturnValue:
    """Every item of the case with its result, or where it still is."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    access.note(by, case_id, "result")
    return _page(case_id, {})


@blueprint.post("/cases/<int:case_id>/acceptance")
@needs(Permission.CASE_RECEIVE)
def accept_notice(case_id: int) -> ResponseReturnValue:
    """Issue the one notice of acceptance, and lead to its print view."""
    by = signed_in()
    ensure_case(by, case_id)
    try:
        document_id = issue_acceptance(case_id, by=by)
    except NotAllDecided as refusal:
        return _page(case_id, {"acceptance": [refusal.words]}, refusal.status)
    return redirect(url_for("paper.document", document_id=document_id))


@blueprint.post("/cases/<int:case_id>/code")
@needs(Permission.CASE_RECEIVE)
def reissue(case_id: int) -> ResponseReturnValue:
    """A new tracking code for an applicant who lost theirs; shown in the answer and kept nowhere."""
    by = signed_in()
    ensure_case(by, case_id)
    return _page(case_id, {}, new_code=grouped_tracking_code(reissue_code(case_id, by=by)))


@blueprint.post("/tasks/<int:task_id>/prepare")
@needs(Permission.RESULT_ISSUE)
def prepare(task_id: int) -> ResponseReturnValue:
    """出件: the result is printed and waits to be handed over."""
    by, case_id = signed_in(), _case_of(task_id)
    try:
        issuing.prepare_result(
            task_id,
            by=by,
            means=request.form.get("means", ""),
            preprinted_number=request.form.get("preprinted_number", ""),
            revision=take(task_id, _revision(), by=by),
            key=request.form.get("key", ""),
        )
    except Incomplete as fault:
        return _page(case_id, {f"{fault.field}-{task_id}": [fault.words]}, fault.status)
    except ResultNotInForce as refusal:
        return _page(case_id, {f"kept_back-{task_id}": [refusal.words]}, refusal.status)
    flash(gettext("已出件，可以交付。"), "success")
    return redirect(url_for("window.result", case_id=case_id))


@blueprint.post("/cases/<int:case_id>/hand-over")
@needs(Permission.RESULT_ISSUE)
def hand_over(case_id: int) -> ResponseReturnValue:
    """Hand over the chosen results in one act, against one signed proof of delivery."""
    by = signed_in()
    ensure_case(by, case_id)
    chosen = _chosen(case_id)
    collector = issuing.Collector(
        request.form.get("collector_kind", ""),
        request.form.get("collector_name", ""),
        request.form.get("collector_id_number", ""),
    )
    try:
        signature = _signature()
        if faults := _faults(chosen, collector, signature):
            return _page(case_id, faults, 422)
        for task_id in chosen:
            take(task_id, 0, by=by)
        issuing.hand_over(chosen, by=by, collector=collector, signature=signature, key=request.form.get("key", ""))
    except Incomplete as fault:
        return _page(case_id, {fault.field: [fault.words]}, fault.status)
    except issuing.NotTheCollector as refusal:
        return _page(case_id, {"collector_id_number": [refusal.words]}, refusal.status)
    except (NotSealed, ResultNotInForce) as refusal:
        return _page(case_id, {"tasks": [refusal.words]}, refusal.status)
    except FileRefused as refusal:
        return _page(case_id, {"proof": [refusal.words]}, refusal.status)
    flash(gettext("已交付 %(count)s 项办理结果。", count=len(chosen)), "success")
    return redirect(url_for("window.result", case_id=case_id))


@blueprint.post("/tasks/<int:task_id>/send")
@needs(Permission.RESULT_ISSUE)
def send(task_id: int) -> ResponseReturnValue:
    """Post with a tracking number, or confirm the electronic delivery."""
    by, case_id = signed_in(), _case_of(task_id)
    try:
        issuing.send(
            task_id,
            by=by,
            tracking_number=request.form.get("tracking_number", ""),
            revision=take(task_id, _revision(), by=by),
            key=request.form.get("key", ""),
        )
    except Incomplete as fault:
        return _page(case_id, {f"{fault.field}-{task_id}": [fault.words]}, fault.status)
    except (NotSealed, ResultNotInForce) as refusal:
        return _page(case_id, {f"kept_back-{task_id}": [refusal.words]}, refusal.status)
    flash(gettext("已登记送达。"), "success")
    return redirect(url_for("window.result", case_id=case_id))


@blueprint.post("/tasks/<int:task_id>/keep-back")
@needs(Permission.RESULT_ISSUE)
def keep_back(task_id: int) -> ResponseReturnValue:
    """End the step of a result that was revoked or cancelled before anybody collected it."""
    by, case_id = signed_in(), _case_of(task_id)
    try:
        revision = take(task_id, _revision(), by=by)
        issuing.keep_back(task_id, by=by, revision=revision, key=request.form.get("key", ""))
    except Incomplete as fault:
        return _page(case_id, {f"{fault.field}-{task_id}": [fault.words]}, fault.status)
    flash(gettext("已记录：该结果不再交付。"), "success")
    return redirect(url_for("window.result", case_id=case_id))


def _case_of(task_id: int) -> int:
    """The case of a task, when the person may see it. Raises NotFound."""
    found = held_by(task_id)
    if found is None:
        raise NotFound()
    ensure_case(signed_in(), found[2])
    return found[2]


def _revision() -> int:
    return request.form.get("revision", type=int) or 0


def _chosen(case_id: int) -> list[int]:
    """The ticked results that lie at the counter, and those that are gone already: the command says by whom."""
    at_counter = {line.task.id for line in results_page(case_id).at_counter if line.task}
    found = {task_id: held_by(task_id) for task_id in request.form.getlist("tasks", type=int)}
    return [
        task_id
        for task_id, task in found.items()
        if task is not None and task[2] == case_id and (task_id in at_counter or task[0] != "open")
    ]


def _faults(chosen: Sequence[int], collector: issuing.Collector, signature: Upload | None) -> Errors:
    """Everything that is missing for handing over, so that it is said at once."""
    faults: dict[str, list[Words]] = {}
    if not chosen:
        faults["tasks"] = [Words("请选择要交付的结果。", "Choose the results to hand over.")]
    if collector.kind not in COLLECTORS:
        faults["collector_kind"] = [Words("请选择领取人身份。", "Choose who collects.")]
    if not collector.name.strip():
        faults["collector_name"] = [Words("请填写领取人姓名。", "Enter the collector's name.")]
    if fault := check_id_number(collector.id_number):
        faults["collector_id_number"] = [fault]
    if signature is None:
        faults["signature"] = [
            Words("请领取人签名，或上传签好的送达回证。", "The collector must sign, or upload the signed proof.")
        ]
    return faults


def _signature() -> Upload | None:
    """The scan of the proof signed on paper, or the drawn signature. Raises Incomplete when it is damaged."""
    return upload_named("proof") or drawn_signature("signature")


def _page(case_id: int, errors: Errors, status: int = 200, *, new_code: str = "") -> ResponseReturnValue:
    by = signed_in()
    page = render_template(
        "window/result.html",
        page=results_page(case_id),
        tolerances=tolerances_of(case_id),
        errors=errors,
        new_code=new_code,
        typed=request.form,
        typed_tasks=request.form.getlist("tasks", type=int) if errors else None,
        collectors=COLLECTORS,
        means=MEANS,
        may_issue=may(by, Permission.RESULT_ISSUE),
        may_accept=may(by, Permission.CASE_RECEIVE),
        me=by.user_id,
        png=PNG_URL,
    )
    return page, status
