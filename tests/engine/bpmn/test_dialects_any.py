"""Whatever stands in a file under a dialect's namespace: it is read or told, and nothing breaks."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.bpmn import check
from engine.bpmn.dialects import DIALECTS
from engine.bpmn.xmlread import BPMN
from tests.engine.bpmn.foreign import file, line

ELEMENTS = (
    "userTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask", "callActivity",
    "intermediateThrowEvent", "adHocSubProcess",
)  # fmt: skip
INSIDE = (
    "multiInstanceLoopCharacteristics", "messageEventDefinition", "signalEventDefinition", "errorEventDefinition",
    "conditionalEventDefinition", "potentialOwner", "script",
)  # fmt: skip
TEXTS = st.sampled_from(
    ["", "a", "true", "=n + 1", "${n}", "#{a.b}, c", "${", "R3/PT1M", "P1D", "all", "'", "n +", "external", "x\n  y"]
)
PREFIXED = [(dialect, name) for dialect in DIALECTS for name in dialect.names]


@st.composite
def elements(draw: st.DrawFn) -> etree._Element:
    """A BPMN element with any names of any dialects on it, inside it, and inside each other."""
    root = etree.Element(f"{{{BPMN}}}{draw(st.sampled_from(ELEMENTS))}", nsmap={None: BPMN}, id="x")
    holders = [root]
    for kind in draw(st.lists(st.sampled_from(INSIDE), max_size=2, unique=True)):
        holders.append(etree.SubElement(root, f"{{{BPMN}}}{kind}"))
    for dialect, name in draw(st.lists(st.sampled_from(PREFIXED), max_size=12)):
        holder, space = draw(st.sampled_from(holders)), dialect.namespaces[0]
        element, at, attribute = name.partition("@")
        if not element:
            holder.set(f"{{{space}}}{attribute}", draw(TEXTS))
            continue
        if holder.tag.startswith(f"{{{BPMN}}}"):
            found = holder.find(f"{{{BPMN}}}extensionElements")
            holder = etree.SubElement(holder, f"{{{BPMN}}}extensionElements") if found is None else found
        made = etree.SubElement(holder, f"{{{space}}}{element}")
        made.text = draw(TEXTS)
        if at:
            made.set(attribute, draw(TEXTS))
        holders.append(made)
    return root


@settings(max_examples=150, deadline=None)
@given(elements())
def test_any_extension_on_any_element_is_read_or_told(element: etree._Element) -> None:
    body = line('<task id="x"/>').replace('<task id="x"/>', etree.tostring(element, encoding="unicode"))
    for finding in check({"p.bpmn": file("", body)}):
        assert finding.message.zh
        assert finding.message.en


def test_deep_and_wide_values_are_read_in_bounds() -> None:
    deep = "<camunda:list>" * 150 + "<camunda:value>1</camunda:value>" + "</camunda:list>" * 150
    wide = "<camunda:list>" + "<camunda:value>${n}</camunda:value>" * 20_000 + "</camunda:list>"
    for value in (deep, wide):
        parameter = f'<camunda:inputParameter name="v">{value}</camunda:inputParameter>'
        holder = f"<extensionElements><camunda:inputOutput>{parameter}</camunda:inputOutput></extensionElements>"
        found = check({"p.bpmn": file("camunda", line(f'<userTask id="a">{holder}</userTask>'))})
        assert {each.code for each in found} <= {"no-candidate-group"}
