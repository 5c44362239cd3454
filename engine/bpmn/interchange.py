"""What a file says of its picture (BPMN 2.0.2, chapter 12): boxes and lines in pixels, and where names stand."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.bpmn.labels import beside, nearest
from engine.bpmn.svg import Box

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"


def refers(drawn: etree._Element) -> str:
    """The id of the element that a shape or line stands for."""
    return str(drawn.get("bpmnElement", "")).rpartition(":")[2]


def box_of(shape: etree._Element | None) -> Box | None:
    """Its bounds; None where there are none, or none that can be read."""
    bounds = shape.find(BOUNDS) if shape is not None else None
    if bounds is None:
        return None
    try:
        return Box(*(float(bounds.get(name, "0")) for name in ("x", "y", "width", "height")))
    except ValueError:
        return None


def label_of(drawn: etree._Element) -> Box | None:
    """Where the file puts the name of a shape or line."""
    return box_of(drawn.find(f"{DI}BPMNLabel"))


def points_of(edge: etree._Element) -> list[tuple[float, float]]:
    """The corners of a line; none where one of them cannot be read."""
    try:
        return [(float(one.get("x", "0")), float(one.get("y", "0"))) for one in edge.iter(WAYPOINT)]
    except ValueError:
        return []


def make_room(root: etree._Element, names: Mapping[str, str]) -> None:
    """Give the names beside shapes and lines the room they need, by `names` (id -> name), away from what they name.

    Viewers centre a name on the place the file gives it: one drawn for four Chinese characters, in a language with
    longer words, would be set over its own event.
    """
    for drawn in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge"):
        label, name = label_of(drawn), names.get(refers(drawn), "")
        points = points_of(drawn)
        owner = box_of(drawn) or (nearest(points, label) if label is not None and len(points) > 1 else None)
        if label is None or owner is None or not name:
            continue
        box = beside(name, label, owner).box
        bounds = drawn.find(f"{DI}BPMNLabel/{BOUNDS}")
        assert bounds is not None
        for key, value in (("x", box.x), ("y", box.y), ("width", box.width), ("height", box.height)):
            bounds.set(key, f"{value:.1f}".removesuffix(".0"))
