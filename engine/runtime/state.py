"""The state of a process instance: tokens, scopes and what waits; and its stored form.

Only what is active is in it. The stored form is one JSON object, `{"v": version, "c": checksum, "b": body}`,
to be kept as bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from engine.errors import StateFromNewerVersion, StateInvalid
from engine.runtime.codec import decode, decode_variables, encode, encode_variables
from engine.runtime.rows import DAMAGE, Rows
from engine.values import Value

VERSION = 2
#: Versions that this release reads; each is upgraded as it is loaded.
READABLE = frozenset({1, 2})
ROOT = 1
_ENVELOPE = re.compile(rb'\{"v":(\d{1,9}),"c":"([0-9a-f]{8})","b":(.*)\}\Z', re.DOTALL)


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
    "complete", "vanish" (nobody waited for it) or "cancel" (its transaction is left by the cancel event)."""

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
    """The whole state; `next_id` is the next free number for tokens, scopes, waits and incidents."""

    next_id: int = ROOT
    scopes: dict[int, Scope] = field(default_factory=dict)
    tokens: dict[int, Token] = field(default_factory=dict)
    waits: dict[int, Wait] = field(default_factory=dict)
    failures: dict[int, Failure] = field(default_factory=dict)


def dump(state: State) -> bytes:
    """The stored form. Raises ValueInvalid if a variable holds what is no FEEL value."""
    body = orjson.dumps(
        {
            "n": state.next_id,
            "s": _stored(state.scopes, _scope_row),
            "t": _stored(state.tokens, _token_row),
            "w": _stored(state.waits, _wait_row),
            "i": [[f.id, f.token, f.phase, f.code] for f in state.failures.values()],
        }
    )
    return b'{"v":%d,"c":"%08x","b":%b}' % (VERSION, zlib.crc32(body), body)


def load(stored: bytes) -> State:
    """The state that `dump` wrote. Raises StateFromNewerVersion, StateInvalid."""
    match = _ENVELOPE.match(stored)
    if match is None:
        raise StateInvalid("no state of a process instance")
    version = int(match[1])
    if version > VERSION:
        raise StateFromNewerVersion(version)
    if version not in READABLE:
        raise StateInvalid(f"state version {version} was never written")
    body = match[3]
    if zlib.crc32(body) != int(match[2], 16):
        raise StateInvalid("the checksum of the state does not fit")
    try:
        return _read(orjson.loads(body))
    except DAMAGE as damage:
        raise StateInvalid(f"the state cannot be read: {damage}") from damage


def _stored(things: dict[int, Any], write: Callable[[Any], list[Any]]) -> list[Any]:
    return things.stored(write) if isinstance(things, Rows) else [write(each) for each in things.values()]


def _trimmed(row: list[Any], least: int) -> list[Any]:
    """Without what is empty at the end: most tokens and waits have only their first columns."""
    while len(row) > least and not row[-1]:
        row.pop()
    return row


def _scope_row(scope: Scope) -> list[Any]:
    if scope.loop is None and not scope.done and not scope.gates:
        row = [scope.id, scope.kind, scope.process, scope.element, scope.parent, scope.token]
        return [*row, encode_variables(scope.variables)] if scope.variables else row
    loop = None if scope.loop is None else encode(scope.loop)
    done = [_done_row(each) for each in scope.done]
    return _trimmed(
        [
            scope.id,
            scope.kind,
            scope.process,
            scope.element,
            scope.parent,
            scope.token,
            encode_variables(scope.variables),
            loop,
            done,
            scope.gates,
        ],
        6,
    )


def _done_row(done: Done) -> list[Any]:
    """Nested as deep as subprocesses are, which the reader of the diagram bounds."""
    inner = None if done.inner is None else [_done_row(each) for each in done.inner]
    return [done.element, encode_variables(done.variables), inner]


def _token_row(token: Token) -> list[Any]:
    if not (token.locals or token.result or token.thrower or token.undo):
        row = [token.id, token.scope, token.element, token.phase]
        return [*row, token.flow] if token.flow else row
    undo = token.undo and [token.undo.scope, token.undo.then, [_done_row(each) for each in token.undo.left]]
    return _trimmed(
        [
            token.id,
            token.scope,
            token.element,
            token.phase,
            token.flow,
            encode_variables(token.locals),
            encode_variables(token.result),
            token.thrower,
            token.undoes,
            undo,
        ],
        4,
    )


def _wait_row(wait: Wait) -> list[Any]:
    if wait.kind == "task":
        return [wait.id, wait.kind, wait.scope, wait.token, wait.element]
    return _trimmed(
        [
            wait.id,
            wait.kind,
            wait.scope,
            wait.token,
            wait.element,
            wait.name,
            wait.key,
            encode(wait.due),
            None if wait.cycle is None else list(wait.cycle),
            encode(wait.since),
            wait.index,
            encode_variables(wait.payload),
            wait.holds,
        ],
        5,
    )


def _read(body: dict[str, Any]) -> State:
    """Rows of version 1 are rows of version 2 whose last columns are missing, so both are read alike."""
    failures = {row[0]: Failure(*row) for row in body["i"]}
    return State(int(body["n"]), Rows(body["s"], _scope), Rows(body["t"], _token), Rows(body["w"], _wait), failures)


def _scope(
    id_: int,
    kind: str,
    process: str,
    element: str,
    parent: int | None,
    token: int | None,
    variables: Any = None,
    loop: Any = None,
    done: Any = None,
    gates: Any = None,
) -> Scope:
    decoded = None if loop is None else decode_variables(loop)
    return Scope(
        id_,
        kind,
        process,
        element,
        parent,
        token,
        decode_variables(variables or {}),
        decoded,
        [_done(each) for each in done or ()],
        gates or {},
    )


def _done(row: list[Any]) -> Done:
    element, variables, inner = row
    return Done(element, decode_variables(variables), None if inner is None else [_done(each) for each in inner])


def _token(
    id_: int,
    scope: int,
    element: str,
    phase: str,
    flow: str | None = None,
    local: Any = None,
    result: Any = None,
    thrower: int | None = None,
    undoes: str | None = None,
    undo: Any = None,
) -> Token:
    plan = undo and Undo(undo[0], [_done(each) for each in undo[2]], undo[1])
    return Token(
        id_,
        scope,
        element,
        phase,
        flow,
        decode_variables(local or {}),
        decode_variables(result or {}),
        thrower,
        undoes,
        plan or None,
    )


def _wait(
    id_: int,
    kind: str,
    scope: int,
    token: int | None,
    element: str,
    name: str = "",
    key: str | None = None,
    due: Any = None,
    cycle: Any = None,
    since: Any = None,
    index: int = 0,
    payload: Any = None,
    holds: bool = False,
) -> Wait:
    return Wait(
        id_,
        kind,
        scope,
        token,
        element,
        name,
        key,
        decode(due),
        None if cycle is None else (cycle[0], cycle[1], cycle[2]),
        decode(since),
        index,
        decode_variables(payload or {}),
        holds,
    )
