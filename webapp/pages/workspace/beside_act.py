"""What a page of a task does beside its act: it is done, or the page comes back with what was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import request
from flask.typing import ResponseReturnValue

from engine import Words
from webapp.errors import FileRefused, Incomplete
from webapp.identity import Identity
from webapp.pages.cases import with_frames
from webapp.pages.refusals import refusal_of
from webapp.pages.workspace.views import page_of, refused_page
from webapp.queries.workspace import workspace
from webapp.unit_of_work import let_go


def refused_beside(
    task_id: int, by: Identity, act: Callable[[], object], *, file: str = "photo"
) -> ResponseReturnValue | None:
    """Do it; the page with what is wrong beside its field (`file`: that of an upload), or with why it was refused,
    or None.
    """
    refusal = refusal_of(act)
    if isinstance(refusal, FileRefused):
        return page_beside(task_id, by, {file: refusal.words}, refusal.status)
    if isinstance(refusal, Incomplete):
        return page_beside(task_id, by, refusal.faults, refusal.status)
    return refused_page(task_id, by, refusal) if refusal else None


def page_beside(task_id: int, by: Identity, errors: Mapping[str, Words], status: int) -> ResponseReturnValue:
    """The task's page with what was typed and what is wrong with it."""
    let_go()
    return with_frames(page_of(workspace(task_id, by), by, request.form, errors=dict(errors)), status)
