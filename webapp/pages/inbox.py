"""待办: what waits for one's posts, the most urgent first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.catalogue import rules_in_force
from webapp.identity import signed_in
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import worklist
from webapp.queries.meeting_inbox import waiting_meetings
from webapp.queries.worklist import Counts, Cursor, Page
from webapp.services import reminders

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")


@blueprint.get("")
@needs(Permission.INBOX_SEE)
def inbox() -> ResponseReturnValue:
    """Tabs, search and place in the list stand in the URL."""
    by, rules = signed_in(), rules_in_force()
    mine = request.args.get("tab") == "mine"
    text = request.args.get("q", "").strip()
    group = request.args.get("group", "")
    page = worklist.inbox_page(
        by,
        rules,
        mine=mine,
        group=group,
        text=text,
        after=worklist.read_cursor(request.args.get("after", "")),
        before=worklist.read_cursor(request.args.get("before", "")),
    )
    return render_template(
        "inbox/inbox.html",
        page=page,
        mine=mine,
        text=text,
        group=group if group in by.groups else "",
        tabs=_tabs(mine, text, worklist.counts(by)),
        groups=[(one.key, words(one.name)) for one in worklist.own_groups(by)],
        reminders=worklist.reminders(by),
        meetings=waiting_meetings(by, rules),
        cases=worklist.cases_found(by, text) if text else [],
        previous_url=_page_url(mine, text, group, before=page.previous),
        next_url=_page_url(mine, text, group, after=page.following),
        summary=_summary(page),
        me=by.user_id,
    )


@blueprint.post("/reminders/<int:reminder_id>")
@needs(Permission.INBOX_SEE)
def read_reminder(reminder_id: int) -> ResponseReturnValue:
    """Take a reminder off the list."""
    reminders.mark_read(reminder_id, by=signed_in())
    return redirect(url_for("inbox.inbox"))


def _tabs(mine: bool, text: str, counts: Counts) -> list[tuple[str, str, bool, str]]:
    query: dict[str, Any] = {"q": text} if text else {}
    return [
        (gettext("本岗待办"), url_for("inbox.inbox", **query), not mine, Counts.shown(counts.groups)),
        (gettext("我认领的"), url_for("inbox.inbox", tab="mine", **query), mine, Counts.shown(counts.mine)),
    ]


def _page_url(
    mine: bool, text: str, group: str, *, before: Cursor | None = None, after: Cursor | None = None
) -> str | None:
    if before is None and after is None:
        return None
    given: dict[str, Any] = {
        "tab": "mine" if mine else None,
        "q": text or None,
        "group": group or None,
        "before": before and str(before),
        "after": after and str(after),
    }
    return url_for("inbox.inbox", **{key: value for key, value in given.items() if value})


def _summary(page: Page) -> str:
    return gettext("本页 %(count)s 条", count=len(page.rows))
