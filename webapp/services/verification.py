"""事后核查: the duty after a commitment, done by two officers of whom none examined or decided the item."""

from __future__ import annotations

from collections.abc import Mapping

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, ensure
from webapp.services.clocks import start_clock, stop_clock
from webapp.services.events import Event
from webapp.services.review_rows import write_review
from webapp.services.tasks import ensure_step, finish
from webapp.services.two_officers import ensure_took_no_part, sign_together
from webapp.services.visit_documents import issue_rectification
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

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
) -> bool:
    """Sign a verification, or the check after rectification; returns whether it is complete.

    The first officer writes down what was found, always; another one confirms that record and signs. Raises
    SecondOfficerNeeded when the first signs again, VerifierTookPart, Incomplete.
    """
    with on_task(task_id, by, permission=Permission.TASK_SEE, revision=revision, key=key) as task:
        ensure_step(task, "verify", "recheck")
        if task.participants == 1:  # of a release from before two had to sign: who holds the task
            ensure(by, Permission.TASK_DO, TaskFacts(task.groups, task.assignee_id, task.state))
        ensure_took_no_part(task, by)

        def found() -> None:
            if result not in RESULTS[task.step]:
                raise Incomplete("result", Words("请选择核查结论。", "Choose the result."))
            if not record.strip():
                raise Incomplete("record", Words("请填写核查记录。", "Write the record."))
            write_review(task, result, record, checklist, by)

        agreed = sign_together(task, by, result, found)
        if agreed is not None:
            _conclude(task, agreed, record, by)
    return agreed is not None


FOUND = "select opinion from review where task_id = %s order by id limit 1"


def _conclude(task: OpenTask, result: str, record: str, by: Identity) -> None:
    """All have signed: the order to rectify, or the end of the clocks."""
    assert task.item_case_id is not None
    if result == "rectify":
        terms = task.case.rules.profile.terms("rectification-limit", "rectification")
        clock = start_clock(task.case, task.item_case_id, terms, task.case.now)
        row = sql().execute(FOUND, (task.id,)).fetchone()
        issue_rectification(task, row[0] if row else record, clock.due_on, by)
    else:
        stop_clock(task.case, task.item_case_id, "verification", "rectification")
    task.case.record(Event.VERIFIED, by, item=task.item_case_id, result=result)
    finish(task, {"verification_result": result}, by=by, act=f"verified-{result}")
