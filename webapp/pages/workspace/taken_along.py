"""Which pages a phone may take along: those of a joint visit that is still to be recorded, until the session ends."""

from __future__ import annotations

from webapp.identity import Identity
from webapp.queries.site_visits import session_ends
from webapp.queries.workspace import Workspace

#: Whose the page is and until when: a service worker keeps what has this, and nothing else (visit/names.js).
TAKE_ALONG = "X-Take-Along"


def may_be_taken_along(task: Workspace, by: Identity) -> bool:
    """The page of a visit that this person may record now."""
    return task.step == "visit" and task.is_open and not task.signers and task.obstacle(by) is None


def taken_by(by: Identity) -> str:
    """What the header says: after the end of the session the page is shown to nobody."""
    return f"{by.user_id} {session_ends(by).isoformat()}"
