"""The points that an officer goes through at a step, and what was marked for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine import Words
from engine.bundles import ChecklistPoint
from engine.law import DATA_COMPARISON
from webapp.pages.workspace.posted import TaskAtHand
from webapp.services.committed import committed_terms

MARKS = ("pass", "fail", "not-applicable")
PREFIX = "check."
SEVERITIES = {
    "critical": Words("严重", "critical"),
    "major": Words("主要", "major"),
    "minor": Words("一般", "minor"),
}


def marks_posted(typed: Mapping[str, str]) -> dict[str, str]:
    """Point -> mark, of what was posted."""
    return {
        name.removeprefix(PREFIX): mark for name, mark in typed.items() if name.startswith(PREFIX) and mark in MARKS
    }


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
    if task.step == "verify":
        conditions = PointGroup(Words("承诺的条件", "Conditions committed to"), _conditions(task))
        if task.rules.profile.verification.method(item.key).method == DATA_COMPARISON:
            return [conditions]
        return [conditions, PointGroup(Words("现场核查要点", "Points of the visit"), _points(item.visit_checklist))]
    if task.step == "recheck":
        return _failed_before(task)
    return []


def _points(points: Iterable[ChecklistPoint], prefix: str = "") -> tuple[Point, ...]:
    return tuple(Point(prefix + point.key, point.text, point.basis, SEVERITIES.get(point.severity)) for point in points)


def _conditions(task: TaskAtHand) -> tuple[Point, ...]:
    item = task.catalogue_item
    committed = committed_terms(task.release.bundle, task.case_id, item.key, task.way) if item else ()
    conditions = [condition for terms in committed for condition in terms.conditions]
    return tuple(Point(f"condition-{n}", text, None, None) for n, text in enumerate(conditions, 1))


def _failed_before(task: TaskAtHand) -> list[PointGroup]:
    """A recheck goes through what the verification found wrong; all points where it named none."""
    assert task.catalogue_item is not None
    verified = task.last_review("verify")
    failed = {key for key, mark in verified.checklist.items() if mark == "fail"} if verified else set()
    everything = [*_conditions(task), *_points(task.catalogue_item.visit_checklist)]
    wrong = tuple(point for point in everything if point.key in failed)
    return [PointGroup(Words("整改事项", "To be rectified"), wrong or tuple(everything))]


def marks_before(task: TaskAtHand) -> Mapping[str, str]:
    """Marks to start from: a review continues what the examination found."""
    earlier = task.last_review("review", "examine") if task.step == "review" else None
    return earlier.checklist if earlier else {}


def all_points(task: TaskAtHand) -> list[Point]:
    return [point for group in groups_of(task) for point in group.points]


def unmarked(task: TaskAtHand, typed: Mapping[str, str]) -> dict[str, Words]:
    """What to say at the points that nobody has marked, by the name of their control."""
    marked = marks_posted(typed)
    message = Words("请标明符合、不符合或者不适用。", "Mark it as met, not met or not applicable.")
    return {point.name: message for point in all_points(task) if point.key not in marked}
