"""下一件: from a task to the next of the list that one came from, and to the list where there is none."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.identity import Identity
from webapp.pages.inbox.blueprint import Asked, asked, asked_last, blueprint
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries import worklist
from webapp.queries.worklist import Cursor, Row
from webapp.queries.worklist_wanted import DONE, GROUPS, Wanted


@blueprint.get("/next")
@needs(Permission.INBOX_SEE)
def following() -> ResponseReturnValue:
    """The task that follows `task` in the list where this browser was last.

    Behind the last of a page comes the next page, and behind the last of all the first that is left. A task that is
    done stands in no list any more: what follows it is the first.
    """
    said = asked_last()
    if said is None or said.wanted.tab == DONE:
        said = asked(Wanted(tab=GROUPS))
    task = request.args.get("task", "")
    found = _following(said, int(task) if task.isascii() and task.isdecimal() and len(task) <= 18 else 0)
    if found is None:
        flash(gettext("清单里没有可以接着办理的任务了。"), "info")
        return redirect(said.here)
    return redirect(url_for("task.show", task_id=found))


def _following(said: Asked, task_id: int) -> int | None:
    page = _page(said, **said.cursors)
    at = next((place for place, row in enumerate(page.rows) if row.task_id == task_id), -1)
    behind, before = page.rows[at + 1 :], page.rows[: max(at, 0)]
    found = first_to_do(behind, said.by)
    if found is None and page.following:
        found = first_to_do(_page(said, after=page.following).rows, said.by)
    return found or first_to_do(before, said.by)


def _page(said: Asked, *, after: Cursor | None = None, before: Cursor | None = None) -> worklist.Page:
    found = worklist.find(said.by, said.rules, said.wanted, said.groups, after=after, before=before)
    return worklist.page_of(found, said.by, said.rules(), said.wanted)


def first_to_do(rows: Iterable[Row], by: Identity) -> int | None:
    """The first task that this person can take or act on now."""
    return next((row.task_id for row in rows if _to_do(row, by)), None)


def _to_do(row: Row, by: Identity) -> bool:
    if not row.mine or row.suspended or row.waits:
        return False
    return not row.signed if row.shared else row.holder_id in (None, by.user_id) or row.is_taken_over()
