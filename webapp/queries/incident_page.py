"""One incident with the variables that its element sees, as text that can be corrected."""

from __future__ import annotations

from dataclasses import dataclass

from engine import StateInvalid, Words
from webapp.errors import NotFound
from webapp.feel_text import written
from webapp.queries.case_view import IncidentView, incident_of
from webapp.services.failures import failure_of
from webapp.services.incidents import Incident, seen_at
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class VariableLine:
    """A variable and its value as text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """An open incident. `unreadable` says why no variables can be shown: then there are none."""

    view: IncidentView
    element: str
    can_be_skipped: bool
    variables: tuple[VariableLine, ...]
    unreadable: Words | None


FIND = """
select n.id, n.instance_id, n.element, n.engine_incident, n.engine_job_id, n.timer_id, n.message_id, n.code, i.state
from incident n join process_instance i on i.id = n.instance_id
where n.id = %s and n.case_id = %s and n.resolved_at is null
"""


def incident_page(case_id: int, incident_id: int) -> IncidentPage:
    """The open incident of this case. Raises NotFound."""
    row = sql().execute(FIND, (incident_id, case_id)).fetchone()
    if row is None:
        raise NotFound()
    view = incident_of(case_id, incident_id)
    *facts, state = row
    incident = Incident(*facts)
    try:
        seen, unreadable = seen_at(bytes(state), incident), None
    except StateInvalid as damaged:
        seen, unreadable = {}, failure_of(damaged, "", Words("", "")).words
    variables = tuple(VariableLine(name, written(value)) for name, value in sorted(seen.items()))
    return IncidentPage(view, incident.element, incident.can_be_skipped, variables, unreadable)
