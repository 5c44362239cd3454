"""One reply of the applicant to all that is to be corrected in a case: every item is complete, or nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping

from engine import Words
from webapp.errors import Incomplete
from webapp.services.correcting import ByApplicant, NothingToCorrect, answer
from webapp.services.corrections import ensure_answered, last_round
from webapp.services.locked_case import LOCK_BY_ID, lock
from webapp.unit_of_work import sql, unit_of_work

OPEN = """
select i.item_key, i.id from user_task t join item_case i on i.id = t.item_case_id
where t.case_id = %s and t.step = 'correct' and t.state = 'open' order by i.item_key
"""


def items_to_correct(case_id: int) -> dict[str, int]:
    """Key -> item case of every item whose correction is open."""
    return dict(sql().execute(OPEN, (case_id,)).fetchall())


def answer_all(case_id: int, replies: Mapping[str, str]) -> tuple[str, ...]:
    """Send the corrections of all items back to their departments; returns the items. `replies`: a word for each.

    Raises Incomplete naming every item for which nothing came and nothing was said (then none was sent), and what
    `correcting.answer` does for an item that changed at that moment.
    """
    with unit_of_work():
        case = lock(LOCK_BY_ID, case_id)
        items = items_to_correct(case_id)
        faults: dict[str, Words] = {}
        for key, item_case_id in items.items():
            if replies.get(key, "").strip():
                continue
            try:
                ensure_answered(case, last_round(item_case_id))
            except Incomplete as incomplete:
                faults[f"reply.{key}"] = incomplete.words
    if not items:
        raise NothingToCorrect()
    if faults:
        (first, *more) = faults.items()
        raise Incomplete(first[0], first[1], *more)
    for key in items:
        answer(ByApplicant(case_id, key), replies.get(key, ""))
    return tuple(items)
