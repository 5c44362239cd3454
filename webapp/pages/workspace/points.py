"""The points that an officer goes through at a step, and what was marked for each."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from engine import Words
from engine.bundles import ChecklistPoint, Item
from webapp.pages.workspace.posted import TaskAtHand
from webapp.queries.workspace import Workspace
from webapp.services.committed import committed_terms
from webapp.services.review_rows import LONGEST_REMARK, REMARK_TOO_LONG, Marks
from webapp.services.took_part import VERIFYING
from webapp.services.verification_points import UNMARKED, to_verify

MARK_WORDS = {
    "pass": Words("符合", "met"),
    "fail": Words("不符合", "not met"),
    "not-applicable": Words("不适用", "not applicable"),
}
#: Names of the controls: "check.premises" holds the mark, "remark.premises" the words beside it.
PREFIX, REMARK = "check.", "remark."
SEVERITIES = {
    "critical": Words("严重", "critical"),
    "major": Words("主要", "major"),
    "minor": Words("一般", "minor"),
}


def marks_posted(typed: Mapping[str, str]) -> Marks:
    """Point -> mark, of what was posted, with the words beside each."""
    return Marks(_of(typed, PREFIX, MARK_WORDS), {key: text.strip() for key, text in _of(typed, REMARK).items()})


def _of(typed: Mapping[str, str], prefix: str, known: Container[str] | None = None) -> dict[str, str]:
    found = {name.removeprefix(prefix): typed[name] for name in typed if name.startswith(prefix)}
    return found if known is None else {key: text for key, text in found.items() if text in known}


@dataclass(frozen=True, slots=True)
class Point:
    """One point on the page. `key` is unique within the step's whole list."""

    key: str
    text: Words
    basis: Words | None
    severity: Words | None

    @property
    def name(self) -> str:
        return PREFIX + self.key


@dataclass(frozen=True, slots=True)
class PointGroup:
    """Points under one title (an item of the joint visit, the conditions of a commitment)."""

    title: Words | None
    points: tuple[Point, ...]


def groups_of(task: TaskAtHand) -> tuple[PointGroup, ...]:
    """What is to be gone through at this step; empty where the step has no list."""
    found = _groups(task)
    return tuple(group for group in found if group.points)


def _groups(task: TaskAtHand) -> Iterable[PointGroup]:
    if task.step == "visit":
        return [
            PointGroup(view.item.name, _points(view.item.visit_checklist, f"{view.key}."))
            for view in task.visited_items
        ]
    item = task.catalogue_item
    if item is None:
        return []
    if task.step in ("pre-review", "examine", "review", "upper-review") or (
        task.step == "immediate" and task.way != "commitment"
    ):
        return [PointGroup(None, _points(item.checklist))]
    return _verified(task, item) if task.step in VERIFYING else []


def _points(points: Iterable[ChecklistPoint], prefix: str = "") -> tuple[Point, ...]:
    return tuple(Point(prefix + point.key, point.text, point.basis, SEVERITIES.get(point.severity)) for point in points)


def _verified(task: TaskAtHand, item: Item) -> list[PointGroup]:
    """The conditions of the letter and the points of the visit; at a recheck what is to be put right, as one list."""
    verified = task.last_review("verify") if task.step == "recheck" else None
    asked = to_verify(
        task.step,
        item,
        committed_terms(task.release.bundle, task.case_id, item.key, task.way),
        task.rules.profile.verification.method(item.key),
        verified.checklist if verified else {},
    )
    conditions = tuple(Point(key, text, None, None) for key, text in asked.conditions.items())
    points = _points(asked.points)
    if task.step == "recheck":
        return [PointGroup(Words("整改事项", "To be rectified"), (*conditions, *points))]
    return [
        PointGroup(Words("承诺的条件", "Conditions committed to"), conditions),
        PointGroup(Words("现场核查要点", "Points of the visit"), points),
    ]


def marks_before(task: TaskAtHand) -> Marks:
    """Marks to start from: a review continues what the examination found."""
    earlier = task.last_review("review", "examine") if task.step == "review" else None
    return Marks(earlier.checklist, earlier.remarks) if earlier else Marks({}, {})


def names_of_points(task: Workspace) -> dict[str, Words]:
    """Key -> what is asked, of every point that an officer of the item may have marked, at this step or before."""
    known = {point.key: point.text for group in groups_of(task) for point in group.points}
    for view in task.items:
        known |= {f"{view.key}.{point.key}": point.text for point in view.item.visit_checklist}
    item = task.catalogue_item
    own = [*item.checklist, *item.visit_checklist] if item else []
    return {point.key: point.text for point in own} | known


def all_points(task: TaskAtHand) -> list[Point]:
    return [point for group in groups_of(task) for point in group.points]


def unmarked(task: TaskAtHand, typed: Mapping[str, str]) -> dict[str, Words]:
    """What to say at the points that nobody has marked, by the name of their control."""
    marked = marks_posted(typed)
    points = all_points(task)
    missing = {point.name: UNMARKED for point in points if point.key not in marked}
    return missing | {
        point.name: REMARK_TOO_LONG for point in points if len(marked.remarks.get(point.key, "")) > LONGEST_REMARK
    }
