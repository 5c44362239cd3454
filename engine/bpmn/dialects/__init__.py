"""Dialects: what the modellers' extension elements and attributes mean, each read into the same `Extensions`.

A dialect is a `Dialect` (reading.py) in a module of its own; a new one is added to `DIALECTS`. Several may stand in
one file, each reads its own namespace. What stands under a namespace of nobody here is told once per file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from lxml import etree

from engine.bpmn.dialects import plain
from engine.bpmn.dialects.camunda import ACTIVITI, CAMUNDA_7, FLOWABLE_6
from engine.bpmn.dialects.reading import Dialect, Said
from engine.bpmn.dialects.spiffworkflow import SPIFFWORKFLOW
from engine.bpmn.dialects.telling import tell
from engine.bpmn.dialects.zeebe import ZEEBE
from engine.bpmn.language import PYTHON
from engine.bpmn.model import Extensions
from engine.bpmn.xmlread import BPMN, child, is_bpmn, local_name, namespace

__all__ = [
    "DIALECTS",
    "TOOLS",
    "foreign",
    "language_of",
    "read_extensions",
    "read_node",
    "read_rest",
    "said_on",
    "tell",
]

#: In the order in which they are read: what Camunda 8 says of a call or loop goes before the family's own ways.
DIALECTS: tuple[Dialect, ...] = (ZEEBE, CAMUNDA_7, ACTIVITI, FLOWABLE_6, SPIFFWORKFLOW)
_BY_NAMESPACE = {space: dialect for dialect in DIALECTS for space in dialect.namespaces}
_ALWAYS = frozenset().union(*(dialect.always for dialect in DIALECTS))

#: Namespaces of modellers' own notes: colours, pictures, what they were drawn for.
TOOLS = frozenset({
    "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/XML/1998/namespace",
    "http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/DC", "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
    "http://bpmn.io/schema/bpmn/biocolor/1.0", "http://camunda.org/schema/modeler/1.0",
    "http://flowable.org/modeler", "http://flowable.org/design", "http://activiti.com/modeler",
    "http://www.signavio.com",
})  # fmt: skip

#: What has an id and a reader of its own, so that its remarks are told there.
_OWN = re.compile(r"(.*Task|.*Gateway|.*SubProcess|subProcess|task|transaction|callActivity|sequenceFlow|"
                  r"(start|end|boundary|intermediateCatch|intermediateThrow)Event)\Z")  # fmt: skip


def read_extensions(element: etree._Element) -> Extensions:
    """What the extension elements and foreign attributes of `element` say, in the engine's terms."""
    result = Extensions()
    for dialect, said in said_on(element):
        result = dialect.extend(said, result)
    return result


def read_node(element: etree._Element) -> Extensions:
    """The same for a flow node, with what its event definitions and loop say about the node as a whole, what
    BPMN itself says, and the remarks about everything inside it that is no flow element."""
    result = plain.read(element, read_extensions(element))
    for each in _inside(element):
        result = _with_remarks(result, said := read_extensions(each))
        if local_name(each).endswith("EventDefinition"):
            result = _with_work(result, said)
        elif local_name(each).endswith("LoopCharacteristics"):
            result = replace(
                result,
                inputs=(*said.inputs, *result.inputs),
                on_instances=result.on_instances or said.on_instances,
            )
    return result


def read_rest(element: etree._Element) -> Extensions:
    """What is said on a process, a flow or a root element, with the remarks about what is inside it."""
    result = read_extensions(element)
    for each in _inside(element):
        result = _with_remarks(result, read_extensions(each))
    return result


def language_of(root: etree._Element) -> str | None:
    """The language that a dialect's namespace on the file's root stands for."""
    spiff = any(space in SPIFFWORKFLOW.namespaces for space in root.nsmap.values())
    return PYTHON if spiff else None


def foreign(root: etree._Element) -> list[str]:
    """Namespaces of extensions that nobody here reads."""
    found: dict[str, None] = {}
    for each in root.iter(f"{{{BPMN}}}*"):
        found |= dict.fromkeys(str(name)[1:].partition("}")[0] for name in each.attrib if str(name).startswith("{"))
        if local_name(each) == "extensionElements":
            found |= dict.fromkeys(namespace(inner) for inner in each)
    return [space for space in found if space not in TOOLS and space not in _BY_NAMESPACE and space != BPMN]


def said_on(element: etree._Element) -> Iterator[tuple[Dialect, Said]]:
    """What is said on one element, by dialect."""
    attributes: dict[Dialect | None, dict[str, str]] = {}
    extensions: dict[Dialect | None, list[etree._Element]] = {}
    for name, value in element.attrib.items():
        space, brace, local = str(name).rpartition("}")
        if brace:
            attributes.setdefault(_BY_NAMESPACE.get(space[1:]), {})[local] = str(value)
    holder = child(element, "extensionElements")
    for each in holder if holder is not None else ():
        extensions.setdefault(_BY_NAMESPACE.get(namespace(each)), []).append(each)
    always = local_name(element) in _ALWAYS
    if not (attributes or extensions or always):
        return
    declared = {_BY_NAMESPACE.get(space) for space in element.nsmap.values()} if always else set()
    for dialect in DIALECTS:
        if dialect in attributes or dialect in extensions or (dialect in declared and dialect.always):
            given = Said(dialect.prefix, element, attributes.get(dialect, {}), tuple(extensions.get(dialect, ())))
            yield dialect, given


def _inside(element: etree._Element) -> Iterator[etree._Element]:
    """The BPMN elements below that have no reader of their own."""
    pending = [element]
    while pending:
        for each in pending.pop():
            name = local_name(each)
            if is_bpmn(each) and name != "extensionElements" and not _OWN.match(name):
                yield each
                pending.append(each)


def _with_remarks(result: Extensions, said: Extensions) -> Extensions:
    if not (said.told or said.not_run or said.unread or said.noted):
        return result
    return replace(
        result,
        told=_joined(result.told, said.told),
        not_run=_joined(result.not_run, said.not_run),
        unread=_joined(result.unread, said.unread),
        noted=_joined(result.noted, said.noted),
    )


_T = TypeVar("_T")


def _joined(one: tuple[_T, ...], other: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _with_work(result: Extensions, said: Extensions) -> Extensions:
    """Work that is named at the event definition of a throwing event is the event's."""
    if said.job is None and said.script is None:
        return result
    return replace(result, job=said.job, script=said.script, inputs=(*result.inputs, *said.inputs))
