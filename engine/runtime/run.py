"""One command at work on a state: the working copy, its indexes, and what the command has caused so far.

Nothing here decides what a BPMN element does; see the modules by element family.
"""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.bpmn.program import Node, Process, Program
from engine.errors import BudgetExceeded, StateInvalid
from engine.runtime.outcome import Outcome
from engine.runtime.rows import DAMAGE
from engine.runtime.state import ROOT, Failure, Scope, State, Token, Wait
from engine.runtime.step import Context, Incident, LogLine
from engine.values import Value
from engine.words import Words

#: Columns of stored rows: what a scope's complex gateways have used, for whom a token undoes.
_GATES, _THROWER = 9, 7
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
    dirty: bool = True  # variables were written since conditions were asked
    fresh: list[int] = field(default_factory=list)  # conditions that have begun to wait and were not asked yet
    thrown: deque[Thrown] = field(default_factory=deque)
    undelivered: deque[Thrown] = field(default_factory=deque)
    activations: int = 0
    last_element: str = ""  # the last that was entered
    result: dict[str, Value] | None = None  # the variables of the process itself, once it has ended
    processes: dict[int, Process] = field(default_factory=dict)  # scope -> its process, once asked for
    homes: dict[int, int] = field(default_factory=dict)  # scope -> the scope of its process, once asked for
    waits_of: dict[int, dict[int, None]] = field(default_factory=dict)
    scope_waits: dict[int, dict[int, None]] = field(default_factory=dict)
    joining: dict[tuple[int, str], dict[int, None]] = field(default_factory=dict)
    failed: dict[int, int] = field(default_factory=dict)
    conditions: dict[int, None] = field(default_factory=dict)  # waits for a condition
    undoing: dict[int, dict[int, None]] = field(default_factory=dict)  # thrower -> tokens that undo for it
    _tokens_in: dict[int, dict[int, None]] | None = None
    _child_scope: dict[int, int] | None = None

    def __post_init__(self) -> None:
        try:
            self._index()
        except DAMAGE as damage:
            raise StateInvalid(f"the state cannot be read: {damage}") from damage

    # -- reading ---------------------------------------------------------------------------------

    def process_of(self, scope_id: int) -> Process:
        """The process whose elements stand in this scope. Raises StateInvalid if the program lacks it."""
        process = self.processes.get(scope_id)
        if process is None:
            process = self.program.processes.get(self.state.scopes[scope_id].process)
            if process is None:
                raise StateInvalid(f"process {self.state.scopes[scope_id].process!r} is not in this program")
            self.processes[scope_id] = process
        return process

    def node(self, token: Token) -> Node:
        """The element on which the token stands. Raises StateInvalid if the program lacks it."""
        return self.element(token.scope, token.element)

    def element(self, scope_id: int, element: str) -> Node:
        """An element of the scope's process. Raises StateInvalid if the program lacks it."""
        node = self.process_of(scope_id).nodes.get(element)
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

    def layers(self, token: Token) -> Iterator[MutableMapping[str, Value]]:
        """The variables that a token sees, nearest first: its own, then scope by scope to its process."""
        yield token.locals
        yield from self.scope_layers(token.scope)

    def scope_layers(self, scope_id: int) -> Iterator[MutableMapping[str, Value]]:
        """The variables of a scope and of those around it, nearest first, to its process."""
        scope = self.state.scopes[scope_id]
        yield scope.variables
        while scope.kind in ("subprocess", "multi") and scope.parent is not None and scope.token is not None:
            yield self.state.tokens[scope.token].locals
            scope = self.state.scopes[scope.parent]
            yield scope.variables

    def variables(self, token: Token) -> ChainMap[str, Value]:
        """What an expression of the token's element reads."""
        return ChainMap(*self.layers(token))

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
        self._index_scope(scope)
        return scope

    def _declared(self, scope: Scope) -> tuple[str, ...]:
        """Names of the data objects and properties that the container of the scope declares."""
        process = self.program.processes[scope.process]
        return process.nodes[scope.element].data if scope.kind == "subprocess" else process.data

    def remove_scope(self, scope: Scope) -> None:
        """Takes an empty scope out of the state."""
        del self.state.scopes[scope.id]
        self.tokens_in.pop(scope.id, None)
        self.scope_waits.pop(scope.id, None)
        if scope.token is not None:
            self.child_scope.pop(scope.token, None)
        if scope.id != ROOT:
            self.out.scope_closed(scope.id)

    def add_token(self, scope_id: int, element: str) -> Token:
        """A new token on `element`. Raises BudgetExceeded past the budget of tokens."""
        if len(self.state.tokens) >= self.context.budgets.tokens:
            raise BudgetExceeded(element, "tokens", self.context.budgets.tokens)
        token = Token(self.new_id(), scope_id, element)
        self.state.tokens[token.id] = token
        self.tokens_in[scope_id][token.id] = None
        return token

    def undo_for(self, thrower: int, token: Token, undone: str) -> None:
        """`token` undoes the activity `undone` for the token `thrower`."""
        token.thrower, token.undoes = thrower, undone
        self.undoing.setdefault(thrower, {})[token.id] = None

    def remove_token(self, token: Token) -> None:
        """Takes the token out; what it waited for must be closed already."""
        self.unjoin(token)
        del self.state.tokens[token.id]
        self.tokens_in[token.scope].pop(token.id, None)
        if token.thrower is not None:
            self.undoing.get(token.thrower, {}).pop(token.id, None)
            self.freed.append(token.thrower)

    def join(self, token: Token) -> dict[int, None]:
        """Lets the token wait at its gateway; gives all tokens that wait there in its scope."""
        token.phase = "joining"
        waiting = self.joining.setdefault((token.scope, token.element), {})
        waiting[token.id] = None
        return waiting

    def unjoin(self, token: Token) -> None:
        """The token waits at no gateway any longer."""
        place = (token.scope, token.element)
        waiting = self.joining.get(place)
        if waiting is not None:
            waiting.pop(token.id, None)
            if not waiting:
                del self.joining[place]

    def add_wait(self, wait: Wait) -> None:
        """Takes the wait into the state (reporting it outside is the caller's)."""
        self.state.waits[wait.id] = wait
        self._index_wait(wait.id, wait.kind, wait.scope, wait.token)

    def remove_wait(self, wait: Wait) -> None:
        """Takes the wait out of the state."""
        del self.state.waits[wait.id]
        self.conditions.pop(wait.id, None)
        index = self.scope_waits if wait.token is None else self.waits_of
        holder = wait.scope if wait.token is None else wait.token
        waits = index.get(holder)
        if waits is not None:
            waits.pop(wait.id, None)
            if not waits:
                del index[holder]

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
        self.out.log(LogLine(what, self.process_scope(scope_id), node.id, kind, node.process))

    def log_flow(self, scope_id: int, flow: str, process: str) -> None:
        """One line of history about a flow that was taken."""
        self.out.log(LogLine("taken", self.process_scope(scope_id), flow, "sequenceFlow", process))

    # -- indexes ---------------------------------------------------------------------------------
    # Told from the first columns of the rows, so that a row is read only when it is asked for.

    @property
    def tokens_in(self) -> dict[int, dict[int, None]]:
        """Scope -> its tokens. Most steps move one token within its scope and never ask."""
        if self._tokens_in is None:
            self._tokens_in = {scope: {} for scope in self.state.scopes}
            for token in dict.values(self.state.tokens):
                id_, scope = token[:2] if isinstance(token, list) else (token.id, token.scope)
                self._tokens_in[scope][id_] = None
        return self._tokens_in

    @property
    def child_scope(self) -> dict[int, int]:
        """Token of an activity -> the scope inside it."""
        if self._child_scope is None:
            self._child_scope = {}
            for scope in dict.values(self.state.scopes):
                id_, around = (scope[0], scope[5]) if isinstance(scope, list) else (scope.id, scope.token)
                if around is not None:
                    self._child_scope[around] = id_
        return self._child_scope

    def fired_gates(self) -> list[tuple[int, str]]:
        """(scope, element) of every complex gateway that has fired and waits for its reset."""
        fired = []
        scopes: Iterable[Any] = dict.values(self.state.scopes)
        for scope in scopes:
            if type(scope) is not list:
                fired += [(scope.id, element) for element in scope.gates]
            elif len(scope) > _GATES:
                fired += [(scope[0], element) for element in scope[_GATES]]
        return fired

    def _index(self) -> None:
        waits_of = self.waits_of
        waits: Iterable[Any] = dict.values(self.state.waits)
        for wait in waits:
            if type(wait) is not list:
                self._index_wait(wait.id, wait.kind, wait.scope, wait.token)
            elif wait[3] is None or wait[1] == "condition" or wait[3] in waits_of:
                self._index_wait(*wait[:4])
            else:  # most tokens wait for one thing
                waits_of[wait[3]] = {wait[0]: None}
        tokens: Iterable[Any] = dict.values(self.state.tokens)
        for token in tokens:
            if type(token) is not list:
                self._index_token(token.id, token.scope, token.element, token.phase, token.thrower)
            elif token[3] == "joining" or len(token) > _THROWER:
                thrower = token[_THROWER] if len(token) > _THROWER else None
                self._index_token(token[0], token[1], token[2], token[3], thrower)
        self.failed = {failure.token: failure.id for failure in self.state.failures.values()}

    def _index_token(self, id_: int, scope: int, element: str, phase: str, thrower: int | None) -> None:
        if phase == "joining":
            self.joining.setdefault((scope, element), {})[id_] = None
        if thrower is not None:
            self.undoing.setdefault(thrower, {})[id_] = None

    def _index_scope(self, scope: Scope) -> None:
        self.tokens_in.setdefault(scope.id, {})
        if scope.token is not None:
            self.child_scope[scope.token] = scope.id

    def _index_wait(self, id_: int, kind: str, scope: int, holder: int | None) -> None:
        if kind == "condition":
            self.conditions[id_] = None
            self.fresh.append(id_)
        if holder is None:
            self.scope_waits.setdefault(scope, {})[id_] = None
        else:
            self.waits_of.setdefault(holder, {})[id_] = None
