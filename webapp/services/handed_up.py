"""What an item that was handed up refuses, and in which words: its materials are locked (行政许可法 art. 35).

The text that is cited is that which sends the item through the lower level: it may be no licence.
"""

from __future__ import annotations

from datetime import datetime

from engine import Words
from engine.bundles import Item
from webapp import moments
from webapp.errors import ActRefused
from webapp.unit_of_work import sql


class MaterialsLocked(ActRefused):
    """Opinion and materials were handed up: nobody changes them, and nobody asks the applicant again."""

    def __init__(self, upper: Words, at: datetime, basis: Words) -> None:
        on = moments.shown(at)
        super().__init__(
            Words(
                f"该事项的初审意见和全部申请材料已于{on}上报{upper.zh}，材料已经锁定："
                f"不得再更改，上级机关不得要求申请人重复提供申请材料（{basis.zh}）。",
                f"The opinion and all materials of this item were handed up to {upper.en} on {on} and are locked:"
                " nothing of them is changed, and the upper authority may not ask the applicant for materials again"
                f" ({basis.en}).",
            )
        )


FIRST = """
select d.name_zh, d.name_en, h.at from hand_up h join department d on d.key = h.to_unit
join item_case ic on ic.id = h.item_case_id where ic.case_id = %s and ic.item_key = %s order by h.round limit 1
"""


def ensure_unlocked(case_id: int, item: Item) -> None:
    """Raises MaterialsLocked where the item was handed up, whether or not it came back to be completed."""
    row = sql().execute(FIRST, (case_id, item.key)).fetchone()
    if row is not None:
        zh, en, at = row
        raise MaterialsLocked(Words(zh, en), at, item.hand_up.basis if item.hand_up else item.basis[0])
