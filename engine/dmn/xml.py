"""Reading DMN files: hardened XML, namespaces of DMN 1.1 to 1.5, and findings."""

from __future__ import annotations

from lxml import etree

from engine.findings import Finding, Severity
from engine.words import Words

#: Largest file that is read, in bytes.
SIZE_LIMIT = 4_000_000
NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20130901",
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
Element = etree._Element


class Findings(list[Finding]):
    """The findings of one file."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file

    def error(self, code: str, where: Element | None, message: Words, remedy: Words) -> None:
        self._add(Severity.ERROR, code, where, message, remedy)

    def warning(self, code: str, where: Element | None, message: Words, remedy: Words) -> None:
        self._add(Severity.WARNING, code, where, message, remedy)

    def _add(self, severity: Severity, code: str, where: Element | None, message: Words, remedy: Words) -> None:
        line = None if where is None else line_of(where)
        self.append(Finding(severity, code, self.file, nearest_id(where), message, remedy, line))


def line_of(element: Element) -> int:
    """The 1-based line of the element; 0 where it is not known."""
    line = element.sourceline
    return line if isinstance(line, int) else 0


def nearest_id(element: Element | None) -> str:
    """The id of the element, or of the nearest one around it that has an id."""
    while element is not None:
        if found := element.get("id"):
            return found
        element = element.getparent()
    return ""


def local(element: Element) -> str:
    """The tag without its namespace; "" for what is no DMN element."""
    namespace, _, name = str(element.tag).rpartition("}")
    return name if namespace[1:] in NAMESPACES else ""


def children(element: Element, *names: str) -> list[Element]:
    """The DMN elements of these names directly under this one, in their order."""
    return [child for child in element if local(child) in names]


def child(element: Element, *names: str) -> Element | None:
    found = children(element, *names)
    return found[0] if found else None


def text_under(element: Element | None, name: str = "text") -> str:
    """The text of the child `name`, without the white space around it; "" where it is missing."""
    found = None if element is None else child(element, name)
    return "" if found is None else "".join(str(part) for part in found.itertext()).strip()


def parse(content: bytes, findings: Findings) -> Element | None:
    """The root of a DMN file; None, with a finding, where it is none or hostile."""
    if len(content) > SIZE_LIMIT:
        findings.error(
            "file-too-large",
            None,
            Words(
                f"文件超过 {SIZE_LIMIT // 1_000_000} MB",
                f"The file is larger than {SIZE_LIMIT // 1_000_000} MB",
            ),
            Words("拆分决策文件", "Split the decisions into several files"),
        )
        return None
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as broken:
        findings.error(
            "malformed-xml",
            None,
            Words(f"不是有效的 XML 文件：{broken}", f"Not a well-formed XML file: {broken}"),
            Words("用建模工具重新导出文件", "Export the file from the modeller again"),
        )
        return None
    if getattr(root.getroottree().docinfo, "doctype", ""):
        findings.error(
            "doctype",
            None,
            Words("文件含有 DOCTYPE 声明", "The file has a DOCTYPE declaration"),
            Words("删除 DOCTYPE 声明", "Remove the DOCTYPE declaration"),
        )
        return None
    if local(root) != "definitions":
        findings.error(
            "not-dmn",
            root,
            Words("不是 DMN 1.1 至 1.5 文件", "Not a DMN 1.1 to 1.5 file"),
            Words("上传 DMN 决策文件", "Upload a DMN file"),
        )
        return None
    return root
