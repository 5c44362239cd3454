"""Is there more in a file than an answer in time allows?"""

from __future__ import annotations

from typing import cast

from lxml import etree

from engine.bpmn.allowance import MAX_ELEMENTS, MAX_FLOW_ELEMENTS
from engine.bpmn.reader import NODES
from engine.bpmn.wording import Reporter
from engine.bpmn.xmlread import BPMN

_DRAWING = ("BPMN/20100524/DI", "DD/20100524/DC", "DD/20100524/DI")
_is_drawn = " or ".join(f"namespace-uri() = 'http://www.omg.org/spec/{space}'" for space in _DRAWING)
_is_in_flow = " or ".join(f"self::b:{name}" for name in ("sequenceFlow", *sorted(NODES)))
_all_elements = etree.XPath(
    f"count(//*[not({_is_drawn})]) - count(//b:incoming) - count(//b:outgoing)", namespaces={"b": BPMN}
)
_flow_elements = etree.XPath(f"count(//b:*[{_is_in_flow}])", namespaces={"b": BPMN})


def is_within_bounds(root: etree._Element, report: Reporter) -> bool:
    """Whether the elements of the file fit into what the files before have left; reported if not."""
    allowance = report.allowance
    allowance.take_elements(_count(_all_elements, root), _count(_flow_elements, root))
    if allowance.flow_elements < 0:
        report("too-many-flow-elements", limit=MAX_FLOW_ELEMENTS)
    elif allowance.elements < 0:
        report("too-many-elements", limit=MAX_ELEMENTS)
    return allowance.flow_elements >= 0 and allowance.elements >= 0


def _count(expression: etree.XPath, root: etree._Element) -> int:
    return int(cast(float, expression(root)))
