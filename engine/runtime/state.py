"""The state of a process instance: tokens, scopes and what waits. Only what is active is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engine.runtime.rows import Rows
from engine.values import Value

ROOT = 1


@dataclass(slots=True)
class Done:
    """An activity that has completed and can be undone (BPMN 2.0.2, 10.6).

    `variables` are its own for an activity with a handler, those of its scope for a subprocess; `inner` is what
    had completed inside a subprocess without a handler, oldest first.
    """

    element: str
    variables: dict[str, Value] = field(default_factory=dict)
    inner: list[Done] | None = None


@dataclass(slots=True)
class Undo:
    """What a token that throws a compensation still has to undo, in `scope`; `then` says what it does after:
    "complete", "outwards" (what has completed around its event subprocess is next), "vanish" (nobody waited for it)
    or "cancel" (its transaction is left by the cancel event)."""

    scope: int
    left: list[Done]
    then: str


@dataclass(slots=True)
class Scope:
    """What holds tokens and variables. `kind`: "process" (the root), "call", "subprocess" or "multi".

    `token` is the token of the activity around it, in scope `parent`; both None for the root.
    """

    id: int
    kind: str
    process: str
    element: str = ""
    parent: int | None = None
    token: int | None = None
    variables: dict[str, Value] = field(default_factory=dict)
    loop: dict[str, Value] | None = None  # loops: items, next index, results; ad-hoc: what is still to begin
    done: list[Done] = field(default_factory=list)  # what can be undone, oldest first
    gates: dict[str, list[str]] = field(default_factory=dict)  # complex gateways that have fired -> flows used


@dataclass(slots=True)
class Token:
    """One point of control. `phase`: "ready" (to be moved on), "active", "joining" or "failed".

    `locals` are the variables of this activity alone; `result` is what it completed with while its
    output mappings are still to be done. `thrower` is the token for which this one undoes `undoes`.
    """

    id: int
    scope: int
    element: str
    phase: str = "ready"
    flow: str | None = None
    locals: dict[str, Value] = field(default_factory=dict)
    result: dict[str, Value] = field(default_factory=dict)
    thrower: int | None = None
    undoes: str | None = None
    undo: Undo | None = None


@dataclass(slots=True)
class Wait:
    """Something that the instance waits for: "task", "timer", "job", "message", "signal" or "condition".

    `token` is the waiting token; None for the start event of an event subprocess, which waits in `scope`.
    `element` is the event that fires (a boundary event, for one), else the token's own element.
    `due` is the moment or ClockMark of a timer; `cycle` is (firings left or None, months, microseconds);
    `since` when it was set. `index` is the definition of an event that has several; `payload` is what the
    others of a parallel multiple event have brought; `holds` is whether a condition was true when last asked.
    """

    id: int
    kind: str
    scope: int
    token: int | None
    element: str
    name: str = ""
    key: str | None = None
    due: Value = None
    cycle: tuple[int | None, int, int] | None = None
    since: datetime | None = None
    index: int = 0
    payload: dict[str, Value] = field(default_factory=dict)
    holds: bool = False


@dataclass(slots=True)
class Failure:
    """An open incident: the token that failed and the phase to be tried again."""

    id: int
    token: int
    phase: str
    code: str


@dataclass(slots=True)
class State:
    """The whole state; `next_id` is the next free number for tokens, scopes, waits and incidents.

    Held are: by its token (0 for the root's) a scope; by its scope a token; by its token, or by minus its scope,
    a wait. The last four tell what every step must know, so that no row has to be read for it.
    """

    next_id: int
    scopes: Rows[Scope]
    tokens: Rows[Token]
    waits: Rows[Wait]
    failures: dict[int, Failure] = field(default_factory=dict)
    joining: dict[tuple[int, str], dict[int, None]] = field(default_factory=dict)  # (scope, gateway) -> tokens
    undoing: dict[int, dict[int, None]] = field(default_factory=dict)  # thrower -> tokens that undo for it
    conditions: dict[int, None] = field(default_factory=dict)  # waits for a condition
    gated: dict[int, None] = field(default_factory=dict)  # scopes where a complex gateway has fired

    def told_anew(self) -> None:
        """Tells the last four from the rows, all of which are read."""
        self.joining, self.undoing, self.conditions, self.gated = {}, {}, {}, {}
        for token in self.tokens.values():
            if token.phase == "joining":
                self.joining.setdefault((token.scope, token.element), {})[token.id] = None
            if token.thrower is not None:
                self.undoing.setdefault(token.thrower, {})[token.id] = None
        self.conditions = {wait.id: None for wait in self.waits.values() if wait.kind == "condition"}
        self.gated = {scope.id: None for scope in self.scopes.values() if scope.gates}
