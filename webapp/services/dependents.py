"""Items that need the result of one that was refused, or not taken on: they are told at once, and not when all is over.

Whatever the bundle's policy for the rest (LAW 2.4): what cannot be had without the refused result is turned down, in
writing, with the remedy. These items wait for that result, so nothing of them has begun but a pre-review, which ends.
"""

from __future__ import annotations

from engine.bundles import Item
from webapp.services.advance import apply
from webapp.services.documents import issue_for_item
from webapp.services.engine_border import set_variables
from webapp.services.events import Event
from webapp.services.instances import running_instances
from webapp.services.item_opening import not_granted
from webapp.services.locked_case import LockedCase
from webapp.services.termination import with_dependents
from webapp.unit_of_work import sql

#: Of the items that need the result: those that nobody has taken up. One whose process has opened has a clock.
WAITING = """
update item_case i set intake_outcome = 'predecessor-refused', outcome = 'not-accepted', ruled_at = %s
where case_id = %s and item_key = any(%s) and outcome is null and intake_outcome is null
    and not exists (select from legal_clock l where l.item_case_id = i.id)
returning id, item_key
"""


def turn_down_dependents(case: LockedCase, item: Item) -> list[int]:
    """`item` will have no result: turn down what waits for it, directly or not. Returns those item cases."""
    bundle = case.release.bundle
    needing = with_dependents(bundle, [item.key], [one.key for one in bundle.items])
    needing.remove(item.key)
    if not needing:
        return []
    rows = sql().execute(WAITING, (case.now, case.id, needing)).fetchall()
    waiting = [(id_, bundle.item(key)) for id_, key in sorted(rows, key=lambda row: str(row[1]))]
    for id_, dependent in waiting:
        case.record(Event.ITEM_NOT_ACCEPTED, None, item=id_, outcome="predecessor-refused")
        issue_for_item(case, id_, dependent, "not-accepted", None, reasons=not_granted([item.name]))
    if waiting:
        _end_preparations(case, [dependent for _, dependent in waiting])
    return [id_ for id_, _ in waiting]


def _end_preparations(case: LockedCase, ended: list[Item]) -> None:
    """The case's process leaves what it prepares for them, by the way out that its diagram draws for each item."""
    case.writing.send()  # the process is read again below
    said = {one.termination_variable: True for one in ended}
    for instance in running_instances(case):
        if instance.process == case.release.bundle.entry_process and instance.release_id == case.release_id:
            apply(case, instance, set_variables(instance.release.program, instance.state, said, case.context))
