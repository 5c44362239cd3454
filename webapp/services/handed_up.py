"""What an item that was handed up refuses, and in which words: its materials are locked (行政许可法 art. 35)."""

from __future__ import annotations

from datetime import datetime

from engine import Words
from engine.law import LOCKED_BASIS
from webapp import moments
from webapp.errors import ActRefused
from webapp.unit_of_work import sql


class MaterialsLocked(ActRefused):
    """Opinion and materials were handed up: nobody changes them, and nobody asks the applicant again."""

    def __init__(self, upper: Words, at: datetime) -> None:
        on = moments.shown(at)
        super().__init__(
            Words(
                f"该事项的初审意见和全部申请材料已于{on}上报{upper.zh}，材料已经锁定："
                f"不得再更改，上级机关不得要求申请人重复提供申请材料（{LOCKED_BASIS.zh}）。",
                f"The opinion and all materials of this item were handed up to {upper.en} on {on} and are locked:"
                " nothing of them is changed, and the upper authority may not ask the applicant for materials again"
                f" ({LOCKED_BASIS.en}).",
            )
        )


STANDING = """
select d.name_zh, d.name_en, h.at from hand_up h join department d on d.key = h.to_unit
"""
BY_ID = STANDING + "where h.item_case_id = %s order by h.round limit 1"
BY_KEY = (
    STANDING
    + "join item_case ic on ic.id = h.item_case_id where ic.case_id = %s and ic.item_key = %s order by h.round limit 1"
)


def ensure_unlocked(item_case_id: int | None) -> None:
    """Raises MaterialsLocked where the item was handed up, whether or not it came back to be completed."""
    _ensure(BY_ID, item_case_id)


def ensure_item_unlocked(case_id: int, item_key: str) -> None:
    """As `ensure_unlocked`, for an item that is known by its key."""
    _ensure(BY_KEY, case_id, item_key)


def _ensure(statement: str, *values: object) -> None:
    row = sql().execute(statement, values).fetchone()
    if row is not None:
        zh, en, at = row
        raise MaterialsLocked(Words(zh, en), at)
