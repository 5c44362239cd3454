"""What happens when an item's own process opens: its first legal clock, and acceptance by the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import Words
from engine.bundles import Item
from webapp.services.clocks import start_decision_clocks
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.intake_limits import start_intake_clocks
from webapp.services.locked_case import LockedCase
from webapp.services.tolerance_acceptance import on_promise
from webapp.services.tolerance_terms import PROMISED
from webapp.unit_of_work import sql


def item_opened(case: LockedCase, item_case_id: int, item_key: str, element: str) -> dict[str, Any] | None:
    """Called when a called process of the item opens at `element` of the parent.

    Returns the variables of the process that waits for what was promised, where acceptance by the window begins it.

    - by commitment, or found ready before the result that it needs was there: nothing waits for acceptance; the
      decider accepts and rules in one act;
    - accepts = window: accepted now, under the delegation (LAW 2.9), by the clerk who received;
    - decided elsewhere: forwarded, its promised limit runs from receipt;
    - else the clocks of intake start, and the department's task opens.
    An item that waits for another's result opens when that result is there, so its clock starts then.
    """
    item = case.release.bundle.item(item_key)
    if element != item.call_activity:
        return None
    row = sql().execute(WAY, (item_case_id,)).fetchone()
    assert row is not None
    if row[0] == "commitment" or (item.needs_result_of and _is_prepared(item_case_id)):
        start_decision_clocks(case, item_case_id, item, case.now, reviewed_below=False)
    elif item.accepts == "window":
        _accept_at_window(case, item_case_id, item)
        return on_promise(case, item_case_id, item, None) if row[1] == PROMISED else None
    elif item.decided_in == "external":
        sql().execute("update item_case set intake_outcome = 'forwarded' where id = %s", (item_case_id,))
        start_decision_clocks(case, item_case_id, item, case.now, reviewed_below=False)
    else:
        start_intake_clocks(case, item_case_id, item, case.now)
    return None


WAY = "select way, (select t.state from tolerance t where t.item_case_id = i.id) from item_case i where id = %s"
PREPARED = """
select conclusion = 'ready' from review where item_case_id = %s and step = 'pre-review'
    and withdrawn_at is null order by id desc limit 1
"""


def _is_prepared(item_case_id: int) -> bool:
    """Whether a pre-review found the item ready while what it needs was undecided."""
    row = sql().execute(PREPARED, (item_case_id,)).fetchone()
    return row is not None and bool(row[0])


def _accept_at_window(case: LockedCase, item_case_id: int, item: Item) -> None:
    assert item.delegation is not None  # publishing refuses accepts = "window" without one
    under = f"{item.delegation.number} {item.delegation.date}"
    sql().execute(
        "update item_case set intake_outcome = 'accepted', accepted_at = %s, accepted_under = %s,"
        " accepted_by = (select received_by from cases where id = case_id) where id = %s",
        (case.now, under, item_case_id),
    )
    case.record(Event.ITEM_ACCEPTED, None, item=item_case_id, under=under)
    start_decision_clocks(case, item_case_id, item, case.now)


def close_unopened_items(case: LockedCase) -> list[int]:
    """At the end of the case: an item that never opened, for whatever reason, is not left in silence.

    Those that need the result of one that was refused were told when it was (`dependents`).

    It was received, so the applicant gets a written outcome with reason and remedy (art. 32). Returns those items.
    """
    if not any(item.needs_result_of for item in case.release.bundle.items):
        return []
    rows = (
        sql()
        .execute(
            "update item_case set intake_outcome = 'predecessor-refused', outcome = 'not-accepted', ruled_at = %s"
            " where case_id = %s and outcome is null and intake_outcome is null returning id, item_key",
            (case.now, case.id),
        )
        .fetchall()
    )
    for item_case_id, item_key in sorted(rows, key=lambda row: row[1]):
        item = case.release.bundle.item(item_key)
        needed = [case.release.bundle.item(key).name for key in item.needs_result_of]
        case.record(Event.ITEM_NOT_ACCEPTED, None, item=item_case_id, outcome="predecessor-refused")
        issue_for_item(case, item_case_id, item, "not-accepted", None, reasons=not_granted(needed))
    return [item_case_id for item_case_id, _ in rows]


def not_granted(needed: Sequence[Words]) -> Words:
    """Why an item is turned down that needs the result of others, as its paper says it."""
    names = Words("、".join(one.zh for one in needed), ", ".join(one.en or one.zh for one in needed))
    return Words(f"前置事项“{names.zh}”未获准。", f"What it needs was not granted: {names.en}.")
