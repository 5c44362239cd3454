"""Whether a running instance fits another version of its diagrams: each place that has no counterpart is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.bpmn.program import CallWork, Loop, Node, Process, Program, Slot
from engine.runtime.scopes import undo_start
from engine.runtime.state import Done, Scope, State, Token, Wait
from engine.runtime.waits import waits
from engine.words import Words

#: Old id -> new id. The old id is that of an element or flow wherever it stands, or "process:element" for one
#: process alone (no BPMN id has a colon), or that of a process.
NewIds = Mapping[str, str]
#: Kinds of waits for events, in contrast to work.
EVENT_WAITS = ("timer", "message", "signal", "condition")
#: (element, words) of one reason.
Refusal = tuple[str, Words]


def new_id(mapping: NewIds, process: str, old_id: str) -> str:
    """The new id of an element or flow of this (old) process."""
    return mapping.get(f"{process}:{old_id}", mapping.get(old_id, old_id))


def all_done(done: list[Done]) -> Iterator[Done]:
    """What has completed and can be undone, with what is inside it."""
    pending = list(done)
    while pending:
        each = pending.pop()
        yield each
        pending.extend(each.inner or ())


def said(slot: Slot | None) -> object:
    """What the diagram says in this place, to be compared with what another version says there."""
    if slot is None:
        return None
    parts = tuple(each.text if isinstance(each, Slot) else each for each in slot.parts)
    language = slot.expression.language if slot.expression else None
    return slot.text, language, slot.is_variable, slot.is_everything, parts


@dataclass(frozen=True, slots=True)
class Judge:
    """Compares every place of the state, under its old ids, in both versions."""

    old: Program
    new: Program
    state: State
    mapping: NewIds

    def refusals(self) -> list[tuple[str, str, Words]]:
        """(process, element, words) of each reason, each once."""
        return list(dict.fromkeys(self._refusals()))

    def _refusals(self) -> Iterator[tuple[str, str, Words]]:
        for scope in self.state.scopes.values():
            yield from ((scope.process, *refusal) for refusal in self._of_scope(scope))
        for token in self.state.tokens.values():
            scope = self.state.scopes[token.scope]
            yield from ((scope.process, *refusal) for refusal in self._of_token(token, scope))
        for wait in self.state.waits.values():
            scope = self.state.scopes[wait.scope]
            yield from ((scope.process, *refusal) for refusal in self._of_wait(wait, scope))

    def _of_scope(self, scope: Scope) -> Iterator[Refusal]:
        if self._id_of(scope.process) not in self.new.processes:
            yield scope.process, Words("新版本中没有该流程", "The new version has no such process")
            return
        for done in all_done(scope.done):
            yield from self._of_done(done, scope)
        for gate, flows in scope.gates.items():
            yield from self._of_element(gate, scope)
            for flow in flows:
                yield from self._of_flow(gate, flow, scope)
        if scope.kind == "subprocess":
            for element in (scope.loop or {}).get("left") or ():
                yield from self._of_still_to_begin(element, scope)

    def _of_token(self, token: Token, scope: Scope) -> Iterator[Refusal]:
        yield from self._of_element(token.element, scope)
        if token.phase == "joining" and token.flow is not None:
            yield from self._of_flow(token.element, token.flow, scope)
        if token.undo is not None:
            undone = self.state.scopes[token.undo.scope]
            for done in all_done(token.undo.left):
                yield from self._of_done(done, undone)
            if token.undo.then == "cancel":
                yield from self._of_cancelling(scope)

    def _of_element(self, element: str, scope: Scope) -> Iterator[Refusal]:
        old, after = self.old.processes.get(scope.process), self._after(element, scope)
        if old is None or self._process(scope) is None:
            return  # told for the scope
        before = old.nodes.get(element)
        if before is None:
            yield element, Words("原版本中没有该元素", "The old version has no such element")
        elif after is None:
            yield element, _missing()
        else:
            yield from self._differences(before, after)

    def _differences(self, before: Node, after: Node) -> Iterator[Refusal]:
        if before.type != after.type:
            yield (
                before.id,
                Words(
                    f"元素类型不同（{before.type} → {after.type}）",
                    f"Another kind of element ({before.type} → {after.type})",
                ),
            )
        around = before.container and new_id(self.mapping, before.process, before.container)
        if around != after.container:
            yield before.id, Words("元素移到了另一个子流程", "The element stands in another subprocess now")
        if before.by_event != after.by_event:
            yield (
                before.id,
                Words("一个是事件子流程，另一个不是", "One is an event subprocess, the other is not"),
            )
        if _turns(before.loop) != _turns(after.loop):
            yield before.id, Words("多实例（循环）的设置不同", "The loop or multi-instance is another one")
        if self._called(before.call) != said(after.call.process if after.call else None):
            yield before.id, Words("调用的流程不同", "Another process is called")

    def _called(self, call: CallWork | None) -> object:
        """What the new version must call: the same, under its new id."""
        if call is None or not call.process.is_text:
            return said(call.process if call else None)
        return said(Slot(self._id_of(call.process.text)))

    def _of_flow(self, element: str, flow: str, scope: Scope) -> Iterator[Refusal]:
        """A token that waits at a join must have come over a flow that still leads there."""
        node = self._after(element, scope)
        if node is not None and new_id(self.mapping, scope.process, flow) not in node.incoming:
            yield (
                element,
                Words(
                    f"令牌经连线“{flow}”到达，新版本中该连线不再通向此处",
                    f"A token came over the flow “{flow}”, which leads there no longer",
                ),
            )

    def _of_done(self, done: Done, scope: Scope) -> Iterator[Refusal]:
        """What has completed can be undone by what undid it in the old version."""
        yield from self._of_element(done.element, scope)
        old, new = self.old.processes.get(scope.process), self._process(scope)
        after = self._after(done.element, scope)
        if old is None or new is None or after is None:
            return
        if done.inner is None:
            kept = any(new.nodes[each].handler is not None for each in after.boundaries)
        else:
            kept = undo_start(old, done.element) is None or undo_start(new, after.id) is not None
        if not kept:
            yield (
                done.element,
                Words(
                    "该活动已完成并可补偿，新版本中没有它的补偿处理",
                    "This has completed and can be undone, and the new version has nothing that undoes it",
                ),
            )

    def _of_still_to_begin(self, element: str, scope: Scope) -> Iterator[Refusal]:
        """What an ad-hoc subprocess is still to begin must stand in it; of what kind it is does not matter yet."""
        after = self._after(element, scope)
        if after is None:
            yield element, _missing()
        elif after.container != new_id(self.mapping, scope.process, scope.element):
            yield element, Words("元素移到了另一个子流程", "The element stands in another subprocess now")

    def _of_cancelling(self, scope: Scope) -> Iterator[Refusal]:
        """A transaction that is being cancelled leaves by its cancel boundary event."""
        new, node = self._process(scope), self._after(scope.element, scope)
        if new is None or node is None:
            return
        events = (event for each in node.boundaries for event in new.nodes[each].events)
        if not any(event.kind == "cancel" for event in events):
            yield (
                scope.element,
                Words(
                    "该事务正在取消，新版本中没有它的取消边界事件",
                    "The transaction is being cancelled, and the new version has no cancel boundary event for it",
                ),
            )

    def _of_wait(self, wait: Wait, scope: Scope) -> Iterator[Refusal]:
        old, after = self.old.processes.get(scope.process), self._after(wait.element, scope)
        before = old.nodes.get(wait.element) if old else None
        if before is None or after is None or wait.token is None:
            return
        if wait.kind == "job":
            yield from _of_job(before, after)
        elif wait.element == self.state.tokens[wait.token].element and waits(before) and not waits(after):
            yield (
                wait.element,
                Words(
                    "该元素正在等待事件，新版本中它不等待任何事件",
                    "This waits for an event, and in the new version for nothing",
                ),
            )

    def _after(self, element: str, scope: Scope) -> Node | None:
        """The counterpart of an element of the scope."""
        new = self._process(scope)
        return new.nodes.get(new_id(self.mapping, scope.process, element)) if new else None

    def _process(self, scope: Scope) -> Process | None:
        return self.new.processes.get(self._id_of(scope.process))

    def _id_of(self, process: str) -> str:
        return self.mapping.get(process, process)


def _missing() -> Words:
    return Words(
        "新版本中没有该元素，请指明对应元素", "The new version lacks this element: name the one that replaces it"
    )


def _turns(loop: Loop | None) -> object:
    """What a loop under way goes by, besides conditions that are asked anew each time."""
    if loop is None:
        return None
    over = (loop.collection is None, loop.maximum is None, loop.first_count)
    return loop.standard, loop.sequential, loop.output_collection is None, loop.output_element is None, over


def _of_job(before: Node, after: Node) -> Iterator[Refusal]:
    """A job that is open is done by the handler of its type."""
    if after.job is None:
        yield (
            before.id,
            Words("该元素有进行中的后台作业，新版本中不再是作业", "A job is open here, and the new version has none"),
        )
    elif before.job is not None and said(before.job.type) != said(after.job.type):
        yield (
            before.id,
            Words(
                f"该元素有进行中的后台作业，新版本中是另一种作业（{before.job.type.text} → {after.job.type.text}）",
                f"A job is open here, and the new version has another one ({before.job.type.text} → "
                f"{after.job.type.text})",
            ),
        )
