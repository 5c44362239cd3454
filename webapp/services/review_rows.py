"""Every act of examining an item leaves a row: who did it, at which step, with which finding.

Who may rule, host a hearing or verify afterwards is checked on these rows.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.services.events import Event
from webapp.services.work import OpenTask

FAILED = "fail"
POINT_RESULTS = ("pass", FAILED, "not-applicable")
LONGEST_REMARK = 500  # characters
REMARK_TOO_LONG = Words(
    f"说明不超过 {LONGEST_REMARK} 个字。", f"Words on a point have {LONGEST_REMARK} characters at most."
)


class Marks(dict[str, str]):
    """Point -> how it was marked, with the officer's words beside a point (`remarks`)."""

    def __init__(self, results: Mapping[str, str], remarks: Mapping[str, str]) -> None:
        super().__init__(results)
        self.remarks = {key: text for key, text in remarks.items() if text}


REVIEW = """
insert into review (case_id, item_case_id, task_id, step, conclusion, opinion, checklist, remarks, by_id, acting_for,
    at)
values (%(case)s, %(review_item)s, %(task)s, %(review_step)s, %(conclusion)s, %(opinion)s, %(points)s::jsonb,
    %(remarks)s::jsonb, %(by)s, %(acting_for)s, %(now)s)
"""


def write_review(task: OpenTask, conclusion: str, opinion: str, checklist: Mapping[str, str], by: Identity) -> None:
    """Keep what the officer found, with every point of the checklist, and say so in the ledger. Raises Incomplete."""
    points = {key: result for key, result in checklist.items() if result in POINT_RESULTS}
    remarks = checklist.remarks if isinstance(checklist, Marks) else {}
    for key, text in remarks.items():
        if len(text) > LONGEST_REMARK:
            raise Incomplete(f"check.{key}", REMARK_TOO_LONG)
    task.case.writing.add(
        "review",
        REVIEW,
        case=task.case.id,
        task=task.id,
        now=task.case.now,
        by=by.user_id,
        acting_for=task.case.acting_for,
        review_item=task.item_case_id,
        review_step=task.step,
        conclusion=conclusion,
        opinion=opinion.strip(),
        points=orjson.dumps(points).decode(),
        remarks=orjson.dumps(remarks).decode(),
    )
    task.case.record(Event.REVIEWED, by, task=task.id, step=task.step, conclusion=conclusion)
