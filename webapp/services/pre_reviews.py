"""预审: an item that needs another's result is examined while that is undecided, and decided at once when it comes.

Before the result nothing is accepted and no limit runs; the pre-review is the department's own preparation. What was
found ready opens at the decider's task when the result is there: acceptance and ruling in one act, by another person
(LAW 2.4: whoever comes after has done everything else). What was not is handled from acceptance on, as ever.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine import Words
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.review_rows import write_review
from webapp.services.tasks import ensure_step, finish
from webapp.services.tolerance_terms import PROMISED
from webapp.services.work import on_task


class MaterialToFollow(ActRefused):
    """What is decided as soon as it opens has all its materials: a promised one is not there."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "申请人承诺受理后补齐部分材料，不能预审为可以当场决定；请选择未通过，受理后按一般流程办理。",
                "The applicant has promised materials for after acceptance: it is not ready to be decided at once. Say"
                " that it is not ready; it then goes the ordinary way.",
            )
        )


STEP = "pre-review"
READY, NOT_READY = "ready", "not-ready"


def pre_review(
    task_id: int, *, by: Identity, conclusion: str, opinion: str, checklist: Mapping[str, str], revision: int, key: str
) -> None:
    """Finish the pre-review: ready to be decided, or not yet, and why. Raises Incomplete."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, STEP)
        if conclusion not in (READY, NOT_READY):
            raise Incomplete("conclusion", Words("请选择预审结论。", "Choose the conclusion."))
        if conclusion == NOT_READY and not opinion.strip():
            raise Incomplete("opinion", Words("预审未通过应当写明原因。", "Say why it is not ready."))
        if conclusion == READY and task.tolerance == PROMISED:
            raise MaterialToFollow()
        write_review(task, conclusion, opinion, checklist, by)
        finish(task, {"pre_review": conclusion}, by=by, act="pre-reviewed")
