"""待合并的修改: two people on one file. The second sees what both did, decides what differs, and loses nothing."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from engine.merging import Kind, Side
from webapp import clock, moments
from webapp.errors import FileRefused, NotFound
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.studio.shared import blueprint, finding_lines
from webapp.pages.support import needs, words
from webapp.pages.workspace.around import present_lines
from webapp.permissions import Permission
from webapp.queries import working_copies as queries
from webapp.queries.asides import AsideView, Asked, view_of
from webapp.queries.release_diagrams import Diagram, read_diagram_file
from webapp.services import asides, copy_presence
from webapp.services.presence import Present
from webapp.services.release_uploads import is_diagram

PREFIX = "side-"
#: What a conflict is about, where it is not the fact of an element.
KINDS = {
    Kind.GONE: Words("一人删除，一人修改", "taken out by one, changed by the other"),
    Kind.ORDER: Words("两人在同一处各加了一条：谁的在前", "both added at one place: whose comes first"),
    Kind.LAYOUT: Words("两人都移动过：按谁的位置", "both moved these: whose places stand"),
    Kind.LINES: Words("第 {line} 行起", "from line {line}"),
    Kind.FILE: Words("整个文件", "the whole file"),
}


@blueprint.record
def _words_of_conflicts(setup: BlueprintSetupState) -> None:
    setup.app.jinja_env.globals.update(conflict_kinds={str(kind): said for kind, said in KINDS.items()})


@blueprint.get("/copies/<int:copy_id>/around")
@needs(Permission.RELEASE_SEE)
def copy_around(copy_id: int) -> ResponseReturnValue:
    """Who else is in this file (`path`; "": in which), and who saved it since (`digest`): 304 where nothing is new."""
    shown = around_of(copy_id, request.args.get("path", ""), request.args.get("digest", ""))
    answer = Response(headers={"ETag": f'"{shown["tag"]}"'})
    if request.if_none_match.contains(shown["tag"]):
        answer.status_code = 304
        return answer
    answer.set_data(render_template("studio/_copy_around.html", around=shown))
    return answer


def around_of(copy_id: int, path: str = "", digest: str = "") -> dict[str, Any]:
    """What `_copy_around.html` shows, as `around`; the page of an editor calls it when it is made."""
    found = copy_presence.around(copy_id, path, digest, by=signed_in())
    return {
        "copy_id": copy_id,
        "path": path,
        "others": [
            (name, since, one.path)
            for one in found.others
            for name, since in present_lines([Present(one.name, one.since)])
        ],
        "saved": found.saved,
        "tag": found.tag(language(), clock.today(moments.OFFICE_ZONE)),
    }


def keep_aside(copy_id: int, path: str, content: bytes, base: str | None) -> tuple[str, int]:
    """Keep what could not be saved; returns the address of the page on which it is merged, and its id."""
    former = request.form.get("aside", type=int)
    made = asides.set_aside(copy_id, path, content, base, by=signed_in(), former=former)
    return url_for("studio.aside", copy_id=copy_id, aside_id=made), made


@blueprint.get("/copies/<int:copy_id>/asides/<int:aside_id>")
@needs(Permission.RELEASE_DRAFT)
def aside(copy_id: int, aside_id: int) -> ResponseReturnValue:
    """What both did to the file, and what is to be decided."""
    return _page(_own(copy_id, aside_id))


@blueprint.post("/copies/<int:copy_id>/asides/<int:aside_id>")
@needs(Permission.RELEASE_DRAFT)
def merge_aside(copy_id: int, aside_id: int) -> ResponseReturnValue:
    """Note the chosen sides (`side-<mark>`: mine, theirs), and save both together (`then` = merge)."""
    one = _own(copy_id, aside_id)
    chosen = {
        name.removeprefix(PREFIX): Side(value)
        for name, value in request.form.items()
        if name.startswith(PREFIX) and value in set(Side)
    }
    asides.choose(one.id, chosen, by=signed_in())
    if request.form.get("then") != "merge":
        flash(gettext("已记下所选。"), "success")
        return redirect(url_for("studio.aside", copy_id=copy_id, aside_id=aside_id))
    try:
        asides.merge(one.id, by=signed_in())
    except asides.MergedBroken as refused:
        return _page(_own(copy_id, aside_id), words(refused.words), refused.findings), refused.status
    except (asides.StillOpen, asides.StillChanging, FileRefused) as refused:
        return _page(_own(copy_id, aside_id), words(refused.words)), refused.status
    flash(gettext("已合并并保存 %(path)s：两人的修改都在。", path=one.path), "success")
    return redirect(url_for("studio.working_copy", copy_id=copy_id, view="history"))


@blueprint.post("/copies/<int:copy_id>/asides/<int:aside_id>/copy")
@needs(Permission.RELEASE_DRAFT)
def copy_aside(copy_id: int, aside_id: int) -> ResponseReturnValue:
    """A working copy of one's own instead."""
    made = asides.copy_apart(_own(copy_id, aside_id).id, by=signed_in())
    flash(gettext("已另存为新的工作稿，原工作稿没有变。"), "success")
    return redirect(url_for("studio.working_copy", copy_id=made))


@blueprint.post("/copies/<int:copy_id>/asides/<int:aside_id>/drop")
@needs(Permission.RELEASE_DRAFT)
def drop_aside(copy_id: int, aside_id: int) -> ResponseReturnValue:
    """Let the file stand; it can be taken up again from the page of the copy."""
    asides.drop(_own(copy_id, aside_id).id, by=signed_in())
    flash(gettext("没有合并；您的修改仍在，可以从工作稿里再取用。"), "info")
    return redirect(url_for("studio.working_copy", copy_id=copy_id))


@blueprint.post("/copies/<int:copy_id>/asides/<int:aside_id>/again")
@needs(Permission.RELEASE_DRAFT)
def take_up_aside(copy_id: int, aside_id: int) -> ResponseReturnValue:
    """Take up again what was let be."""
    asides.take_up(_own(copy_id, aside_id).id, by=signed_in())
    return redirect(url_for("studio.aside", copy_id=copy_id, aside_id=aside_id))


@blueprint.get("/copies/<int:copy_id>/asides/<int:aside_id>/mine")
@needs(Permission.RELEASE_DRAFT)
def download_aside(copy_id: int, aside_id: int) -> ResponseReturnValue:
    """What one made oneself, as a file."""
    one = _own(copy_id, aside_id)
    return send_file(
        io.BytesIO(one.mine),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=one.path.rpartition("/")[2],
    )


def _own(copy_id: int, aside_id: int) -> asides.Aside:
    one = asides.aside_of(aside_id, by=signed_in())
    if one.copy_id != copy_id:
        raise NotFound()
    return one


def _page(one: asides.Aside, error: str = "", findings: tuple[Any, ...] = ()) -> str:
    view = view_of(one)
    return render_template(
        "studio/aside.html",
        copy=queries.working_copy(one.copy_id),
        aside=one,
        view=view,
        error=error,
        lines=finding_lines(findings, ()),
        pictures=_pictures(one, view),
        prefix=PREFIX,
        around=around_of(one.copy_id, one.path),
    )


def _pictures(one: asides.Aside, view: AsideView) -> list[tuple[str, Diagram, list[dict[str, str]]]]:
    """(title, diagram, marks) of both sides where something is asked, else of what comes of it."""
    if not is_diagram(one.path):
        return []
    sides = (
        [(gettext("我的"), one.mine), (gettext("现在保存着的"), one.theirs)]
        if view.asked
        else [(gettext("合并后"), view.preview)]
    )
    found = []
    for title, content in sides:
        shown = read_diagram_file(one.path, content) if content is not None else None
        if shown is not None and shown.is_drawn:
            found.append((title, shown, [mark for each in view.asked for mark in _marks(each, shown)]))
    return found


def _marks(asked: Asked, shown: Diagram) -> list[dict[str, str]]:
    conflict = asked.conflict
    if conflict.element not in shown.drawn:
        return []
    said = gettext("两人的修改不一致")
    text = f"{conflict.name or conflict.element}{gettext('：')}{said}"
    severity = "note" if asked.chosen else "warning"
    return [{"element": conflict.element, "severity": severity, "text": text, "target": f"conflict-{asked.number}"}]
