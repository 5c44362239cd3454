"""退回审查: who decides sends the item back to who reviews, with reasons, before any ruling.

It is between the officers of the authority: nobody asks the applicant for anything, no clock stops or begins. So what
comes to light before the ruling is examined first, such as an application for a hearing that was made in time
(行政许可法 art. 47, 48): a ruling without that hearing would not stand.
"""

from __future__ import annotations

from engine import Words
from engine.bundles import goes_back
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.review_rows import write_review
from webapp.services.rulings import ensure_owner
from webapp.services.tasks import ensure_step, finish
from webapp.services.work import on_task

RETURN = "return"
NAME = Words("退回补充审查", "Back to the review")
HINT = Words(
    "在“理由”中写明；内部环节，不暂停计时，申请人不可见。例如发现按期提出的听证申请。",
    "Say why under reasons. Internal: no clock stops, the applicant does not see it. For instance a hearing applied for"
    " in time.",
)


class NoWayBack(ActRefused):
    """The diagram that this case began with has no way back from the decider."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "本案使用的流程图没有退回审查的环节：请由系统管理员将本案迁移到新版流程后再办理。",
                "The diagram of this case has no way back to the review: have the case moved to a newer release first.",
            )
        )


def return_to_review(task_id: int, *, by: Identity, reason: str, revision: int, key: str) -> None:
    """Send the item back from its decider to the review before it. Raises Incomplete, NoWayBack, NotTheOwner."""
    with on_task(task_id, by, permission=Permission.ITEM_RULE, revision=revision, key=key) as task:
        ensure_step(task, "decide")
        ensure_owner(task, by)
        if not reason.strip():
            raise Incomplete("reasons", Words("请写明退回审查的理由。", "Say why it goes back to the review."))
        release = task.case.release
        assert task.item_key is not None
        item = release.bundle.item(task.item_key)
        if not goes_back(item, release.program, release.bundle.entry_process, task.element):
            raise NoWayBack()
        write_review(task, RETURN, reason, {}, by)
        finish(task, {"ruling": RETURN}, by=by, act="returned")
