"""Opening a task, claiming it, giving it back, and carrying out its act."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from engine import Words
from engine.bundles import at_level, done_as, goes_back, orders_above
from engine.law import ruling_words
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity, signed_in
from webapp.languages import language
from webapp.pages.cases import link, with_frames
from webapp.pages.progress import item_lines, task_lines
from webapp.pages.refusals import refusal_of
from webapp.pages.support import needs, words
from webapp.pages.workspace.acts import ACTS, PANELS, ActIncomplete, Errors, labels_of
from webapp.pages.workspace.around import present_lines, tag_of
from webapp.pages.workspace.intake_parts import fault_lines, fix_fields
from webapp.pages.workspace.kept import kept_of
from webapp.pages.workspace.life_cycle_menu import menu_of, obstacle_of, typed_of
from webapp.pages.workspace.patience import patiently
from webapp.pages.workspace.points import all_points, groups_of, marks_before, marks_posted, names_of_points
from webapp.pages.workspace.posted import Posted
from webapp.pages.workspace.taken_along import TAKE_ALONG, may_be_taken_along, taken_by
from webapp.pages.workspace.typed import revision_of
from webapp.permissions import Permission, may
from webapp.queries.desk_parts import Desk, desk_of
from webapp.queries.extensions import days_if_granted
from webapp.queries.procedures import hearing_days, hosts_for
from webapp.queries.remedies import remedy_of
from webapp.queries.revocations import revocation_of
from webapp.queries.site_visits import photos_of_visit, site_visit_of
from webapp.queries.submission import answer_sections
from webapp.queries.supervision_handovers import handover_of_item
from webapp.queries.tolerance import tolerance_of
from webapp.queries.tolerance_choices import may_follow
from webapp.queries.verifications import VerificationView, obstacle_to, verification_of
from webapp.queries.workspace import WINDOW_STEPS, Workspace, workspace
from webapp.services import presence, returns, tasks
from webapp.services.committed import committed_terms
from webapp.services.compared_facts import RESULTS as COMPARED
from webapp.services.draws import REASONS
from webapp.services.hearing_applications import EVIDENCE
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.presence import Around
from webapp.services.procedures import NAMES, OUTCOMES, REVIEW_ABOVE, hosting_posts
from webapp.services.revocation_hearings import heard_in
from webapp.services.supervision_handovers import REPORT, RESULTS, TAKE_OVER
from webapp.services.took_part import VERIFYING
from webapp.unit_of_work import let_go

#: Steps at which the item's special procedures matter.
PROCEDURE_STEPS = frozenset(
    {"review", "hand-up", "upper-review", "decide", "hearing-application", "hearing-notice", *OUTCOMES}
)
#: Steps at which the item's own part of the joint visit is read.
REVIEWING_STEPS = frozenset({"review", "upper-review", "hand-up", "decide"})
REVOCATION_STEPS = frozenset({"revocation-notice", "statement", "revoke"})
VERIFICATION_STEPS = REVOCATION_STEPS | {"verify", "recheck"}
HANDOVER_STEPS = frozenset({TAKE_OVER, REPORT})


class WentOn(ActRefused):
    """The page is older than the task: what happened to it, in words."""

    def __init__(self, happened: Words) -> None:
        super().__init__(
            Words(
                f"{happened.zh}您填写的内容没有提交，仍在页面上。",
                f"{happened.en} What you entered was not submitted; it is still on the page.",
            )
        )


blueprint = Blueprint("task", __name__, url_prefix="/tasks")


@blueprint.get("/<int:task_id>")
@needs(Permission.TASK_SEE)
def show(task_id: int) -> ResponseReturnValue:
    """The workspace of a task. That it was opened goes to the access log."""
    by = signed_in()
    task = workspace(task_id, by)
    desk = desk_of(task, by)
    page = page_of(task, by, MultiDict(desk.draft.fields if desk.draft else ()), desk=desk)
    presence.opened(task_id, task.case_id, [f"task:{task_id}", *desk.reads], by=by)
    answer = with_frames(page)
    if may_be_taken_along(task, by):
        answer.headers[TAKE_ALONG] = taken_by(by)
    return answer


@blueprint.post("/<int:task_id>/claim")
@needs(Permission.TASK_CLAIM)
def claim(task_id: int) -> ResponseReturnValue:
    """Take the task, then open it. Who was too late reads who has it, since when."""
    by = signed_in()
    if refusal := refusal_of(lambda: patiently(lambda: tasks.claim(task_id, by=by))):
        return refused_page(task_id, by, refusal)
    return redirect(url_for("task.show", task_id=task_id))


@blueprint.post("/<int:task_id>/release")
@needs(Permission.TASK_DO)
def release(task_id: int) -> ResponseReturnValue:
    """Give the task back to its group."""
    by = signed_in()
    if refusal := refusal_of(lambda: patiently(lambda: tasks.release(task_id, by=by))):
        return refused_page(task_id, by, refusal)
    flash(gettext("任务已退回待领。"), "success")
    return redirect(url_for("inbox.inbox"))


@blueprint.post("/<int:task_id>/act")
@needs(Permission.TASK_SEE)
def act(task_id: int) -> ResponseReturnValue:
    """Carry out the step's act. Whatever is refused, everything typed stays on the page."""
    by = signed_in()

    def carry_out() -> tuple[str, Words]:
        task = Posted.of(task_id, by)
        step = done_as(task.step)
        if step not in ACTS:
            raise NotFound()
        return task.subject, ACTS[step](task, request.form, by)

    try:
        subject, done = patiently(carry_out)
    except ActIncomplete as incomplete:
        return _unfinished_page(task_id, by, incomplete.errors, 422)
    except Incomplete as incomplete:
        return _unfinished_page(task_id, by, dict(incomplete.faults), incomplete.status)
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        return refused_page(task_id, by, refusal)
    flash(words(Words(f"{subject}：{done.zh}", f"{subject}: {done.en}")), "success")
    goes_on = request.form.get("then") == "next"
    return redirect(url_for("inbox.following", task=task_id) if goes_on else url_for("inbox.inbox"))


def _unfinished_page(task_id: int, by: Identity, errors: Errors, status: int) -> ResponseReturnValue:
    """The task with what is still to be filled in, and what was typed; of a task that went on meanwhile, what happened
    to it: nobody fills in what nobody takes.
    """
    let_go()
    happened = presence.around(task_id, by=by).changed_since(revision_of(request.form))
    if happened:
        return refused_page(task_id, by, WentOn(happened))
    return with_frames(page_of(workspace(task_id, by), by, request.form, errors=errors), status)


def refused_page(task_id: int, by: Identity, refusal: ActRefused) -> ResponseReturnValue:
    """The task as it is now, with why the act was refused and what was typed."""
    let_go()
    return with_frames(page_of(workspace(task_id, by), by, request.form, refusal=refusal), refusal.status)


def page_of(
    task: Workspace,
    by: Identity,
    typed: MultiDict[str, str],
    *,
    errors: Errors | None = None,
    refusal: ActRefused | None = None,
    desk: Desk | None = None,
) -> str:
    """The page, with what was typed of its act. `desk`: what stands beside it, where that was read already."""
    task.read_for_page()
    desk = desk or desk_of(task, by)
    verified = _verification(task)
    around = menu_of(task.id, by)
    typed = typed_of(around["life"], typed, by)
    verifies = verified if task.is_open and task.step in VERIFYING else None
    obstacle = task.obstacle(by) or (obstacle_to(verifies, by, task.case_id) if verifies else None)
    obstacle = obstacle_of(around["life"], around["prepares"], obstacle)
    sections = answer_sections(
        task.release, task.guided, task.answers, task.item.key if task.item else None, language()
    )
    return render_template(
        "task/show.html",
        task=task,
        suspension=task.suspension,
        panel=_panel(task),
        obstacle=obstacle,
        may_claim=task.may_claim(by) and may(by, Permission.TASK_CLAIM, task.facts),
        is_mine=task.holder_id == by.user_id and task.is_open,
        typed=typed,
        marks=marks_posted(typed) or marks_before(task),
        kept=kept_of(task, typed) if obstacle and (refusal or not task.is_open) else [],
        desk=desk,
        draft=desk.draft if task.is_open else None,
        **_presence(task, desk),
        names_of_points=names_of_points(task),
        offers_points=offers_points(task, by),
        errors=errors or {},
        errors_listed={name: [message] for name, message in (errors or {}).items()},
        summary={name: [message] for name, message in (errors or {}).items()},
        labels=labels_of(task),
        refusal=refusal,
        sections=sections,
        groups=groups_of(task),
        history=task.history,
        names={view.key: view.item.name for view in task.items},
        meetings=task.meetings,
        may_call=by.department_key == task.release.bundle.lead_department and may(by, Permission.MEETING_CALL),
        others=[
            *item_lines(task.items),
            *task_lines([one for one in task.tasks if one.item_case_id is None], task.reviews, task.items),
        ],
        steps=task_lines(task.item.tasks if task.item else [], task.reviews, task.items),
        verification=verified,
        **around,
        **_of_step(task, by, typed),
    )


def offers_points(task: Workspace, by: Identity) -> bool:
    """Whether a note on a document can become a point of the list of corrections now."""
    return task.step == "accept" and task.obstacle(by) is None


def _presence(task: Workspace, desk: Desk) -> dict[str, Any]:
    """Who else has it open, and the mark by which the page asks again."""
    now = Around(desk.others, task.state, task.revision, task.holder, task.closed_by, task.closed_act, task.closed_at)
    return {
        "task_id": task.id,
        "revision": task.revision,
        "present": present_lines(desk.others) if task.is_open else [],
        "changed": None,
        "tag": tag_of(now, task.revision),
        "asks": task.is_open,
    }


def _verification(task: Workspace) -> VerificationView | None:
    """What was, or is to be, verified of the task's item, where its step has to do with it."""
    if task.item is None or task.step not in VERIFICATION_STEPS:
        return None
    rules, item = task.rules.profile.verification, task.item.item
    return verification_of(task.id, task.step, task.item.id, rules, item.key, task.answers)


def _panel(task: Workspace) -> str:
    step = done_as(task.step)
    if not task.is_open or step not in ACTS:
        return "task/acts/elsewhere.html"
    return f"task/acts/{PANELS.get(step, step)}.html"


def _of_step(task: Workspace, by: Identity, typed: MultiDict[str, str]) -> dict[str, Any]:
    """What only some panels show."""
    shown: dict[str, Any] = {"window_url": _window_url(task), "authorisation": by.authorisation_number or ""}
    if task.step == "visit":
        site_visit = site_visit_of(task.id, task.rules.calendar)
        shown |= {"site_visit": site_visit, "appointment": site_visit.appointment, "me": by.user_id}
        shown["point_names"] = {point.key: words(point.text) for point in all_points(task)}
    if task.item is None:
        return shown
    if task.visited is not None and task.step in REVIEWING_STEPS:
        shown["visit_photos"] = photos_of_visit(task.visited.task_id, task.item.key)
    if task.step == "accept" and task.is_open:
        shown |= {"faults": fault_lines(task, typed), "fixes": fix_fields(task, typed)}
    item = task.item.item
    shown["tolerance"] = tolerance_of(task.item.id)
    if task.step == "accept" and task.is_open:
        shown["tolerance_rules"], shown["may_follow"] = may_follow(
            task.release, task.rules, item, {**task.answers, **task.guided}, {item.key: task.way or ""}
        )
    if task.step in PROCEDURE_STEPS:
        shown |= {"procedures": task.procedures, "procedure_names": NAMES, "procedure_outcomes": OUTCOMES}
        shown["hearing_evidence"] = EVIDENCE
    entry = task.release.bundle.entry_process
    shown["returned"] = returns.NAME
    if task.step == "decide" and goes_back(item, task.release.program, entry, task.element):
        shown["way_back"] = [(returns.RETURN, words(returns.NAME), words(returns.HINT))]
    if task.step == REVIEW_ABOVE:
        shown["orders_above"] = orders_above(item, task.release.program, entry)
    if task.step in REVOCATION_STEPS:
        shown |= {"revocation": revocation_of(task.item.id), "heard": heard_in(task.item.id)}
    if task.step == "hearing-notice" and task.is_open:
        at = at_level(item, task.groups)
        shown["hearing_days"] = hearing_days(item, task.item.clocks, task.rules)
        shown["hosts"] = hosts_for(task.item.id, at.reviewing_department, hosting_posts(at))
    if task.step in HANDOVER_STEPS:
        shown |= {"handover": handover_of_item(task.item.id), "handover_results": RESULTS}
        committed = committed_terms(task.release.bundle, task.case_id, item.key, task.way)
        shown["handover_conditions"] = [condition for terms in committed for condition in terms.conditions]
    if task.step in VERIFICATION_STEPS:
        shown |= {"aside_reasons": REASONS, "compared_results": COMPARED}
        shown["point_names"] = {point.key: words(point.text) for point in all_points(task)}
        findings = task.rules.profile.verification.findings
        shown["verification_names"] = {key: words(one.name) for key, one in findings.items()}
    shown["extension"] = task.extension
    if task.step == "extend" and task.is_open:
        shown["days_if_granted"] = days_if_granted(task.item.id, task.rules)
    shown["ruling_words"] = ruling_words(item.kind)
    if task.step in ("decide", "immediate", "revoke") and task.is_open:
        shown["remedy"] = remedy_of(task.release, task.rules, item)
    return shown


def _window_url(task: Workspace) -> str | None:
    """The page at the window where this step is done, where the application has it."""
    endpoint = WINDOW_STEPS.get(task.step)
    if endpoint is None or not task.is_open:
        return None
    if endpoint in ("window.correct", "window.hand_in"):
        return link(endpoint, task_id=task.id)
    return link(endpoint, case_id=task.case_id)
