"""What differs between two releases: files, lines of text files, elements of diagrams."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from lxml import etree

from engine import Words
from engine.bpmn import ElementNames, Placed, as_it_stands, placed_in_file
from engine.bundles import Bundle, decisions_as_lines
from webapp.queries.file_order import file_order
from webapp.queries.release_diagrams import BPMN, DI, xml_root
from webapp.services.release_uploads import is_diagram

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
NAMELESS = Words("", "")
XSI = "http://www.w3.org/2001/XMLSchema-instance"
MOST_LINES = 200
LONGEST_FILE = 3000  # lines; comparing longer ones would keep the page waiting
#: Of a longer text as much is shown as differs, with so much of what stands around it.
LONGEST_VALUE, AROUND = 160, 40
#: A text that differs in more than this is cut.
LONGEST_EXCERPT = 600
#: Between what a fact is and which one of that kind it is: extensionElements/ioMapping/input@groups.
OF_NAME = "@"
#: What holds elements of its own; those are compared by themselves.
_CONTAINERS = frozenset(
    {"definitions", "collaboration", "process", "subProcess", "transaction", "adHocSubProcess", "laneSet"}
)
#: What says an element by its id.
_REFERENCES = frozenset({"sourceRef", "targetRef", "default", "attachedToRef"})
#: What an element has several of, and by which of its attributes each is told from the others.
_NAMED_BY = {
    "input": "target",
    "output": "target",
    "property": "name",
    "header": "key",
    "inputParameter": "name",
    "outputParameter": "name",
}
#: Says again what the sequence flows say, or how the picture looks.
_SILENT = frozenset({"incoming", "outgoing", "BPMNDiagram", "laneSet"})


@dataclass(frozen=True, slots=True)
class ElementChange:
    """One element of a diagram. `details`: (what, before, after), empty for added and removed ones. `called`: what
    people call it, within a sentence; `ends`: the same of the elements that the details name by id.

    What a detail is about is the path of it within the element, for one of several with its name: the input `groups`
    is `extensionElements/ioMapping/input@groups`.
    """

    kind: str
    id: str
    type: str
    name: str
    details: tuple[tuple[str, str, str], ...] = ()
    called: Words = NAMELESS
    ends: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file. `elements` and `moved` (shapes that only stand elsewhere) for diagrams, `lines` for texts.

    `cut`: there are more lines than are kept (none at all for very long files). `only_written`: a decision file that
    says the same and is written otherwise; `lines` are those of the file then, else those of what it says.
    """

    kind: str
    path: str
    elements: tuple[ElementChange, ...] = ()
    moved: int = 0
    lines: tuple[tuple[str, str], ...] = ()  # ("+" | "-" | " " | "@", text)
    cut: bool = False
    only_written: bool = False


@dataclass(frozen=True, slots=True)
class _Element:
    type: str
    name: str
    facts: Mapping[str, str]


def compare(
    old: Mapping[str, bytes], new: Mapping[str, bytes], bundle: Bundle | None = None, former: Bundle | None = None
) -> list[FileChange]:
    """Every file that was added, removed or changed, in the order of `file_order`; `bundle` has the English names,
    `former` those of what is there no more (`bundle` has them where it is not given)."""
    paths = sorted(old.keys() | new.keys(), key=file_order)
    return [_file(path, old, new, (bundle, former or bundle)) for path in paths if old.get(path) != new.get(path)]


Naming = Callable[[Placed], Words]


def compare_diagrams(
    old: bytes, new: bytes, words: Naming = as_it_stands, former_words: Naming | None = None
) -> tuple[list[ElementChange], int]:
    """The elements that differ, by id, and how many shapes were only moved. `words`: a name in both languages;
    `former_words`: one of the old diagram, where its bundle has other texts."""
    before, after = _elements(old), _elements(new)
    names = ElementNames(_placed(new), words)
    former = ElementNames(_placed(old), former_words or words)
    changes = [
        ElementChange(ADDED, id_, one.type, one.name, called=names.quoted(id_))
        for id_, one in after.items()
        if id_ not in before
    ]
    changes += [
        ElementChange(REMOVED, id_, one.type, one.name, called=former.quoted(id_))
        for id_, one in before.items()
        if id_ not in after
    ]
    for id_, one in after.items():
        if id_ in before and (details := _details(before[id_], one)):
            called = (names if one.name else former).quoted(id_)
            ends = {was: former.quoted(was) for what, was, _ in details if what in _REFERENCES}
            ends |= {now: names.quoted(now) for what, _, now in details if what in _REFERENCES}
            changes.append(ElementChange(CHANGED, id_, one.type, one.name or before[id_].name, details, called, ends))
    touched = {change.id for change in changes}
    places, were = _places(new), _places(old)
    moved = sum(1 for id_, at in places.items() if id_ in were and were[id_] != at and id_ not in touched)
    return changes, moved


def _placed(content: bytes) -> Mapping[str, Placed]:
    root = xml_root(content)
    return placed_in_file(root) if root is not None else {}


def _file(
    path: str, old: Mapping[str, bytes], new: Mapping[str, bytes], bundles: tuple[Bundle | None, Bundle | None]
) -> FileChange:
    if path not in old:
        return FileChange(ADDED, path)
    if path not in new:
        return FileChange(REMOVED, path)
    if is_diagram(path):
        words, former = (partial(_words, bundle, path) for bundle in bundles)
        elements, moved = compare_diagrams(old[path], new[path], words, former)
        return FileChange(CHANGED, path, tuple(elements), moved)
    before, after = (one.decode("utf-8", "replace").splitlines() for one in (old[path], new[path]))
    was, now = _decisions(path, old[path]), _decisions(path, new[path])
    only_written = was is not None and was == now
    if was is not None and now is not None and not only_written:
        before, after = list(was), list(now)  # how an editor sets the lines would hide what differs
    if max(len(before), len(after)) > LONGEST_FILE:
        return FileChange(CHANGED, path, cut=True, only_written=only_written)
    lines = list(_lines(before, after))
    shown = tuple(lines[:MOST_LINES])
    return FileChange(CHANGED, path, lines=shown, cut=len(lines) > MOST_LINES, only_written=only_written)


def _decisions(path: str, content: bytes) -> tuple[str, ...] | None:
    """What a decision file says; None for other files, and one that cannot be read."""
    return decisions_as_lines(content) if path.lower().endswith(".dmn") else None


def _words(bundle: Bundle | None, path: str, one: Placed) -> Words:
    return as_it_stands(one) if bundle is None else bundle.words(path, one.id, "name", one.name)


def _lines(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    for line in list(difflib.unified_diff(before, after, n=2, lineterm=""))[2:]:
        mark = "@" if line.startswith("@@") else line[0]
        yield mark, line if mark == "@" else line[1:]


def _elements(content: bytes) -> dict[str, _Element]:
    root = xml_root(content)
    if root is None:
        return {}
    found: dict[str, _Element] = {}
    for one in root.iter(f"{{{BPMN}}}*"):
        parent = one.getparent()
        inside = parent is not None and etree.QName(parent).localname in _CONTAINERS
        type_ = etree.QName(one).localname
        if one.get("id") and inside and type_ not in _SILENT:
            found[str(one.get("id"))] = _Element(type_, str(one.get("name", "")), _facts(one))
    return found


def _facts(element: etree._Element) -> dict[str, str]:
    """What an element says, as path -> text; elements inside it speak for themselves."""
    facts: dict[str, list[str]] = {}
    holds_elements = etree.QName(element).localname in _CONTAINERS
    pending: list[tuple[str, etree._Element]] = [("", element)]
    while pending:
        path, node = pending.pop()
        given = {
            etree.QName(key).localname: str(value)
            for key, value in node.attrib.items()
            if etree.QName(key).namespace != XSI  # xsi:type says how the file is written
        }
        text = (node.text or "").strip()
        if path:
            given.pop("id", None)
            if named := given.pop(_NAMED_BY.get(etree.QName(node).localname, ""), ""):
                path += OF_NAME + named
            parts = [*(f"{key}={value}" if len(given) > 1 else value for key, value in given.items()), text]
            said = " ".join(part for part in parts if part)
            if said or not len(node):
                facts.setdefault(path, []).append(said)
        else:
            facts.update({key: [value] for key, value in given.items() if key != "id"})
        for child in reversed(node):
            name = etree.QName(child).localname
            speaks = holds_elements and not path and child.get("id") and etree.QName(child).namespace == BPMN
            if name not in _SILENT and not (speaks and name != "extensionElements"):
                pending.append((f"{path}/{name}" if path else name, child))
    return {path: "; ".join(values) for path, values in facts.items()}


def _details(old: _Element, new: _Element) -> tuple[tuple[str, str, str], ...]:
    before, after = {"type": old.type, **old.facts}, {"type": new.type, **new.facts}
    return tuple(
        (what, *_excerpts(before.get(what, ""), after.get(what, "")))
        for what in dict.fromkeys([*before, *after])
        if before.get(what) != after.get(what)
    ) + tuple(_other_orders(old.facts, new.facts))


def _other_orders(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Of what stands in both by name, but in another order: an input may go by one before it."""
    kinds = dict.fromkeys(what.partition(OF_NAME)[0] for what in new if OF_NAME in what)
    for kind in kinds:
        was, now = ([what for what in one if what.startswith(kind + OF_NAME)] for one in (old, new))
        was, now = [what for what in was if what in now], [what for what in now if what in was]
        if was != now:
            before, after = (", ".join(what.partition(OF_NAME)[2] for what in each) for each in (was, now))
            yield kind, *_excerpts(before, after)


def _excerpts(before: str, after: str) -> tuple[str, str]:
    """Both texts; of long ones the part in which they differ, with some of what stands around it."""
    if max(len(before), len(after)) <= LONGEST_VALUE:
        return before, after
    if not before or not after:
        return _cut(before), _cut(after)
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    most = shorter - start
    end = next((at for at in range(most) if before[-1 - at] != after[-1 - at]), most)
    first = max(0, start - AROUND)
    return _part(before, first, len(before) - end + AROUND), _part(after, first, len(after) - end + AROUND)


def _part(text: str, start: int, end: int) -> str:
    return _cut(("…" if start else "") + text[start:end] + ("…" if end < len(text) else ""))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_EXCERPT else text[:LONGEST_EXCERPT] + "…"


def _places(content: bytes) -> dict[str, tuple[tuple[tuple[str, str], ...], ...]]:
    """Where each shape and line stands: the numbers of its bounds and waypoints."""
    root = xml_root(content)
    if root is None:
        return {}
    return {
        str(one.get("bpmnElement")): tuple(
            tuple(sorted((str(key), str(value)) for key, value in each.attrib.items()))
            for each in one
            if etree.QName(each).localname in ("Bounds", "waypoint")
        )
        for tag in ("BPMNShape", "BPMNEdge")
        for one in root.iter(f"{{{DI}}}{tag}")
    }
