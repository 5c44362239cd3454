"""The folders of what colleagues ask of one and what was copied to one: lists of their own, with their counts."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from webapp.queries.worklist_counts import Counts

ASKED, COPIES = "asked", "copies"


def asked_tabs(counted: Counts, here: str = "") -> list[tuple[str, str, bool, str | None]]:
    """(label, address, whether it is the one shown, count)."""
    return [
        (gettext("请我协办"), url_for("inbox.asked"), here == ASKED, str(counted.asked)),
        (
            gettext("抄送我的"),
            url_for("inbox.copies_to_me"),
            here == COPIES,
            str(counted.unread) if counted.unread else None,
        ),
    ]
