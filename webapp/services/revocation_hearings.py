"""A hearing before a revocation, where the place's rules give one: told with the notice, held as any other hearing."""

from __future__ import annotations

from engine import Words
from engine.law import amount
from webapp import moments
from webapp.identity import Identity
from webapp.services.clocks import start_day, would_be_due
from webapp.services.delivery_limits import start_with_paper
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.hearing_applications import CLOCK, LIMIT
from webapp.services.procedures import HEARING, ORDERED
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql

NOTICE = "revocation-hearing-notice"


def offer_hearing(task: OpenTask, facts: str, reasons: str, basis: Words, by: Identity) -> None:
    """Tell the holder of the right to a hearing, and begin the time in which it is applied for (art. 47).

    `basis`: the place's text that gives it. No limit stands still for it: what is to be revoked has none that runs.
    """
    case, item_case_id = task.case, task.item_case_id
    assert item_case_id is not None
    assert task.item_key is not None
    terms = case.rules.profile.terms(LIMIT, CLOCK)
    until = would_be_due(terms, start_day(case.now, case.rules), case.rules)
    notice = issue_for_item(
        case,
        item_case_id,
        case.release.bundle.item(task.item_key),
        NOTICE,
        by,
        facts=facts,
        reasons=reasons,
        act_basis=basis,
        apply_limit=amount(terms.value, terms.unit),
        apply_until=until,
    )
    start_with_paper(case, item_case_id, terms, notice, until="apply_until")
    case.writing.add(
        "procedure",
        ORDERED,
        item_case=item_case_id,
        kind=HEARING,
        reason=reasons,
        expected=terms.value,
        on_application=True,
        paused=False,
        notice=notice,
        by=by.user_id,
        now=case.now,
    )
    case.record(Event.PROCEDURE_ORDERED, by, item=item_case_id, procedure=HEARING, paused=False)


RECORD = """
select d.number, p.held_at from special_procedure p join document d on d.id = p.record_id
where p.item_case_id = %s and p.outcome = 'held' and p.notice_id in (select id from document where kind = %s)
order by p.id desc limit 1
"""


def heard_in(item_case_id: int) -> str:
    """The number and the day of the record of the hearing before the revocation; empty where none was held."""
    row = sql().execute(RECORD, (item_case_id, NOTICE)).fetchone()
    return f"{row[0]}（{moments.local(row[1]).date().isoformat()}）" if row else ""
