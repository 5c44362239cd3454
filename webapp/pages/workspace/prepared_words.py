"""A prepared act as people read it: what each control is called, and what was chosen in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine import Words
from webapp.catalogue import published
from webapp.pages.support import words
from webapp.pages.workspace.acts import LABELS
from webapp.pages.workspace.points import PREFIX, REMARK
from webapp.queries.history import PROPOSALS, proposal_words
from webapp.queries.life_cycle import LifeCycle

MARKS: Mapping[str, Words] = {
    "pass": Words("符合", "met"),
    "fail": Words("不符合", "not met"),
    "not-applicable": Words("不适用", "not applicable"),
}
#: What a choice of a control says (a proposal: by the kind of its item). A text that is no choice stands as written.
CHOSEN: Mapping[str, Mapping[str, Words]] = {
    "ruling": {
        "grant": Words("准予", "grant"),
        "refuse": Words("不予", "refuse"),
        "return": Words("退回补充审查", "back to the review"),
    },
    "visit_needed": {"yes": Words("需要现场核查", "needed"), "no": Words("不需要现场核查", "not needed")},
    "conclusion": {
        "pass": Words("合格", "pass"),
        "minor": Words("存在一般缺陷", "minor faults"),
        "major": Words("存在严重或者主要缺陷", "major faults"),
        "ready": Words("预审通过", "ready"),
        "not-ready": Words("预审未通过", "not ready"),
    },
    "outcome": {
        "accepted": Words("予以受理", "accepted"),
        "fixed-on-spot": Words("当场更正后受理", "accepted, corrected on the spot"),
        "correction": Words("要求补正", "correction"),
        "wrong-authority": Words("不予受理", "not accepted"),
        "not-required": Words("不受理", "no licence needed"),
    },
    "granted": {"yes": Words("准予延期", "granted"), "no": Words("不予延期", "refused")},
    "confirmed": {"yes": Words("已确认", "confirmed")},
}


@dataclass(frozen=True, slots=True)
class PreparedLine:
    """What was entered in one control; `is_point`: of a checklist."""

    label: str
    value: str
    is_point: bool = False


def prepared_lines(life: LifeCycle) -> list[PreparedLine]:
    """What is put forward, in the order of the page."""
    if life.prepared is None:
        return []
    points = _points(life)
    item = next((one for one in published(life.task.release_id).bundle.items if one.key == life.task.item_key), None)
    proposals = {key: proposal_words(key, item.kind if item else "") for key in PROPOSALS}
    chosen = {**CHOSEN, "proposal": proposals}
    return [_line(name, value, points, chosen) for name, value in life.prepared.fields]


def _line(
    name: str, value: str, points: Mapping[str, Words], chosen: Mapping[str, Mapping[str, Words]]
) -> PreparedLine:
    if name.startswith(PREFIX):
        point = name.removeprefix(PREFIX)
        text = words(points.get(point, Words(point, point)))
        return PreparedLine(text, words(MARKS.get(value, Words(value, value))), is_point=True)
    if name.startswith(REMARK):
        point = name.removeprefix(REMARK)
        about = points.get(point, Words(point, point))
        return PreparedLine(words(Words(f"说明：{about.zh}", f"Remark: {about.en}")), value)
    label = LABELS.get(name, Words(name, name))
    return PreparedLine(words(label), words(chosen.get(name, {}).get(value, Words(value, value))))


def _points(life: LifeCycle) -> dict[str, Words]:
    """The points of the item's lists by key; those of a joint visit stand under their item's."""
    bundle = published(life.task.release_id).bundle
    found: dict[str, Words] = {}
    for item in bundle.items:
        if life.task.item_key in (None, item.key):
            found |= {point.key: point.text for point in (*item.checklist, *item.visit_checklist)}
        found |= {f"{item.key}.{point.key}": point.text for point in item.visit_checklist}
    return found
