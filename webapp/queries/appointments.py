"""The appointment of a joint visit that holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Appointment:
    """When and where; `moved`: it was said otherwise before."""

    at: datetime
    place: str
    contact: str
    note: str
    by: str
    moved: bool


HOLDS = """
select v.at, v.place, v.contact, v.note, u.name,
    (select count(*) > 1 from visit_appointment o where o.task_id = v.task_id)
from visit_appointment v join app_user u on u.id = v.by_id
where v.task_id = %s order by v.id desc limit 1
"""


def appointment_of(task_id: int) -> Appointment | None:
    """None where nothing was appointed."""
    row = sql().execute(HOLDS, (task_id,)).fetchone()
    return Appointment(*row) if row else None
