"""更多操作: the further acts on a task, each with its own page; giving back, putting forward, and what was signed."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from engine import Words
from engine.bundles import done_as
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity, signed_in
from webapp.pages.cases import with_frames
from webapp.pages.support import needs, words
from webapp.pages.workspace.acts import ACTS as STEP_ACTS
from webapp.pages.workspace.acts import ActIncomplete
from webapp.pages.workspace.life_cycle_acts import ACTS, LABELS, choices_for, narrows
from webapp.pages.workspace.patience import patiently
from webapp.pages.workspace.posted import Posted
from webapp.pages.workspace.typed import Typed, revision_of, text
from webapp.pages.workspace.views import blueprint, page_of, refused_page
from webapp.permissions import Permission, may
from webapp.queries.life_cycle import LifeCycle, life_cycle_of
from webapp.queries.life_cycle_acts import NAMES, FurtherAct, further_acts
from webapp.queries.workspace import workspace
from webapp.services import delegation, opinions, signers
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.prepared_acts import act_fields
from webapp.services.separation import InConflict
from webapp.unit_of_work import let_go, sql


@blueprint.get("/<int:task_id>/more/<further_act>")
@needs(Permission.CASE_SEE)
def further(task_id: int, further_act: str) -> ResponseReturnValue:
    """The form of one further act."""
    by = signed_in()
    life = _seen(task_id, by)
    return _page(life, _of(further_act, life, by), by, MultiDict())


@blueprint.post("/<int:task_id>/more/<further_act>")
@needs(Permission.CASE_SEE)
def carry_out(task_id: int, further_act: str) -> ResponseReturnValue:
    """Do it. Whatever is refused, what was typed stays on the page."""
    by = signed_in()
    life = _seen(task_id, by)
    if further_act not in ACTS:
        raise NotFound()
    if narrows(request.form):
        return _page(life, _of(further_act, life, by), by, request.form)
    try:
        done = patiently(lambda: ACTS[further_act](life, request.form, by))
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        let_go()
        now = _seen(task_id, by)
        return _page(now, FurtherAct(further_act, None), by, request.form, refusal)
    flash(words(done), "success")
    return redirect(_afterwards(further_act, task_id, by))


def _seen(task_id: int, by: Identity) -> LifeCycle:
    """The task for its posts, for who leads their department, and for who may urge it. Raises NotFound, InConflict."""
    life = life_cycle_of(task_id, by)
    if by.user_id in life.task.conflicted:
        raise InConflict()
    if may(by, Permission.TASK_SEE, life.task.facts) or further_acts(life, by):
        return life
    raise NotFound()


def _of(act: str, life: LifeCycle, by: Identity) -> FurtherAct:
    """Raises NotFound for an act that is not this person's."""
    found = next((one for one in further_acts(life, by) if one.key == act), None)
    if found is None:
        raise NotFound()
    return found


def _afterwards(act: str, task_id: int, by: Identity) -> str:
    """Back to the task where it is still this person's to see, else to the list."""
    life = life_cycle_of(task_id, by)
    if act == "take-back":
        again = sql().execute(AGAIN, (life.task.case_id, by.user_id, life.task.element)).fetchone()
        return url_for("task.show", task_id=again[0] if again else task_id)
    if act in ("ask", "signers", "copy", "to-window", "call-back", "urge", "delegate") and may(
        by, Permission.TASK_SEE, life.task.facts
    ):
        return url_for("task.show", task_id=task_id)
    return url_for("inbox.inbox") if may(by, Permission.INBOX_SEE) else url_for("case.show", case_id=life.task.case_id)


AGAIN = """
select id from user_task where case_id = %s and assignee_id = %s and element = %s and state = 'open'
order by id desc limit 1
"""


def _page(
    life: LifeCycle, act: FurtherAct, by: Identity, typed: Typed, refusal: ActRefused | None = None
) -> ResponseReturnValue:
    errors = dict(refusal.faults) if isinstance(refusal, Incomplete) else {}
    sees = may(by, Permission.TASK_SEE, life.task.facts)
    page = render_template(
        "task/more.html",
        life=life,
        task=life.task,
        act=act,
        title=NAMES[act.key],
        choices=choices_for(act.key, life, by, typed),
        typed=typed,
        errors=errors,
        summary={name: [message] for name, message in errors.items()},
        labels=LABELS,
        refusal=None if errors else refusal,
        back=url_for("task.show", task_id=life.task.id) if sees else url_for("case.show", case_id=life.task.case_id),
    )
    return page, refusal.status if refusal else 200


def _on_workspace(task_id: int, command: Callable[[Identity, Typed], Words], to_list: bool) -> ResponseReturnValue:
    """A command that is posted from the workspace itself; refused, the workspace is shown with what was typed."""
    by = signed_in()
    try:
        done = patiently(lambda: command(by, request.form))
    except Incomplete as incomplete:
        let_go()
        errors = dict(incomplete.faults)
        return with_frames(page_of(workspace(task_id, by), by, request.form, errors=errors), incomplete.status)
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        return refused_page(task_id, by, refusal)
    flash(words(done), "success")
    return redirect(url_for("inbox.inbox") if to_list else url_for("task.show", task_id=task_id))


@blueprint.post("/<int:task_id>/give-back")
@needs(Permission.TASK_DO)
def give_back(task_id: int) -> ResponseReturnValue:
    """The prepared task goes back to who gave it out, with what is in the act's form."""

    def command(by: Identity, typed: Typed) -> Words:
        delegation.give_back(
            task_id,
            by=by,
            remark=text(typed, "remark"),
            fields=act_fields(typed.items(multi=True), ("remark",)),
            revision=revision_of(typed),
            key=text(typed, "key"),
        )
        return Words("已交回，填写的内容已一并保留。", "Given back, with what you filled in.")

    return _on_workspace(task_id, command, to_list=True)


@blueprint.post("/<int:task_id>/put-forward")
@needs(Permission.TASK_SEE)
def put_forward(task_id: int) -> ResponseReturnValue:
    """The filled-in act goes to those who are to sign it."""

    def command(by: Identity, typed: Typed) -> Words:
        signers.put_forward(task_id, act_fields(typed.items(multi=True)), by=by, key=text(typed, "key"))
        return Words("会签稿已提交，已通知会签人员。", "Put forward; the signers have been told.")

    return _on_workspace(task_id, command, to_list=False)


@blueprint.post("/<int:task_id>/signed")
@needs(Permission.TASK_SEE)
def carry_out_signed(task_id: int) -> ResponseReturnValue:
    """The act as it was signed, with one click."""
    by = signed_in()
    page_key, revision = request.form.get("key", ""), str(revision_of(request.form))

    def act_as_signed() -> tuple[str, Words]:
        task = Posted.of(task_id, by)
        step = done_as(task.step)
        if step not in STEP_ACTS:
            raise NotFound()
        signed = MultiDict([*signers.release_signed(task.task, by), ("key", page_key), ("revision", revision)])
        return task.subject, STEP_ACTS[step](task, signed, by)

    try:
        subject, done = patiently(act_as_signed)
    except (ActIncomplete, Incomplete) as incomplete:
        let_go()
        errors = incomplete.errors if isinstance(incomplete, ActIncomplete) else dict(incomplete.faults)
        return with_frames(page_of(workspace(task_id, by), by, MultiDict(), errors=errors), 422)
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        return refused_page(task_id, by, refusal)
    flash(words(Words(f"{subject}：{done.zh}", f"{subject}: {done.en}")), "success")
    return redirect(url_for("inbox.inbox"))


@blueprint.post("/<int:task_id>/signers")
@needs(Permission.TASK_SEE)
def change_signers(task_id: int) -> ResponseReturnValue:
    """One signer more, one less, or none at all any more."""

    def command(by: Identity, typed: Typed) -> Words:
        chosen, key = text(typed, "user"), text(typed, "key")
        user = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) <= 18 else None
        if "add" in typed:
            signers.add_signer(task_id, user, by=by, key=key)
            return Words("已加签。", "Added.")
        if "remove" in typed:
            removed = text(typed, "remove")
            signers.remove_signer(task_id, int(removed) if removed.isdecimal() else None, by=by, key=key)
            return Words("已减签。", "Removed.")
        signers.cancel_signing(task_id, by=by, key=key)
        return Words("会签已取消。", "Called off.")

    return _on_workspace(task_id, command, to_list=False)


@blueprint.post("/<int:task_id>/opinions/withdrawn")
@needs(Permission.TASK_SEE)
def withdraw_opinion(task_id: int) -> ResponseReturnValue:
    """A question that is not asked any more."""

    def command(by: Identity, typed: Typed) -> Words:
        asked = text(typed, "opinion")
        if not (asked.isascii() and asked.isdecimal() and len(asked) <= 18):
            raise NotFound()
        opinions.withdraw_opinion(int(asked), by=by, key=text(typed, "key"))
        return Words("已撤回征求意见。", "Withdrawn.")

    return _on_workspace(task_id, command, to_list=False)
