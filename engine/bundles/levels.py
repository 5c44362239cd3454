"""Reads `[hand_up]` of an item: the lower level that accepts and reviews it, and sends it up (行政许可法 art. 35)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bundles.model import Item, Limit, Unit
from engine.bundles.reading import Reading
from engine.law.hand_up import HAND_UP, POSTS, HandUp
from engine.law.tables import Table
from engine.law.terms import ClockTerms
from engine.words import Words


def handled_by(item: Item, departments: Mapping[str, Words]) -> Words:
    """Who handles the item, in words: the deciding department, and the one that reviews it below where there is one.

    `departments` gives their names by key; the key itself stands where one is missing.
    """
    decides = departments.get(item.department, Words(item.department, item.department))
    if item.hand_up is None:
        return decides
    below = departments.get(item.reviewing_department, Words(item.reviewing_department, item.reviewing_department))
    return Words(f"{below.zh}初审，{decides.zh}决定", f"{below.en} reviews, {decides.en} decides")


def read_hand_up(reading: Reading, root: Table) -> HandUp | None:
    """None where the deciding department does all of it. "intake" and "review" of `[groups]` are posts below."""
    table = root.table("hand_up", required=False)
    if table is None:
        return None
    posts, given = table.table("groups"), table.table("limit")
    groups = {name: posts.text(name) for name in POSTS} if posts is not None else {}
    if posts is not None:
        posts.finish()
    limit = reading.limit_of(given) if given is not None else Limit(0, Unit.WORKING_DAYS, Words("", ""))
    hand_up = HandUp(
        reviewed_by=table.text("reviewed_by"),
        groups=groups,
        limit=ClockTerms(HAND_UP, limit.value, limit.unit, limit.basis),
        basis=reading.basis_of(table, "hand-up-without-basis"),
        may_return=table.boolean("may_return", default=False),
    )
    table.finish()
    return hand_up
