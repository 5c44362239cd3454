"""Diagrams of a release as the studio shows them: text for the browser, element names, what is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bundles import Bundle
from webapp.queries.diagram import named_in
from webapp.services.release_uploads import is_diagram

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Diagram:
    """One BPMN file. `names`: element id -> its name; `drawn`: ids that have a shape or a line."""

    path: str
    title: str
    names: Mapping[str, str]
    drawn: frozenset[str]
    text: str

    @property
    def is_drawn(self) -> bool:
        """Whether there is a picture at all."""
        return bool(self.drawn)


def diagrams_of(files: Mapping[str, bytes], language: str = "zh", bundle: Bundle | None = None) -> list[Diagram]:
    """The readable diagrams of the files, the bundle's own before the shared ones; named as in `read_named`."""
    paths = sorted((path for path in files if is_diagram(path)), key=lambda path: (path.count("/"), path))
    return [found for path in paths if (found := read_named(path, files[path], language, bundle)) is not None]


def read_named(path: str, content: bytes, language: str, bundle: Bundle | None) -> Diagram | None:
    """The diagram, its names in `language` where the bundle has them; None where the file cannot be read."""
    found = read_diagram_file(path, content)
    if found is None or bundle is None or language == "zh":
        return found
    return read_diagram_file(path, named_in(language, content, path, bundle))


def read_diagram_file(path: str, content: bytes) -> Diagram | None:
    """The diagram, or None where the file cannot be read (its findings say why)."""
    root = xml_root(content)
    if root is None or etree.QName(root).namespace != BPMN:
        return None
    names = {
        str(one.get("id")): str(one.get("name", ""))[:LONGEST_NAME]
        for one in root.iter(f"{{{BPMN}}}*")
        if one.get("id")
    }
    drawn = {
        str(one.get("bpmnElement")).rpartition(":")[2]
        for tag in ("BPMNShape", "BPMNEdge")
        for one in root.iter(f"{{{DI}}}{tag}")
        if one.get("bpmnElement")
    }
    # Browsers read what they fetch as UTF-8, whatever the file says; so it goes out as text.
    return Diagram(path, _title(root, path), names, frozenset(drawn), etree.tostring(root, encoding="unicode"))


def xml_root(content: bytes) -> etree._Element | None:
    """The root, read without entities, DOCTYPE or network; None where the file cannot be read."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None
    return None if root.getroottree().docinfo.internalDTD is not None else root


def _title(root: etree._Element, path: str) -> str:
    """The name of the pool or of the first process, else the file's."""
    for tag in ("participant", "process"):
        for one in root.iter(f"{{{BPMN}}}{tag}"):
            if one.get("name"):
                return str(one.get("name"))[:LONGEST_NAME]
    return path.rsplit("/", 1)[-1]
