"""Bytes of an uploaded file to an XML tree: hardened, bounded, and never raising on what it is fed."""

from __future__ import annotations

from typing import cast

from lxml import etree

from engine.bpmn.wording import Reporter

MAX_BYTES = 10_000_000
MAX_DEPTH = 200

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def read_xml(content: bytes, report: Reporter) -> etree._Element | None:
    """The root element, or None with the reason in `report`.

    No entity is expanded, nothing is fetched, a DOCTYPE is refused; any encoding lxml knows is read.
    """
    if len(content) > MAX_BYTES:
        report("file-too-large", limit=f"{MAX_BYTES // 1_000_000} MB")
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, dtd_validation=False,
        attribute_defaults=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as failure:
        report("malformed-xml", line=getattr(failure, "lineno", None), reason=_reason(failure))
        return None
    return root if _is_harmless(root, report) else None


def _is_harmless(root: etree._Element, report: Reporter) -> bool:
    if root.getroottree().docinfo.internalDTD is not None:
        report("doctype-refused")
        return False
    if _is_deeper_than(root, MAX_DEPTH):
        report("nested-too-deep", limit=MAX_DEPTH)
        return False
    return True


def _is_deeper_than(root: etree._Element, limit: int) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limit:
            return True
    return False


def _reason(failure: Exception) -> str:
    text = failure.msg if isinstance(failure, SyntaxError) and failure.msg else str(failure)
    return text[:200]


def local_name(element: etree._Element) -> str:
    """The tag without its namespace."""
    tag = str(element.tag)
    return tag.rpartition("}")[2]


def namespace(element: etree._Element) -> str:
    """The namespace of the tag, "" if it has none."""
    tag = str(element.tag)
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def is_bpmn(element: etree._Element) -> bool:
    """True for an element of the BPMN model namespace (comments and diagrams are not)."""
    return isinstance(element.tag, str) and namespace(element) == BPMN


def text_of(element: etree._Element | None) -> str:
    """All text below the element (comments inside do not cut it off), stripped."""
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first BPMN child of this local name."""
    return element.find(f"{{{BPMN}}}{name}")


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """All BPMN children of this local name."""
    return element.findall(f"{{{BPMN}}}{name}")


def reference(element: etree._Element, attribute: str) -> str | None:
    """An id or a reference to one, without blanks around it (XSD) and without the prefix of a QName."""
    value = element.get(attribute)
    if value is None:
        return None
    return value.strip() if attribute == "id" else value.strip().rpartition(":")[2]


def line_of(element: etree._Element) -> int | None:
    """Where the element stands in its file, from 1."""
    return cast("int | None", element.sourceline)
