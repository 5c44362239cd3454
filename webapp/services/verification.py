"""事后核查: the duty after a commitment."""

from __future__ import annotations

from collections.abc import Mapping

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.clocks import start_clock, stop_clock
from webapp.services.events import Event
from webapp.services.reviews import write_review
from webapp.services.tasks import ensure_step, finish
from webapp.services.visit_documents import issue_rectification
from webapp.services.work import on_task

RESULTS = {"verify": ("pass", "rectify"), "recheck": ("pass", "fail")}


def verify(
    task_id: int,
    *,
    by: Identity,
    result: str,
    record: str,
    checklist: Mapping[str, str],
    revision: int,
    key: str,
) -> None:
    """Record a verification, or the check after rectification. What was found is written down, always."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "verify", "recheck")
        if result not in RESULTS[task.step]:
            raise Incomplete("result", Words("请选择核查结论。", "Choose the result."))
        if not record.strip():
            raise Incomplete("record", Words("请填写核查记录。", "Write the record."))
        write_review(task, result, record, checklist, by)
        assert task.item_case_id is not None
        if result == "rectify":
            terms = task.case.rules.profile.terms("rectification-limit", "rectification")
            clock = start_clock(task.case, task.item_case_id, terms, task.case.now)
            issue_rectification(task, record, clock.due_on, by)
        else:
            for name in ("verification", "rectification"):
                stop_clock(task.case, task.item_case_id, name)
        task.case.record(Event.VERIFIED, by, item=task.item_case_id, result=result)
        finish(task, {"verification_result": result}, by=by, act=f"verified-{result}")
