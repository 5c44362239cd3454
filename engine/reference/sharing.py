"""The reference core as if its branches had one set of variables, to tell whether copies alone explain a difference.

SpiffWorkflow copies the data of a task to each of its branches, and into subprocesses (`faults`). Here each value that
one branch writes is put into every other copy at once, with a note of who wrote it and what the copy would have held.
Where an expression then comes out otherwise than over the copy's own values, that is kept: it is the element at which
the copies lead the path astray. What an activity has for itself alone (input mappings, an instance of many) is not
shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.bpmn.program import Node, Slot
from engine.errors import BudgetExceeded, ExpressionFailed
from engine.reference.data import LOCAL, OUTER, VARIABLE, depth, inputs_of, note_in, variables_in, with_note
from engine.reference.faults import LOST_WORK, OWN_COPIES, Fault
from engine.reference.parts import Part, Role
from engine.runtime.step import Context
from engine.values import Variables

#: A note in the data: variable -> (process and element that wrote it, key of the fault, the copy's own text or None).
SHARED = "shared"
Texts = Mapping[str, str]


class Written(NamedTuple):
    """Who wrote a value that the reference core would not see in this copy."""

    process: str
    element: str
    fault: str


@dataclass(frozen=True, slots=True)
class Misread:
    """At this element an expression comes out otherwise over the copy's own values. `process` and `element` are ""
    where nothing read the variable: it is lost where branches join or a subprocess is interrupted."""

    process: str
    element: str
    variable: str
    written: Written

    @property
    def fault(self) -> Fault:
        return LOST_WORK if self.written.fault == LOST_WORK.key else OWN_COPIES


@dataclass(slots=True)
class Sharing:
    """What is shared and misread during a walk. `parts` are those of the program."""

    parts: Mapping[str, Part]
    misread: list[Misread] = field(default_factory=list)

    def wrote(self, task: Any, before: Texts) -> None:
        """The task has worked: what it wrote goes into every other copy. `before`: its data until now."""
        after, level = task.data, depth(task.data)
        for _ in range(depth(before) - level):
            before = note_in(before, OUTER, {})
        if depth(before) < level or len(_frames(before)) < len(_frames(after)):
            return  # it goes into something: what is new there is its own
        old, new = _plain(before), _plain(after)
        changed = {name: text for name, text in new.items() if old.get(name) != text}
        if changed:
            task.data = _owned(after, changed)
            self._spread(task, changed, level)

    def asked(self, node: Node, data: Texts, value: Callable[[Texts], object]) -> None:
        """The element works out `value` of these data: kept where the copy's own values give another one."""
        notes = list(_notes(data))
        if not notes or (told := _outcome(value, data)) == _outcome(value, _own_copy(data)):
            return
        alone = (one for one in notes if _outcome(value, _own_copy(data, one[:2])) != told)
        _, name, written = next(alone, notes[0])
        self.misread.append(Misread(node.process, node.id, name, written))

    def _spread(self, task: Any, changed: Texts, level: int) -> None:
        around = list(_around(task))
        inside = self._calls(task)[:level]
        node = self.parts[task.task_spec.name.removesuffix(" [child]")].node
        beside = {one for each in around for one in _attached_to(each)}
        known: dict[int, tuple[Any, ...]] = {}
        for other in _with_data(task.workflow.top_workflow):
            calls = known.setdefault(id(other.workflow), self._calls(other))
            up = depth(other.data) - level
            if other is task or calls[:level] != inside or up < 0:
                continue
            fault = LOST_WORK.key if other.id in beside else OWN_COPIES.key
            written = Written(node.process, node.id, fault)
            other.data = _given(other.data, up, changed, written)

    def _calls(self, task: Any) -> tuple[Any, ...]:
        """The calls around a task, the outermost first."""
        found: list[Any] = []
        for each in _around(task):
            part = self.parts.get(each.task_spec.name.removesuffix(" [child]"))
            if part is not None and part.role is Role.BODY and part.node.type == "callActivity":
                found.insert(0, each.id)
        return tuple(found)


def missing_in(data: Texts) -> dict[str, Written]:
    """Of the process itself: the variables that this copy would not have, and who wrote them."""
    notes = list(_notes(data))
    levels = depth(data)
    return {name: written for up, name, written in notes if up == levels}


def reading(node: Node, context: Context) -> Callable[[Texts], object]:
    """Everything that an element works out of its variables before it does its work."""

    def one_of(slot: Slot, seen: Variables, data: Texts) -> object:
        return _outcome(lambda _: slot.value(seen, context), data)

    def values(data: Texts) -> list[object]:
        seen = variables_in(data)
        slots = [slot for _, slot in node.properties]
        slots += [each.slot for each in (node.script, *(event.timer for event in node.events)) if each is not None]
        slots += [slot for event in node.events for slot in (event.name, event.key) if slot is not None]
        if node.loop is not None:
            slots += [slot for slot in (node.loop.collection, node.loop.cardinality) if slot is not None]
        told = [one_of(slot, seen, data) for slot in slots]
        told.append(_outcome(lambda _: inputs_of(node, seen, context), data))
        return [*told, seen if node.decision is not None else None]

    return values


def _outcome(value: Callable[[Texts], object], data: Texts) -> object:
    try:
        return value(data)
    except (ExpressionFailed, BudgetExceeded) as failure:
        return str(failure)


def _around(task: Any) -> Iterator[Any]:
    """The tasks inside which a task stands, the innermost first."""
    top = task.workflow.top_workflow
    while task is not None and task.workflow is not top:
        task = top.get_task_from_id(task.workflow.parent_task_id)
        if task is not None:
            yield task


def _attached_to(task: Any) -> Iterator[Any]:
    """The ids of the task of a subprocess or call, of its boundary events, and of that behind which the package keeps
    them together: from there an event takes its data again when it happens."""
    from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit

    yield task.id
    if isinstance(task.parent.task_spec, BoundaryEventSplit):
        yield from (each.id for each in (task.parent, *task.parent.children))


def _with_data(top: Any) -> Iterator[Any]:
    """Every task of whose data something may still be read or inherited."""
    from SpiffWorkflow.util.task import TaskState

    for workflow in (top, *top.subprocesses.values()):
        foreseen = TaskState.PREDICTED_MASK | TaskState.FUTURE  # these get their data from the task before
        yield from (task for task in workflow.tasks.values() if not task.has_state(foreseen))


def _frames(data: Texts) -> list[dict[str, str | None]]:
    frames: list[dict[str, str | None]] = note_in(data, LOCAL, [])
    return frames


def _plain(data: Texts) -> dict[str, str]:
    """The variables of the process around, as texts: without what an activity has for itself."""
    found: dict[str, str | None] = {name[1:]: text for name, text in data.items() if name.startswith(VARIABLE)}
    for frame in reversed(_frames(data)):
        found |= frame
    return {name: text for name, text in found.items() if text is not None}


def _owned(data: Texts, changed: Texts) -> dict[str, str]:
    """The data of the task that wrote: its values are its own."""
    notes = {name: note for name, note in note_in(data, SHARED, {}).items() if name not in changed}
    return with_note(data, SHARED, notes)


def _given(data: Texts, up: int, changed: Texts, written: Written) -> Texts:
    """The data with these values at the level so many calls up; the same object where it has them already."""
    if up:
        outer = note_in(data, OUTER, {})
        given = _given(outer, up - 1, changed, written)
        return data if given is outer else with_note(data, OUTER, given)
    notes, frames, put = note_in(data, SHARED, {}), _frames(data), dict(data)
    for name, text in changed.items():
        frame = next((each for each in frames if name in each), None)
        own = data.get(VARIABLE + name) if frame is None else frame[name]
        if own == text:
            continue
        if frame is None:
            put[VARIABLE + name] = text
        else:
            frame[name] = text
        notes[name] = [*written, notes[name][-1] if name in notes else own]
    if put == data and frames == _frames(data):
        return data
    return with_note(with_note(put, LOCAL, frames) if frames else put, SHARED, notes)


def _notes(data: Texts, up: int = 0) -> Iterator[tuple[int, str, Written]]:
    """(level so many calls up, variable, who wrote it) of all that the copy would not have."""
    while data:
        hidden = {name for frame in _frames(data) for name in frame}
        for name, (process, element, fault, _) in note_in(data, SHARED, {}).items():
            if name not in hidden:
                yield up, name, Written(process, element, fault)
        data, up = note_in(data, OUTER, {}), up + 1


def _own_copy(data: Texts, only: tuple[int, str] | None = None) -> Texts:
    """The data as the copy would have been; with `only`, in this one variable."""
    own, hidden = dict(data), {name for frame in _frames(data) for name in frame}
    for name, note in note_in(data, SHARED, {}).items():
        if name in hidden or only not in (None, (0, name)):
            continue
        own.pop(VARIABLE + name, None)
        if note[-1] is not None:
            own[VARIABLE + name] = note[-1]
    if OUTER in own:
        outer = note_in(own, OUTER, {})
        own = with_note(own, OUTER, _own_copy(outer, only and (only[0] - 1, only[1])))
    return own
