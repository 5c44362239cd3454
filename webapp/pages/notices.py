"""通知: what one has been told, read one by one or all at once; the number beside the bell."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from webapp.errors import NotFound
from webapp.identity import signed_in
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries import notices as queries
from webapp.queries.notices import COUNT_CAP, Line
from webapp.services import notices as commands

blueprint = Blueprint("notices", __name__, url_prefix="/notices")
LONGEST_NUMBER = 18


@blueprint.get("")
@needs(Permission.ANY_SIGNED_IN)
def mine() -> ResponseReturnValue:
    """The newest first; `show=unread`: what is unread alone."""
    unread = request.args.get("show") == "unread"
    found = queries.notices_of(signed_in(), unread=unread, before=_number(request.args.get("before", "")))
    return render_template("notices/list.html", found=found, unread=unread, count=shown_count(found.unread))


@blueprint.get("/count")
@needs(Permission.ANY_SIGNED_IN)
def count() -> ResponseReturnValue:
    """How many are unread, asked for by a page that stands already: 304 where the number is the one it has."""
    number = queries.unread_count(signed_in())
    words = (
        ngettext("%(count)s 条未读通知", "%(count)s 条未读通知", number, count=shown_count(number))
        if number
        else gettext("没有未读通知")
    )
    answer = jsonify(count=shown_count(number) if number else "", words=words)
    answer.set_etag(f"notices-{shown_count(number)}-{words}".encode().hex())
    answer.headers["Cache-Control"] = "no-cache, private"
    return answer.make_conditional(request)


@blueprint.post("/<int:notice_id>/open")
@needs(Permission.ANY_SIGNED_IN)
def open_notice(notice_id: int) -> ResponseReturnValue:
    """Read it and go to what it is about."""
    by = signed_in()
    line = queries.notice_of(notice_id, by)
    if line is None:
        raise NotFound()
    commands.mark_read(notice_id, by=by)
    return redirect(target(line))


@blueprint.post("/<int:notice_id>/read")
@needs(Permission.ANY_SIGNED_IN)
def read(notice_id: int) -> Response:
    """Read it and stay."""
    commands.mark_read(notice_id, by=signed_in())
    return _back()


@blueprint.post("/read")
@needs(Permission.ANY_SIGNED_IN)
def read_all() -> Response:
    """All that stood on the page."""
    commands.mark_all_read(_number(request.form.get("newest", "")), by=signed_in())
    return _back()


def _back() -> Response:
    chosen = "unread" if request.form.get("show") == "unread" else None
    answer = redirect(url_for("notices.mine", show=chosen))
    assert isinstance(answer, Response)
    return answer


def target(line: Line) -> str:
    """Where a notice leads; the list where what it was about has no page."""
    if line.opens == "task" and line.task_id:
        return url_for("task.show", task_id=line.task_id)
    if line.opens == "inbox":
        return url_for("inbox.inbox")
    if line.opens == "asked":
        return url_for("inbox.asked")
    if line.opens == "studio":
        return url_for("studio.bundles")
    if line.opens == "migrations":
        return url_for("migration.all_runs")
    if line.opens == "bulk-repairs":
        return url_for("operation.bulks")
    if line.opens == "imports":
        return url_for("studio.all_imports")
    if line.opens == "incidents":
        return url_for("operation.incidents")
    if line.opens == "deliveries":
        return url_for("notices.lost")
    if line.case_id is None:
        return url_for("notices.mine")
    if line.opens == "corrections":
        return url_for("merging.show", case_id=line.case_id)
    anchor = "comments" if line.opens == "comments" else None
    return url_for("case.show", case_id=line.case_id, _anchor=anchor)


def shown_count(number: int) -> str:
    """At most `99+`."""
    return f"{COUNT_CAP}+" if number > COUNT_CAP else str(number)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else 0
