"""How long the one thing takes: one department after the other as it was, side by side, and by commitment.

Everything is computed from the bundle: the baseline that it states with its basis, the promised limits of its items,
their order, and which of them are decided at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from engine.bundles.model import Bundle, Item, Unit


@dataclass(frozen=True, slots=True)
class Savings:
    """Working days before, side by side, and at once.

    `longest` is the item that the ordinary way waits for; `committed` are the items that are decided at once, by
    commitment or because they always are. `at_once` None: the bundle has no such item. `elsewhere` are items that
    another system decides, `apart` those that go the ordinary way beside a commitment: their days are not in these.
    """

    before: int
    side_by_side: int
    longest: Item
    at_once: int | None
    committed: tuple[Item, ...]
    elsewhere: tuple[Item, ...]
    apart: tuple[Item, ...]


def savings(bundle: Bundle) -> Savings | None:
    """None for a bundle whose promises are not all in working days, or that decides nothing itself."""
    here = [item for item in bundle.items if item.decided_in == "here"]
    if not here or any(item.limits["promised"].unit is not Unit.WORKING_DAYS for item in here):
        return None
    ordinary = {item.key: _chain(item, here, _promised) for item in here}
    longest = max(here, key=lambda item: ordinary[item.key])
    committed = tuple(item for item in here if item.immediate or item.commitment is not None)
    at_once = max((_chain(item, committed, _none) for item in committed), default=None)
    return Savings(
        bundle.baseline.working_days,
        ordinary[longest.key],
        longest,
        at_once,
        committed,
        tuple(item for item in bundle.items if item.decided_in != "here"),
        tuple(item for item in here if item not in committed),
    )


def _promised(item: Item) -> int:
    return item.limits["promised"].value


def _none(item: Item) -> int:
    """Decided on the spot: no working day passes."""
    return 0


def _chain(item: Item, among: Collection[Item], days: Callable[[Item], int]) -> int:
    """Working days until the item is decided: its own and those of the longest chain of results that it needs."""
    known = {one.key: one for one in among}
    total: dict[str, int] = {}
    pending = [item.key]
    while pending:
        key = pending[-1]
        needed = [other for other in known[key].needs_result_of if other in known and other != key]
        open_ = [other for other in needed if other not in total and other not in pending]
        if open_:
            pending += open_
            continue
        total[key] = days(known[key]) + max((total.get(other, 0) for other in needed), default=0)
        pending.pop()
    return total[item.key]
