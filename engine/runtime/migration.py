"""`migrate`: a running instance goes on with another version of its diagrams.

Every place where a token stands or something waits must have a counterpart in the new version: the same kind of
element, inside the same subprocess. Boundary events and event subprocesses that are new begin to wait, those
that are gone wait no longer; timers that stay keep their moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.bpmn.program import Node, Process, Program
from engine.errors import MigrationRefused
from engine.runtime.commands import settled
from engine.runtime.run import Run
from engine.runtime.scopes import container_of
from engine.runtime.state import Done, Scope, State, Token, Wait, load
from engine.runtime.step import Closing, Context, Step
from engine.runtime.stuck import Stuck
from engine.runtime.tasks import describe_user_task
from engine.runtime.waits import arm, close, plan
from engine.words import Words

#: Old id -> new id. The old id is that of an element or flow wherever it stands, or "process:element" for one
#: process alone (no BPMN id has a colon), or that of a process.
NewIds = Mapping[str, str]


def migrate(old: Program, new: Program, stored: bytes, mapping: NewIds, context: Context) -> Step:
    """Moves the instance from `old` to `new`. `mapping` names the new id of elements and flows (and processes)
    that have another one, see `NewIds`; everything else keeps its id.

    Open user tasks stay open under their ids; the Step's `changed` are those with other names, groups or forms.
    Raises MigrationRefused with every reason, each with the element; then nothing is changed.
    """
    state = load(stored)
    refusals = list(_Judge(old, new, state, mapping).refusals())
    if refusals:
        raise MigrationRefused(refusals)
    before = Run(old, load(stored), context)
    _rename(state, mapping)
    run = Run(new, state, context)
    _renew_boundaries(run)
    _renew_event_subprocesses(run)
    for wait in [each for each in state.waits.values() if each.kind == "task"]:
        _compare_task(before, run, wait)
    return settled(run)


def _new_id(mapping: NewIds, process: str, old_id: str) -> str:
    """The new id of an element or flow of this (old) process."""
    return mapping.get(f"{process}:{old_id}", mapping.get(old_id, old_id))


@dataclass(frozen=True, slots=True)
class _Judge:
    """Whether every place of the state has a counterpart in the new version."""

    old: Program
    new: Program
    state: State
    mapping: NewIds

    def refusals(self) -> Iterator[tuple[str, str, Words]]:
        """(process, element, words) of each."""
        for scope in self.state.scopes.values():
            yield from ((scope.process, *refusal) for refusal in self._of_scope(scope))
        for token in self.state.tokens.values():
            scope = self.state.scopes[token.scope]
            yield from ((scope.process, *refusal) for refusal in self._of_element(token.element, scope))
            yield from ((scope.process, *refusal) for refusal in self._of_flow(token))
        for wait in self.state.waits.values():
            if wait.kind == "job":
                process = self.state.scopes[wait.scope].process
                yield from ((process, *refusal) for refusal in self._of_job(wait))

    def _of_scope(self, scope: Scope) -> Iterator[tuple[str, Words]]:
        process = self.mapping.get(scope.process, scope.process)
        if process not in self.new.processes:
            yield scope.process, Words("新版本中没有该流程", "The new version has no such process")
            return
        for done in _all_done(scope.done):
            yield from self._of_element(done.element, scope)
        for gate in scope.gates:
            yield from self._of_element(gate, scope)

    def _of_element(self, element: str, scope: Scope) -> Iterator[tuple[str, Words]]:
        old, new = self._process(self.old, scope.process), self._new_process(scope)
        if old is None or new is None:
            return  # told for the scope
        before, after = old.nodes.get(element), new.nodes.get(self._id(scope, element))
        if before is None:
            yield element, Words("原版本中没有该元素", "The old version has no such element")
        elif after is None:
            yield (
                element,
                Words(
                    "新版本中没有该元素，请指明对应元素",
                    "The new version lacks this element: name the one that replaces it",
                ),
            )
        else:
            yield from _differences(before, after, self.mapping)

    def _of_flow(self, token: Token) -> Iterator[tuple[str, Words]]:
        """A token that waits at a join must have come over a flow that still leads there."""
        scope = self.state.scopes[token.scope]
        new = self._new_process(scope)
        node = new.nodes.get(self._id(scope, token.element)) if new else None
        if token.phase != "joining" or node is None or token.flow is None:
            return
        if self._id(scope, token.flow) not in node.incoming:
            yield (
                token.element,
                Words(
                    f"令牌经连线“{token.flow}”到达，新版本中该连线不再通向此处",
                    f"A token came over the flow “{token.flow}”, which leads there no longer",
                ),
            )

    def _of_job(self, wait: Wait) -> Iterator[tuple[str, Words]]:
        scope = self.state.scopes[wait.scope]
        new = self._new_process(scope)
        node = new.nodes.get(self._id(scope, wait.element)) if new else None
        if node is not None and node.job is None:
            yield (
                wait.element,
                Words(
                    "该元素有进行中的后台作业，新版本中不再是作业", "A job is open here, and the new version has none"
                ),
            )

    def _id(self, scope: Scope, old_id: str) -> str:
        return _new_id(self.mapping, scope.process, old_id)

    def _new_process(self, scope: Scope) -> Process | None:
        return self._process(self.new, self.mapping.get(scope.process, scope.process))

    @staticmethod
    def _process(program: Program, process: str) -> Process | None:
        return program.processes.get(process)


def _differences(before: Node, after: Node, mapping: NewIds) -> Iterator[tuple[str, Words]]:
    if before.type != after.type:
        yield (
            before.id,
            Words(
                f"元素类型不同（{before.type} → {after.type}）",
                f"Another kind of element ({before.type} → {after.type})",
            ),
        )
    around = before.container and _new_id(mapping, before.process, before.container)
    if around != after.container:
        yield before.id, Words("元素移到了另一个子流程", "The element stands in another subprocess now")
    if (before.loop is None) != (after.loop is None):
        yield before.id, Words("多实例（循环）的设置不同", "One is a loop or multi-instance, the other is not")
    if before.call and after.call and before.call.process.text != after.call.process.text:
        yield before.id, Words("调用的流程不同", "Another process is called")


def _all_done(done: list[Done]) -> Iterator[Done]:
    pending = list(done)
    while pending:
        each = pending.pop()
        yield each
        pending.extend(each.inner or ())


def _rename(state: State, mapping: NewIds) -> None:
    processes = {scope.id: scope.process for scope in state.scopes.values()}

    def renamed(scope: int, name: str) -> str:
        return _new_id(mapping, processes[scope], name)

    for scope in state.scopes.values():
        scope.process = mapping.get(scope.process, scope.process)
        if scope.parent is not None:
            scope.element = renamed(scope.parent, scope.element)
        scope.gates = {
            renamed(scope.id, gate): [renamed(scope.id, flow) for flow in flows] for gate, flows in scope.gates.items()
        }
        for done in _all_done(scope.done):
            done.element = renamed(scope.id, done.element)
    for token in state.tokens.values():
        token.element = renamed(token.scope, token.element)
        token.flow = token.flow and renamed(token.scope, token.flow)
        token.undoes = token.undoes and renamed(token.scope, token.undoes)
        for done in _all_done(token.undo.left if token.undo else []):
            done.element = renamed(token.scope, done.element)
    for wait in state.waits.values():
        wait.element = renamed(wait.scope, wait.element)


def _renew_boundaries(run: Run) -> None:
    """Boundary events of activities under way: the gone are closed, the new begin to wait."""
    for token in list(run.state.tokens.values()):
        node = run.node(token)
        waits = [run.state.waits[each] for each in run.waits_of.get(token.id, ())]
        wanted = set(node.boundaries) if token.phase == "active" and _carries_boundaries(run, token, node) else set()
        here = {wait.element for wait in waits if wait.element != token.element}
        if node.type == "eventBasedGateway":
            wanted = {flow.target for flow in node.outgoing}
        for wait in waits:
            if wait.element != token.element and wait.element not in wanted:
                close(run, wait, Closing.CANCELLED)
        for element in sorted(wanted - here):
            _begin_to_wait(run, token, run.element(token.scope, element), scope_wait=False)


def _begin_to_wait(run: Run, token: Token, node: Node, *, scope_wait: bool) -> None:
    """What is new in this version begins to wait. Raises MigrationRefused where an expression of it fails."""
    try:
        planned = plan(run, token, node, scope_wait=scope_wait)
    except Stuck as failure:
        raise MigrationRefused([(node.process, node.id, failure.words)]) from failure
    for wait in planned:
        arm(run, wait)


def _carries_boundaries(run: Run, token: Token, node: Node) -> bool:
    """The boundary of a loop belongs to the loop as a whole, not to one instance of it."""
    return run.state.scopes[token.scope].kind != "multi" and bool(node.boundaries)


def _renew_event_subprocesses(run: Run) -> None:
    for scope in list(run.state.scopes.values()):
        if scope.kind == "multi":
            continue
        process = run.process_of(scope.id)
        starts = process.handlers.get(container_of(scope), ())
        waits = [run.state.waits[each] for each in run.scope_waits.get(scope.id, ())]
        for wait in waits:
            if wait.element not in starts:
                close(run, wait, Closing.CANCELLED)
        here = {wait.element for wait in waits}
        for start in starts:
            if start not in here and not _interrupted(run, scope):
                _begin_to_wait(run, Token(0, scope.id, start), process.nodes[start], scope_wait=True)


def _interrupted(run: Run, scope: Scope) -> bool:
    """An interrupting event subprocess has taken over: no other begins to wait."""
    return any(run.node(run.state.tokens[each]).by_event for each in run.tokens_in[scope.id])


def _compare_task(before: Run, run: Run, wait: Wait) -> None:
    """Tells of an open task that is another one now. Raises MigrationRefused where the new one cannot be opened."""
    assert wait.token is not None
    token, old_token = run.state.tokens[wait.token], before.state.tokens[wait.token]
    try:
        now = replace(describe_user_task(run, token, run.node(token)), id=wait.id)
    except Stuck as failure:
        process = before.state.scopes[old_token.scope].process
        raise MigrationRefused([(process, old_token.element, failure.words)]) from failure
    try:
        then = replace(describe_user_task(before, old_token, before.node(old_token)), id=wait.id)
    except Stuck:  # its variables have changed since it opened: then it counts as another one
        then = None
    if now != then:
        run.out.changed.append(now)
