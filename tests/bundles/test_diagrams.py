"""The shipped diagrams can be read: everything is drawn, nothing overlaps, no line crosses another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

PROCESSES = Path(__file__).parents[2] / "processes"
DIAGRAMS = sorted(PROCESSES.glob("*/*.bpmn"))
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
FLOW_NODES = ("Event", "Gateway", "Task", "task", "callActivity", "subProcess")
# Gateways that only bring flows together have nothing to say.
NEEDS_NO_NAME = ("parallelGateway", "inclusiveGateway", "exclusiveGateway")

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: Box) -> bool:
        """They share more than a border."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: Box) -> bool:
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom

    def has_on_border(self, point: Point) -> bool:
        x, y = point
        across = self.x <= x <= self.right and y in (self.y, self.bottom)
        along = self.y <= y <= self.bottom and x in (self.x, self.right)
        return across or along


@dataclass(frozen=True)
class Line:
    """A sequence flow as drawn. All its segments run along an axis."""

    id: str
    source: str
    target: str
    points: tuple[Point, ...]

    @property
    def segments(self) -> list[Box]:
        return [
            Box(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1])) for a, b in pairwise(self.points)
        ]


@dataclass(frozen=True)
class Diagram:
    name: str
    types: dict[str, str]  # flow node -> its BPMN type
    names: dict[str, str]
    parents: dict[str, str]  # flow node -> the subprocess around it, or the process
    hosts: dict[str, str]  # boundary event -> the activity it sits on
    lanes: dict[str, str]  # flow node -> lane
    pools: list[str]
    shapes: dict[str, Box]
    labels: dict[str, Box]
    lines: list[Line]
    flows: set[str]


def _box(element: etree._Element) -> Box:
    return Box(*(float(element.get(each) or 0) for each in ("x", "y", "width", "height")))


@cache
def drawn(path: Path) -> Diagram:
    root = etree.parse(path).getroot()
    nodes = [each for each in root.iter() if isinstance(each.tag, str) and each.tag.startswith(BPMN)]
    nodes = [each for each in nodes if each.tag.endswith(FLOW_NODES)]
    flows = {each.get("id", ""): each for each in root.iter(f"{BPMN}sequenceFlow")}
    shapes, labels, lines = {}, {}, []
    for shape in root.iter(f"{BPMNDI}BPMNShape", f"{BPMNDI}BPMNEdge"):
        key = shape.get("bpmnElement", "")
        label = shape.find(f"{BPMNDI}BPMNLabel/{DC}Bounds")
        if label is not None:
            labels[key] = _box(label)
        bounds = shape.find(f"{DC}Bounds")
        if bounds is not None:
            shapes[key] = _box(bounds)
            continue
        points = tuple((float(p.get("x", 0)), float(p.get("y", 0))) for p in shape.iter(f"{DI}waypoint"))
        flow = flows[key]
        lines.append(Line(key, flow.get("sourceRef", ""), flow.get("targetRef", ""), points))
    parents = {}
    for node in nodes:
        around = node.getparent()
        parents[node.get("id", "")] = around.get("id", "") if around is not None else ""
    return Diagram(
        name=path.name,
        types={each.get("id", ""): etree.QName(each).localname for each in nodes},
        names={each.get("id", ""): each.get("name", "") for each in [*nodes, *flows.values()]},
        parents=parents,
        hosts={each.get("id", ""): each.get("attachedToRef", "") for each in nodes if "attachedToRef" in each.attrib},
        lanes={
            (ref.text or ""): lane.get("id", "")
            for lane in root.iter(f"{BPMN}lane")
            for ref in lane.iter(f"{BPMN}flowNodeRef")
        },
        pools=[each.get("id", "") for each in root.iter(f"{BPMN}participant")],
        shapes=shapes,
        labels=labels,
        lines=lines,
        flows=set(flows),
    )


def _around(diagram: Diagram, element: str) -> set[str]:
    """The element and every subprocess around it."""
    found = {element}
    while diagram.parents.get(element) in diagram.types:
        element = diagram.parents[element]
        found.add(element)
    return found


def _cross(one: Box, other: Box) -> bool:
    """Two segments go through each other, each within its length."""
    level, upright = (one, other) if one.height == 0 else (other, one)
    if level.height or upright.width:
        return False
    return level.x < upright.x < level.right and upright.y < level.y < upright.bottom


def _touch(one: Box, other: Box) -> bool:
    return one.x <= other.right and other.x <= one.right and one.y <= other.bottom and other.y <= one.bottom


@pytest.fixture(params=DIAGRAMS, ids=lambda path: path.stem)
def diagram(request: pytest.FixtureRequest) -> Diagram:
    return drawn(request.param)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(files("SpiffWorkflow.bpmn.parser") / "schema" / "BPMN20.xsd")))


def test_there_are_diagrams_to_judge() -> None:
    assert {"open-pharmacy", "item-licence", "item-filing"} <= {path.stem for path in DIAGRAMS}


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_the_file_is_bpmn(path: Path, schema: etree.XMLSchema) -> None:
    schema.assertValid(etree.parse(path))


def test_everything_is_drawn(diagram: Diagram) -> None:
    wanted = {*diagram.types, *diagram.lanes.values(), *diagram.pools}
    assert wanted == set(diagram.shapes)
    assert diagram.flows == {line.id for line in diagram.lines}


def test_names_are_chinese(diagram: Diagram) -> None:
    for element, type_ in diagram.types.items():
        name = diagram.names[element]
        assert name or type_ in NEEDS_NO_NAME, element
        assert not name or any("\u4e00" <= letter <= "\u9fff" for letter in name), element


def test_every_element_lies_in_its_lane(diagram: Diagram) -> None:
    for element, parent in diagram.parents.items():
        if parent in diagram.types:
            assert diagram.shapes[parent].holds(diagram.shapes[element]), element
        else:
            assert diagram.shapes[diagram.lanes[element]].holds(diagram.shapes[element]), element


def test_lanes_fill_the_pool_one_below_the_other(diagram: Diagram) -> None:
    lanes = sorted((diagram.shapes[lane] for lane in set(diagram.lanes.values())), key=lambda box: box.y)
    pool = diagram.shapes[diagram.pools[0]]
    assert [lane.y for lane in lanes] == [pool.y, *(lane.bottom for lane in lanes[:-1])]
    assert lanes[-1].bottom == pool.bottom


def test_shapes_do_not_overlap(diagram: Diagram) -> None:
    for one, other in combinations(diagram.types, 2):
        inside = one in _around(diagram, other) or other in _around(diagram, one)
        attached = diagram.hosts.get(one) == other or diagram.hosts.get(other) == one
        if not inside and not attached:
            assert not diagram.shapes[one].overlaps(diagram.shapes[other]), (one, other)


def test_lines_start_and_end_at_their_elements(diagram: Diagram) -> None:
    for line in diagram.lines:
        assert diagram.shapes[line.source].has_on_border(line.points[0]), line.id
        assert diagram.shapes[line.target].has_on_border(line.points[-1]), line.id
        assert all(not each.width or not each.height for each in line.segments), line.id


def test_no_line_crosses_another(diagram: Diagram) -> None:
    """Lines from one gateway, or to one, may run together like a rail; others may not even touch."""
    for one, other in combinations(diagram.lines, 2):
        neighbours = {one.source, one.target} & {other.source, other.target}
        meet = _cross if neighbours else _touch
        for first in one.segments:
            for second in other.segments:
                assert not meet(first, second), (one.id, other.id)


def test_a_crossing_would_be_noticed() -> None:
    level, upright = Box(0, 10, 100, 0), Box(50, 0, 0, 20)
    assert _cross(level, upright)
    assert _cross(upright, level)
    assert _touch(level, Box(100, 10, 0, 30))
    assert not _cross(level, Box(100, 10, 0, 30))
    assert _through(upright, Box(40, 5, 20, 5))
    assert not _through(level, Box(40, 11, 20, 5))


def test_no_line_runs_through_an_element(diagram: Diagram) -> None:
    for line in diagram.lines:
        allowed = _around(diagram, line.source) | _around(diagram, line.target)
        for element in set(diagram.types) - allowed | {line.source, line.target}:
            box = diagram.shapes[element]
            assert not any(_through(segment, box) for segment in line.segments), (line.id, element)


def _through(segment: Box, box: Box) -> bool:
    return segment.x < box.right and box.x < segment.right and segment.y < box.bottom and box.y < segment.bottom


def test_labels_stand_free(diagram: Diagram) -> None:
    for one, other in combinations(diagram.labels, 2):
        assert not diagram.labels[one].overlaps(diagram.labels[other]), (one, other)
    for owner, label in diagram.labels.items():
        for element in diagram.types:
            if diagram.types[element] != "subProcess":
                assert not label.overlaps(diagram.shapes[element]), (owner, element)
        for line in diagram.lines:
            assert not any(_through(segment, label) for segment in line.segments), (owner, line.id)
