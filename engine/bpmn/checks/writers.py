"""Which variables an element writes, as far as the diagram says (what people's forms and jobs give is not in it).

Names are numbered, and a set of them is one number with a bit for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.bpmn.checks.callgraph import called_by, circles
from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.compiler import SUBPROCESSES
from engine.bpmn.program import Mapped, Node

#: The bit of "all variables": a call that takes all of them in and brings all of them back.
EVERYTHING = 1


class Writers:
    """The variables that the elements of some processes write, called processes and subprocesses included."""

    def __init__(self, processes: Mapping[str, Inspected]) -> None:
        self.processes = processes
        self.names: list[str] = [""]
        self.bits: dict[str, int] = {"": EVERYTHING}
        self.written: dict[str, int] = {}  # process -> what all of it writes
        self.by_node: dict[str, dict[str, int]] = {}  # process -> node -> what it writes around itself
        for component, _ in circles(processes):
            for each in component:
                self._read(processes[each])
            together = self._union(self.written[each] for each in component)
            self.written |= dict.fromkeys(component, together)

    def of(self, checked: Inspected, node: Node) -> int:
        """What a node writes outside of itself."""
        return self.by_node[checked.process.id][node.id]

    def names_in(self, bits: int) -> Iterator[str]:
        """The names in a set, in the order in which they were first met."""
        while bits:
            lowest = bits & -bits
            bits ^= lowest
            yield self.names[lowest.bit_length() - 1]

    def _read(self, checked: Inspected) -> None:
        by_node: dict[str, int] = {}
        inside: dict[str | None, int] = {}
        for node in reversed(list(checked.nodes)):  # what stands inside comes after what is around it
            around = self._own(node, inside.get(node.id, 0))
            by_node[node.id] = around
            inside[node.container] = inside.get(node.container, 0) | around
        self.by_node[checked.process.id] = by_node
        self.written[checked.process.id] = inside.get(None, 0)

    def _own(self, node: Node, inside: int) -> int:
        """What the node writes around itself; its input mappings and the data that it declares stay inside."""
        local = self._set(each.path[0] for each in (*node.inputs, *node.data_inputs)) | self._set(node.data)
        results = self._set(_results(node)) | (inside if node.type in SUBPROCESSES else self._brought_back(node))
        if node.outputs and not node.outputs_add:
            results = 0
        before = self._set(node.before.writes) if node.before else 0
        return ((results | before) & ~local) | self._set(_mapped(node))

    def _brought_back(self, node: Node) -> int:
        call = node.call
        if call is None or not call.passes_all_out or call.taken is not None:
            return 0
        called = called_by(node, self.processes)
        written = 0 if called is None else self.written.get(called, 0)
        return written | (EVERYTHING if call.passes_all_in and call.given is None else 0)

    def _set(self, names: Iterable[str]) -> int:
        return self._union(self.bit(name) for name in names)

    def bit(self, name: str) -> int:
        """The set of this name alone."""
        bit = self.bits.get(name)
        if bit is None:
            bit = self.bits[name] = 1 << len(self.names)
            self.names.append(name)
        return bit

    @staticmethod
    def _union(sets: Iterable[int]) -> int:
        union = 0
        for each in sets:
            union |= each
        return union


def _results(node: Node) -> Iterator[str]:
    """Names that the element completes with."""
    for computed in (node.script, node.decision):
        if computed is not None and computed.variable:
            yield computed.variable
    for code in (node.code, node.after):
        if code is not None:
            yield from code.writes
    if node.result_variable:
        yield node.result_variable
    for event in node.events:
        if event.variable:
            yield event.variable
        yield from (variable for _, variable in event.outputs)


def _mapped(node: Node) -> Iterator[str]:
    """Names that are written around the element whatever is inside it."""
    mapped: tuple[Mapped, ...] = (*node.outputs, *node.data_outputs)
    yield from (each.path[0] for each in mapped)
    if node.loop is not None and node.loop.output_collection:
        yield node.loop.output_collection


def written_by(node: Node) -> Iterator[str]:
    """Every variable that an element gives a value, around it or inside it."""
    yield from _results(node)
    yield from _mapped(node)
    yield from (each.path[0] for each in (*node.inputs, *node.data_inputs))
    yield from node.data
    if node.before is not None:
        yield from node.before.writes
    if node.loop is not None and node.loop.element:
        yield node.loop.element
