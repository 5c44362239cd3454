"""请我协办: opinions and signatures that colleagues ask of one; 抄送我的: what was copied to one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity, signed_in
from webapp.pages.inbox.asked_tabs import ASKED, COPIES, asked_tabs
from webapp.pages.inbox.blueprint import blueprint
from webapp.pages.refusals import refusal_of
from webapp.pages.support import needs
from webapp.pages.workspace.life_cycle_acts import LABELS
from webapp.pages.workspace.prepared_words import prepared_lines
from webapp.pages.workspace.typed import Typed, text
from webapp.permissions import Permission
from webapp.queries.advisory_inbox import asked_by, asked_of, copies_of, copy_of, may_open_case, opinion_page
from webapp.queries.life_cycle import LifeCycle, life_cycle_of
from webapp.queries.worklist_counts import counts
from webapp.services import access, copies, opinions, signers
from webapp.services.files import Upload, check_upload
from webapp.services.separation import InConflict
from webapp.unit_of_work import let_go


def _tabs(by: Identity, here: str) -> list[tuple[str, str, bool, str | None]]:
    """The way back to the tasks, and the two folders of these pages."""
    return [(gettext("待办"), url_for("inbox.inbox"), False, None), *asked_tabs(counts(by), here)]


@blueprint.get("/asked")
@needs(Permission.INBOX_SEE)
def asked() -> ResponseReturnValue:
    """What waits for one's word, what holds an act back first; and what one has asked oneself."""
    by = signed_in()
    return render_template("inbox/asked.html", tabs=_tabs(by, ASKED), waiting=asked_of(by), mine=asked_by(by))


@blueprint.get("/asked/opinions/<int:opinion_id>")
@needs(Permission.OPINION_GIVE)
def opinion(opinion_id: int) -> ResponseReturnValue:
    """One question, with room for the answer while it is wanted. That it was opened is noted."""
    by = signed_in()
    page = opinion_page(opinion_id, by)
    access.note(by, page.line.case_id, f"opinion:{opinion_id}")
    return _opinion(opinion_id, by, MultiDict())


@blueprint.post("/asked/opinions/<int:opinion_id>")
@needs(Permission.OPINION_GIVE)
def give_opinion(opinion_id: int) -> ResponseReturnValue:
    """Answer in words, with a file if one is given."""
    by = signed_in()
    opinion_page(opinion_id, by)  # nothing is stored of a file to somebody else's question

    def give() -> None:
        upload = request.files.get("file")
        checked = check_upload(Upload(upload.filename, upload.read())) if upload and upload.filename else None
        key = text(request.form, "key")
        opinions.answer_opinion(opinion_id, by=by, answer=text(request.form, "answer"), file=checked, key=key)

    if refusal := refusal_of(give):
        let_go()
        return _opinion(opinion_id, by, request.form, refusal)
    flash(gettext("意见已答复。"), "success")
    return redirect(url_for("inbox.asked"))


def _opinion(opinion_id: int, by: Identity, typed: Typed, refusal: ActRefused | None = None) -> ResponseReturnValue:
    page = opinion_page(opinion_id, by)
    errors = dict(refusal.faults) if isinstance(refusal, Incomplete) else {}
    rendered = render_template(
        "inbox/opinion.html",
        page=page,
        line=page.line,
        **_refused(errors, refusal),
        typed=typed,
        tabs=_tabs(by, ASKED),
    )
    return rendered, refusal.status if refusal else 200


def _refused(errors: Mapping[str, Words], refusal: ActRefused | None) -> dict[str, object]:
    """What a page shows of what was refused."""
    summary = {name: [message] for name, message in errors.items()}
    return {"errors": errors, "summary": summary, "labels": LABELS, "refusal": None if errors else refusal}


@blueprint.get("/asked/signings/<int:task_id>")
@needs(Permission.OPINION_GIVE)
def signing(task_id: int) -> ResponseReturnValue:
    """What one is to sign: the question, or the act as it is put forward. That it was opened is noted."""
    by = signed_in()
    life = _to_sign(task_id, by)
    access.note(by, life.task.case_id, f"signing:{task_id}")
    return _signing(life, by, MultiDict())


@blueprint.post("/asked/signings/<int:task_id>")
@needs(Permission.OPINION_GIVE)
def sign(task_id: int) -> ResponseReturnValue:
    """Agree or disagree with what was read."""
    by = signed_in()
    form = request.form
    said = {"verdict": text(form, "verdict"), "reason": text(form, "verdict_reason"), "seen": text(form, "seen")}
    if refusal := refusal_of(lambda: signers.cosign(task_id, by=by, key=text(form, "key"), **said)):
        let_go()
        return _signing(_to_sign(task_id, by), by, form, refusal)
    flash(gettext("已签署。"), "success")
    return redirect(url_for("inbox.asked"))


def _to_sign(task_id: int, by: Identity) -> LifeCycle:
    """The task of a round in which one is, or was, a signer. Raises NotFound, InConflict."""
    life = life_cycle_of(task_id, by)
    if by.user_id in life.task.conflicted:
        raise InConflict()
    if not any(one.user_id == by.user_id for signing in life.rounds for one in signing.signers):
        raise NotFound()
    return life


def _signing(life: LifeCycle, by: Identity, typed: Typed, refusal: ActRefused | None = None) -> ResponseReturnValue:
    mine = [one for one in life.rounds if any(signer.user_id == by.user_id for signer in one.signers)]
    current = mine[-1]
    own = next(one for one in current.signers if one.user_id == by.user_id)
    shows = current.position == signers.AFTER and current.is_open and bool(current.digest)
    errors = dict(refusal.faults) if isinstance(refusal, Incomplete) else {}
    rendered = render_template(
        "inbox/signing.html",
        life=life,
        task=life.task,
        signing=current,
        own=own,
        to_sign=current.is_open and life.task.is_open and not own.verdict and (shows or current.position == "before"),
        prepared=prepared_lines(life) if shows else [],
        may_open=may_open_case(life.task.case_id, by),
        tabs=_tabs(by, ASKED),
        typed=typed,
        **_refused(errors, refusal),
    )
    return rendered, refusal.status if refusal else 200


@blueprint.get("/copies")
@needs(Permission.INBOX_SEE)
def copies_to_me() -> ResponseReturnValue:
    """What was copied to one, the latest first."""
    by = signed_in()
    before = request.args.get("before", default=0, type=int)
    page = copies_of(by, before if 0 < before < 10**18 else 0)
    return render_template("inbox/copies.html", page=page, tabs=_tabs(by, COPIES), before=before)


@blueprint.get("/copies/<int:copy_id>")
@needs(Permission.INBOX_SEE)
def copy(copy_id: int) -> ResponseReturnValue:
    """One copy; opening it is reading it, and is noted as a look at the case."""
    by = signed_in()
    shown = copy_of(copy_id, by)
    copies.mark_copy_read(copy_id, by=by)
    access.note(by, shown.case_id, f"copy:{copy_id}")
    return render_template(
        "inbox/copy.html", copy=shown, may_open=may_open_case(shown.case_id, by), tabs=_tabs(by, COPIES)
    )
