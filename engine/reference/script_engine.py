"""Our expressions and mappings as the reference core's script engine."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from engine.bpmn.program import Loop, Node, Program, Slot
from engine.errors import ExpressionFailed
from engine.reference.data import (
    LOCAL,
    OUTER,
    RESULT,
    apply,
    depth,
    inputs_of,
    locals_in,
    note_in,
    replaced,
    text_of,
    value_of,
    variables_in,
    with_locals,
    with_note,
    without_locals,
    written,
)
from engine.reference.limits import refused
from engine.reference.parts import Part, Role
from engine.reference.sharing import Sharing, reading
from engine.reference.translate import ALWAYS, is_wrapped
from engine.runtime.step import Context
from engine.values import Value, Variables
from engine.words import Words

#: Each instance is a workflow of its own to the reference core.
MOST_INSTANCES = 200
_TOO_MANY = Words(
    f"超过 {MOST_INSTANCES} 个实例，参考核太慢", f"more than {MOST_INSTANCES} instances, too slow on the reference core"
)
#: The data of the error that an end event throws.
THROWN = "thrown"


class ThrownMessage(NamedTuple):
    """A message that a throw event or send task gave, still to be delivered."""

    node: Node
    task: Any
    name: str
    key: str | None
    payload: dict[str, Value]


@dataclass(slots=True)
class ScriptEngine:
    """What the reference core asks for every condition and script, by the names in the document. `sharing`: as if
    its branches had one set of variables."""

    program: Program
    parts: Mapping[str, Part]
    context: Context
    sharing: Sharing | None = None
    thrown: list[ThrownMessage] = field(default_factory=list)
    environment: None = None

    def validate(self, expression: str) -> None:
        """Names are all right; the expressions behind them were compiled long ago."""

    def evaluate(self, task: Any, expression: str, external_context: object = None) -> bool | int:
        """A condition, or how many instances. Raises ExpressionFailed where the value is of no use."""
        if expression == ALWAYS:
            return True
        if "#" in expression:
            name, _, asked = expression.partition("#")
            node = self.parts[name].node
            assert node.loop is not None
            answers = {"items": self._items, "enough": self._enough, "again": self._again}
            return answers[asked](task, node, node.loop)
        name, _, index = expression.partition(":")
        node = self.parts[name].node
        slot = node.outgoing[int(index)].condition
        if slot is None:
            return True
        if self.sharing is not None:
            self.sharing.asked(node, task.data, lambda data: slot.value(variables_in(data), self.context))
        return _holds(node, slot, slot.value(variables_in(task.data), self.context))

    def execute(self, task: Any, script: str, external_context: object = None) -> bool:
        """The work of an element of the document."""
        part, before = self.parts[script], task.data
        works = {
            Role.BODY: self._work,
            Role.IN: self._go_in,
            Role.OUT: self._come_out,
            Role.FIRST: self._begin_instance,
            Role.LAST: self._end_instance,
            Role.COLLECT: self._collect,
            Role.THROW: self._throw_error,
            Role.CAUGHT: self._after_boundary,
        }
        if self.sharing is not None and part.role in (Role.BODY, Role.IN):
            self.sharing.asked(part.node, before, reading(part.node, self.context))
        works[part.role](task, part)
        if self.sharing is not None:
            self.sharing.wrote(task, before)
        return True

    def given(self, task: Any, node: Node, result: Variables) -> None:
        """Someone or something outside has done the element's work."""
        before = task.data
        self.finish(task, node, result)
        if self.sharing is not None:
            self.sharing.wrote(task, before)

    def finish(self, task: Any, node: Node, result: Variables) -> None:
        """The element has done its work: its result goes into the variables, or waits for the end of its
        instance of many."""
        if node.loop is not None or node.type == "boundaryEvent":
            task.data = with_note(task.data, RESULT, written(result))
            return
        variables = variables_in(task.data)
        local = inputs_of(node, variables, self.context)
        task.data = replaced(task.data, apply(node, result, variables, local, self.context))

    def seen(self, node: Node, data: Mapping[str, str]) -> dict[str, Value]:
        """The variables that the expressions of an event that waits read: a boundary event those of its activity."""
        attached = self._attached(node) if node.attached_to else None
        if attached is None or attached.loop is not None or attached.call is None:
            return variables_in(data)
        outer = variables_in(note_in(data, OUTER, {}))
        return {**outer, **inputs_of(attached, outer, self.context)}

    def key(self, slot: Slot | None, variables: Variables) -> str | None:
        """A correlation key as text."""
        return None if slot is None else str(slot.value(variables, self.context))

    # -- one element -------------------------------------------------------------------------------

    def _work(self, task: Any, part: Part) -> None:
        node, variables = part.node, variables_in(task.data)
        local = inputs_of(node, variables, self.context)
        self.finish(task, node, self._result(task, node, variables, local))

    def _result(self, task: Any, node: Node, variables: Variables, local: Variables) -> dict[str, Value]:
        seen = ChainMap(dict(local), dict(variables))
        if node.job is not None:
            return {}  # machines do their work elsewhere; to the path it is done at once
        if node.event is not None and node.event.kind == "message":
            name = str(node.event.name.value(seen, self.context))
            self.thrown.append(ThrownMessage(node, task, name, self.key(node.event.key, seen), dict(local)))
        computed = node.script or node.decision
        if computed is None:
            return {}
        value = computed.slot.value(seen, self.context)
        if node.decision is not None:
            value = self.program.decisions[value].evaluate(value, seen, self.context).value
        return {computed.variable: value} if computed.variable else {}

    def _go_in(self, task: Any, part: Part) -> None:
        variables = variables_in(task.data)
        local = inputs_of(part.node, variables, self.context)
        if part.node.call is None:
            task.data = with_locals(task.data, local)
            return
        inner = {**(variables if part.node.call.passes_all_in else {}), **local}
        task.data = with_note(written(inner), OUTER, task.data)

    def _come_out(self, task: Any, part: Part) -> None:
        node = part.node
        if node.call is not None:
            inner = variables_in(task.data)
            task.data = note_in(task.data, OUTER, {})
            self.finish(task, node, inner if node.outputs or node.call.passes_all_out else {})
        elif node.loop is None:  # else its instance ends with both
            self._leave(task, node, {}, locals_in(task.data))

    def _leave(self, task: Any, node: Node, result: Variables, local: Variables) -> None:
        """Outputs are written, and the activity's own variables go."""
        changed = apply(node, result, variables_in(task.data), local, self.context)
        task.data = without_locals(replaced(task.data, changed))

    # -- errors and boundary events ----------------------------------------------------------------

    def _throw_error(self, task: Any, part: Part) -> None:
        local = inputs_of(part.node, variables_in(task.data), self.context)
        task.data = with_note(task.data, THROWN, written(local))

    def _after_boundary(self, task: Any, part: Part) -> None:
        """Back to the variables around the activity: an error brings along those of where it was thrown."""
        before = task.parent.parent.data  # as the activity itself was entered
        data = dict(task.data)
        result = note_in(data, RESULT, None) or note_in(data, THROWN, {})
        while depth(data) > depth(before):
            data = note_in(data, OUTER, {})
        while len(note_in(data, LOCAL, [])) > len(note_in(before, LOCAL, [])):
            data = without_locals(data)
        data = {name: text for name, text in data.items() if name not in (RESULT, THROWN)}
        node = part.node
        attached = self._attached(node)
        if attached.loop is None and attached.type == "callActivity":
            data = note_in(data, OUTER, {})
        elif attached.loop is None and (attached.inputs or attached.outputs) and attached.type == "subProcess":
            data = without_locals(data)
        given = {name[1:]: value_of(text) for name, text in result.items()}
        task.data = replaced(data, apply(node, given, variables_in(data), {}, self.context))

    def _attached(self, node: Node) -> Node:
        return self.program.processes[node.process].nodes[node.attached_to or ""]

    # -- many instances, loops ---------------------------------------------------------------------

    def _items(self, task: Any, node: Node, loop: Loop) -> int:
        """How many instances; the items are kept for them."""
        slot = loop.collection or loop.cardinality
        assert slot is not None
        value = slot.value(variables_in(task.data), self.context)
        if loop.collection is None:
            value = [None] * _whole(node, slot, value)
        if not isinstance(value, list):
            raise ExpressionFailed(node.id, slot.text, Words("得到的不是列表", "not a list"))
        if len(value) > MOST_INSTANCES:
            raise refused(node, _TOO_MANY)
        task.data = {**task.data, f"items {node.id}": text_of(value)}
        return len(value)

    def _enough(self, task: Any, node: Node, loop: Loop) -> bool:
        """The completion condition, once an instance has ended."""
        assert loop.completion is not None
        whole = task.parent
        states = [each.has_state(_finished()) for each in whole.children if each.task_spec == task.task_spec]
        counted = {
            "numberOfInstances": len(value_of(whole.data[f"items {node.id}"])),
            "numberOfActiveInstances": len(states) - sum(states),
            "numberOfCompletedInstances": sum(states),
            "numberOfTerminatedInstances": 0,
        }
        own = _instance_variables(task, node, loop)
        seen = {**variables_in(whole.data), **variables_in(task.data), **own, **counted}
        return _holds(node, loop.completion, loop.completion.value(seen, self.context))

    def _again(self, task: Any, node: Node, loop: Loop) -> bool:
        """Whether a loop turns once more; `task` is the loop as a whole, into which the last turn has written."""
        done, variables = len(task.internal_data.get("merged", [])), variables_in(task.data)
        if done:
            variables["loopCounter"] = done - 1 + loop.first_count
        if (most := self._most_turns(task.data, node, loop)) is not None and done >= most:
            return False
        return loop.condition is None or _holds(node, loop.condition, loop.condition.value(variables, self.context))

    def _most_turns(self, data: Mapping[str, str], node: Node, loop: Loop) -> int | None:
        """How often at most, as the loop began."""
        if loop.maximum is None:
            return None
        kept = data.get(f"most {node.id}")
        value = value_of(kept) if kept else loop.maximum.value(variables_in(data), self.context)
        return _whole(node, loop.maximum, value)

    def _begin_instance(self, task: Any, part: Part) -> None:
        node, loop = part.node, part.node.loop
        assert loop is not None
        if loop.standard and (most := self._most_turns(task.data, node, loop)) is not None:
            task.data = {**task.data, f"most {node.id}": text_of(most)}
        task.data = with_locals(task.data, _instance_variables(_instance(task), node, loop))

    def _end_instance(self, task: Any, part: Part) -> None:
        node, loop = part.node, part.node.loop
        assert loop is not None
        stored = note_in(task.data, RESULT, {})
        result = {name[1:]: value_of(text) for name, text in stored.items()}
        task.data = {name: text for name, text in task.data.items() if name != RESULT}
        mapped = node.type == "subProcess" and is_wrapped(node)
        local = locals_in(task.data) if mapped else self._inputs_at_the_end(task, node)
        if loop.output_element is not None:
            value = loop.output_element.value({**variables_in(task.data), **local, **result}, self.context)
            task.data = {**task.data, f"one {node.id} {_index(_instance(task))}": text_of(value)}
        if mapped:
            self._leave(task, node, result, local)
            task.data = without_locals(task.data)
        else:
            self._leave(task, node, result, {**locals_in(task.data), **local})

    def _inputs_at_the_end(self, task: Any, node: Node) -> dict[str, Value]:
        return {} if node.type == "subProcess" else inputs_of(node, variables_in(task.data), self.context)

    def _collect(self, task: Any, part: Part) -> None:
        node, loop = part.node, part.node.loop
        assert loop is not None
        notes, items = f"one {node.id} ", value_of(task.data.get(f"items {node.id}", "[]"))
        given = [task.data.get(f"{notes}{index}") for index in range(len(items))]
        data = {name: text for name, text in task.data.items() if not name.startswith(notes)}
        for name in (f"items {node.id}", f"most {node.id}"):
            data.pop(name, None)
        variables = variables_in(data)
        if loop.output_collection:
            variables[loop.output_collection] = [None if text is None else value_of(text) for text in given]
        task.data = replaced(data, variables)


def _holds(node: Node, slot: Slot, value: Value) -> bool:
    if isinstance(value, bool):
        return value
    raise ExpressionFailed(node.id, slot.text, Words("得到的既不是“是”也不是“否”", "neither true nor false"))


def _instance(task: Any) -> Any:
    """The task of the reference core that stands for the instance inside which `task` runs."""
    return task.workflow.top_workflow.get_task_from_id(task.workflow.parent_task_id)


def _instance_variables(instance: Any, node: Node, loop: Loop) -> dict[str, Value]:
    """The variables that one instance has for itself."""
    index = _index(instance)
    own: dict[str, Value] = {"loopCounter": index + loop.first_count}
    if loop.element and not loop.standard:
        own[loop.element] = value_of(instance.parent.data[f"items {node.id}"])[index]
    return own


def _index(instance: Any) -> int:
    """The number of an instance, from 0."""
    notes = instance.internal_data
    return int(next(notes[name] for name in ("key_or_index", "item", "iteration") if name in notes))


def _whole(node: Node, slot: Slot, value: Value) -> int:
    number = int(value) if isinstance(value, str) and value.isdigit() else value
    if not isinstance(number, (int, Decimal)) or isinstance(number, bool) or number < 0 or number % 1:
        raise ExpressionFailed(node.id, slot.text, Words("得到的不是非负整数", "not a whole number from 0 on"))
    return int(number)


def _finished() -> int:
    from SpiffWorkflow.util.task import TaskState

    return int(TaskState.FINISHED_MASK)
