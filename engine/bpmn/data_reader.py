"""Data in a BPMN file: objects, stores and properties are variables; associations are mappings (10.4).

A data object is a variable of the process or subprocess that holds it, under its name (its id where it has
none). A data store reference is read as a variable of the process: what it holds is the instance's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bpmn import language
from engine.bpmn.model import MappingSource, Source
from engine.bpmn.xmlread import BPMN, child, children, is_bpmn, local_name, reference, text_of

_DECLARING = ("dataObject", "property", "dataStore")


@dataclass(frozen=True, slots=True)
class DataNames:
    """The variable behind the id of every data object, reference, property, input and output of a file."""

    by_id: Mapping[str, str]

    def name(self, element: etree._Element | None) -> str | None:
        """The variable that the text of `element` refers to; the text itself where no data has this id."""
        if element is None or not text_of(element):
            return None
        identity = text_of(element).rpartition(":")[2]
        return self.by_id.get(identity, identity)

    def named(self, element: etree._Element | None) -> Source | None:
        """The value of that variable."""
        name = self.name(element)
        return None if name is None else language.variable(name)


def read_data_names(root: etree._Element) -> DataNames:
    """The names of all data in the file."""
    names: dict[str, str] = {}
    references: list[etree._Element] = []
    for each in root.iter(f"{{{BPMN}}}*"):
        kind = local_name(each)
        if kind in ("dataObject", "property", "dataStore", "dataInput", "dataOutput"):
            names[each.get("id", "")] = _variable(each)
        elif kind in ("dataObjectReference", "dataStoreReference"):
            references.append(each)
    for each in references:
        target = reference(each, "dataObjectRef") or reference(each, "dataStoreRef") or ""
        names[each.get("id", "")] = names.get(target, _variable(each))
    return DataNames(names)


def read_declared(container: etree._Element) -> tuple[str, ...]:
    """The variables that a process, subprocess or activity declares."""
    return tuple(
        _variable(each) for each in container if is_bpmn(each) and local_name(each) in _DECLARING and _variable(each)
    )


def _variable(element: etree._Element) -> str:
    return str(element.get("name") or element.get("id", ""))


def read_data_associations(
    element: etree._Element, data: DataNames, file_language: str | None
) -> tuple[tuple[MappingSource, ...], tuple[MappingSource, ...]]:
    """Data input and output associations of a node, as input and output mappings."""
    inputs = [m for each in children(element, "dataInputAssociation") for m in _mappings(each, data, file_language)]
    outputs = [m for each in children(element, "dataOutputAssociation") for m in _mappings(each, data, file_language)]
    return tuple(inputs), tuple(outputs)


def _mappings(association: etree._Element, data: DataNames, file_language: str | None) -> Iterator[MappingSource]:
    source, target = data.name(child(association, "sourceRef")), data.name(child(association, "targetRef"))
    transformation = language.of_element(child(association, "transformation"), file_language)
    assignments = children(association, "assignment")
    for each in assignments:
        value = language.of_element(child(each, "from"), file_language)
        place = data.name(child(each, "to"))
        if value is not None and place:
            yield MappingSource(value, place)
    if transformation is not None and target:
        yield MappingSource(transformation, target)
    elif not assignments and source and target and source != target:
        yield MappingSource(language.variable(source), target)
