"""What stands in a stored state, as a frozen view for pages and tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from engine.runtime.state import ROOT, State
from engine.runtime.stored import load
from engine.runtime.variables import plain
from engine.values import ClockMark, Value


@dataclass(frozen=True, slots=True)
class ActiveElement:
    """An element on which a token stands. `phase`: "active", "joining" or "failed" (an incident); `token` is the
    token's id and `home` the scope in which it stands itself (a subprocess, a loop)."""

    element: str
    process: str
    scope: int
    phase: str
    token: int
    home: int


@dataclass(frozen=True, slots=True)
class ScopeView:
    """`kind`: "process" (the root), "call", "subprocess" or "multi"; `element` opened it ("" the root)."""

    id: int
    parent: int | None
    kind: str
    process: str
    element: str
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A user task, timer, job or subscription that is open. `due` for timers, `name`/`key` for messages.

    `token` is the token that waits; None for the start of an event subprocess.
    """

    id: int
    kind: str  # "task" | "timer" | "job" | "message" | "signal"
    element: str
    process: str
    scope: int
    name: str = ""
    key: str | None = None
    due: datetime | ClockMark | None = None
    token: int | None = None


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """`token` is the token that failed."""

    id: int
    element: str
    process: str
    scope: int
    code: str
    token: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole instance. Every `scope` below is that of the process or called process."""

    scopes: Mapping[int, ScopeView]
    active: tuple[ActiveElement, ...]
    waiting: tuple[Waiting, ...]
    incidents: tuple[OpenIncident, ...]

    @property
    def ended(self) -> bool:
        """True when nothing is left to do."""
        return ROOT not in self.scopes

    @property
    def variables(self) -> Mapping[str, Value]:
        """The variables of the process itself; empty once it has ended."""
        root = self.scopes.get(ROOT)
        return root.variables if root else {}

    def open(self, kind: str) -> tuple[Waiting, ...]:
        """What is open of one kind: "task", "timer", "job", "message" or "signal"."""
        return tuple(each for each in self.waiting if each.kind == kind)


def snapshot(stored: bytes) -> Snapshot:
    """The view of a stored state. Raises StateInvalid, StateFromNewerVersion."""
    state = load(stored)
    scopes = {
        scope.id: ScopeView(
            scope.id,
            scope.parent,
            scope.kind,
            scope.process,
            scope.element,
            MappingProxyType(plain(scope.variables)),
        )
        for scope in state.scopes.values()
    }
    return Snapshot(MappingProxyType(scopes), _active(state), _waiting(state), _incidents(state))


def variables_at(stored: bytes, scope: int) -> dict[str, Value]:
    """The variables that an element in `scope` sees, down to its process. Raises KeyError."""
    return _merged(_layers_at(load(stored), scope))


def variables_seen(stored: bytes, token: int) -> dict[str, Value]:
    """The variables that the element of this token sees: its own, then those of its scopes. Raises KeyError."""
    state = load(stored)
    seen = state.tokens[token]
    return _merged([seen.locals, *_layers_at(state, seen.scope)])


def _merged(layers: list[dict[str, Value]]) -> dict[str, Value]:
    return plain({name: value for layer in reversed(layers) for name, value in layer.items()})


def _layers_at(state: State, scope: int) -> list[dict[str, Value]]:
    """Nearest first."""
    layers = []
    here = state.scopes[scope]
    while True:
        layers.append(here.variables)
        if here.parent is None or here.token is None or here.kind == "call":
            break
        layers.append(state.tokens[here.token].locals)
        here = state.scopes[here.parent]
    return layers


def _process_scope(state: State, scope_id: int) -> int:
    scope = state.scopes[scope_id]
    while scope.kind in ("subprocess", "multi") and scope.parent is not None:
        scope = state.scopes[scope.parent]
    return scope.id


def _active(state: State) -> tuple[ActiveElement, ...]:
    return tuple(
        ActiveElement(
            token.element,
            state.scopes[token.scope].process,
            _process_scope(state, token.scope),
            token.phase,
            token.id,
            token.scope,
        )
        for token in state.tokens.values()
    )


def _waiting(state: State) -> tuple[Waiting, ...]:
    return tuple(
        Waiting(
            wait.id, wait.kind, wait.element, state.scopes[wait.scope].process,
            _process_scope(state, wait.scope), wait.name, wait.key, wait.due, wait.token,
        )
        for wait in state.waits.values()
    )  # fmt: skip


def _incidents(state: State) -> tuple[OpenIncident, ...]:
    rows = []
    for failure in state.failures.values():
        token = state.tokens[failure.token]
        process = state.scopes[token.scope].process
        scope = _process_scope(state, token.scope)
        rows.append(OpenIncident(failure.id, token.element, process, scope, failure.code, token.id))
    return tuple(rows)
