"""What runs but cannot be seen: nodes and sequence flows that a picture leaves out."""

from engine.bpmn import check
from engine.findings import Severity

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:dd="http://www.omg.org/spec/DD/20100524/DI" id="d" targetNamespace="n">'
)
INSIDE = (
    '<subProcess id="sub"><startEvent id="i"/><manualTask id="in"/><endEvent id="o"/>'
    '<sequenceFlow id="f-i" sourceRef="i" targetRef="in"/><sequenceFlow id="f-o" sourceRef="in" targetRef="o"/>'
    "</subProcess>"
)
PROCESS = (
    '<process id="p" isExecutable="true"><startEvent id="s"/><manualTask id="a" name="核对"/>'
    f'<manualTask id="b" name="归档"/>{INSIDE}<endEvent id="e"/>'
    '<sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="b"/>'
    '<sequenceFlow id="f3" sourceRef="b" targetRef="sub"/><sequenceFlow id="f4" sourceRef="sub" targetRef="e"/>'
    "</process>"
)
NODES, FLOWS = ("s", "a", "b", "sub", "e"), ("f1", "f2", "f3", "f4")


def drawn(*ids: str) -> bytes:
    """The process with a picture of these elements."""
    shapes = "".join(
        f'<di:BPMNShape id="x-{one}" bpmnElement="{one}"><dc:Bounds x="0" y="0" width="9" height="9"/></di:BPMNShape>'
        if not one.startswith("f")
        else f'<di:BPMNEdge id="x-{one}" bpmnElement="{one}"><dd:waypoint x="0" y="0"/><dd:waypoint x="9" y="0"/>'
        "</di:BPMNEdge>"
        for one in ids
    )
    plane = f'<di:BPMNDiagram id="y"><di:BPMNPlane id="z" bpmnElement="p">{shapes}</di:BPMNPlane></di:BPMNDiagram>'
    return (HEAD + PROCESS + (plane if ids else "") + "</definitions>").encode()


def told(*ids: str) -> list[tuple[str, str]]:
    found = check({"p.bpmn": drawn(*ids)}, level="office")
    return [(one.code, one.element) for one in found if one.code.endswith("-not-drawn")]


def test_a_flow_without_its_line_is_told_where_it_begins() -> None:
    assert told(*NODES, "f1", "f3", "f4") == [("flow-not-drawn", "a")]
    (found,) = [one for one in check({"p.bpmn": drawn(*NODES, "f1", "f3", "f4")}, level="office") if one.code]
    assert (found.severity, found.line is not None) == (Severity.WARNING, True)
    assert "归档" in found.message.zh


def test_a_node_without_its_shape_is_told_once_at_the_nearest_that_is_drawn() -> None:
    assert told("s", "a", "sub", "e", "f1", "f4") == [("node-not-drawn", "a")]
    assert told("s", "f1") == [("node-not-drawn", "s")] * 4


def test_a_whole_picture_a_folded_subprocess_and_no_picture_are_left_alone() -> None:
    assert told(*NODES, *FLOWS) == []
    assert told(*NODES, *FLOWS, "i", "in", "o", "f-i", "f-o") == []
    assert told() == []


def test_inside_a_subprocess_that_is_drawn_it_is_the_same() -> None:
    assert told(*NODES, *FLOWS, "i", "in", "f-i") == [("node-not-drawn", "in")]


def test_a_bare_deployment_is_not_asked() -> None:
    assert check({"p.bpmn": drawn(*NODES)}) == []
