"""审查: examination, the joint visit of two officers, and the reviewer's proposal."""

from __future__ import annotations

from collections.abc import Mapping

from engine import Words
from engine.bundles import RECORD, done_as
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.appointments import ensure_begun
from webapp.services.review_rows import write_review
from webapp.services.tasks import ensure_step, finish
from webapp.services.two_officers import sign_together
from webapp.services.visit_documents import issue_visit_record
from webapp.services.visit_findings import ensure_fits, faults_of
from webapp.services.visit_records import NOBODY_SAID, Attendance, ensure_read, keep_record
from webapp.services.visited_items import visited_items
from webapp.services.work import on_task

GRANT, REFUSE = "grant", "refuse"


def examine(
    task_id: int,
    *,
    by: Identity,
    visit_needed: bool,
    opinion: str,
    checklist: Mapping[str, str],
    revision: int,
    key: str,
) -> None:
    """Finish the examination of the documents and declare whether a visit is needed."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "examine")
        write_review(task, "visit" if visit_needed else "no-visit", opinion, checklist, by)
        if not visit_needed and task.item_key is not None:
            task.case.not_visited.add(task.item_key)
        finish(task, {"visit_needed": visit_needed}, by=by, act="examined")


def propose(
    task_id: int,
    *,
    by: Identity,
    proposal: str,
    opinion: str,
    checklist: Mapping[str, str],
    revision: int,
    key: str,
) -> None:
    """Propose to grant or to refuse (建议准予 / 建议不予); a proposal to refuse gives reasons."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "review")
        if proposal not in (GRANT, REFUSE):
            raise Incomplete("proposal", Words("请选择审查意见。", "Choose the proposal."))
        if proposal == REFUSE and not opinion.strip():
            raise Incomplete("opinion", Words("建议不予应当说明理由。", "A proposal to refuse needs reasons."))
        write_review(task, proposal, opinion, checklist, by)
        finish(task, {"proposal": proposal}, by=by, act=f"propose-{proposal}")


def record_step(task_id: int, *, by: Identity, record: str, revision: int, key: str) -> None:
    """What was done is written down, and the step is over: for work that rules on nothing, and for a step that nobody
    knows. Raises Incomplete."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        if done_as(task.step) != RECORD:
            raise NotFound()
        if not record.strip():
            raise Incomplete("record", Words("请记录办理情况。", "Record what was done."))
        write_review(task, "done", record, {}, by)
        finish(task, {}, by=by, act="done")


def sign_visit(
    task_id: int,
    *,
    by: Identity,
    conclusion: str,
    record: str,
    checklist: Mapping[str, str],
    revision: int,
    key: str,
    present: Attendance | None = None,
    digest: str = "",
) -> bool:
    """Sign the joint visit. The first officer records it, a second, different one confirms; then it is done.

    The second signs what the first recorded: a page from before that signature is Stale, and another
    conclusion is refused. `present`: who was there for the visited party, which the first records; `digest`: of the
    record that the second read. Returns whether the visit is complete. Raises SecondOfficerNeeded when the first
    signs again, VisitNotYet before the time that was appointed, RecordChanged, Incomplete (with everything that is
    missing: each point that nobody has marked, the conclusion, the record, who was there; or a conclusion better than
    the points).
    """
    with on_task(task_id, by, permission=Permission.TASK_SEE, revision=revision, key=key) as task:
        ensure_step(task, "visit")

        def found() -> str:
            items = [one.item for one in visited_items(task.case)]
            missing = faults_of(items, conclusion, record, checklist)
            if present is None:
                missing.append(("signature_of_person", NOBODY_SAID))
            if missing:
                raise Incomplete(*missing[0], *missing[1:])
            assert present is not None
            ensure_fits(items, conclusion, checklist)
            ensure_begun(task)
            write_review(task, conclusion, record, checklist, by)
            return keep_record(task, by, conclusion, record, checklist, present)

        agreed = sign_together(task, by, conclusion, found, read=lambda: ensure_read(task, digest))
        if agreed is not None:
            issue_visit_record(task, by)
            finish(task, {"visit_conclusion": agreed}, by=by, act="visited")
    return agreed is not None
