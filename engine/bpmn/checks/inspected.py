"""One process under check: as written, as compiled, and where its findings go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.bpmn.model import ProcessSource
from engine.bpmn.program import Event, Node, Process
from engine.bpmn.reach import Edges, forward_edges
from engine.bpmn.wording import Reporter


@dataclass(slots=True)
class Inspected:
    """`inside` gives the nodes of each container (None: the process itself), in file order."""

    source: ProcessSource
    process: Process
    report: Reporter
    inside: dict[str | None, list[Node]] = field(default_factory=dict)
    #: Node -> the nodes that a token can go to next, boundary events included.
    forward: Edges = field(init=False)

    def __post_init__(self) -> None:
        known = self.process.nodes
        edges = forward_edges(self.source)
        self.forward = {node: [each for each in targets if each in known] for node, targets in edges.items()}
        for node in self.process.nodes.values():
            self.inside.setdefault(node.container, []).append(node)

    @property
    def nodes(self) -> Iterator[Node]:
        """All nodes, in file order."""
        return iter(self.process.nodes.values())

    def tell(self, code: str, element: str, **said: object) -> None:
        """A finding about a node, a flow or the process itself."""
        written = self.source.nodes.get(element) or self.source.flows.get(element) or self.source
        self.report(code, element, line=written.line, **said)

    def name(self, element: str) -> str:
        """What people call a node: its name, else its id."""
        node = self.process.nodes.get(element)
        return ((node.name.strip() if node else "") or element)[:40]

    def container_of(self, node: Node) -> Node | None:
        """The subprocess around a node; None at the top."""
        return None if node.container is None else self.process.nodes[node.container]

    def around(self, node: Node) -> Iterator[Node]:
        """The subprocesses around a node, innermost first."""
        here = self.container_of(node)
        while here is not None:
            yield here
            here = self.container_of(here)


def has(node: Node, *kinds: str) -> bool:
    """Whether the node has an event definition of one of these kinds."""
    return any(event.kind in kinds for event in node.events)


def events_of(node: Node, kind: str) -> Iterator[Event]:
    """The event definitions of this kind."""
    return (event for event in node.events if event.kind == kind)
