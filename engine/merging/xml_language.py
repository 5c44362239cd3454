"""What BPMN and DMN mean by their elements, for merging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.merging.model import ROOT, Document, Entry
from engine.merging.xml_documents import BOUNDS_FACT, COLUMN, TAG, TEXT, WAYPOINTS_FACT, WHOLE
from engine.merging.xml_terms import (
    CELLS,
    ENDS,
    EXPORTERS,
    LOOSE,
    MIDDLE_RANK,
    ORDERED_POLICIES,
    RANKS,
    REFERENCES,
    REPEATED_REFERENCES,
    SHOWN,
    is_picture_tag,
    local_name,
)

#: What holds elements that people know by themselves.
CONTAINERS = frozenset(
    {
        "definitions", "collaboration", "process", "subProcess", "transaction", "adHocSubProcess", "laneSet",
        "decisionTable", "childLaneSet",
    }
)  # fmt: skip
_SHAPES = ("BPMNShape:", "BPMNEdge:", "BPMNPlane:", "DMNShape:", "DMNEdge:", "DMNDecisionServiceDividerLine:")


@dataclass(frozen=True, slots=True)
class XmlLanguage:
    """The three versions of a file, and what their elements mean."""

    base: Document
    mine: Document
    theirs: Document

    def needs(self, entry: Entry) -> frozenset[str]:
        tag = _tag(entry)
        if is_picture_tag(entry.facts.get(TAG, "")) or tag in REPEATED_REFERENCES:
            return frozenset()
        found = {plain(value) for name, value in _attributes(entry) if name in ENDS}
        found |= {value[1:] for name, value in _attributes(entry) if name == "href" and value.startswith("#")}
        if tag in REFERENCES:
            found.add(entry.facts.get(TEXT, "").strip())
        return frozenset(found)

    def hangs_on(self, entry: Entry) -> frozenset[str]:
        found = {entry.facts[COLUMN]} if COLUMN in entry.facts else set()
        if _tag(entry) in REPEATED_REFERENCES:
            found.add(entry.facts.get(TEXT, "").strip())
        if is_picture_tag(entry.facts.get(TAG, "")):
            found |= {plain(value) for name, value in _attributes(entry) if name in SHOWN}
        return frozenset(found)

    def loose(self, entry: Entry) -> Mapping[str, str]:
        return {f"@{name}": plain(value) for name, value in _attributes(entry) if name in LOOSE}

    def is_picture(self, key: str, fact: str) -> bool:
        return fact in (BOUNDS_FACT, WAYPOINTS_FACT) or key.startswith(_SHAPES)

    def decided(self, key: str, fact: str, sides: Mapping[str, str | None]) -> str | None:
        """Programs that wrote the files, ids that nobody sees, and lines whose ends moved: those are led anew."""
        told = sorted(value for name, value in sides.items() if value is not None and name != "base")
        if fact.removeprefix("@") in EXPORTERS:
            return told[-1]
        if fact == "@id" and told and (self.is_picture(key, fact) or "/" in key):
            return told[0]
        edge = key.partition("/")[0]
        if edge.startswith("BPMNEdge:") and fact in (WAYPOINTS_FACT, BOUNDS_FACT) and self._end_moved(edge):
            return sides["base"]
        return None

    def rank(self, entry: Entry) -> int:
        return RANKS.get(_tag(entry), MIDDLE_RANK)

    def keeps_order(self, entry: Entry) -> bool:
        return _tag(entry) == "decisionTable" and entry.facts.get("@hitPolicy") in ORDERED_POLICIES

    def told(self, document: Document, key: str) -> tuple[str, str, str]:
        known = self._known(key)
        entry = self._entry(document, known)
        if entry is None or known == ROOT:
            return "", "", ""
        return known, _tag(entry), self._name(document, known, entry)

    def what(self, key: str, fact: str) -> str:
        known = self._known(key)
        parts: list[str] = []
        while key != known and (entry := self._entry(self.theirs, key)) is not None:
            own = key.removeprefix(f"{entry.parent}/")
            parts.append(own if own != key and not own.startswith("/") else _tag(entry))
            key = entry.parent
        named = {TEXT: "", WHOLE: "", TAG: "type"}.get(fact, local_name(fact.removeprefix("@")))
        return "/".join([*reversed(parts), *([named] if named else [])])

    def said(self, fact: str, value: str) -> str:
        if fact == WHOLE:
            return value[len("<x>") : -len("</x>")]
        return local_name(value) if fact == TAG else value

    def _known(self, key: str) -> str:
        """The element that people know: a shape's own, else the nearest around it that stands in a container."""
        shape = key.partition("/")[0]
        if shape.startswith(_SHAPES):
            return shape.partition(":")[2]
        while (entry := self._entry(self.theirs, key)) is not None and entry.parent:
            around = self._entry(self.theirs, entry.parent)
            if "/" not in key and around is not None and _tag(around) in CONTAINERS:
                return key
            key = entry.parent
        return key

    def _entry(self, document: Document, key: str) -> Entry | None:
        """In this version, else in any."""
        versions = (document, self.theirs, self.mine, self.base)
        return next((one.entries[key] for one in versions if key in one.entries), None)

    def _name(self, document: Document, key: str, entry: Entry) -> str:
        name = entry.facts.get("@name") or entry.facts.get("@label") or ""
        if name:
            return name
        if _tag(entry) == "rule":
            return " · ".join(self._cells(document, key))
        ends = [self._entry(document, plain(entry.facts.get(f"@{end}", ""))) for end in ("sourceRef", "targetRef")]
        names = [one.facts.get("@name", "") for one in ends if one is not None]
        return " → ".join(names) if len(names) == 2 and all(names) else ""

    def _cells(self, document: Document, rule: str) -> Iterator[str]:
        here = document if rule in document.entries else self.theirs if rule in self.theirs.entries else self.mine
        for cell in here.order.get(rule, ()):
            if _tag(here.entries[cell]) in CELLS:
                for text in here.order.get(cell, ()):
                    yield here.entries[text].facts.get(TEXT, "")

    def _end_moved(self, edge: str) -> bool:
        ends = ends_of(self._entry(self.theirs, edge.partition(":")[2]))
        return any(
            bounds_of(self.base, end) != bounds_of(side, end) for end in ends for side in (self.mine, self.theirs)
        )


def ends_of(flow: Entry | None) -> tuple[str, ...]:
    """Ids of what a line leads from and to."""
    if flow is None:
        return ()
    return tuple(plain(flow.facts.get(f"@{end}", "")) for end in ("sourceRef", "targetRef"))


def bounds_of(document: Document, element: str) -> str:
    """Where the element's shape stands, "" where it has none."""
    entry = document.entries.get(f"BPMNShape:{element}")
    return entry.facts.get(BOUNDS_FACT, "") if entry else ""


def plain(name: str) -> str:
    """An id without the prefix that a file may write before it."""
    return name.rpartition(":")[2]


def _tag(entry: Entry) -> str:
    return local_name(entry.facts.get(TAG, ""))


def _attributes(entry: Entry) -> Iterator[tuple[str, str]]:
    return ((fact[1:], value) for fact, value in entry.facts.items() if fact.startswith("@"))
