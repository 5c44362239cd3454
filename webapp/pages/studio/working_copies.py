"""Working copies: a bundle's files changed one by one, with findings beside them, and kept as a draft release."""

from __future__ import annotations

import io
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Severity
from webapp import clock, moments
from webapp.catalogue import release_files
from webapp.errors import FileRefused, Incomplete, NotFound
from webapp.file_text import text_of
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.studio.asides import around_of, keep_aside
from webapp.pages.studio.editors import findings_of
from webapp.pages.studio.new_files import KINDS
from webapp.pages.studio.readings import foreign_of, tell_readings
from webapp.pages.studio.shared import blueprint, chosen, finding_lines
from webapp.pages.studio.uploads import uploaded_file
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import releases as release_queries
from webapp.queries import working_copies as queries
from webapp.queries.asides import asides_of
from webapp.queries.copy_endings import ending_of
from webapp.queries.file_order import file_order
from webapp.queries.file_titles import titles_of
from webapp.queries.missing_texts import OWN, SHARED, with_line
from webapp.queries.new_files import offered
from webapp.queries.release_diagrams import diagrams_of
from webapp.queries.release_difference import compare
from webapp.queries.trials import bundle_of
from webapp.services import copy_savings, working_copies
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.release_uploads import zip_of

VIEWS = ("findings", "files", "difference", "history")


@blueprint.post("/releases/<int:release_id>/copies")
@needs(Permission.RELEASE_DRAFT)
def begin_copy(release_id: int) -> ResponseReturnValue:
    """Begin a working copy of this release; the same page sent twice leads to the same one."""
    one, by, key = release_queries.release(release_id), signed_in(), request.form.get("key", "")
    try:
        made = working_copies.begin(one.id, request.form.get("title", ""), by=by, key=key)
    except AlreadyCarriedOut:
        there = queries.newest_own(one.id, by.user_id)
        if there is None:
            raise
        made = there
    except Incomplete as refused:
        flash(words(refused.words), "warning")
        return redirect(url_for("studio.release", release_id=release_id))
    return redirect(url_for("studio.working_copy", copy_id=made))


@blueprint.get("/copies/<int:copy_id>")
@needs(Permission.RELEASE_SEE)
def working_copy(copy_id: int) -> ResponseReturnValue:
    """One working copy. The view stands in the URL."""
    one = queries.working_copy(copy_id)
    digests = queries.digests_of(copy_id)
    findings = queries.findings_of_files(one.bundle_key, digests)
    view = chosen(request.args.get("view", ""), VIEWS, VIEWS[0])
    files = working_copies.files_of(copy_id)
    named_by = bundle_of(one.base_release_id) if language() != "zh" else None
    differing = compare(release_files(one.base_release_id), files, named_by)
    counts = release_queries.counts(findings)
    diagrams = diagrams_of(files, language(), named_by)
    lines = finding_lines(findings, diagrams)
    labels = {
        "findings": (gettext("问题"), len(findings)),
        "files": (gettext("文件"), len(files)),
        "difference": (gettext("与底版的差异"), len(differing)),
        "history": (gettext("修改记录"), one.changes),
    }
    return render_template(
        f"studio/copy_{view}.html",
        copy=one,
        name=release_queries.name_of(release_queries.release(one.base_release_id)),
        counts=counts,
        errors=counts[Severity.ERROR],
        view=view,
        tabs=[
            (label, url_for("studio.working_copy", copy_id=copy_id, view=key), key == view, count)
            for key, (label, count) in labels.items()
        ],
        lines=lines,
        total=len(findings),
        readings=foreign_of(files) if view == "findings" else (),
        digests=digests,
        files=_file_rows(digests, files, findings),
        titles=titles_of(files, diagrams) if view == "files" else {},
        around=around_of(copy_id) if one.is_open else None,
        ending=ending_of(copy_id, signed_in().user_id, clock.now()) if one.is_open else None,
        asides=asides_of(copy_id, signed_in()),
        changes=differing if view == "difference" else queries.changes_of(copy_id) if view == "history" else [],
        savings=queries.savings_of(copy_id) if view == "history" else {},
        offered=offered(files) if view == "files" and one.is_open else None,
        new_kinds=KINDS,
    )


@blueprint.get("/copies/<int:copy_id>/edit")
@needs(Permission.RELEASE_DRAFT)
def edit_text(copy_id: int) -> ResponseReturnValue:
    """A file as text."""
    one, path = queries.working_copy(copy_id), request.args.get("path", "")
    content, digest = queries.file_of(copy_id, path)
    text, element = text_of(content), request.args.get("element", "")
    if element and one.is_open and path in (OWN, SHARED):  # the line of a text without English
        text, line = with_line(text, request.args.get("file", ""), element)
        return _text_page(one, path, text, digest, line=line)
    return _text_page(one, path, text, digest)


@blueprint.post("/copies/<int:copy_id>/edit")
@needs(Permission.RELEASE_DRAFT)
def save_text(copy_id: int) -> ResponseReturnValue:
    """Save the text; what a colleague saved meanwhile is shown beside it, and nothing typed is lost."""
    one, path = queries.working_copy(copy_id), request.args.get("path", "")
    typed = request.form.get("text", "").replace("\r\n", "\n")
    base = request.form.get("base") or None
    try:
        working_copies.save(
            copy_id, path, typed.encode("utf-8"), base, by=signed_in(), note=request.form.get("note", "").strip()
        )
    except working_copies.ChangedMeanwhile as refused:
        theirs = text_of(queries.file_of(copy_id, path)[0]) if refused.digest else ""
        merge, _ = keep_aside(copy_id, path, typed.encode("utf-8"), base)
        page = _text_page(
            one, path, typed, refused.digest or "", error=words(refused.words), theirs=theirs, merge=merge
        )
        return page, 409
    except FileRefused as refused:
        return _text_page(one, path, typed, base or "", error=words(refused.words)), refused.status
    flash(gettext("已保存 %(path)s。", path=path), "success")
    if request.form.get("then") == "leave":
        return redirect(url_for("studio.working_copy", copy_id=copy_id))
    return redirect(url_for("studio.edit_text", copy_id=copy_id, path=path))


def _text_page(
    one: queries.CopyRow,
    path: str,
    text: str,
    digest: str,
    *,
    error: str = "",
    theirs: str | None = None,
    merge: str = "",
    line: int = 0,
) -> str:
    findings = queries.findings_of_files(one.bundle_key, queries.digests_of(one.id))
    lines = [line for line in finding_lines(findings, ()) if line.finding.file == path]
    return render_template(
        "studio/copy_text.html",
        copy=one,
        path=path,
        text=text,
        digest=digest,
        error=error,
        theirs=theirs,
        merge=merge,
        line=line,
        lines=lines,
        around=around_of(one.id, path, digest) if one.is_open else None,
    )


@blueprint.get("/copies/<int:copy_id>/file")
@needs(Permission.RELEASE_SEE)
def copy_file(copy_id: int) -> ResponseReturnValue:
    """A file as an editor of the page reads it: text in UTF-8; its digest stands in the ETag."""
    content, digest = queries.file_of(copy_id, request.args.get("path", ""))
    answer = send_file(io.BytesIO(content), mimetype="text/plain")
    answer.set_etag(digest)
    return answer


@blueprint.post("/copies/<int:copy_id>/file")
@needs(Permission.RELEASE_DRAFT)
def save_file(copy_id: int) -> ResponseReturnValue:
    """Save what an editor of the page made (text in the field `text`, over the digest `base`).

    Answers JSON: {digest, at: when it was saved in the office, findings: [{element, severity, text, name, link}],
    errors, warnings}; when somebody saved
    meanwhile 409 {error, merge: where both are put together, aside: what is kept for that, to be sent with `aside` when
    the page sends more}; 422 {error} for a file that is refused. Whatever else refuses it (a copy that has ended, no
    right or session any more) is {error} too, for who accepts JSON.
    """
    one, path = queries.working_copy(copy_id), request.args.get("path", "")
    content = request.form.get("text", "").encode("utf-8")
    try:
        digest = working_copies.save(copy_id, path, content, request.form.get("base") or None, by=signed_in())
    except working_copies.ChangedMeanwhile as refused:
        merge, aside = keep_aside(copy_id, path, content, request.form.get("base") or None)
        return jsonify(error=words(refused.words), merge=merge, aside=aside), 409
    except FileRefused as refused:
        return jsonify(error=words(refused.words)), refused.status
    at = moments.local(clock.now())
    return jsonify(digest=digest, at=f"{at:%H:%M}", **findings_of(one, path))


@blueprint.post("/copies/<int:copy_id>/upload")
@needs(Permission.RELEASE_DRAFT)
def upload_into_copy(copy_id: int) -> ResponseReturnValue:
    """Put a file where the copy has its namesake, over the content that the page showed (`base`: digest and path of
    each that an upload may replace). Where a colleague saved since, it is kept to be merged."""
    name, content = uploaded_file()
    back = redirect(url_for("studio.working_copy", copy_id=copy_id, view="files"))
    if not name:
        flash(gettext("请选择文件。"), "warning")
        return back
    bases = {path: digest for digest, _, path in (one.partition(" ") for one in request.form.getlist("base"))}
    try:
        path = working_copies.put_upload(copy_id, name, content, bases, by=signed_in())
    except working_copies.ChangedMeanwhile as refused:
        merge, _ = keep_aside(copy_id, refused.path, content, bases.get(refused.path))
        flash(words(refused.words), "warning")
        return redirect(merge)
    except FileRefused as refused:
        flash(words(refused.words), "warning")
        return back
    tell_readings({path: content})
    flash(gettext("已放入 %(path)s。", path=path), "success")
    return back


@blueprint.post("/copies/<int:copy_id>/remove")
@needs(Permission.RELEASE_DRAFT)
def remove_file(copy_id: int) -> ResponseReturnValue:
    """Take a file out of the copy; releases keep theirs."""
    path = request.form.get("path", "")
    working_copies.remove(copy_id, path, request.form.get("base", ""), by=signed_in())
    flash(gettext("已从工作稿中移除 %(path)s；已发布的版本不变。在“修改记录”里可以恢复。", path=path), "success")
    return redirect(url_for("studio.working_copy", copy_id=copy_id, view="files"))


@blueprint.post("/copies/<int:copy_id>/back")
@needs(Permission.RELEASE_DRAFT)
def set_back(copy_id: int) -> ResponseReturnValue:
    """Give a file the content of an earlier saving, or (`to` = "before") what stood there before it.

    `base`: digest of the content that the page showed it with; what a colleague saved since is not overwritten.
    """
    change, before = request.form.get("change", 0, type=int), request.form.get("to") == "before"
    base = request.form.get("base") or None
    try:
        path = working_copies.set_back(copy_id, change, base, by=signed_in(), before=before)
    except working_copies.ChangedMeanwhile as refused:
        shown = {"path": refused.path, "who": refused.who, "at": refused.at}
        flash(gettext("%(path)s 已由%(who)s于 %(at)s 保存过，没有恢复。请看过现在的内容再恢复。", **shown), "warning")
    else:
        flash(gettext("%(path)s 已恢复为所选的内容。", path=path), "success")
    return redirect(url_for("studio.working_copy", copy_id=copy_id, view="history"))


@blueprint.post("/copies/<int:copy_id>/undo")
@needs(Permission.RELEASE_DRAFT)
def undo_saving(copy_id: int) -> ResponseReturnValue:
    """Undo a saving of several files as one; where a file was changed since, nothing is, and the page says which."""
    saving = queries.savings_of(copy_id).get(request.form.get("saving", 0, type=int))
    if saving is None:
        raise NotFound()
    note = gettext("撤销：%(what)s", what=saving.note) if saving.note else gettext("撤销一次修改")
    try:
        undone = copy_savings.undo_saving(copy_id, saving.id, by=signed_in(), note=note)
    except (copy_savings.ChangedSince, copy_savings.AlreadyUndone, working_copies.CopyEnded) as refused:
        flash(words(refused.words), "warning")
    else:
        flash(gettext("已整次撤销，%(count)s 个文件恢复为修改前的内容。", count=len(undone)), "success")
    return redirect(url_for("studio.working_copy", copy_id=copy_id, view="history"))


@blueprint.post("/copies/<int:copy_id>/keep")
@needs(Permission.RELEASE_DRAFT)
def keep_copy(copy_id: int) -> ResponseReturnValue:
    """Keep the copy as the bundle's next draft release."""
    before = release_queries.newest_id()
    made = working_copies.keep(copy_id, request.form.get("note", "").strip(), by=signed_in())
    number = release_queries.release(made).number
    if made <= before:
        flash(gettext("文件与第 %(number)s 版相同，没有新建版本。", number=number), "info")
    else:
        flash(gettext("已存为第 %(number)s 版（草稿），没有发布。", number=number), "success")
    return redirect(url_for("studio.release", release_id=made))


@blueprint.get("/copies/<int:copy_id>/export")
@needs(Permission.RELEASE_SEE)
def export_copy(copy_id: int) -> ResponseReturnValue:
    """The copy as a zip, as a release is exported."""
    one = queries.working_copy(copy_id)
    return send_file(
        io.BytesIO(zip_of(working_copies.files_of(copy_id))),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{one.bundle_key}-copy-{one.id}.zip",
    )


def _file_rows(digests: dict[str, str], files: dict[str, bytes], findings: Any) -> list[tuple[str, int, int, str]]:
    """(path, bytes, findings, digest) of every file, in the order of `file_order`."""
    paths = sorted(digests, key=file_order)
    return [(path, len(files[path]), sum(one.file == path for one in findings), digests[path]) for path in paths]
