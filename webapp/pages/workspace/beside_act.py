"""What a page of a task does beside its act: it is done, or the page comes back with what was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import request
from flask.typing import ResponseReturnValue

from engine import Words
from webapp.errors import ActRefused, FileRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.pages.cases import with_frames
from webapp.pages.workspace.views import page_of, refused_page
from webapp.queries.workspace import workspace
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.unit_of_work import let_go


def refused_beside(task_id: int, by: Identity, act: Callable[[], None]) -> ResponseReturnValue | None:
    """Do it; the page with what is wrong beside its field, or with why it was refused, or None."""
    try:
        act()
    except FileRefused as refused:
        return page_beside(task_id, by, {"photo": refused.words}, refused.status)
    except Incomplete as incomplete:
        return page_beside(task_id, by, incomplete.faults, incomplete.status)
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        return refused_page(task_id, by, refusal)
    return None


def page_beside(task_id: int, by: Identity, errors: Mapping[str, Words], status: int) -> ResponseReturnValue:
    """The task's page with what was typed and what is wrong with it."""
    let_go()
    return with_frames(page_of(workspace(task_id, by), by, request.form, errors=dict(errors)), status)
