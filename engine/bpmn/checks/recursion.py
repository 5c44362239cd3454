"""Processes that call themselves, straight or over others: is there a way to the end without such a call?"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from engine.bpmn.checks.callgraph import called_by, circles
from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.program import Node


def check_recursion(processes: Sequence[Inspected]) -> None:
    """Reports calls by which processes call one another and that no way to the end avoids."""
    by_id = {each.process.id: each for each in processes}
    for component, is_circle in circles(by_id):
        if is_circle:
            _Circle({each: by_id[each] for each in component}).check()


class _Circle:
    """Processes that call one another. A call stops the way until the called process is known to end; then the
    way goes on from there, so that every element is passed once."""

    def __init__(self, processes: Mapping[str, Inspected]) -> None:
        self.processes = processes
        self.ending: set[str] = set()
        self.seen: set[tuple[str, str]] = set()
        self.stopped: dict[str, list[tuple[str, Node]]] = {}  # called process -> calls that wait for it to end
        self.pending: deque[tuple[str, str]] = deque()
        self.left: deque[tuple[str, Node]] = deque()

    def check(self) -> None:
        for key, checked in self.processes.items():
            starts = [node.id for node in checked.process.beginnings()] or checked.process.starts.get(None, ())
            handlers = (start for starts in checked.process.handlers.values() for start in starts)
            self._go_to(key, (*starts, *handlers))
        while self.pending or self.left:
            if self.left:
                self._leave(*self.left.popleft())
            else:
                key, identity = self.pending.popleft()
                self._pass(key, self.processes[key].process.nodes[identity])
        told: set[str] = set()
        for called, calls in self.stopped.items():
            for key, node in calls:
                if called not in self.ending and key not in self.ending and key not in told:
                    told.add(key)
                    self.processes[key].tell("endless-recursion", node.id, value=called[:80])

    def _go_to(self, key: str, elements: Sequence[str]) -> None:
        for each in elements:
            if (key, each) not in self.seen and each in self.processes[key].process.nodes:
                self.seen.add((key, each))
                self.pending.append((key, each))

    def _pass(self, key: str, node: Node) -> None:
        self._go_to(key, node.boundaries)
        starts = self.processes[key].process.starts.get(node.id, ())
        waits_for = called_by(node, self.processes)
        if waits_for is not None and waits_for not in self.ending:
            self.stopped.setdefault(waits_for, []).append((key, node))
        elif starts:
            self._go_to(key, starts)
        else:
            self._leave(key, node)

    def _leave(self, key: str, node: Node) -> None:
        """Goes on behind an element; at the end of a subprocess behind the subprocess."""
        here: Node | None = node
        while here is not None and not here.outgoing:
            here = self.processes[key].container_of(here)
        if here is not None:
            self._go_to(key, [flow.target for flow in here.outgoing])
        elif key not in self.ending:
            self.ending.add(key)
            self.left.extend(self.stopped.get(key, ()))
