"""Names in a drawn diagram: where they stand, how long ones are set, and what they leave free."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import draw, make_room
from engine.bpmn.interchange import DI, box_of, label_of, refers
from engine.bpmn.labels import along, beside, covers, fitted, nearest, segments
from engine.bpmn.lettering import LEADING, lines_of, size_for, width_of
from engine.bpmn.svg import Box
from engine.bpmn.taken import Taken

EVENT = Box(100, 100, 36, 36)
FILING = Path(__file__).parents[3] / "processes" / "_shared" / "item-filing.bpmn"


@pytest.mark.parametrize(
    ("label", "side"),
    [
        (Box(141, 111, 24, 14), "right"),
        (Box(71, 111, 24, 14), "left"),
        (Box(106, 141, 24, 14), "below"),
        (Box(106, 81, 24, 14), "above"),
    ],
)
def test_a_long_name_grows_away_from_what_it_names(label: Box, side: str) -> None:
    found = beside("Waits for the result before it", label, EVENT)
    assert len(found.lines) > 1
    assert not covers(found.box, EVENT), side
    assert covers(found.box, label) > 0  # it stands where the file puts it


def test_a_name_that_fits_stays_in_the_middle_of_its_place() -> None:
    label = Box(94, 141, 48, 14)
    assert beside("等待", label, EVENT).box.middle[0] == label.middle[0]


def test_a_name_takes_the_width_at_which_it_covers_nothing() -> None:
    label = Box(94, 141, 48, 14)
    free = fitted("Device visit request", label, [EVENT], _taken(EVENT), "own")
    below = Box(100, 158, 36, 36)
    assert len(free.lines) == 2
    tight = fitted("Device visit request", label, [EVENT], _taken(EVENT, below), "own")
    assert tight.lines == ("Device visit request",)
    assert not covers(tight.box, below)


def test_a_name_goes_to_another_side_where_its_own_is_taken() -> None:
    """A start whose lines lead up, down and to the right, between a lane's edge and the line of its neighbour."""
    lines = [[(118.0, 100.0), (118.0, 0.0)], [(118.0, 136.0), (118.0, 300.0)], [(136.0, 118.0), (160.0, 118.0)]]
    around = [[(90.0, 0.0), (90.0, 300.0)], [(185.0, 93.0), (185.0, 0.0)]]
    drawn = [part for points in (*lines, *around) for part in segments(points)]
    label = Box(80, 76, 76, 24)
    found = fitted("Received at one window", label, [EVENT], _taken(EVENT, *drawn), "own")
    assert found.is_free
    assert found.lines == ("Received", "at one", "window")
    assert not any(covers(found.ink, part) for part in (EVENT, *drawn))
    assert found.box.y + found.box.height <= EVENT.y  # above, beside the line that leads up


def test_a_name_is_moved_a_little_where_that_is_enough() -> None:
    label = Box(141, 125, 52, 14)
    upper, lower = segments([(136.0, 118.0), (220.0, 118.0)]), segments([(60.0, 143.0), (400.0, 143.0)])
    found = fitted("No more pre-review", label, [EVENT], _taken(EVENT, *upper, *lower), "own")
    assert found.is_free
    assert 118 < found.ink.y < found.ink.y + found.ink.height < 143


def test_a_name_goes_along_its_line() -> None:
    points = [(0.0, 100.0), (300.0, 100.0)]
    label = Box(130, 82, 40, 14)
    places = along(points, label)
    assert [one.x for one in places] == [150, 110, 190]
    assert along([(0.0, 100.0), (160.0, 100.0), (160.0, 0.0)], label)[2] == Box(
        160, 100, 0, 0
    )  # no further than its end
    assert along([(0.0, 0.0), (300.0, 200.0)], label) == [nearest([(0.0, 0.0), (300.0, 200.0)], label)]
    beside_it = [Box(100, 60, 55, 36), Box(100, 104, 55, 60)]
    found = fitted("Materials", label, places, _taken(*segments(points), *beside_it), "own")
    assert found.is_free
    assert found.size == 11


def test_what_a_name_has_to_stand_on_ends_beside_its_letters() -> None:
    shapes = "".join(
        f'<d:BPMNShape bpmnElement="t{x}{y}"><c:Bounds x="{x * 40}" y="{y * 40}" width="40" height="40"/></d:BPMNShape>'
        for x in range(9)
        for y in range(9)
    )
    event = (
        '<d:BPMNShape bpmnElement="e"><c:Bounds x="160" y="160" width="36" height="36"/><d:BPMNLabel>'
        '<c:Bounds x="150" y="200" width="56" height="14"/></d:BPMNLabel></d:BPMNShape>'
    )
    tight, alone = drawn_of(event, shapes), drawn_of(event, "")
    assert tight.count('paint-order="stroke"') == 1
    assert 'stroke="#fff"' not in alone


def drawn_of(*planes: str) -> str:
    picture = draw(
        (
            '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
            ' xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:c="http://www.omg.org/spec/DD/20100524/DC">'
            '<process id="p"><startEvent id="e" name="No way around"/></process>'
            f"<d:BPMNDiagram><d:BPMNPlane>{''.join(planes)}</d:BPMNPlane></d:BPMNDiagram></definitions>"
        ).encode(),
        "x",
    )
    assert picture is not None
    return picture.svg


def test_however_much_is_drawn_a_name_is_held_against_what_is_near_it() -> None:
    taken = _taken(*(Box(300.0 * x, 300.0 * y, 100, 80) for x in range(60) for y in range(60)))
    assert len(taken.near(Box(3000, 3000, 90, 30))) < 10
    crowd = _taken(*(Box(10, 10, 36, 36) for _ in range(5000)), Box(0, 0, 1e12, 1), Box(float("nan"), 0, 1, 1))
    assert len(crowd.near(Box(0, 0, 90, 30))) < 500
    assert not fitted("In a crowd", Box(10, 15, 60, 14), [Box(10, 50, 36, 36)], crowd, "own").is_free


def test_a_name_that_was_set_anew_is_no_longer_where_it_was() -> None:
    taken = _taken()
    taken.put("own", Box(0, 0, 90, 14))
    taken.put("other", Box(0, 20, 90, 14))
    taken.put("own", Box(5000, 0, 90, 14))
    assert taken.near(Box(0, 0, 90, 30)) == [Box(0, 20, 90, 14)]
    assert taken.near(Box(0, 0, 90, 30), without="other") == []


def _taken(*boxes: Box) -> Taken:
    taken = Taken()
    for number, box in enumerate(boxes):
        taken.put(str(number), box)
    return taken


def test_a_name_beside_a_line_stays_on_its_side() -> None:
    upright = [(540.0, 465.0), (540.0, 205.0), (400.0, 205.0)]
    label = Box(546, 293, 46, 14)
    assert nearest(upright, label) == Box(540, 300, 0, 0)
    assert beside("Not accepted, not required", label, nearest(upright, label)).box.x >= 540


def test_a_name_keeps_off_a_line_that_slants_and_not_off_all_that_lies_beside_it() -> None:
    slanting = segments([(0.0, 0.0), (400.0, 300.0)])
    on_it, beside_it = Box(180, 140, 40, 14), Box(20, 200, 90, 28)
    assert any(covers(on_it, part) for part in slanting)
    assert not any(covers(beside_it, part) for part in slanting)
    assert segments([(0.0, 5.0), (400.0, 5.0)]) == [Box(-0.5, 4.5, 401, 1)]
    assert len(segments([(0.0, 0.0), (1e9, 1e9)])) == 40


def test_a_long_name_within_a_task_is_set_smaller_until_it_fits() -> None:
    assert size_for("Drug licence", 92, 70, 8.5) == 12
    long = "Preliminary review of the filing of class II medical devices by the district"
    size = size_for(long, 92, 52, 8.5)
    assert 8.5 <= size < 12
    lines = list(lines_of(long, 92, size))
    assert len(lines) * size * LEADING <= 52
    assert all(width_of(line, size) <= 92 for line in lines)


def test_names_given_in_another_language_leave_their_own_shapes_free() -> None:
    root = etree.fromstring(FILING.read_bytes())
    names = {str(one.get("id")): "Not completed in time" for one in root.iter() if one.get("name")}
    make_room(root, names)
    labels = [(label_of(one), box_of(one)) for one in root.iter(f"{DI}BPMNShape") if refers(one) in names]
    told = [(label, shape) for label, shape in labels if label is not None and shape is not None]
    assert len(told) > 10
    assert all(not covers(label, shape) for label, shape in told)
    once = etree.tostring(root)
    make_room(root, names)
    assert etree.tostring(root) == once


def test_what_a_draft_says_of_its_places_may_be_anything() -> None:
    broken = FILING.read_bytes()
    for said, instead in (
        (b'<dc:Bounds x="1014"', b'<dc:Bounds x="left"'),
        (b'<di:waypoint x="540" y="465" />', b'<di:waypoint x="here" y="465" />'),
    ):
        assert said in broken
        broken = broken.replace(said, instead)
    root = etree.fromstring(broken)
    make_room(root, {"decided-at-once": "Decided at once", "flow-intake-outcome-correct": "Correction"})
    assert draw(broken, "x") is not None


def test_the_names_of_the_shared_filing_are_not_set_over_each_other() -> None:
    picture = draw(FILING.read_bytes(), "x")
    assert picture is not None
    svg = etree.fromstring(picture.svg.encode())
    boxes = []
    for one in svg.iter("{http://www.w3.org/2000/svg}text"):
        if one.get("font-size") == "11":
            width = width_of(str(one.text), 11)
            boxes.append(Box(float(one.get("x", 0)) - width / 2, float(one.get("y", 0)) - 5.5, width, 11))
    assert len(boxes) > 20
    assert not any(covers(one, other) for one, other in combinations(boxes, 2))
