"""Dialects: what the modellers' extension elements mean, each read into the same `Extensions`.

A dialect is a module with `NAMESPACES` and `read(element, so_far) -> Extensions`; a new one is added
to `DIALECTS`. Several may stand in one file, each reads its own namespace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from engine.bpmn.dialects import zeebe
from engine.bpmn.model import Extensions
from engine.bpmn.xmlread import child, namespace

Reader = Callable[[etree._Element, Extensions], Extensions]

#: namespace -> reader of one extension element into what has been read so far
DIALECTS: dict[str, Reader] = dict.fromkeys(zeebe.NAMESPACES, zeebe.read)

#: Namespaces of engines whose extensions change what runs, and that are not read (yet).
NOT_READ = {
    "http://camunda.org/schema/1.0/bpmn": "camunda 7",
    "http://activiti.org/bpmn": "activiti",
    "http://flowable.org/bpmn": "flowable",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "spiffworkflow",
}


def read_extensions(element: etree._Element) -> Extensions:
    """What the extension elements and foreign attributes of `element` say, in the engine's terms."""
    result = Extensions()
    unread: set[str] = {NOT_READ[space] for space in _attribute_spaces(element) if space in NOT_READ}
    holder = child(element, "extensionElements")
    for extension in holder if holder is not None else ():
        space = namespace(extension)
        if space in DIALECTS:
            result = DIALECTS[space](extension, result)
        elif space in NOT_READ:
            unread.add(NOT_READ[space])
    return replace(result, unread=tuple(sorted(unread))) if unread else result


def _attribute_spaces(element: etree._Element) -> set[str]:
    return {str(name)[1:].partition("}")[0] for name in element.attrib if str(name).startswith("{")}
