"""What a missed promise leaves behind: a record of the applicant's credit, where acceptance told that it would."""

from __future__ import annotations

from webapp.services.credit import knows_kind, record_credit
from webapp.services.locked_case import LockedCase
from webapp.services.tolerance_acceptance import kept_of
from webapp.services.tolerance_terms import LAPSED
from webapp.unit_of_work import sql

NUMBERED = "select applicant_key <> '' from cases where id = %s"


def record_missed(case: LockedCase, item_case_id: int, document_id: int, facts: str) -> None:
    """Record that the promise of the item was missed, found by this document, in the running command.

    Nothing where nothing lapsed, where acceptance told of no record, where the place has no such kind any more, or
    where the applicant gave no number by which credit is known.
    """
    kept = kept_of(item_case_id)
    if kept is None or kept.state != LAPSED or not kept.late_credit or not knows_kind(case, kept.late_credit):
        return
    row = sql().execute(NUMBERED, (case.id,)).fetchone()
    if row is not None and row[0]:
        record_credit(
            case, kind=kept.late_credit, item_case_id=item_case_id, facts=facts, document_id=document_id, by=None
        )
