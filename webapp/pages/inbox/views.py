"""Saved views: kept, renamed, shared with a post, replaced, deleted; the one with which the inbox opens."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.addresses import safe_next
from webapp.pages.inbox.blueprint import blueprint
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries.inbox_views import views_for
from webapp.queries.worklist_beside import named_groups
from webapp.queries.worklist_wanted import read_address
from webapp.services import views as commands


@blueprint.get("/views")
@needs(Permission.INBOX_SEE)
def views() -> ResponseReturnValue:
    """All views that one sees, with what can be done to them; `query` is that of a list which is to be kept."""
    return _page()


@blueprint.post("/views")
@needs(Permission.INBOX_SEE)
def save() -> ResponseReturnValue:
    """Keep the list under a name."""
    kept = _query()
    try:
        view_id = commands.save_view(
            request.form.get("name", ""), kept, group=request.form.get("group", ""), by=signed_in()
        )
    except Incomplete as incomplete:
        return _page(incomplete)
    flash(gettext("视图已保存。"), "success")
    return redirect(f"{url_for('inbox.inbox')}?view={view_id}&{kept}")


@blueprint.post("/views/<int:view_id>")
@needs(Permission.INBOX_SEE)
def change(view_id: int) -> ResponseReturnValue:
    """Another name, or shared with another post."""
    try:
        commands.change_view(view_id, request.form.get("name", ""), group=request.form.get("group", ""), by=signed_in())
    except Incomplete as incomplete:
        return _page(incomplete, view_id)
    flash(gettext("视图已修改。"), "success")
    return redirect(url_for("inbox.views"))


@blueprint.post("/views/<int:view_id>/replace")
@needs(Permission.INBOX_SEE)
def replace(view_id: int) -> ResponseReturnValue:
    """From now on the view shows what is on the screen."""
    kept = _query()
    commands.replace_view(view_id, kept, by=signed_in())
    flash(gettext("视图已更新。"), "success")
    return redirect(f"{url_for('inbox.inbox')}?view={view_id}&{kept}")


@blueprint.post("/views/<int:view_id>/delete")
@needs(Permission.INBOX_SEE)
def delete(view_id: int) -> ResponseReturnValue:
    """The view is gone, for those with whom it was shared too."""
    commands.delete_view(view_id, by=signed_in())
    flash(gettext("视图已删除。"), "success")
    return redirect(url_for("inbox.views"))


@blueprint.post("/views/default")
@needs(Permission.INBOX_SEE)
def default() -> ResponseReturnValue:
    """With which view the inbox opens."""
    chosen = request.form.get("view", "")
    commands.open_with(int(chosen) if chosen.isdecimal() and len(chosen) <= 18 else None, by=signed_in())
    flash(gettext("默认视图已设置。"), "success")
    return redirect(safe_next(request.form.get("next") or url_for("inbox.views")))


def _query() -> str:
    """The posted address as we would write it ourselves."""
    return read_address(request.form.get("query", ""))[0].address


def _page(incomplete: Incomplete | None = None, view_id: int = 0) -> ResponseReturnValue:
    by = signed_in()
    asked_for = request.form.get("query") if incomplete and not view_id else request.args.get("query")
    wanted = read_address(asked_for)[0] if asked_for is not None else None
    return (
        render_template(
            "inbox/views.html",
            views=views_for(by),
            groups=[(key, words(name)) for key, name in named_groups(sorted(by.groups))],
            query=wanted.address if wanted else None,
            typed=request.form,
            errors={field: words(said) for field, said in incomplete.faults.items()} if incomplete else {},
            wrong=view_id,
        ),
        incomplete.status if incomplete else 200,
    )
