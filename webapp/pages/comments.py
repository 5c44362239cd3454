"""留言: the comments of a case, as a page of their own and as a part of others; saying, changing, taking away."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp import file_store
from webapp.catalogue import published
from webapp.errors import FileRefused, Incomplete
from webapp.headers import CONTENT_SECURITY_POLICY
from webapp.identity import Identity, signed_in
from webapp.pages.addresses import safe_next
from webapp.pages.supervision.sheets import Cell, Head, Sheet, as_csv
from webapp.pages.support import needs, when, words
from webapp.permissions import Permission, may
from webapp.queries.case_access import ensure_case
from webapp.queries.comments import CommentLine, comment_file, comments_of, subject_of
from webapp.services import access, comments
from webapp.services.comment_mentions import MayNotSee, Mentions, TooManyMentions, people_to_mention
from webapp.services.comments import APPLICANT, INTERNAL, LONGEST, may_tell_applicant
from webapp.services.files import Upload

blueprint = Blueprint("comments", __name__, url_prefix="/cases")

LABELS = {
    "body": Words("留言", "Comment"),
    "audience": Words("谁能看到", "Who reads it"),
    "files": Words("附件", "Files"),
}
LONGEST_SEARCH = 20
SHOWN_IN_PLACE = frozenset({"application/pdf", "image/jpeg", "image/png"})


@blueprint.get("/<int:case_id>/comments")
@needs(Permission.CASE_SEE)
def show(case_id: int) -> ResponseReturnValue:
    """All of the case. Asked for by another page (htmx), the part alone."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    access.note(by, case_id, "comments")
    return _page(case_id, by)


@blueprint.post("/<int:case_id>/comments")
@needs(Permission.CASE_SEE)
def say(case_id: int) -> ResponseReturnValue:
    """Say something; what is refused stays typed."""
    by, form = signed_in(), request.form
    task = form.get("task", "")
    try:
        mentions = comments.comment(
            case_id,
            form.get("body", ""),
            audience=form.get("audience", INTERNAL),
            by=by,
            key=form.get("key", ""),
            files=[Upload(one.filename or "", one.read()) for one in request.files.getlist("files") if one.filename],
            task_id=int(task) if task.isascii() and task.isdecimal() and len(task) <= 18 else None,
        )
    except Incomplete as incomplete:
        return _page(case_id, by, errors={name: [words(said)] for name, said in incomplete.faults.items()}, status=422)
    except FileRefused as refused:
        return _page(case_id, by, errors={"files": [words(refused.words)]}, status=422)
    except (MayNotSee, TooManyMentions) as refused:
        return _page(case_id, by, errors={"body": [words(refused.words)]}, status=422)
    flash(gettext("留言已发出。"), "success")
    _warn(mentions)
    return _back(case_id)


@blueprint.get("/<int:case_id>/comments/people")
@needs(Permission.CASE_SEE)
def people(case_id: int) -> Response:
    """Who can be named with @, as one types: those who may see the case."""
    by = signed_in()
    facts = ensure_case(by, case_id, Permission.PERSONAL_SEE)
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    found = people_to_mention(text, facts, but=(by.user_id,)) if text.isprintable() else []
    same = [one.name for one in found]
    return jsonify(
        people=[
            {
                "name": one.name,
                "written": one.login if same.count(one.name) > 1 else one.name,
                "unit": words(one.department),
            }
            for one in found
        ]
    )


@blueprint.get("/<int:case_id>/comments.csv")
@needs(Permission.CASE_SEE)
def as_file(case_id: int) -> Response:
    """What is on the screen, for a spreadsheet."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    access.note(by, case_id, "comments")
    heads = (gettext("时间"), gettext("留言人"), gettext("部门"), gettext("谁能看到"), gettext("留言"))
    rows = tuple(_cells(line) for line in comments_of(case_id))
    return as_csv(Sheet(f"comments-{case_id}", gettext("留言"), tuple(map(Head, heads)), rows))


def _cells(line: CommentLine) -> tuple[Cell, ...]:
    audience = gettext("申请人可见") if line.for_applicant else gettext("内部")
    body = line.body if line.stands else gettext("（已删除）")
    texts = (when(line.at), line.author, words(line.department), audience, body)
    return tuple(Cell(text) for text in texts)


@blueprint.get("/<int:case_id>/comments/<int:comment_id>/edit")
@needs(Permission.CASE_SEE)
def edit(case_id: int, comment_id: int) -> ResponseReturnValue:
    """The comments with one of one's own to be changed."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    return _page(case_id, by, editing=comment_id)


@blueprint.post("/<int:case_id>/comments/<int:comment_id>")
@needs(Permission.CASE_SEE)
def change(case_id: int, comment_id: int) -> ResponseReturnValue:
    """Say it otherwise."""
    by = signed_in()
    try:
        mentions = comments.change_comment(case_id, comment_id, request.form.get("body", ""), by=by)
    except (Incomplete, MayNotSee, TooManyMentions) as refused:
        return _page(case_id, by, errors={"changed": [words(refused.words)]}, editing=comment_id, status=422)
    flash(gettext("留言已修改。"), "success")
    _warn(mentions)
    return _back(case_id)


@blueprint.post("/<int:case_id>/comments/<int:comment_id>/delete")
@needs(Permission.CASE_SEE)
def delete(case_id: int, comment_id: int) -> ResponseReturnValue:
    """Take it away."""
    comments.delete_comment(case_id, comment_id, by=signed_in())
    flash(gettext("留言已删除。"), "success")
    return _back(case_id)


@blueprint.get("/<int:case_id>/comments/files/<int:file_id>")
@needs(Permission.CASE_SEE)
def file(case_id: int, file_id: int) -> Response:
    """A file beside a comment. That it was opened is noted."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    stored = comment_file(case_id, file_id)
    access.note(by, case_id, f"file:{file_id}")
    inline = stored.media_type in SHOWN_IN_PLACE
    answer = make_response(file_store.get(stored.digest))
    answer.headers["Content-Type"] = stored.media_type if inline else "application/octet-stream"
    way = "inline" if inline else "attachment"
    answer.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(stored.name, safe='')}"
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return answer


def _warn(mentions: Mentions) -> None:
    if mentions.nobody:
        names = gettext("、").join(mentions.nobody)
        flash(gettext("没有找到%(names)s，@后面的内容按普通文字保留，没有通知任何人。", names=names), "warning")
    if mentions.several:
        names = gettext("、").join(mentions.several)
        flash(gettext("有多人叫%(names)s，没有通知。请从列表中选择，或者用账号提到。", names=names), "warning")


def _back(case_id: int) -> ResponseReturnValue:
    asked = request.form.get("next", "")
    place = safe_next(asked) if asked else url_for("comments.show", case_id=case_id)
    return redirect(f"{place.partition('#')[0]}#comments")


def _page(
    case_id: int, by: Identity, *, errors: dict[str, list[str]] | None = None, editing: int = 0, status: int = 200
) -> ResponseReturnValue:
    subject = subject_of(case_id)
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    lead = published(subject.release_id).bundle.lead_department
    context: dict[str, Any] = {
        "subject": subject,
        "lines": comments_of(case_id),
        "me": by,
        "may_tell": may_tell_applicant(by, lead),
        "may_delete": may(by, Permission.COMMENT_DELETE),
        "errors": errors or {},
        "labels": {key: words(label) for key, label in LABELS.items()},
        "typed": request.form if errors else {},
        "editing": editing,
        "longest": LONGEST,
        "audiences": (INTERNAL, APPLICANT),
        "next": safe_next(request.values.get("next", "")) if request.values.get("next") else "",
        "task": request.values.get("task", ""),
    }
    part = request.headers.get("HX-Request") == "true"
    return render_template("comments/_part.html" if part else "comments/show.html", **context), status
