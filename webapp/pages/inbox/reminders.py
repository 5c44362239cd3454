"""A word to one's posts is taken off the inbox."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue

from webapp.identity import signed_in
from webapp.pages.addresses import came_from
from webapp.pages.inbox.blueprint import blueprint
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.services import reminders


@blueprint.post("/reminders/<int:reminder_id>")
@needs(Permission.INBOX_SEE)
def read_reminder(reminder_id: int) -> ResponseReturnValue:
    """Take a reminder off the list."""
    reminders.mark_read(reminder_id, by=signed_in())
    return redirect(came_from())
