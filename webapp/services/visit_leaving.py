"""A unit whose items have left a joint visit is asked for no day any more; where it was the last that had not answered,
who asked is told, as when the last one answers (`visit_day_answers`)."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.services.locked_case import LockedCase
from webapp.services.notices import NoticeKind, notify
from webapp.services.visited_items import visited_items
from webapp.unit_of_work import sql

#: The visit's open round, where one of the units that leave with these items was silent and no other one is.
LEFT = """
with gone as (
    update visit_asked a set settled_at = %(now)s from visit_round r
    where r.id = a.round_id and r.case_id = %(case)s and r.ended_at is null and a.settled_at is null
        and a.item_case_ids && %(left)s::bigint[]
        and not exists (select from item_case ic where ic.id = any(a.item_case_ids) and ic.outcome is null)
    returning a.id, a.round_id
)
select r.asked_by, t.id, t.name_zh, t.name_en from visit_round r join user_task t on t.id = r.task_id
where r.id in (select round_id from gone) and not exists (
    select from visit_asked a where a.round_id = r.id and a.settled_at is null and a.id not in (select id from gone)
        and (a.item_case_ids = '{}'
            or exists (select from item_case ic where ic.id = any(a.item_case_ids) and ic.outcome is null)))
"""


def leave_visit(case: LockedCase, left: Sequence[int]) -> None:
    """These items (item cases) have their outcome, which stands in its row: nobody waits for what their units say."""
    values = {"case": case.id, "left": list(left), "now": case.now}
    row = sql().execute(LEFT, values).fetchone()
    if row is None or not visited_items(case):  # the visit ends with the last item that it was for
        return
    asked_by, task_id, zh, en = row
    notify(
        [asked_by],
        NoticeKind.VISIT_DAYS_ANSWERED,
        case_id=case.id,
        task_id=task_id,
        facts={"task": zh, "task_en": en, "number": case.number or ""},
        now=case.now,
    )
