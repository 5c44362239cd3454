"""上报 and the review above: what their acts take from the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.pages.workspace import procedure_acts
from webapp.pages.workspace.points import marks_posted, unmarked
from webapp.pages.workspace.posted import Posted
from webapp.pages.workspace.typed import Typed, revision_of, text
from webapp.services import hand_up


def send(task: Posted, typed: Typed, by: Identity) -> Words:
    """Raises Incomplete, whose field the page shows."""
    hand_up.hand_up(
        task.id,
        by=by,
        conclusion=text(typed, "conclusion"),
        opinion=text(typed, "opinion"),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    return Words(
        "审查意见和全部材料已上报，材料已锁定。", "Opinion and all materials are handed up; the materials are locked."
    )


def above(task: Posted, typed: Typed, by: Identity) -> Words:
    """Raises Incomplete, whose field the page shows; MaterialsLocked, ReturnNotAllowed, NotOrderedAbove."""
    conclusion = text(typed, "conclusion")
    if conclusion in procedure_acts.ORDERS:
        return procedure_acts.ORDERS[conclusion](task, typed, by)
    missing = list(unmarked(task, typed).items())
    if missing and conclusion in (hand_up.GRANT, hand_up.REFUSE):
        raise Incomplete(*missing[0], *missing[1:])
    hand_up.upper_review(
        task.id,
        by=by,
        conclusion=conclusion,
        opinion=text(typed, "opinion"),
        checklist=marks_posted(typed),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    if conclusion == hand_up.RETURN:
        return Words(
            "已退回下级机关补充审查，办理时限照常计算。", "Sent back below to be completed; the clocks run on."
        )
    return Words("审查意见已提出。", "The proposal is made.")


ACTS: Mapping[str, Callable[[Posted, Typed, Identity], Words]] = {
    hand_up.STEP: send,
    hand_up.ABOVE: above,
}
