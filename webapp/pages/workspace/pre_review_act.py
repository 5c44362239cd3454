"""预审: what its act takes from the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from werkzeug.datastructures import MultiDict

from engine import Words
from webapp.identity import Identity
from webapp.pages.workspace.points import marks_posted
from webapp.pages.workspace.posted import Posted
from webapp.services import pre_reviews


def pre_review(task: Posted, typed: MultiDict[str, str], by: Identity) -> Words:
    """Raises Incomplete, whose field the page shows."""
    conclusion = typed.get("conclusion", "").strip()
    pre_reviews.pre_review(
        task.id,
        by=by,
        conclusion=conclusion,
        opinion=typed.get("opinion", ""),
        checklist=marks_posted(typed),
        revision=typed.get("revision", -1, type=int),
        key=typed.get("key", "").strip(),
    )
    if conclusion == pre_reviews.READY:
        return Words("预审通过，等待前置事项的结果。", "Ready: waits for the result before it.")
    return Words("预审未通过，已记录原因。", "Not ready: the reasons are kept.")


ACTS: Mapping[str, Callable[[Posted, MultiDict[str, str], Identity], Words]] = {pre_reviews.STEP: pre_review}
