"""The items that a joint visit is for: those whose examination asked for it, or whose law always does."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bundles import Item
from webapp.catalogue import Published
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql

ALWAYS, NEVER = "always", "never"
#: Outcomes with which an item left before its visit: nothing of it is looked at any more.
LEFT = frozenset({"not-accepted", "withdrawn", "terminated", "tolerance-withdrawn", "acceptance-revoked"})


def visit_mode(release: Published, item: Item) -> str:
    """What the call of the item's process passes as `visit`; "never" where it passes nothing constant."""
    process = release.program.processes[release.bundle.entry_process]
    node = process.nodes.get(item.call_activity)
    for mapped in node.inputs if node else ():
        if mapped.path == ("visit",):
            expression = mapped.slot.expression
            if expression is None:
                return mapped.slot.text
            return str(expression.evaluate({})) if not expression.names else NEVER
    return NEVER


def takes_part(release: Published, item: Item, way: str, outcome: str | None, *, asked: bool) -> bool:
    """Whether the visit is for this item too. `asked`: its examination found that a visit is needed."""
    return (
        bool(item.visit_checklist)
        and way == "ordinary"
        and outcome not in LEFT
        and (asked or visit_mode(release, item) == ALWAYS)
    )


@dataclass(frozen=True, slots=True)
class VisitedItem:
    """An item of the case that the visit is for. `id`: the item case's."""

    id: int
    item: Item


ITEMS = """
select ic.id, ic.item_key, ic.way, ic.outcome, exists (select from review v where v.item_case_id = ic.id
    and v.step = 'examine' and v.conclusion = 'visit' and v.withdrawn_at is null)
from item_case ic where ic.case_id = %s order by ic.item_key
"""


def visited_items(case: LockedCase) -> tuple[VisitedItem, ...]:
    """Those of the case, under its lock."""
    release = case.release
    return tuple(
        VisitedItem(id_, item)
        for id_, key, way, outcome, asked in sql().execute(ITEMS, (case.id,)).fetchall()
        if takes_part(release, item := release.bundle.item(key), way, outcome, asked=asked)
    )
