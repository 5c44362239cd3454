"""Bytes of an uploaded file to an XML tree: hardened, bounded, and never raising on what it is fed."""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import cast

from lxml import etree

from engine.bpmn.allowance import MAX_XML_ELEMENTS
from engine.bpmn.wording import Reporter
from engine.words import Words

MAX_BYTES = 10_000_000
MAX_DEPTH = 200
#: Attributes of one element, and namespaces known at one place of the tree: real files have some dozens.
MAX_ATTRIBUTES = 500
MAX_NAMESPACES = 100

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_OF_BPMN = f"{{{BPMN}}}"
#: How a file begins that is not in an encoding like ASCII, and what it is looked through as.
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
#: What the parser says, in part, and the same in Chinese.
_PLAIN = (
    ("Start tag expected", "应以标签开头"),
    ("Document is empty", "没有内容"),
    ("tag mismatch", "开始和结束标签对不上"),
    ("Premature end of data", "文件不完整，有标签没有结束"),
    ("Couldn't find end of Start Tag", "标签没有写完"),
    ("Extra content at the end", "根元素之后还有内容"),
    ("Namespace prefix", "用了没有声明的命名空间前缀"),
    ("redefined", "同一个属性写了两次"),
    ("AttValue", "属性值没有写在引号里"),
    ("EntityRef", "“&”应写作“&amp;”"),
    ("Entity", "用了没有定义的实体"),
    ("ncoding", "文字编码不对"),
    ("invalid element name", "标签的名称不对"),
    ("Unescaped '<'", "“<”应写作“&lt;”"),
    ("not proper UTF-8", "文字编码不对"),
    ("nvalid Char", "有 XML 不允许的字符"),
)
_too_many_attributes = etree.XPath(f"boolean(//*[count(@*) > {MAX_ATTRIBUTES}])")


def read_xml(content: bytes, report: Reporter) -> etree._Element | None:
    """The root element, or None with the reason in `report`.

    No entity is expanded, nothing is fetched, a DOCTYPE is refused before it is read; any encoding lxml knows is
    read.
    """
    if len(content) > MAX_BYTES:
        report("file-too-large", limit=f"{MAX_BYTES // 1_000_000} MB")
        return None
    if _has_doctype(content):
        report("doctype-refused")
        return None
    if content.count(b"<") > 2 * MAX_XML_ELEMENTS:  # each element begins, and most end, with one
        report("too-many-elements", limit=MAX_XML_ELEMENTS)
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, dtd_validation=False,
        attribute_defaults=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as failure:
        _refuse(failure, report)
        return None
    return root if _is_harmless(root, report) else None


def _has_doctype(content: bytes) -> bool:
    """Whether a DOCTYPE stands before the root element, where alone it may."""
    wide = next((encoding for mark, encoding in _WIDE if content.startswith(mark)), None)
    text = content.decode(wide, "ignore").encode() if wide else content.removeprefix(codecs.BOM_UTF8)
    place = 0
    while True:
        while text[place : place + 1] in (b" ", b"\t", b"\r", b"\n"):
            place += 1
        if text.startswith(b"<?", place):
            end, length = text.find(b"?>", place), 2
        elif text.startswith(b"<!--", place):
            end, length = text.find(b"-->", place + 4), 3
        else:
            return text.startswith(b"<!DOCTYPE", place)
        if end < 0:
            return False
        place = end + length


def _is_harmless(root: etree._Element, report: Reporter) -> bool:
    if root.getroottree().docinfo.internalDTD is not None:  # in an encoding that could not be looked through
        report("doctype-refused")
    elif int(cast(float, root.xpath("count(//*)"))) > MAX_XML_ELEMENTS:
        report("too-many-elements", limit=MAX_XML_ELEMENTS)
    elif _too_many_attributes(root):
        report("too-many-attributes", limit=MAX_ATTRIBUTES)
    else:
        return _is_within(root, report)
    return False


def _is_within(root: etree._Element, report: Reporter) -> bool:
    """Whether the tree is nowhere too deep and nowhere knows too many namespaces."""
    depth = known = 0
    for event, _ in etree.iterwalk(root, events=("start", "end", "start-ns", "end-ns")):
        if event == "start":
            depth += 1
        elif event == "end":
            depth -= 1
        else:
            known += 1 if event == "start-ns" else -1
        if depth > MAX_DEPTH:
            report("nested-too-deep", limit=MAX_DEPTH)
            return False
        if known > MAX_NAMESPACES:
            report("too-many-namespaces", limit=MAX_NAMESPACES)
            return False
    return True


def _refuse(failure: Exception, report: Reporter) -> None:
    """Reports why the file could not be parsed; the parser itself stops where elements are nested too deep."""
    text = failure.msg if isinstance(failure, SyntaxError) and failure.msg else str(failure)
    line = getattr(failure, "lineno", None)
    if text.startswith("Excessive depth"):
        report("nested-too-deep", line=line, limit=MAX_DEPTH)
    else:
        plain = next((chinese for english, chinese in _PLAIN if english in text), "写法不合 XML 的规则")
        report("malformed-xml", line=line, reason=Words(f"第 {line} 行，{plain}" if line else plain, text[:200]))


@lru_cache(maxsize=1024)
def _split(tag: str) -> tuple[str, str]:
    """Namespace and local name of a tag as lxml writes it."""
    space, brace, local = tag.rpartition("}")
    return (space[1:], local) if brace else ("", tag)


def local_name(element: etree._Element) -> str:
    """The tag without its namespace."""
    return _split(str(element.tag))[1]


def namespace(element: etree._Element) -> str:
    """The namespace of the tag, "" if it has none."""
    return _split(str(element.tag))[0]


def is_bpmn(element: etree._Element) -> bool:
    """True for an element of the BPMN model namespace (comments and diagrams are not)."""
    tag = element.tag
    return isinstance(tag, str) and tag.startswith(_OF_BPMN)


def text_of(element: etree._Element | None) -> str:
    """All text below the element (comments inside do not cut it off), stripped."""
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first BPMN child of this local name."""
    return element.find(_OF_BPMN + name)


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """All BPMN children of this local name."""
    return element.findall(_OF_BPMN + name)


def reference(element: etree._Element, attribute: str) -> str | None:
    """An id or a reference to one, without blanks around it (XSD) and without the prefix of a QName."""
    value = element.get(attribute)
    if value is None:
        return None
    return value.strip() if attribute == "id" else value.strip().rpartition(":")[2]


def line_of(element: etree._Element) -> int | None:
    """Where the element stands in its file, from 1."""
    return cast("int | None", element.sourceline)
