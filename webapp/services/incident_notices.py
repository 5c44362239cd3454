"""Telling the leads that a case cannot go on."""

from __future__ import annotations

from engine import Words
from webapp.services.locked_case import LockedCase
from webapp.services.notices import NoticeKind, notify
from webapp.unit_of_work import sql

#: The leads who have read what they were told before: one word stands until it is read, however many cases fail.
NOT_TOLD = """
select distinct m.user_id from membership m join candidate_group g on g.id = m.group_id
where g.role = 'lead' and not exists (
    select from notice n where n.user_id = m.user_id and n.kind = %s and n.read_at is null)
"""
LONGEST_REASON = 300


def tell_leads(case: LockedCase, reason: Words) -> None:
    """That an incident was opened on the case, in the transaction that opens it."""
    leads = [row[0] for row in sql().execute(NOT_TOLD, (NoticeKind.INCIDENT_OPENED,)).fetchall()]
    facts = {
        "number": case.number or str(case.id),
        "reason": reason.zh[:LONGEST_REASON],
        "reason_en": reason.en[:LONGEST_REASON],
    }
    notify(leads, NoticeKind.INCIDENT_OPENED, case_id=case.id, task_id=None, facts=facts, now=case.now)
