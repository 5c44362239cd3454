"""A task's page while it stands open: what is typed is kept, and who else has it open is told."""

from __future__ import annotations

from datetime import datetime

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp import moments
from webapp.errors import ActRefused, NotFound
from webapp.identity import signed_in
from webapp.pages.support import needs, words
from webapp.pages.workspace.around import present_lines, tag_of
from webapp.pages.workspace.note_points import with_note
from webapp.pages.workspace.views import blueprint, refused_page
from webapp.permissions import Permission
from webapp.services import task_drafts
from webapp.services.presence import around

#: The draft that the page went on from, where it must not be written over: its moment, empty for none.
BASE = "X-Draft-Base"


def _moment(text: str | None) -> datetime | None:
    """None for what is no moment: then any draft that is there is newer."""
    try:
        return datetime.fromisoformat(text or "")
    except ValueError:
        return None


@blueprint.post("/<int:task_id>/draft")
@needs(Permission.TASK_SEE)
def keep_draft(task_id: int) -> ResponseReturnValue:
    """Keep the act as it is filled in. Asked for by the page itself it answers in a word, else with the page.

    `point`: a note on a document that becomes a point of the list of corrections.
    """
    by, by_itself = signed_in(), "X-Autosave" in request.headers
    fields = task_drafts.fields_of(request.form.items(multi=True))
    base = request.headers.get(BASE)
    note = request.form.get("point", type=int)
    try:
        kept = with_note(task_id, note, fields, by) if note else fields
        at = task_drafts.save(task_id, kept, by=by, base=_moment(base), since=base is not None)
    except NotFound:
        raise
    except ActRefused as refusal:
        if by_itself:
            return jsonify(message=words(refusal.words)), refusal.status
        return refused_page(task_id, by, refusal)
    if by_itself:
        return jsonify(saved_at=f"{moments.local(at):%H:%M}", base=at.isoformat())
    flash(gettext("已列入补正清单。") if note else gettext("草稿已保存。"), "success")
    return redirect(url_for("task.show", task_id=task_id, _anchor="act"))


@blueprint.post("/<int:task_id>/draft/clear")
@needs(Permission.TASK_SEE)
def clear_draft(task_id: int) -> ResponseReturnValue:
    """Begin the act anew: what was kept of it goes."""
    task_drafts.clear(task_id, by=signed_in())
    flash(gettext("草稿已清除。"), "success")
    return redirect(url_for("task.show", task_id=task_id, _anchor="act"))


@blueprint.get("/<int:task_id>/others")
@needs(Permission.TASK_SEE)
def others(task_id: int) -> ResponseReturnValue:
    """Who else has the task open, and what happened to it since the page was made (`revision`): 304 where nothing."""
    revision = request.args.get("revision", -1, type=int)
    found = around(task_id, by=signed_in())
    tag = tag_of(found, revision)
    answer = Response(headers={"ETag": f'"{tag}"'})
    if request.if_none_match.contains(tag):
        answer.status_code = 304
        return answer
    answer.set_data(
        render_template(
            "workspace/_presence.html",
            task_id=task_id,
            revision=revision,
            present=present_lines(found.others),
            changed=found.changed_since(revision),
            tag=tag,
            asks=found.changed_since(revision) is None,
        )
    )
    return answer
