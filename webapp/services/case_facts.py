"""What the permission rules ask about a case."""

from __future__ import annotations

from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import CaseFacts
from webapp.services.separation import InConflict
from webapp.unit_of_work import sql

FACTS = """
select c.created_by, c.received_at is null,
    (select coalesce(array_agg(distinct department_key), '{}') from item_case where case_id = c.id),
    (select coalesce(array_agg(distinct g.value), '{}') from user_task t, jsonb_array_elements_text(t.groups) g
        where t.case_id = c.id),
    (select coalesce(array_agg(d.user_id), '{}') from declared_conflict d
        where d.case_id = c.id and d.item_case_id is null and d.withdrawn_at is null)
from cases c where c.id = %s
"""


def case_facts(case_id: int) -> CaseFacts:
    """Departments and groups with a part in the case, and who declared a conflict in all of it. Raises NotFound."""
    row = sql().execute(FACTS, (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    created_by, is_draft, departments, groups, conflicted = row
    return CaseFacts(frozenset(departments), frozenset(groups), created_by, is_draft, frozenset(conflicted))


CONFLICT = """
select exists (select from declared_conflict where case_id = %s and user_id = %s and withdrawn_at is null
    and (item_case_id is null or item_case_id = %s))
"""


def ensure_no_conflict(case_id: int, by: Identity, item_case_id: int | None = None) -> None:
    """Raises InConflict for who declared a conflict in the whole case, or in this item of it."""
    row = sql().execute(CONFLICT, (case_id, by.user_id, item_case_id)).fetchone()
    if row is not None and row[0]:
        raise InConflict()
