"""Which diagrams of a bundle run what: the files that a call reaches, and whether a diagram's meaning changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from engine.bpmn.wording import Reporter
from engine.bpmn.xmlread import local_name, read_xml

DIAGRAM_ENDINGS = (".bpmn", ".bpmn20.xml", ".bpmn.xml")
#: How a diagram looks, not what it says.
_PICTURE = "BPMNDiagram"


def meaning_of(content: bytes) -> bytes:
    """A diagram without its picture, written in one way; a file that cannot be read is its own meaning."""
    root = read_xml(content, Reporter(""))
    if root is None:
        return content
    for one in [each for each in root if local_name(each) == _PICTURE]:
        root.remove(one)
    for one in root.iter():
        one.tail = None
        if len(one) and not (one.text or "").strip():
            one.text = None
    written: bytes = etree.tostring(root, method="c14n")
    return written


def call_targets(files: Mapping[str, bytes], entry_file: str) -> dict[str, frozenset[str]]:
    """Id of each call activity of the entry diagram -> the files that it runs, those that these call included."""
    roots = {
        path: read_xml(content, Reporter(path))
        for path, content in files.items()
        if path.lower().endswith(DIAGRAM_ENDINGS)
    }
    holds = {process: path for path, root in roots.items() if root is not None for process in _processes(root)}
    calls = {path: _calls(root) if root is not None else {} for path, root in roots.items()}
    return {
        element: _reached([process], holds, {path: found.values() for path, found in calls.items()})
        for element, process in calls.get(entry_file, {}).items()
    }


def _reached(begin: Iterable[str], holds: Mapping[str, str], calls: Mapping[str, Iterable[str]]) -> frozenset[str]:
    reached: set[str] = set()
    pending = list(begin)
    while pending:
        path = holds.get(pending.pop())
        if path is not None and path not in reached:
            reached.add(path)
            pending.extend(calls[path])
    return frozenset(reached)


def _processes(root: etree._Element) -> list[str]:
    return [str(one.get("id")) for one in root if local_name(one) == "process" and one.get("id")]


def _calls(root: etree._Element) -> dict[str, str]:
    """Id of each call activity -> the process it names; one that is computed reaches nothing that is known here."""
    found: dict[str, str] = {}
    for one in root.iter("{*}callActivity"):
        named = [str(each.get("processId")) for each in one.iter("{*}calledElement") if each.get("processId")]
        found[str(one.get("id", ""))] = named[0] if named else str(one.get("calledElement", ""))
    return found
