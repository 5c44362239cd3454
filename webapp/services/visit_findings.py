"""What the points of a visit amount to: the faults of each item, and the conclusion that they leave open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine import Words
from engine.bundles import Item
from webapp.errors import Incomplete
from webapp.services.review_rows import FAILED, POINT_RESULTS
from webapp.services.verification_points import UNMARKED

PASS, MINOR, MAJOR = "pass", "minor", "major"
#: From the best to the worst.
CONCLUSIONS = (PASS, MINOR, MAJOR)
CONCLUSION_WORDS: Mapping[str, Words] = {
    PASS: Words("合格", "meets the requirements"),
    MINOR: Words("存在一般缺陷", "minor faults"),
    MAJOR: Words("存在严重或者主要缺陷", "major faults"),
}


NOT_ASKED = Words(
    "核查清单中没有这一要点（事项可能已经退出核查），请重新打开页面。",
    "The list does not have this point (its item may have left the visit). Open the page again.",
)


def of_item(item: Item, checklist: Mapping[str, str]) -> str:
    """What was found of one item, by the catalogue's severity of each point that is not met (`<item>.<point>`)."""
    failed = [one for one in item.visit_checklist if checklist.get(f"{item.key}.{one.key}") == FAILED]
    if any(one.severity != MINOR for one in failed):
        return MAJOR
    return MINOR if failed else PASS


def is_marked(item: Item, checklist: Mapping[str, str]) -> bool:
    """Whether the visit went through any point of the item."""
    return any(checklist.get(f"{item.key}.{one.key}") in POINT_RESULTS for one in item.visit_checklist)


def faults_of(
    items: Iterable[Item], conclusion: str, record: str, checklist: Mapping[str, str]
) -> list[tuple[str, Words]]:
    """What a record of these items lacks, by the controls of the page, in its order.

    Every point of each is marked, and nothing is marked that none of them asks.
    """
    points = [f"{item.key}.{point.key}" for item in items for point in item.visit_checklist]
    faults = [(f"check.{key}", UNMARKED) for key in points if checklist.get(key) not in POINT_RESULTS]
    faults += [(f"check.{key}", NOT_ASKED) for key in checklist if key not in points]
    if conclusion not in CONCLUSIONS:
        faults.append(("conclusion", Words("请选择核查结论。", "Choose the conclusion.")))
    if not record.strip():
        faults.append(("record", Words("请填写核查记录。", "Write the record of the visit.")))
    return faults


def ensure_fits(items: Iterable[Item], conclusion: str, checklist: Mapping[str, str]) -> None:
    """Raises Incomplete where the conclusion is better than what was marked: both stand in one record."""
    for item in items:
        found = of_item(item, checklist)
        if CONCLUSIONS.index(found) > CONCLUSIONS.index(conclusion):
            marked, chosen = CONCLUSION_WORDS[found], CONCLUSION_WORDS[conclusion]
            raise Incomplete(
                "conclusion",
                Words(
                    f"“{item.name.zh}”的要点已标明{marked.zh}，不能作出“{chosen.zh}”的结论，请核对要点或者结论。",
                    f"The points of “{item.name.en}” show {marked.en}: “{chosen.en}” contradicts them. Check the points"
                    " or the conclusion.",
                ),
            )


def own_part(item: Item, marked: Mapping[str, str]) -> dict[str, str]:
    """Of marks or words by point, those of one item."""
    own = {f"{item.key}.{one.key}" for one in item.visit_checklist}
    return {key: text for key, text in marked.items() if key in own}
