"""What a release begins by itself, and when: for its page in the studio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine import Words
from webapp.catalogue import published
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class StartLine:
    """A start event. `due_at` None: it has begun for good; `failure` None: it began when it was due last."""

    name: Words
    due_at: datetime | None
    started_at: datetime | None
    failure: Words | None


STARTS = """
select process, element, due_at, started_at, failure_zh, failure_en from start_timer
where release_id = %s order by due_at nulls last, id
"""


def starts_of(release_id: int) -> list[StartLine]:
    """The start events of a published release that a time starts, the next first."""
    return [
        StartLine(published(release_id).start_name(process, element), due_at, started_at, Words(zh, en) if zh else None)
        for process, element, due_at, started_at, zh, en in sql().execute(STARTS, (release_id,)).fetchall()
    ]
