"""Which differing examples were accepted when a release was submitted, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine import Words
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class AcceptedExample:
    """`ended`: of an earlier round, which counts no more."""

    file: str
    name: Words
    differences: tuple[Words, ...]
    reason: str
    who: str
    at: datetime
    ended: bool


ACCEPTED = """
select e.file, e.name_zh, e.name_en, e.differences, e.reason, u.name, e.accepted_at,
    e.ended_at is not null and r.state in ('draft', 'submitted')
from release_example e join release r on r.id = e.release_id join app_user u on u.id = e.accepted_by
where e.release_id = %s order by e.id
"""


def accepted_examples(release_id: int) -> list[AcceptedExample]:
    """Those of earlier rounds first."""
    return [
        AcceptedExample(file, Words(zh, en), tuple(Words(*one) for one in differences), *rest)
        for file, zh, en, differences, *rest in sql().execute(ACCEPTED, (release_id,))
    ]
