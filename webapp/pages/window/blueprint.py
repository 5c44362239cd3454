"""The window's blueprint, and taking a task before acting on it."""

from __future__ import annotations

from flask import Blueprint

from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.queries.results import held_by
from webapp.services import tasks

blueprint = Blueprint("window", __name__, url_prefix="/window")


def take(task_id: int, revision: int, *, by: Identity) -> int:
    """Claim a free task, since at a counter taking and doing are one act; the revision to act with.

    A task that is closed is left to the command, which says who did what. Raises NotFound, HeldByAnother.
    """
    found = held_by(task_id)
    if found is None:
        raise NotFound()
    state, assignee, _ = found
    if state != "open" or assignee == by.user_id:
        return revision
    tasks.claim(task_id, by=by)
    return revision + 1
