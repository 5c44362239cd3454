"""Errors and escalations: does anything catch what is thrown, and throw what is caught (BPMN 2.0.2, 10.5.6)?

Codes are numbered, and a set of them is one number with a bit for each: so even thousands of processes that call one
another are looked through once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.bpmn.checks.callgraph import called_by, circles
from engine.bpmn.checks.inspected import Inspected, events_of
from engine.bpmn.program import Event, Node
from engine.words import Words

#: In a set of thrown codes: any may be thrown; in one of caught codes: every one is caught.
EVERY = 1
_NO_CODE = Words("（无代码）", "(without a code)")
_ANY_CODE = Words("任何代码", "any code")


def check_catching(processes: Sequence[Inspected]) -> None:
    """Reports errors and escalations that nothing catches, and events that catch what nothing inside throws, in
    processes that may call one another."""
    for kind in ("error", "escalation"):
        _Kind(kind, processes).check()


class _Kind:
    def __init__(self, kind: str, processes: Sequence[Inspected]) -> None:
        self.kind = kind
        self.processes = {each.process.id: each for each in processes}
        self.bits: dict[str, int] = {}
        self.thrown: dict[tuple[str, str | None], int] = {}  # (process, container) -> codes thrown inside
        self.caught: dict[
            tuple[str, str | None], int
        ] = {}  # (process, container) -> codes caught by event subprocesses
        self.callers: dict[str, list[tuple[Inspected, Node]]] = {}

    def check(self) -> None:
        for checked in self.processes.values():
            self._gather(checked)
        self._spread()
        for checked in self.processes.values():
            outside = self._outside(checked)
            for node in checked.nodes:
                if node.type in ("endEvent", "intermediateThrowEvent"):
                    self._check_throwing(node, outside, checked)
                elif node.type == "boundaryEvent" or (node.type == "startEvent" and node.container is not None):
                    self._check_catching(node, checked)

    # -- what is thrown ------------------------------------------------------------------------------

    def _gather(self, checked: Inspected) -> None:
        """What each container throws by itself and catches, and who calls whom."""
        process = checked.process.id
        for node in checked.nodes:
            place = process, node.container
            self.thrown[place] = self.thrown.get(place, 0) | self._thrown_by(node)
            called = called_by(node, self.processes)
            if called is not None:
                self.callers.setdefault(called, []).append((checked, node))
        for container, starts in checked.process.handlers.items():
            caught = (self._caught_by(checked.process.nodes[each]) for each in starts)
            self.caught[process, container] = _union(caught)

    def _thrown_by(self, node: Node) -> int:
        """Codes that the element itself may throw; a job or a script of several statements may throw any error."""
        if self.kind == "error" and (node.job or node.code or node.before or node.after):
            return EVERY
        if node.call is not None and called_by(node, self.processes) is None:
            return EVERY
        events = list(events_of(node, self.kind)) if node.type in ("endEvent", "intermediateThrowEvent") else []
        if node.loop is not None:
            events += [event for event in (node.loop.thrown, *(each for _, each in node.loop.complex)) if event]
        return _union(self._bit(event) for event in events if event.kind == self.kind)

    def _bit(self, event: Event) -> int:
        """The bit of an event's code; a code that an expression gives may be any."""
        if not event.name.is_text:
            return EVERY
        return self.bits.setdefault(event.name.text, 2 << len(self.bits))

    def _caught_by(self, node: Node) -> int:
        events = events_of(node, self.kind)
        return _union(self._bit(event) if event.name.is_text and event.name.text else EVERY for event in events)

    def _spread(self) -> None:
        """Lets what is thrown inside a subprocess or called process count for the element around it."""
        for checked in self.processes.values():
            for container in _innermost_first(checked):
                self._give(checked, container)
        called_first = [each for component, _ in circles(self.processes) for each in component]
        pending = called_first[::-1]
        while pending:
            called = pending.pop()
            for caller, node in self.callers.get(called, ()):
                if self._raise_to(caller, node, self.thrown.get((called, None), 0)):
                    pending.append(caller.process.id)

    def _give(self, checked: Inspected, container: Node) -> None:
        inside = self.thrown.get((checked.process.id, container.id), 0)
        place = checked.process.id, container.container
        self.thrown[place] = self.thrown.get(place, 0) | inside

    def _raise_to(self, caller: Inspected, node: Node, thrown: int) -> bool:
        """Adds codes to every container around a call; True if the whole process now throws more."""
        before = self.thrown.get((caller.process.id, None), 0)
        for container in (node.container, *(each.container for each in caller.around(node))):
            place = caller.process.id, container
            known = self.thrown.get(place, 0)
            if known | thrown == known:
                break
            self.thrown[place] = known | thrown
        return self.thrown.get((caller.process.id, None), 0) != before

    # -- what is caught ------------------------------------------------------------------------------

    def _outside(self, checked: Inspected) -> Mapping[str | None, int]:
        """By container, the codes that are caught around it: at its boundary and further out."""
        outside: dict[str | None, int] = {None: self._outside_process(checked.process.id)}
        for container in reversed(list(_innermost_first(checked))):
            around = self._caught_around(container, checked) | outside[container.container]
            outside[container.id] = around
        return outside

    def _caught_around(self, node: Node, checked: Inspected) -> int:
        """Codes caught at the boundary of an activity, and by the event subprocesses beside it (which catch nothing
        that comes from one of them)."""
        caught = _union(self._caught_by(checked.process.nodes[each]) for each in node.boundaries)
        return caught if node.by_event else caught | self.caught.get((checked.process.id, node.container), 0)

    def _outside_process(self, process: str) -> int:
        """Codes that those who call the process catch; every one where a caller may itself be called."""
        caught = 0
        for caller, node in self.callers.get(process, ()):
            if caller.process.id in self.callers:
                return EVERY
            for each in (node, *caller.around(node)):
                caught |= self._caught_around(each, caller)
        return caught

    # -- findings ------------------------------------------------------------------------------------

    def _check_throwing(self, node: Node, outside: Mapping[str | None, int], checked: Inspected) -> None:
        for event in events_of(node, self.kind):
            caught = outside[node.container] | self.caught.get((checked.process.id, node.container), 0)
            if event.name.is_text and not caught & (EVERY | self._bit(event)):
                code = "error-uncaught" if self.kind == "error" else "escalation-uncaught"
                checked.tell(code, node.id, value=event.name.text[:40] or _NO_CODE)

    def _check_catching(self, node: Node, checked: Inspected) -> None:
        thrown = self._thrown_inside(node, checked)
        for event in events_of(node, self.kind):
            named = event.name.is_text and event.name.text
            if not (thrown & (EVERY | self._bit(event)) if named else thrown):
                checked.tell("never-thrown", node.id, value=event.name.text[:40] or _ANY_CODE)

    def _thrown_inside(self, node: Node, checked: Inspected) -> int:
        """Codes that may come out of what a catching event watches over."""
        if node.type == "startEvent":
            handler = checked.container_of(node)
            return self.thrown.get((checked.process.id, handler.container if handler else None), 0)
        activity = checked.process.nodes.get(node.attached_to or "")
        if activity is None:
            return EVERY
        called = called_by(activity, self.processes)
        inside = (called, None) if called is not None else (checked.process.id, activity.id)
        thrown = self.thrown.get(inside, 0)
        return thrown | self._thrown_by(activity)


def _innermost_first(checked: Inspected) -> Iterator[Node]:
    """Subprocesses, each before the one around it: a file opens the outer one first."""
    return (node for node in reversed(list(checked.nodes)) if node.id in checked.inside)


def _union(sets: Iterator[int]) -> int:
    union = 0
    for each in sets:
        union |= each
    return union
