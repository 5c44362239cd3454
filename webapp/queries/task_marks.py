"""One task with its marks: the day on which a person comes back to it, whether a lead has set it first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine import Words
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, may
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class TaskMarks:
    """`may_set_first`: this person leads the department of one of its posts. `opens`: may open the task's page."""

    task_id: int
    case_id: int
    name: Words
    number: str
    subject: str
    follow_on: date | None
    first: bool
    is_open: bool
    may_set_first: bool
    opens: bool


MARKS = """
select t.case_id, t.name_zh, t.name_en, k.number, coalesce(nullif(k.subject_name, ''), k.applicant_name), f.on_day,
    exists (select from task_candidate c where c.task_id = t.id and c.urgency < 0), t.groups, t.assignee_id, t.state,
    exists (select from candidate_group g join department d on d.id = g.department_id
            where t.groups ? g.key and d.key = %(department)s), k.bundle_key
from user_task t join cases k on k.id = t.case_id
left join follow_up f on f.task_id = t.id and f.user_id = %(me)s
where t.id = %(task)s
"""


def marks_of(task_id: int, by: Identity) -> TaskMarks:
    """The marks of a task that `by` sees. Raises NotFound."""
    values = {"me": by.user_id, "task": task_id, "department": by.department_key}
    row = sql().execute(MARKS, values).fetchone()
    if row is None:
        raise NotFound()
    case_id, zh, en, number, subject, follow_on, first, groups, assignee, state, *rest = row
    of_department, bundle = rest
    opens = may(by, Permission.TASK_SEE, TaskFacts(frozenset(groups), assignee, state, bundle))
    leads = of_department and may(by, Permission.TASK_SET_FIRST)
    if not (opens or leads):
        raise NotFound()
    return TaskMarks(
        task_id, case_id, Words(zh, en), number or "", subject, follow_on, first, state == "open", leads, opens
    )
