"""What an item needs of others before it is decided, in one line."""

from __future__ import annotations

from collections.abc import Sequence

from engine import Words
from webapp import moments
from webapp.queries.case_parts import ItemView
from webapp.queries.case_reviews import ReviewLine


def depends(
    item: ItemView, items: Sequence[ItemView], before: ReviewLine | None, *, pre_reviewing: bool
) -> Words | None:
    """How what this item needs stands, and whether it was examined before (`before`); None: it needs nothing."""
    needed = [view for view in items if view.key in item.item.needs_result_of]
    if not needed:
        return None
    zh = "、".join(f"“{view.item.name.zh}”（{view.state.zh}）" for view in needed)
    en = ", ".join(f"“{view.item.name.en}”: {view.state.en}" for view in needed)
    if pre_reviewing:
        return Words(
            f"前置事项{zh}。预审通过的，结果一到即由决定人当场决定；结果先到的，按一般流程办理。",
            f"Needed first: {en}. Once found ready, it is decided as soon as the result is there; if the result"
            " comes before, it goes the ordinary way.",
        )
    if before is None:
        return Words(f"前置事项{zh}。", f"Needed first: {en}.")
    when = moments.shown(before.at)
    return Words(
        f"前置事项{zh}。{before.by}已于{when}完成预审。", f"Needed first: {en}. {before.by} pre-reviewed it on {when}."
    )
