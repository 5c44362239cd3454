"""The question whether the other items go on after one was refused, as the pages put it."""

from __future__ import annotations

from dataclasses import dataclass

from engine import Words
from webapp.catalogue import RULES_OF_CASE, published, rules_of
from webapp.errors import NotFound
from webapp.queries.case_clocks import ClockView, clock_of_item
from webapp.queries.case_parts import worded
from webapp.services.refused_items import CLOCK, STEP
from webapp.services.termination import with_dependents
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """An open question. `rest`: the names of the items that would end."""

    case_id: int
    task_id: int
    revision: int
    number: str
    subject: str
    bundle: Words
    item_key: str
    item: Words
    reasons: Words
    rest: tuple[Words, ...]
    basis: Words
    clock: ClockView | None  # to answer


OPEN = f"""
select t.id, t.revision, k.number, k.subject_name, k.release_id, ic.id, ic.item_key, coalesce(r.reasons, ''),
    coalesce(r.reasons_en, ''),
    {RULES_OF_CASE},
    (select coalesce(json_agg(o.item_key), '[]') from item_case o where o.case_id = k.id and o.outcome is null)
from user_task t join item_case ic on ic.id = t.item_case_id join cases k on k.id = t.case_id
left join ruling r on r.item_case_id = ic.id
where t.case_id = %(case)s and t.step = %(step)s and t.state = 'open' order by t.id limit 1
"""


def open_question(case_id: int) -> QuestionPage | None:
    """The question that waits for the applicant; None where none does."""
    row = sql().execute(OPEN, {"case": case_id, "step": STEP}).fetchone()
    if row is None:
        return None
    task_id, revision, number, subject, release_id, item_case_id, item_key, zh, en, versions, still_open = row
    bundle = published(release_id).bundle
    fallen = with_dependents(bundle, [item_key], still_open)
    return QuestionPage(
        case_id,
        task_id,
        revision,
        number,
        subject,
        bundle.name,
        item_key,
        bundle.item(item_key).name,
        worded(zh, en),
        tuple(item.name for item in bundle.items if item.key in still_open and item.key not in fallen),
        bundle.refused_item_basis,
        clock_of_item(case_id, item_case_id, CLOCK, rules_of(tuple(versions or ()))),
    )


def question_page(case_id: int) -> QuestionPage:
    """The open question. Raises NotFound where there is none."""
    found = open_question(case_id)
    if found is None:
        raise NotFound()
    return found
