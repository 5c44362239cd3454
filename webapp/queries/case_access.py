"""What the permission rules ask about a case."""

from __future__ import annotations

from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import CaseFacts, Permission, ensure
from webapp.unit_of_work import sql

FACTS = """
select c.created_by, c.received_at is null,
       (select coalesce(array_agg(distinct department_key), '{}') from item_case where case_id = c.id),
       (select coalesce(array_agg(distinct g.value), '{}') from user_task t, jsonb_array_elements_text(t.groups) g
        where t.case_id = c.id)
from cases c where c.id = %s
"""


def case_facts(case_id: int) -> CaseFacts:
    """Departments and groups with a part in the case. Raises NotFound."""
    row = sql().execute(FACTS, (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    created_by, is_draft, departments, groups = row
    return CaseFacts(frozenset(departments), frozenset(groups), created_by, is_draft)


def ensure_case(by: Identity, case_id: int, permission: Permission = Permission.CASE_SEE) -> CaseFacts:
    """The case's facts, when `by` may have it. Raises NotFound: nobody learns of a case that is not theirs."""
    facts = case_facts(case_id)
    ensure(by, permission, facts)
    return facts
