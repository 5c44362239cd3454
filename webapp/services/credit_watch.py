"""What time does to requests about credit: one that its unit did not decide in time is a signal of supervision.

The worker sweeps; each request is looked at again under its case's lock. A record from elsewhere has no case: what
waits for it stands as overdue in the list of its unit.
"""

from __future__ import annotations

import structlog

from engine.law import ClockTerms
from webapp import clock, moments
from webapp.errors import Busy
from webapp.services.clocks import start_day, would_be_due
from webapp.services.credit_requests import REQUEST_WORDS
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.signals import raise_signal
from webapp.unit_of_work import sql

log = structlog.get_logger(__name__)

KIND = "credit-undecided"
#: Requests that one sweep takes on; the next sweep takes the others.
AT_ONCE = 200
OVERDUE = """
select q.id, i.case_id from credit_request q join credit_record r on r.id = q.record_id
join item_case i on i.id = r.item_case_id
where q.outcome is null and q.due_on < %s and not exists (select from supervision_signal s
    where s.item_case_id = i.id and s.kind = %s and s.ref_key = 'request=' || q.id)
order by q.id limit %s
"""
STILL = """
select r.item_case_id, r.unit_key, q.kind, q.taken_at, q.limit_value, q.limit_unit from credit_request q
join credit_record r on r.id = q.record_id where q.id = %s and q.outcome is null
"""


def sweep() -> int:
    """Raise what is overdue; returns how many requests were looked at."""
    today = clock.today(moments.OFFICE_ZONE)
    rows = sql().execute(OVERDUE, (today, KIND, AT_ONCE)).fetchall()
    for request_id, case_id in rows:
        try:
            with on_case(case_id) as case:
                _look_at(case, request_id)
        except Busy:
            log.info("credit request waits for the next sweep", request=request_id)
    return len(rows)


def _look_at(case: LockedCase, request_id: int) -> None:
    """One request that may have been decided meanwhile, or have got more days by a new calendar."""
    row = sql().execute(STILL, (request_id,)).fetchone()
    if row is None:
        return
    item_case_id, unit, kind, taken_at, value, limit_unit = row
    terms = ClockTerms(kind, value, limit_unit, REQUEST_WORDS[kind])
    if would_be_due(terms, start_day(taken_at, case.rules), case.rules) < moments.local(case.now).date():
        raise_signal(case, KIND, item_case_id=item_case_id, unit=unit, ref={"request": request_id})
