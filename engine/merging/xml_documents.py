"""BPMN and DMN files as entries: an element by its id, what has none by what it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.merging.model import ROOT, Document, Entry
from engine.merging.xml_terms import (
    BOUNDS,
    CELLS,
    COLUMNS,
    NATURAL,
    PICTURED,
    REFERENCES,
    WAYPOINT,
    XSI_TYPE,
    is_picture_tag,
    local,
)

#: An attribute is the fact `@name`, in Clark's notation; these are facts of another kind.
TAG, TEXT, WHOLE, PROLOG, BOUNDS_FACT, WAYPOINTS_FACT = "tag", "text", "whole", "prolog", "bounds", "waypoints"
#: What somebody wrote beside the elements.
NOTE = "note"
#: The key of the column that a cell of a rule stands in.
COLUMN = "column"
Repeated = frozenset[tuple[str, str]]
_PLACE = re.compile(r"\[\d+\]$")


@dataclass(frozen=True, slots=True)
class XmlFile:
    """A readable file: its root and the key of every element that is an entry."""

    root: etree._Element
    keys: Mapping[etree._Element, str]


def read_file(content: bytes) -> XmlFile | None:
    """The file, or None where it cannot be read or two elements have one id. No entities, no DOCTYPE, no network."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None
    if root.getroottree().docinfo.internalDTD is not None:
        return None
    ids = [str(one.get("id")) for one in root.iter("{*}*") if one is not root and one.get("id")]
    if len(ids) != len(set(ids)) or ROOT in ids:
        return None
    keys = _keys(root)
    return XmlFile(root, keys) if len({*keys.values()}) == len(keys) else None


def repeated(file: XmlFile) -> Repeated:
    """(key of the parent, tag) of elements that nothing tells from their siblings but their place."""
    return frozenset(
        (file.keys[parent], str(child.tag))
        for child, key in file.keys.items()
        if _PLACE.search(key) and isinstance(child.tag, str) and (parent := child.getparent()) is not None
    )


def document_of(file: XmlFile, grouped: Repeated) -> Document:
    """The file as entries. What is `grouped` is merged as a whole, however many there are of it."""
    entries: dict[str, Entry] = {}
    order: dict[str, list[str]] = {}
    pending: list[tuple[str, etree._Element]] = [("", file.root)]
    while pending:
        parent, element = pending.pop()
        key = file.keys[element]
        entries[key] = Entry(parent, _facts(element) | _column(key, local(element)))
        order[key] = []
        if WHOLE in entries[key].facts:
            continue
        below: list[tuple[str, etree._Element]] = []
        for child in element:
            if local(child) in PICTURED:
                continue
            name = (key, str(child.tag))
            if name in grouped:
                _add_to_group(entries, order[key], key, child)
            else:
                order[key].append(file.keys[child])
                below.append((key, child))
        pending += reversed(below)
    return Document(entries, {key: tuple(inside) for key, inside in order.items()})


def write_file(document: Document, files: list[XmlFile]) -> bytes:
    """The entries as a file in UTF-8; prefixes as the first of the files has them, then the next."""
    nsmap: dict[str | None, str] = {}
    for file in files:
        for prefix, uri in file.root.nsmap.items():
            nsmap.setdefault(prefix, uri)
    root = etree.Element(document.entries[ROOT].facts[TAG], nsmap=nsmap)  # type: ignore[arg-type]
    pending: list[tuple[str, etree._Element]] = [(ROOT, root)]
    while pending:
        key, element = pending.pop()
        _fill(element, document.entries[key].facts, nsmap)
        for child in document.order.get(key, ()):
            facts = document.entries[child].facts
            if NOTE in facts:
                element.append(etree.Comment(facts[NOTE]))
            elif WHOLE in facts:
                element.extend(etree.fromstring(facts[WHOLE]))
            else:
                pending.append((child, etree.SubElement(element, facts[TAG])))
    etree.indent(root, space="  ")
    body: bytes = etree.tostring(root, encoding="UTF-8")
    prolog = document.entries[ROOT].facts.get(PROLOG, "")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{prolog}'.encode() + body + b"\n"


def _keys(root: etree._Element) -> dict[etree._Element, str]:
    """Every element and comment with a key that it has in every version of the file."""
    keys: dict[etree._Element, str] = {root: ROOT}
    tables: dict[etree._Element, dict[str, list[str]]] = {}
    for parent in root.iter():
        if not isinstance(parent.tag, str):
            continue
        seen: Counter[str] = Counter()
        table = parent.getparent()
        columns: dict[str, list[str]] = {}
        if local(parent) == "rule" and table is not None:
            if table not in tables:
                tables[table] = _columns(table, keys)
            columns = {cell: list(those) for cell, those in tables[table].items()}
        for child in parent:
            key = _key(keys[parent], child, columns)
            seen[key] += 1
            keys[child] = f"{key}[{seen[key]}]" if seen[key] > 1 else key
    return keys


def _key(parent: str, child: etree._Element, columns: dict[str, list[str]]) -> str:
    if not isinstance(child.tag, str):
        return f"{parent}/#{(child.text or '').strip()}"
    tag = local(child)
    shown = child.get("bpmnElement") or child.get("dmnElementRef")
    if shown and is_picture_tag(str(child.tag)):
        return f"{tag}:{shown.rpartition(':')[2]}"
    column = columns.get(tag)
    if column:
        return f"{parent}/{tag}@{column.pop(0)}"
    if child.get("id"):
        return str(child.get("id"))
    if tag in REFERENCES:
        return f"{parent}/{tag}={(child.text or '').strip()}"
    named = next((str(child.get(name)) for name in NATURAL if child.get(name)), "")
    return f"{parent}/{tag}({named})" if named else f"{parent}/{tag}"


def _columns(table: etree._Element, keys: Mapping[etree._Element, str]) -> dict[str, list[str]]:
    """Of a decision table: kind of cell -> keys of the columns that such cells of its rules belong to, in order."""
    return {
        cell: [keys[one] for one in table if local(one) == column] for cell, column in zip(CELLS, COLUMNS, strict=True)
    }


def _facts(element: etree._Element) -> dict[str, str]:
    if not isinstance(element.tag, str):
        return {NOTE: str(element.text or "")}
    if any((one.tail or "").strip() for one in element) or ((element.text or "").strip() and len(element)):
        return {WHOLE: f"<x>{_canonical(element)}</x>"}
    facts = {TAG: str(element.tag), **{"@" + str(name): str(value) for name, value in element.attrib.items()}}
    if XSI_TYPE in element.attrib:
        facts[f"@{XSI_TYPE}"] = _resolved(element, str(element.get(XSI_TYPE)))
    if not len(element) and element.text:
        facts[TEXT] = element.text
    facts |= dict(_places(element))
    if element.getparent() is None:
        before = list(element.itersiblings(etree.Comment, preceding=True))
        notes = [str(etree.tostring(one, encoding="unicode", with_tail=False)) for one in reversed(before)]
        facts[PROLOG] = "".join(f"{note}\n" for note in notes)
    return facts


def _column(key: str, tag: str) -> dict[str, str]:
    """Of a cell: the column that its key names."""
    return {COLUMN: key.partition(f"/{tag}@")[2]} if tag in CELLS and f"/{tag}@" in key else {}


def _places(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Where a shape or line of the picture stands, as one fact each: half a move is none."""
    points = [one for one in element if local(one) == WAYPOINT]
    bounds = [one for one in element if local(one) == BOUNDS]
    if points:
        yield WAYPOINTS_FACT, " ".join([str(points[0].tag), *(f"{one.get('x')},{one.get('y')}" for one in points)])
    for one in bounds[:1]:
        yield BOUNDS_FACT, " ".join([str(one.tag), *(str(one.get(name)) for name in ("x", "y", "width", "height"))])


def _add_to_group(entries: dict[str, Entry], order: list[str], parent: str, child: etree._Element) -> None:
    key = f"{parent}/{local(child)}[*]"
    former = entries[key].facts[WHOLE] if key in entries else "<x></x>"
    if key not in entries:
        order.append(key)
    entries[key] = Entry(parent, {WHOLE: former[: -len("</x>")] + _canonical(child) + "</x>"})


def _canonical(element: etree._Element) -> str:
    """An element written the same however its file writes it."""
    text: str = etree.tostring(element, method="c14n", exclusive=True, with_tail=False).decode()
    return text


def _resolved(element: etree._Element, name: str) -> str:
    """A name with a prefix, in Clark's notation."""
    prefix, _, plain = name.rpartition(":")
    uri = element.nsmap.get(prefix or None)
    return f"{{{uri}}}{plain}" if uri else name


def _fill(element: etree._Element, facts: Mapping[str, str], nsmap: Mapping[str | None, str]) -> None:
    prefixes = {uri: prefix for prefix, uri in reversed(list(nsmap.items()))}
    for fact, value in facts.items():
        if fact.startswith("@"):
            name = fact[1:]
            element.set(name, _shortened(value, prefixes) if name == XSI_TYPE else value)
    element.text = facts.get(TEXT)
    if BOUNDS_FACT in facts:
        tag, x, y, width, height = facts[BOUNDS_FACT].split(" ")
        etree.SubElement(element, tag, {"x": x, "y": y, "width": width, "height": height})
    if WAYPOINTS_FACT in facts:
        tag, *points = facts[WAYPOINTS_FACT].split(" ")
        for point in points:
            x, y = point.split(",")
            etree.SubElement(element, tag, {"x": x, "y": y})


def _shortened(name: str, prefixes: Mapping[str, str | None]) -> str:
    uri, closing, plain = name[1:].partition("}")
    if not name.startswith("{") or not closing or uri not in prefixes:
        return name
    prefix = prefixes[uri]
    return f"{prefix}:{plain}" if prefix else plain
