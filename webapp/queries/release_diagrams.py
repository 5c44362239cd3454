"""Diagrams of a release as the studio shows them: text for the browser, element names, what is drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from engine import Words
from engine.bpmn import ElementNames, placed_in_file
from engine.bundles import Bundle
from webapp.queries.diagram import named_in
from webapp.services.release_uploads import is_diagram

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
LONGEST_NAME = 80
#: Flow nodes and flows of a file that is laid out to be looked at; a larger one is read as a list.
MOST_LAID_OUT = 1_000
_LAID_OUT = re.compile(r".*(Task|Gateway|Event|SubProcess)\Z|(task|subProcess|transaction|callActivity|sequenceFlow)\Z")


@dataclass(frozen=True, slots=True)
class Diagram:
    """One BPMN file. `names`: element id -> its name; `drawn`: ids that have a shape or a line; `elements`: what
    all of them are called, those too that have no name.

    `is_laid_out`: it has no picture of its own; the browser lays it out, so that all its elements are drawn.
    """

    path: str
    title: str
    names: Mapping[str, str]
    drawn: frozenset[str]
    text: str
    elements: ElementNames
    language: str = "zh"
    is_laid_out: bool = False

    def called(self, element: str) -> str:
        """What people call an element, as it stands alone in a list: its name, else where it stands; with its id where
        another is called alike."""
        return self.elements.apart(element).in_language(self.language)

    def quoted(self, element: str) -> str:
        """What it is called within a sentence: a name in quotation marks."""
        return self.elements.quoted(element).in_language(self.language)

    @property
    def is_drawn(self) -> bool:
        """Whether the file has a picture at all."""
        return bool(self.drawn) and not self.is_laid_out


def diagrams_of(files: Mapping[str, bytes], language: str = "zh", bundle: Bundle | None = None) -> list[Diagram]:
    """The readable diagrams of the files, the bundle's own before the shared ones; named as in `read_named`."""
    paths = sorted((path for path in files if is_diagram(path)), key=lambda path: (path.count("/"), path))
    return [found for path in paths if (found := read_named(path, files[path], language, bundle)) is not None]


def read_named(path: str, content: bytes, language: str, bundle: Bundle | None) -> Diagram | None:
    """The diagram, its names in `language` where the bundle has them; None where the file cannot be read."""
    found = read_diagram_file(path, content, language)
    if found is None or bundle is None or language == "zh":
        return found
    return read_diagram_file(path, named_in(language, content, path, bundle), language)


def read_diagram_file(path: str, content: bytes, language: str = "zh") -> Diagram | None:
    """The diagram, or None where the file cannot be read (its findings say why); what has no name is told in
    `language`."""
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
    is_laid_out = not drawn
    if is_laid_out:
        drawn = _to_lay_out(root)
    # Browsers read what they fetch as UTF-8, whatever the file says; so it goes out as text.
    text = etree.tostring(root, encoding="unicode")
    elements = ElementNames(placed_in_file(root), lambda one: Words(one.name[:LONGEST_NAME], one.name[:LONGEST_NAME]))
    title = _title(root, path)
    return Diagram(path, title, names, frozenset(drawn), text, elements, language, is_laid_out and bool(drawn))


def _to_lay_out(root: etree._Element) -> set[str]:
    """The elements that get a shape or a line when a file without a picture is laid out; none of a very large one."""
    found = {
        str(one.get("id"))
        for one in root.iter(f"{{{BPMN}}}*")
        if one.get("id") and _LAID_OUT.match(etree.QName(one).localname)
    }
    return found if len(found) <= MOST_LAID_OUT else set()


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
