"""Where a case stands in its diagrams, told from the history of its instances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from engine.bpmn import make_room
from engine.bundles import Bundle
from webapp.catalogue import Published, published
from webapp.errors import NotFound
from webapp.services.activity import decode_lines
from webapp.unit_of_work import sql

DIAGRAM = "{http://www.omg.org/spec/BPMN/20100524/DI}"
BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an instance's history. `scope` is that of the process the element stands in."""

    instance: int
    process: str
    scope: int
    element: str
    what: str


@dataclass(frozen=True, slots=True)
class Position:
    """Elements that were done, those that are being done, and how often where it is more than once; `flows`: the
    sequence flows that were taken, None where the history does not tell."""

    done: tuple[str, ...]
    current: tuple[str, ...]
    counts: dict[str, int]
    flows: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "done": list(self.done),
            "current": list(self.current),
            "counts": self.counts,
            "flows": None if self.flows is None else list(self.flows),
        }


LINES = """
select i.id, i.process, a.lines from process_instance i join activity a on a.instance_id = i.id
where i.case_id = %s order by i.id, a.step
"""


def lines_of(case_id: int) -> list[Line]:
    """The history of all instances of a case."""
    return [
        Line(instance, inside, scope, element, what)
        for instance, process, lines in sql().execute(LINES, (case_id,))
        for scope, inside, element, what in decode_lines(lines, process)
    ]


def position(lines: Iterable[Line]) -> Position:
    """Entered and not yet left is current; left at least once, and not current, is done. Flows are told as taken."""
    inside: dict[str, int] = {}
    done: dict[str, None] = {}
    flows: dict[str, None] = {}
    for line in lines:
        if line.what == "taken":
            flows[line.element] = None
        elif line.what == "entered":
            inside[line.element] = inside.get(line.element, 0) + 1
        elif line.what in ("completed", "cancelled"):
            inside[line.element] = inside.get(line.element, 1) - 1
            if line.what == "completed":
                done[line.element] = None
    current = [element for element, tokens in inside.items() if tokens > 0]
    counts = {element: inside[element] for element in current if inside[element] > 1}
    left = tuple(element for element in done if element not in current)
    return Position(left, tuple(current), counts, tuple(flows))


def case_position(release: Published, lines: Sequence[Line]) -> Position:
    """Where the case stands in the bundle's own diagram."""
    entry = release.bundle.entry_process
    return position(line for line in lines if line.process == entry)


def item_position(release: Published, lines: Sequence[Line], call_activity: str) -> Position:
    """Where the case stands in the process that the parent's `call_activity` calls."""
    entry = release.bundle.entry_process
    instance = next((line.instance for line in lines if line.process == entry), None)
    of_instance = [line for line in lines if line.instance == instance]
    scopes = called_scopes(release, of_instance)
    wanted = {scope for scope, element in scopes.items() if element == call_activity}
    return position(line for line in of_instance if line.scope in wanted)


def instance_position(lines: Sequence[Line], instance: int) -> Position:
    """Where an instance of its own (a verification) stands."""
    return position(line for line in lines if line.instance == instance)


def instance_process(case_id: int, instance: int) -> tuple[Published, str]:
    """The release and the process that this instance of the case runs. Raises NotFound."""
    row = (
        sql()
        .execute("select release_id, process from process_instance where id = %s and case_id = %s", (instance, case_id))
        .fetchone()
    )
    if row is None:
        raise NotFound()
    return published(row[0]), str(row[1])


def called_scopes(release: Published, lines: Sequence[Line]) -> dict[int, str]:
    """Scope of a called process -> the call activity that opened it, of one instance.

    The engine numbers scopes upwards and opens one for each call activity it enters, in that order; the
    first scope is the instance's own.
    """
    calls = [
        line.element
        for line in lines
        if line.what == "entered" and _node_type(release, line.process, line.element) == "callActivity"
    ]
    scopes = sorted({line.scope for line in lines})[1:]
    return dict(zip(scopes, calls, strict=False))


def _node_type(release: Published, process: str, element: str) -> str:
    known = release.program.processes.get(process)  # the case may have moved to a release without it
    node = known.nodes.get(element) if known else None
    return node.type if node else ""


def item_process(release: Published, item_key: str) -> str:
    """The process that the item's call activity calls. Raises NotFound."""
    item = next((item for item in release.bundle.items if item.key == item_key), None)
    if item is None:
        raise NotFound()
    for fact in release.program.elements(release.bundle.entry_process):
        if fact.id == item.call_activity and fact.called in release.program.processes:
            return str(fact.called)
    raise NotFound()


def diagram_xml(release: Published, process: str, language: str) -> bytes:
    """The file that holds the process, its names in `language` where the bundle has them."""
    file = release.program.file_of(process)
    return named_in(language, release.files[file], file, release.bundle)


def named_in(language: str, content: bytes, file: str, bundle: Bundle) -> bytes:
    """A readable diagram, its names in `language` where the bundle has them."""
    if language == "zh":
        return content
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    names: dict[str, str] = {}
    for element in root.iter():
        id_, name = element.get("id"), element.get("name")
        if id_ and name:
            names[id_] = bundle.words(file, id_, "name", name).in_language(language)
            element.set("name", names[id_])
    make_room(root, names)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
