"""事后核查: the duty after a commitment, done by two officers of whom none examined or decided the item.

How an item is verified (on the spot, by comparing data, by officers who are drawn) and what follows from what is found
are rules of the place (`[verification]` of its profile, `engine.law.VerificationRules`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine import Words
from engine.law import DATA_COMPARISON, PASS, RECTIFY, Finding, VerificationMethod
from webapp import moments
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.clocks import start_clock, stop_clock
from webapp.services.committed import CONDITION
from webapp.services.compared_facts import Comparison, ensure_compared, keep_compared
from webapp.services.draws import NOBODYS, draw_officers, ensure_may_verify
from webapp.services.events import Event
from webapp.services.job_handlers import RunningJob, handles
from webapp.services.locked_case import ClockFacts
from webapp.services.review_rows import FAILED, write_review
from webapp.services.tasks import ensure_step, finish
from webapp.services.took_part import ensure_took_no_part
from webapp.services.two_officers import sign_together
from webapp.services.verification_findings import AGAIN, FAIL, Offered, offered_at, verified_as
from webapp.services.verification_photos import ensure_enough_photos
from webapp.services.verification_points import ensure_all_marked
from webapp.services.visit_documents import issue_rectification
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

NOTHING: Mapping[str, Comparison] = {}


def verify(
    task_id: int,
    *,
    by: Identity,
    result: str,
    record: str,
    checklist: Mapping[str, str],
    revision: int,
    key: str,
    compared: Mapping[str, Comparison] = NOTHING,
) -> bool:
    """Sign a verification, or the check after rectification; returns whether it is complete.

    The first officer writes down what was found, always; another one confirms that record and signs. `result`: "pass"
    or a finding of the place's; after rectification also "again" (once more) or "fail". `compared`: by fact, where the
    item is verified by comparing data. Raises SecondOfficerNeeded when the first signs again, VerifierTookPart,
    InConflict, NotDrawn, Incomplete.
    """
    with on_task(task_id, by, permission=Permission.TASK_SEE, revision=revision, key=key) as task:
        ensure_step(task, "verify", "recheck")
        if task.participants == 1:  # of a release from before two had to sign: who holds the task
            ensure(by, Permission.TASK_DO, task.facts)
        assert task.item_case_id is not None
        ensure_took_no_part(task.case, task.item_case_id, by)
        ensure_may_verify(task, by)
        method = _method(task)

        def found() -> None:
            if result not in _offered(task):
                raise Incomplete("result", Words("请选择核查结论。", "Choose the result."))
            if not record.strip():
                raise Incomplete("record", Words("请填写核查记录。", "Write the record."))
            ensure_all_marked(task, method, checklist)
            _ensure_conditions_met(result, _offered(task)[result], checklist)
            if method.method == DATA_COMPARISON and task.step == "verify":
                ensure_compared(method.facts, compared, passes=result == PASS)
                keep_compared(task, method.facts, compared, by)
            else:
                ensure_enough_photos(task, method.photos)
            write_review(task, result, record, checklist, by)

        agreed = sign_together(task, by, result, found)
        if agreed is not None:
            _conclude(task, agreed, record, by)
    return agreed is not None


def _ensure_conditions_met(result: str, conclusion: Offered, checklist: Mapping[str, str]) -> None:
    """Raises Incomplete where a condition of the letter is marked as not met and all is found well all the same."""
    unmet = any(key.startswith(CONDITION) and mark == FAILED for key, mark in checklist.items())
    if result != PASS or not unmet:
        return
    name = conclusion.name
    raise Incomplete(
        "result",
        Words(
            f"有承诺的条件标为不符合，核查结论不能是“{name.zh}”。",
            f"A condition committed to is marked as not met: the result cannot be “{name.en}”.",
        ),
    )


def _method(task: OpenTask) -> VerificationMethod:
    assert task.item_key is not None
    return task.case.rules.profile.verification.method(task.item_key)


def _offered(task: OpenTask) -> Mapping[str, Offered]:
    assert task.item_case_id is not None
    return offered_at(task.step, task.case.rules.profile.verification, verified_as(task.item_case_id, before=task.id))


FOUND = "select opinion from review where task_id = %s order by id limit 1"


def _conclude(task: OpenTask, result: str, record: str, by: Identity) -> None:
    """All have signed: the order to rectify, the way to revocation, or the end."""
    assert task.item_case_id is not None
    offered = _offered(task).get(result)
    follows = offered.follows if offered else result
    stop_clock(task.case, task.item_case_id, "verification", "rectification", "recheck")
    if follows == RECTIFY:
        _order_to_rectify(task, record, by)
    else:
        task.case.writing.add("drawn_officer", NOBODYS, verified_item=task.item_case_id)
    task.case.record(Event.VERIFIED, by, item=task.item_case_id, step=task.step, result=result, follows=follows)
    finish(task, {"verification_result": follows}, by=by, act=ACTS.get(result, f"verified-{follows}"))


#: How the act is called in the history of the task, where it is not by what follows.
ACTS = {FAIL: "verified-fail", AGAIN: "verified-rectify"}


def _order_to_rectify(task: OpenTask, record: str, by: Identity) -> None:
    """Until when the holder puts it right, told in writing; and until when it is looked at again."""
    case, item_case_id = task.case, task.item_case_id
    assert item_case_id is not None
    profile = case.rules.profile
    clock = start_clock(case, item_case_id, profile.terms("rectification-limit", "rectification"), case.now)
    if "recheck-limit" in profile.parameters:
        start_clock(case, item_case_id, profile.terms("recheck-limit", "recheck"), _end_of(clock))
    row = sql().execute(FOUND, (task.id,)).fetchone()
    issue_rectification(task, row[0] if row else record, clock.due_on, by)


def _end_of(clock: ClockFacts) -> datetime:
    """The looking again begins when the time to put it right is over."""
    return moments.midnight(clock.due_on)


def finding_of(task: OpenTask) -> Finding | None:
    """What was found of the task's item, by the rules of its place; None where they know no such finding."""
    assert task.item_case_id is not None
    return task.case.rules.profile.verification.findings.get(verified_as(task.item_case_id).finding)


@handles("prepare-verification")
def _prepare(job: RunningJob) -> dict[str, Any]:
    """Who verifies: drawn, where the place says so for the item. Raises NotEnoughOfficers."""
    assert job.item_case_id is not None
    item = job.case.release.bundle.item(str(job.inputs["item"]))
    if job.case.rules.profile.verification.method(item.key).is_drawn:
        draw_officers(job.case, job.item_case_id, [item.groups["verify"]], _signers(job), by=None)
    return {}


def _signers(job: RunningJob) -> int:
    """How many sign the verification that this job prepares, as its diagram has it."""
    nodes = job.instance.release.program.processes[job.instance.process].nodes.values()
    said = ({name: slot.text for name, slot in node.properties} for node in nodes)
    return max(int(one.get("participants", "1")) for one in said if one.get("step") == "verify")


REMIND = """
insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)
select distinct t.case_id, t.item_case_id, c.group_key, '事后核查期限已过八成，请抓紧核查',
    'Most of the time for verification has passed', %s
from user_task t join task_candidate c on c.task_id = t.id
where t.item_case_id = %s and t.step = 'verify' and t.state = 'open'
"""


@handles("remind-verification")
def _remind(job: RunningJob) -> dict[str, Any]:
    """The 80 % mark of the time for verification: a word to the post that has it."""
    sql().execute(REMIND, (job.case.now, job.item_case_id))
    job.case.record(Event.REMINDED, None, item=job.item_case_id)
    return {}
