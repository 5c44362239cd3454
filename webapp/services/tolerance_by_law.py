"""What the rule does about a promised material: it reminds before the day, and ends the item after it.

Both are service tasks behind the timers of the clock, so the diagram shows them, and the job writes them.
"""

from __future__ import annotations

from typing import Any

from engine import Words
from engine.bundles import Item
from engine.law import ACCEPTANCE_REVOKED, DEEMED_WITHDRAWN, REFUSED_BY_RULE, TOLERANCE, ruling_words
from webapp import moments
from webapp.services.advance import apply, end_with_items
from webapp.services.clocks import stop_clock
from webapp.services.engine_border import set_variables
from webapp.services.events import Event
from webapp.services.instances import running_instances
from webapp.services.job_handlers import RunningJob, handles
from webapp.services.locked_case import LockedCase
from webapp.services.refused_items import after_refusal
from webapp.services.rulings import named_remedy
from webapp.services.signals import raise_signal
from webapp.services.terminated import ACCEPTANCE_REVOKED as REVOKED
from webapp.services.terminated import TOLERANCE_WITHDRAWN
from webapp.services.termination import RULE, Ending, OpenItem, end_procedures, terminate
from webapp.services.tolerance_acceptance import SETTLED, Kept, kept_of
from webapp.services.tolerance_offers import WINDOW, WINDOW_TOLD
from webapp.services.tolerance_record import record_missed
from webapp.services.tolerance_terms import AWAITED, HANDED_IN, LAPSED
from webapp.services.tolerance_words import facts_of, names_of, reasons_of
from webapp.services.visit_leaving import leave_visit
from webapp.unit_of_work import sql

#: What a place's consequence is, of those that end the item without a ruling, as why it ended.
CAUSES = {DEEMED_WITHDRAWN: TOLERANCE_WITHDRAWN, ACCEPTANCE_REVOKED: REVOKED}
#: With this the item's process leaves its review, to the refusal that was written by the rule.
LAPSED_VARIABLE = "tolerance_lapsed"
ENDED_BY = "select document_id from termination where item_case_id = %s"


@handles("tolerance-remind")
def _remind(job: RunningJob) -> dict[str, Any]:
    """A mark of the clock that the place reminds at: once, and not while what came is being checked."""
    assert job.item_case_id is not None
    case, mark = job.case, str(job.inputs["mark"])
    kept, place = kept_of(job.item_case_id), job.case.rules.profile.tolerance
    if kept is None or place is None or mark not in place.reminders or mark in kept.reminded:
        return {}
    if kept.closed or kept.state not in AWAITED or kept.state == HANDED_IN:
        return {}
    sql().execute("update tolerance set reminded = reminded || to_jsonb(%s::text) where id = %s", (mark, kept.id))
    names = names_of(case, kept)
    due = kept.due.isoformat() if kept.due else ""
    told = Words(
        f"容缺材料将于{due}到期，请提醒申请人补齐：{names.zh}", f"Promised for {due}; remind the applicant: {names.en}"
    )
    sql().execute(WINDOW_TOLD, (case.id, job.item_case_id, WINDOW, told.zh, told.en, case.now))
    case.record(Event.TOLERANCE_REMINDED, None, item=job.item_case_id, mark=mark)
    return {}


@handles("tolerance-lapsed")
def _lapsed(job: RunningJob) -> dict[str, Any]:
    """The promised day is over: the item ends as the place lays down, in writing, and the bundle's rule on the rest
    follows."""
    assert job.item_case_id is not None
    case, item_case_id = job.case, job.item_case_id
    kept, item = kept_of(item_case_id), case.release.bundle.item(str(job.inputs["item"]))
    if kept is None or kept.closed or kept.state not in AWAITED:
        return {}
    sql().execute(SETTLED, (LAPSED, case.now, None, kept.id))
    stop_clock(case, item_case_id, TOLERANCE)
    case.record(Event.TOLERANCE_LAPSED, None, item=item_case_id, consequence=kept.late)
    facts = facts_of(case, kept)
    if kept.late == REFUSED_BY_RULE:
        _refuse(case, item_case_id, item, kept, facts)
    else:
        ending = Ending(kept.late_basis, facts.zh, RULE, reason_en=facts.en)
        terminate(case, [(OpenItem(item_case_id, item), CAUSES[kept.late])], ending, None, running=job.instance.id)
        row = sql().execute(ENDED_BY, (item_case_id,)).fetchone()
        assert row is not None
        record_missed(case, item_case_id, row[0], facts.zh)
    raise_signal(
        case,
        "tolerance-missed",
        item_case_id=item_case_id,
        unit=item.reviewing_department,
        ref={"tolerance": kept.id},
    )
    after_refusal(case, item_case_id, item)
    return {}


RULED = """
insert into ruling (item_case_id, outcome, words_zh, words_en, facts, facts_en, reasons, reasons_en, basis_zh,
    basis_en, remedy_zh, remedy_en, at)
values (%(item_case)s, 'refused', %(zh)s, %(en)s, %(facts)s, %(facts_en)s, %(reasons)s, %(reasons_en)s,
    %(basis_zh)s, %(basis_en)s, %(remedy_zh)s, %(remedy_en)s, %(now)s)
"""
CLOCKS = """
update legal_clock set stopped_on = %(today)s where item_case_id = %(item_case)s and stopped_on is null
"""
DECIDED = "update item_case set outcome = 'refused', ruled_at = %(now)s where id = %(item_case)s"


def _refuse(case: LockedCase, item_case_id: int, item: Item, kept: Kept, facts: Words) -> None:
    """Refused by operation of the place's rule, with facts, basis and remedy (art. 38); the diagram writes it out."""
    remedy, words = named_remedy(case, item), ruling_words(item.kind).refused
    end_procedures(case, [item_case_id], None)
    end_with_items(case, [item_case_id])
    case.writing.send()
    basis = Words(f"{item.refusal_basis.zh}；{kept.late_basis.zh}", f"{item.refusal_basis.en}; {kept.late_basis.en}")
    values = {
        "item_case": item_case_id,
        "zh": words.zh,
        "en": words.en,
        "facts": facts.zh,
        "facts_en": facts.en,
        "reasons": reasons_of(kept).zh,
        "reasons_en": reasons_of(kept).en,
        "basis_zh": basis.zh,
        "basis_en": basis.en,
        "remedy_zh": remedy.zh,
        "remedy_en": remedy.en,
        "now": case.now,
        "today": moments.local(case.now).date(),
    }
    for statement in (RULED, CLOCKS, DECIDED):
        sql().execute(statement, values)
    leave_visit(case, [item_case_id])
    case.record(Event.RULED, None, item=item_case_id, outcome="refuse", by_rule=kept.late)
    for instance in running_instances(case):
        if instance.process != case.release.bundle.entry_process or instance.release_id != case.release_id:
            continue
        # The item's own scope is the one that opened first; those inside it close with what this sets off.
        scope = min(int(key) for key, of in instance.scopes.items() if of == item_case_id)
        said = {LAPSED_VARIABLE: True}
        apply(
            case,
            instance,
            set_variables(instance.release.program, instance.state, said, case.context, scope),
        )
