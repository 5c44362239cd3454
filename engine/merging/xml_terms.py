"""The names of BPMN, DMN and their pictures that merging has to know."""

from __future__ import annotations

from lxml import etree

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
BOUNDS, WAYPOINT = "Bounds", "waypoint"
#: Read as facts of the shape or line around them.
PICTURED = frozenset({BOUNDS, WAYPOINT})
#: Elements whose text is the id of another, and of which there may be several: each is there or not.
REFERENCES = frozenset(
    {
        "incoming", "outgoing", "flowNodeRef", "dataInputRefs", "dataOutputRefs", "optionalInputRefs",
        "optionalOutputRefs", "whileExecutingInputRefs", "whileExecutingOutputRefs", "inputSetRefs", "outputSetRefs",
        "participantRef", "categoryValueRef", "eventDefinitionRef", "sourceRef", "targetRef",
    }
)  # fmt: skip
#: Of references, those that only repeat what a flow says: they come and go with it.
REPEATED_REFERENCES = frozenset({"incoming", "outgoing"})
#: Attributes that tell an element without an id from its siblings.
NATURAL = ("target", "name", "key")
#: Attributes with the id of an element without which this one means nothing, by the tag it stands on ("": any).
ENDS = frozenset({"sourceRef", "targetRef", "attachedToRef"})
SHOWN = frozenset({"bpmnElement", "dmnElementRef"})
#: Attributes with an id that can be left out.
LOOSE = frozenset({"default", "messageRef", "signalRef", "errorRef", "escalationRef", "processRef", "activityRef"})
#: Of a rule of a decision table: its cells, and what stands for their columns in the table.
CELLS = ("inputEntry", "outputEntry", "annotationEntry")
COLUMNS = ("input", "output", "annotation")
#: Where the order of rules means something.
ORDERED_POLICIES = frozenset({"FIRST", "RULE ORDER"})
#: Told by the programs that write files; the later one stands.
EXPORTERS = frozenset({"exporter", "exporterVersion"})
#: In this order inside an element, where the standard asks for one; whatever is not named stands in the middle.
RANKS = {
    "documentation": 0, "extensionElements": 1, "import": 2, "incoming": 2, "collaboration": 2, "outgoing": 3,
    "laneSet": 3, "description": 0, "variable": 2, "input": 4, "output": 5, "annotation": 6, "rule": 7,
    "association": 8, "textAnnotation": 8, "group": 8, "BPMNDiagram": 9, "DMNDI": 9,
}  # fmt: skip
MIDDLE_RANK = 6


def local(element: etree._Element) -> str:
    """The name of the element without its namespace; "" of a comment."""
    return local_name(str(element.tag)) if isinstance(element.tag, str) else ""


def local_name(tag: str) -> str:
    """The same of a name in Clark's notation."""
    return tag.rpartition("}")[2]


def is_picture_tag(tag: str) -> bool:
    """Whether it belongs to the picture of a diagram (BPMN DI, DMN DI)."""
    uri = tag.partition("}")[0]
    return uri.endswith(("/DI", "/DMNDI/", "/DC", "/DC/", "/DI/"))
