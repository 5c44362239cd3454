"""Requests for an extension that nobody needs to answer any more: their limit ends before they were decided.

An item's own request ends with the item; that for the joint limit with the last item that has no outcome, or with the
item that asks for it where that is taken back. The process behind each is cancelled by whoever ends the item.
"""

from __future__ import annotations

from collections.abc import Sequence

from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.unit_of_work import sql

#: The process in which an extension is decided.
PROCESS = "extension"
#: The items that end may have their outcome already or get it in this command.
LAPSED = """
update clock_extension x set granted = false, decided_at = %(now)s
where x.case_id = %(case)s and x.granted is null and (
    (x.item_case_id = any(%(ended)s) and (x.clock <> 'joint' or %(taken_back)s))
    or (x.clock = 'joint' and not exists (select from item_case i where i.case_id = %(case)s and i.outcome is null
        and i.id <> all(%(ended)s))))
returning x.item_case_id, x.clock
"""


def lapse(case: LockedCase, ended: Sequence[int], *, taken_back: bool = False) -> frozenset[int]:
    """Close the requests that are moot once these items have ended, with a line each; returns the items that asked.

    Comes before the command has rows, so that these go out together.
    """
    values = {"case": case.id, "ended": list(ended), "taken_back": taken_back, "now": case.now}
    lapsed = sorted(sql().execute(LAPSED, values).fetchall())
    for item, clock in lapsed:
        case.record(Event.EXTENSION_DECIDED, None, item=item, clock=clock, granted=False, moot=True)
    return frozenset(item for item, _ in lapsed)
