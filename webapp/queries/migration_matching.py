"""Which element of a newer release an element of an older one becomes: proposed, for a person to look at.

An element keeps its id where the newer release has one of it and of its kind. One that is gone becomes the one new
element of its kind that has its name and place, else its name, else its place in the picture. What is left needs a
choice by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine import Words
from engine.bpmn import Node
from webapp.catalogue import Published
from webapp.queries.diagram import BOUNDS, DIAGRAM
from webapp.queries.release_diagrams import xml_root
from webapp.queries.standing import Place, elements_of, process_name

#: How far, in the diagram's units, an element may have been moved and still be taken for the one that stood there.
NEAR = 40.0
#: No token ever waits on these.
PASSED = frozenset(
    {"startEvent", "endEvent", "exclusiveGateway", "intermediateThrowEvent", "manualTask", "task", "scriptTask"}
)
SAME, BY_BOTH, BY_NAME, BY_PLACE, BY_HAND, OPEN = "same", "both", "name", "place", "hand", "open"


@dataclass(frozen=True, slots=True)
class Match:
    """An element of an older release. `how`: same | both | name | place | hand | open; `new` "" while open.

    `field` names it in a form and in a mapping; `choices` are the new release's elements of its kind.
    """

    field: str
    process: str
    process_name: Words
    element: str
    kind: str
    name: Words
    new: str
    new_name: Words | None
    how: str
    choices: tuple[Place, ...]


def proposed(old: Published, new: Published, chosen: Mapping[str, str]) -> list[Match]:
    """Every element on which a token may wait, in the files' order; `chosen` by hand ("process:element" -> new)."""
    processes = _processes(old, new)
    return [
        match
        for process, into in processes.items()
        if process in old.program.processes
        for match in _of_process(old, new, process, into, chosen)
    ]


def mapping_of(old: Published, new: Published, chosen: Mapping[str, str]) -> dict[str, str]:
    """What the engine is told: elements, processes and flows whose ids are other ones."""
    matches = proposed(old, new, chosen)
    told = {one.field: one.new for one in matches if one.new and one.new != one.element}
    processes = _processes(old, new)
    told |= {process: into for process, into in processes.items() if into and into != process}
    for process, into in processes.items():
        if into:
            told |= dict(_flows(old, new, process, into, told))
    return told


def _processes(old: Published, new: Published) -> dict[str, str]:
    """Old process -> new one, "" where there is none: by its id, else by its file, where that holds one alone."""
    found: dict[str, str] = {}
    for process, known in old.program.processes.items():
        if process in new.program.processes:
            found[process] = process
            continue
        there = [
            one.id for one in new.program.processes.values()
            if one.file == known.file and one.id not in old.program.processes
        ]  # fmt: skip
        found[process] = there[0] if len(there) == 1 else ""
    return found


def _of_process(old: Published, new: Published, process: str, into: str, chosen: Mapping[str, str]) -> Iterator[Match]:
    nodes = old.program.processes[process].nodes
    there = new.program.processes[into].nodes if into else {}
    fresh = [node for node in there.values() if node.id not in nodes]
    places = _bounds(old, process), _bounds(new, into) if into else {}
    for node in nodes.values():
        if node.type in PASSED:
            continue
        field = f"{process}:{node.id}"
        found, how = _counterpart(node, there, fresh, places)
        by_hand = chosen.get(field, "")
        if by_hand in there and by_hand != found:
            found, how = by_hand, BY_HAND
        counterpart = there.get(found)
        yield Match(
            field,
            process,
            process_name(old, process),
            node.id,
            node.type,
            _name(old, process, node),
            found,
            _name(new, into, counterpart) if counterpart else None,
            how,
            elements_of(new, into, node.type) if into and how != SAME else (),
        )


def _counterpart(
    node: Node,
    there: Mapping[str, Node],
    fresh: Sequence[Node],
    places: tuple[Mapping[str, tuple[float, float]], Mapping[str, tuple[float, float]]],
) -> tuple[str, str]:
    same = there.get(node.id)
    if same is not None and same.type == node.type:
        return node.id, SAME
    of_kind = [one for one in fresh if one.type == node.type and one.interrupting == node.interrupting]
    here = places[0].get(node.id)
    named = [one for one in of_kind if node.name and one.name == node.name]
    near = [one for one in of_kind if here is not None and _is_near(here, places[1].get(one.id))]
    for how, found in ((BY_BOTH, [one for one in named if one in near]), (BY_NAME, named), (BY_PLACE, near)):
        if len(found) == 1:
            return found[0].id, how
    return "", OPEN


def _is_near(here: tuple[float, float], there: tuple[float, float] | None) -> bool:
    return there is not None and abs(here[0] - there[0]) <= NEAR and abs(here[1] - there[1]) <= NEAR


def _bounds(release: Published, process: str) -> dict[str, tuple[float, float]]:
    """Where each element of the process's file is drawn: its upper left corner."""
    root = xml_root(release.files[release.program.file_of(process)])
    found: dict[str, tuple[float, float]] = {}
    for shape in root.iter(f"{DIAGRAM}BPMNShape") if root is not None else ():
        bounds = shape.find(BOUNDS)
        try:
            if bounds is not None:
                at = float(bounds.get("x", "")), float(bounds.get("y", ""))
                found[str(shape.get("bpmnElement"))] = at
        except ValueError:  # a picture that cannot be read helps nobody to find an element
            continue
    return found


def _flows(
    old: Published, new: Published, process: str, into: str, told: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Flows with another id that lead from and to the same elements as before, one alone in both."""
    here = _ends(old.program.processes[process].nodes.values())
    there = _ends(new.program.processes[into].nodes.values())
    for (source, target), flows in here.items():
        ends = told.get(f"{process}:{source}", source), told.get(f"{process}:{target}", target)
        after = there.get(ends, [])
        if len(flows) == len(after) == 1 and flows != after:
            yield f"{process}:{flows[0]}", after[0]


def _ends(nodes: Iterable[Node]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for node in nodes:
        for flow in node.outgoing:
            found.setdefault((node.id, flow.target), []).append(flow.id)
    return found


def _name(release: Published, process: str, node: Node) -> Words:
    return release.element_name(process, node.id)
