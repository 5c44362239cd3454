"""The window's worklist, by stage; tab, search and place stand in the URL."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.catalogue import rules_in_force
from webapp.identity import signed_in
from webapp.pages.support import needs, words
from webapp.pages.window.blueprint import blueprint
from webapp.permissions import Permission, may
from webapp.queries import desk as queries
from webapp.queries.desk import RECEIVED, TABS


@blueprint.get("")
@needs(Permission.WINDOW_SEE)
def desk() -> ResponseReturnValue:
    """One row per case, by what the window has to do next."""
    by = signed_in()
    tab = request.args.get("tab", RECEIVED)
    tab = tab if tab in TABS else RECEIVED
    text = request.args.get("q", "").strip()
    page = queries.desk_page(
        by,
        rules_in_force(),
        tab,
        text=text,
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    return render_template(
        "window/desk.html",
        page=page,
        tab=tab,
        tab_name=words(TABS[tab]),
        text=text,
        tabs=_tabs(tab, text, queries.desk_counts(by, text)),
        previous_url=_url(tab, text, before=page.previous) if page.previous else None,
        next_url=_url(tab, text, after=page.following) if page.following else None,
        summary=gettext("本页 %(count)s 件", count=len(page.rows)),
        may_open=may(by, Permission.VISIT_OPEN),
        drafts_url=url_for("application.drafts"),
    )


def _tabs(chosen: str, text: str, counts: dict[str, str]) -> list[tuple[str, str, bool, str]]:
    return [(words(name), _url(tab, text), tab == chosen, counts[tab]) for tab, name in TABS.items()]


def _url(tab: str, text: str, **place: int | None) -> str:
    query: dict[str, Any] = {"tab": None if tab == RECEIVED else tab, "q": text or None, **place}
    return url_for("window.desk", **{key: value for key, value in query.items() if value})
