"""上报 and the review above: what their acts take from the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from werkzeug.datastructures import MultiDict

from engine import Words
from webapp.identity import Identity
from webapp.pages.workspace.points import marks_posted
from webapp.pages.workspace.posted import Posted
from webapp.services import hand_up


def send(task: Posted, typed: MultiDict[str, str], by: Identity) -> Words:
    """Raises Incomplete, whose field the page shows."""
    hand_up.hand_up(
        task.id,
        by=by,
        conclusion=typed.get("conclusion", "").strip(),
        opinion=typed.get("opinion", ""),
        revision=typed.get("revision", -1, type=int),
        key=typed.get("key", "").strip(),
    )
    return Words(
        "审查意见和全部材料已上报，材料已锁定。", "Opinion and all materials are handed up; the materials are locked."
    )


def above(task: Posted, typed: MultiDict[str, str], by: Identity) -> Words:
    """Raises Incomplete, whose field the page shows; MaterialsLocked, ReturnNotAllowed."""
    conclusion = typed.get("conclusion", "").strip()
    hand_up.upper_review(
        task.id,
        by=by,
        conclusion=conclusion,
        opinion=typed.get("opinion", ""),
        checklist=marks_posted(typed),
        revision=typed.get("revision", -1, type=int),
        key=typed.get("key", "").strip(),
    )
    if conclusion == hand_up.RETURN:
        return Words(
            "已退回下级机关补充审查，办理时限照常计算。", "Sent back below to be completed; the clocks run on."
        )
    return Words("审查意见已提出。", "The proposal is made.")


ACTS: Mapping[str, Callable[[Posted, MultiDict[str, str], Identity], Words]] = {
    hand_up.STEP: send,
    hand_up.ABOVE: above,
}
