"""What a decision file says, written in one way: how an editor sets its lines and draws its picture is left out."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.wording import Reporter
from engine.bpmn.xmlread import local_name, read_xml

DECISION_ENDING = ".dmn"
#: How the file looks: its picture, and the widths of an editor's columns.
_PICTURE = ("http://www.omg.org/spec/DMN/20180521/DMNDI/", "https://www.omg.org/spec/DMN/20191111/DMNDI/")
_EDITORS = "http://bpmn.io/schema/dmn/biodi/2.0"
#: Which program wrote the file.
_WRITTEN_BY = frozenset({"exporter", "exporterVersion"})
#: Parts of a table that nothing names by their id.
_NAMELESS = frozenset({"inputExpression", "inputEntry", "text"})
#: What DMN takes where nothing stands (DMN 1.3, 8.3.1).
_DEFAULTS = {("decisionTable", "hitPolicy"): "UNIQUE", ("decisionTable", "preferredOrientation"): "Rule-as-Row"}


def decisions_as_lines(content: bytes) -> tuple[str, ...] | None:
    """A line per element, indented by depth: its name, its facts in the order of their names, its text; None where the
    file cannot be read. Files whose lines are the same decide the same."""
    root = read_xml(content, Reporter(""))
    if root is None:
        return None
    lines: list[str] = []
    pending: list[tuple[int, etree._Element]] = [(0, root)]
    while pending:
        depth, node = pending.pop()
        name = local_name(node)
        if not isinstance(node.tag, str) or _is_picture(node):
            continue
        facts = "".join(f' {key}="{value}"' for key, value in sorted(_facts(node, name).items()))
        text = (node.text or "").strip()
        lines.append(f"{'  ' * depth}{name}{facts}{': ' + text if text else ''}")
        pending += [(depth + 1, each) for each in reversed(node)]
    return tuple(lines)


def same_decisions(before: bytes, now: bytes) -> bool:
    """Whether two decision files say the same; files that cannot be read are the same where their bytes are."""
    was, is_now = decisions_as_lines(before), decisions_as_lines(now)
    return before == now if was is None or is_now is None else was == is_now


def _facts(node: etree._Element, name: str) -> dict[str, str]:
    facts = {str(key): str(value) for key, value in node.attrib.items()}
    return {
        key: value
        for key, value in facts.items()
        if not key.startswith(f"{{{_EDITORS}}}")
        and key not in _WRITTEN_BY
        and not (key == "id" and name in _NAMELESS)
        and _DEFAULTS.get((name, key)) != value
    }


def _is_picture(node: etree._Element) -> bool:
    return etree.QName(node).namespace in _PICTURE
