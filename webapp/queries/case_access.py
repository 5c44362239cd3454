"""Whether a person may have a case."""

from __future__ import annotations

from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import CaseFacts, Permission, ensure
from webapp.services.case_facts import case_facts
from webapp.unit_of_work import sql


def ensure_case(by: Identity, case_id: int, permission: Permission = Permission.CASE_SEE) -> CaseFacts:
    """The facts of a received case, when `by` may have it. Raises NotFound: nobody learns of a case not theirs.

    A draft is no case yet: it is the window's alone, through `ensure_application`.
    """
    facts = case_facts(case_id)
    if facts.is_draft:
        raise NotFound()
    ensure(by, permission, facts)
    return facts


def ensure_application(by: Identity, case_id: int) -> CaseFacts:
    """The facts of an application, received or not, when `by` may work on it. Raises NotFound, NotYours."""
    facts = case_facts(case_id)
    ensure(by, Permission.CASE_SEE, facts)
    ensure(by, Permission.DRAFT_EDIT, facts)
    return facts


def has_incident(case_id: int, incident_id: int) -> bool:
    """Whether the incident is one of this case."""
    found = sql().execute("select 1 from incident where id = %s and case_id = %s", (incident_id, case_id))
    return found.fetchone() is not None
