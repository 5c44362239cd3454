"""What officers found, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.queries.acting import acting_name
from webapp.services.returns import RETURN
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """What an officer found in a step. `checklist`: point -> pass | fail | not-applicable, `remarks`: words on it."""

    item_case_id: int | None
    task_id: int
    step: str
    conclusion: str
    opinion: str
    checklist: Mapping[str, str]
    by_id: int
    by: str
    at: datetime
    remarks: Mapping[str, str]

    @property
    def is_return(self) -> bool:
        """It was sent back with it."""
        return self.conclusion == RETURN


REVIEWS = """
select r.item_case_id, r.task_id, r.step, r.conclusion, r.opinion, r.checklist, r.by_id, u.name, r.at, away.name,
    r.remarks
from review r join app_user u on u.id = r.by_id left join app_user away on away.id = r.acting_for
where r.case_id = %(case)s and r.withdrawn_at is null order by r.id
"""


def reviews_of(case_id: int) -> tuple[ReviewLine, ...]:
    """All findings of the case, oldest first."""
    return reviews_from(sql().execute(REVIEWS, {"case": case_id}))


def reviews_from(rows: Iterable[Sequence[Any]]) -> tuple[ReviewLine, ...]:
    """The findings of rows of `REVIEWS`."""
    return tuple(_review(row) for row in rows)


def _review(row: Sequence[Any]) -> ReviewLine:
    *facts, by, at, absent, remarks = row
    values: list[Any] = [*facts, acting_name(by, absent), at, remarks]
    return ReviewLine(*values)
