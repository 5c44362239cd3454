"""One command at work on a state: the working copy, its indexes, and what the command has caused so far.

Nothing here decides what a BPMN element does; see the modules by element family.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.bpmn.program import Node, Process, Program
from engine.errors import BudgetExceeded, StateInvalid
from engine.runtime.layers import Layers, layered
from engine.runtime.outcome import Outcome
from engine.runtime.state import ROOT, Failure, Scope, State, Token, Wait
from engine.runtime.step import Context, Incident, LogLine
from engine.values import Value
from engine.words import Words

#: `LogLine.type` of a multi-instance activity as a whole; its instances have the element's own type.
MULTI_INSTANCE = "multiInstance"


class Thrown(NamedTuple):
    """A message or signal on its way."""

    kind: str
    scope: int
    element: str
    name: str
    key: str | None
    payload: dict[str, Value]


@dataclass(slots=True)
class Run:
    """A command on one instance. `work` lists (token, phase, serial) still to be done, in order."""

    program: Program
    state: State
    context: Context
    out: Outcome = field(default_factory=Outcome)
    work: deque[tuple[int, str, int]] = field(default_factory=deque)
    later: deque[tuple[int, str, int]] = field(default_factory=deque)  # done once `work` is empty, one by one
    pending: dict[int, int] = field(default_factory=dict)  # token -> serial of its valid entry in `work`
    next_phase: dict[int, str] = field(default_factory=dict)  # of tokens on the work list
    freed: deque[int] = field(default_factory=deque)  # throwers for which a token undoes no longer
    dirty: bool = True  # variables that conditions may read were written since they were asked
    written: set[str] | None = None  # which; None: any
    fresh: list[int] = field(default_factory=list)  # conditions that have begun to wait and were not asked yet
    thrown: deque[Thrown] = field(default_factory=deque)
    undelivered: deque[Thrown] = field(default_factory=deque)
    activations: int = 0
    last_element: str = ""  # the last that was entered
    result: dict[str, Value] | None = None  # the variables of the process itself, once it has ended
    nodes: dict[int, Mapping[str, Node]] = field(default_factory=dict)  # scope -> its elements, once asked for
    homes: dict[int, int] = field(default_factory=dict)  # scope -> the scope of its process, once asked for
    failed: dict[int, int] = field(default_factory=dict)  # token -> its incident

    def __post_init__(self) -> None:
        for failure in self.state.failures.values():
            self.failed[failure.token] = failure.id

    # -- reading ---------------------------------------------------------------------------------

    def nodes_of(self, scope_id: int) -> Mapping[str, Node]:
        """The elements of the process of this scope. Raises StateInvalid if the program lacks it."""
        nodes = self.nodes.get(scope_id)
        if nodes is None:
            nodes = self.nodes[scope_id] = self.process_of(scope_id).nodes
        return nodes

    def process_of(self, scope_id: int) -> Process:
        """The process whose elements stand in this scope. Raises StateInvalid if the program lacks it."""
        name = self.state.scopes[scope_id].process
        process = self.program.processes.get(name)
        if process is None:
            raise StateInvalid(f"process {name!r} is not in this program")
        return process

    def node(self, token: Token) -> Node:
        """The element on which the token stands. Raises StateInvalid if the program lacks it."""
        nodes = self.nodes.get(token.scope) or self.nodes_of(token.scope)
        return nodes.get(token.element) or self.element(token.scope, token.element)

    def element(self, scope_id: int, element: str) -> Node:
        """An element of the scope's process. Raises StateInvalid if the program lacks it."""
        node = self.nodes_of(scope_id).get(element)
        if node is None:
            raise StateInvalid(f"element {element!r} is not in this program")
        return node

    def process_scope(self, scope_id: int) -> int:
        """The scope of the process or called process around `scope_id` (or itself)."""
        home = self.homes.get(scope_id)
        if home is None:
            scope = self.state.scopes[scope_id]
            while scope.kind in ("subprocess", "multi") and scope.parent is not None:
                scope = self.state.scopes[scope.parent]
            home = self.homes[scope_id] = scope.id
        return home

    def layers(self, token: Token) -> list[MutableMapping[str, Value]]:
        """The variables that a token sees, nearest first: its own, then scope by scope to its process."""
        return [token.locals, *self.scope_layers(token.scope)]

    def scope_layers(self, scope_id: int) -> list[MutableMapping[str, Value]]:
        """The variables of a scope and of those around it, nearest first, to its process."""
        scope = self.state.scopes[scope_id]
        layers: list[MutableMapping[str, Value]] = [scope.variables]
        while scope.kind in ("subprocess", "multi") and scope.parent is not None and scope.token is not None:
            layers.append(self.state.tokens[scope.token].locals)
            scope = self.state.scopes[scope.parent]
            layers.append(scope.variables)
        return layers

    def variables(self, token: Token) -> Layers:
        """What an expression of the token's element reads."""
        scope = self.state.scopes[token.scope]
        if scope.parent is None or scope.kind == "call":  # the usual ones are told without looking around
            return layered([token.locals, scope.variables])
        return layered(self.layers(token))

    def waits_of(self, token_id: int) -> dict[int, None]:
        """What the token waits for."""
        return self.state.waits.held_by(token_id)

    def scope_waits(self, scope_id: int) -> dict[int, None]:
        """What the event subprocesses of the scope wait for."""
        return self.state.waits.held_by(-scope_id)

    def tokens_in(self, scope_id: int) -> dict[int, None]:
        """The tokens that stand in the scope."""
        return self.state.tokens.held_by(scope_id)

    def child_scope(self, token_id: int) -> int | None:
        """The scope inside the activity of the token."""
        return next(iter(self.state.scopes.held_by(token_id)), None)

    # -- changing --------------------------------------------------------------------------------

    def new_id(self) -> int:
        """The next number of this instance."""
        number = self.state.next_id
        self.state.next_id = number + 1
        return number

    def add_scope(self, scope: Scope) -> Scope:
        """Takes the scope into the state, with the data that its container declares."""
        if scope.kind in ("process", "call", "subprocess"):
            for name in self._declared(scope):
                scope.variables.setdefault(name, None)
        self.state.scopes[scope.id] = scope
        self.state.tokens.nothing_held_by(scope.id)
        self.state.waits.nothing_held_by(-scope.id)
        return scope

    def _declared(self, scope: Scope) -> tuple[str, ...]:
        """Names of the data objects and properties that the container of the scope declares."""
        process = self.program.processes[scope.process]
        return process.nodes[scope.element].data if scope.kind == "subprocess" else process.data

    def remove_scope(self, scope: Scope) -> None:
        """Takes an empty scope out of the state."""
        del self.state.scopes[scope.id]
        self.state.gated.pop(scope.id, None)
        if scope.id != ROOT:
            self.out.scope_closed(scope.id)

    def add_token(self, scope_id: int, element: str) -> Token:
        """A new token on `element`. Raises BudgetExceeded past the budget of tokens."""
        if len(self.state.tokens) >= self.context.budgets.tokens:
            raise BudgetExceeded(element, "tokens", self.context.budgets.tokens)
        token = Token(self.new_id(), scope_id, element)
        self.state.tokens[token.id] = token
        self.state.waits.nothing_held_by(token.id)
        self.state.scopes.nothing_held_by(token.id)
        return token

    def undo_for(self, thrower: int, token: Token, undone: str) -> None:
        """`token` undoes the activity `undone` for the token `thrower`."""
        token.thrower, token.undoes = thrower, undone
        self.state.undoing.setdefault(thrower, {})[token.id] = None

    def remove_token(self, token: Token) -> None:
        """Takes the token out; what it waited for must be closed already."""
        self.unjoin(token)
        del self.state.tokens[token.id]
        if token.thrower is not None:
            self._undoes_no_longer(token.thrower, token)
            self.freed.append(token.thrower)

    def _undoes_no_longer(self, thrower: int, token: Token) -> None:
        for_it = self.state.undoing.get(thrower, {})
        for_it.pop(token.id, None)
        if not for_it:
            self.state.undoing.pop(thrower, None)

    def join(self, token: Token) -> dict[int, None]:
        """Lets the token wait at its gateway; gives all tokens that wait there in its scope."""
        token.phase = "joining"
        waiting = self.state.joining.setdefault((token.scope, token.element), {})
        waiting[token.id] = None
        return waiting

    def unjoin(self, token: Token) -> None:
        """The token waits at no gateway any longer."""
        place = (token.scope, token.element)
        waiting = self.state.joining.get(place)
        if waiting is not None:
            waiting.pop(token.id, None)
            if not waiting:
                del self.state.joining[place]

    def fire_gate(self, scope_id: int, element: str, flows: list[str]) -> None:
        """A complex gateway has fired for the tokens of these flows; it waits for the others."""
        self.state.scopes[scope_id].gates[element] = flows
        self.state.gated[scope_id] = None

    def reset_gate(self, scope_id: int, element: str) -> None:
        """It waits for its start again."""
        gates = self.state.scopes[scope_id].gates
        del gates[element]
        if not gates:
            del self.state.gated[scope_id]

    def fired_gates(self) -> list[tuple[int, str]]:
        """(scope, element) of every complex gateway that has fired and waits for its reset."""
        return [(scope, element) for scope in self.state.gated for element in self.state.scopes[scope].gates]

    def wrote(self, names: Iterable[str]) -> None:
        """These variables were written: a condition that waits may have become true."""
        if self.state.conditions and self.written is not None:
            read = self.program.read_by_conditions.names
            assert read is not None  # else nothing is known of what was written
            found = read.intersection(names)
            if found:
                self.dirty = True
                self.written |= found

    def wrote_any(self) -> None:
        """It cannot be said which variables were written."""
        self.dirty, self.written = True, None

    def add_wait(self, wait: Wait) -> None:
        """Takes the wait into the state (reporting it outside is the caller's)."""
        self.state.waits[wait.id] = wait
        if wait.kind == "condition":
            self.state.conditions[wait.id] = None
            self.fresh.append(wait.id)

    def remove_wait(self, wait: Wait) -> None:
        """Takes the wait out of the state."""
        del self.state.waits[wait.id]
        if wait.kind == "condition":
            self.state.conditions.pop(wait.id, None)

    def fail(self, token: Token, phase: str, code: str, message: Words) -> None:
        """Keeps the token where it is, with an incident; `phase` is tried again by `retry`."""
        token.phase = "failed"
        self.pending[token.id] = self.pending.get(token.id, 0) + 1  # what it was scheduled for counts no longer
        failure = Failure(self.new_id(), token.id, phase, code)
        self.state.failures[failure.id] = failure
        self.failed[token.id] = failure.id
        scope = self.process_scope(token.scope)
        self.out.incident(Incident(failure.id, scope, token.element, code, message))

    def resolve_failure(self, token: Token) -> None:
        """The token's incident, if it has one, is over."""
        failure = self.failed.pop(token.id, None)
        if failure is not None:
            del self.state.failures[failure]
            self.out.incident_resolved(failure)

    def schedule(self, token: Token, phase: str, *, later: bool = False, at_once: bool = False) -> None:
        """Puts the token on the work list for `phase`; an earlier entry of it no longer counts. `later`: only once
        no other token moves; `at_once`: before any other, so that what it has read is still so when it writes."""
        token.phase = "ready"
        serial = self.pending.get(token.id, 0) + 1
        self.pending[token.id] = serial
        self.next_phase[token.id] = phase
        entry = (token.id, phase, serial)
        if at_once:
            self.work.appendleft(entry)
        else:
            (self.later if later else self.work).append(entry)

    def activate(self, node: Node, *, cost: int = 1) -> None:
        """Counts an activation, or work that costs as much as several. Raises BudgetExceeded."""
        self.activations += cost
        self.last_element = node.id
        if self.activations > self.context.budgets.activations:
            raise BudgetExceeded(node.id, "activations", self.context.budgets.activations)

    def log(self, what: str, scope_id: int, node: Node, *, whole_loop: bool = False) -> None:
        """One line of history about an element; a multi-instance activity as a whole has its own type."""
        kind = MULTI_INSTANCE if whole_loop else node.type
        home = self.homes.get(scope_id) or self.process_scope(scope_id)
        self.out.lines.append(LogLine(what, home, node.id, kind, node.process))

    def log_flow(self, scope_id: int, flow: str, process: str) -> None:
        """One line of history about a flow that was taken."""
        home = self.homes.get(scope_id) or self.process_scope(scope_id)
        self.out.lines.append(LogLine("taken", home, flow, "sequenceFlow", process))
