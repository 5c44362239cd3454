"""The state of a process instance: tokens, scopes and what waits; and its stored form.

Only what is active is in it. The stored form is one JSON object, `{"v": version, "c": checksum, "b": body}`,
to be kept as bytes.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.errors import StateFromNewerVersion, StateInvalid
from engine.runtime.codec import decode, decode_variables, encode, encode_variables
from engine.values import Value

VERSION = 1
ROOT = 1
_ENVELOPE = re.compile(rb'\{"v":(\d{1,9}),"c":"([0-9a-f]{8})","b":(.*)\}\Z', re.DOTALL)


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
    loop: dict[str, Value] | None = None  # multi-instance: items, next index, results by index


@dataclass(slots=True)
class Token:
    """One point of control. `phase`: "ready" (to be moved on), "active", "joining" or "failed".

    `locals` are the variables of this activity alone; `result` is what it completed with while its
    output mappings are still to be done.
    """

    id: int
    scope: int
    element: str
    phase: str = "ready"
    flow: str | None = None
    locals: dict[str, Value] = field(default_factory=dict)
    result: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class Wait:
    """Something outside that the instance waits for. `kind`: "task", "timer", "job", "message", "signal".

    `token` is the waiting token; None for the start event of an event subprocess, which waits in `scope`.
    `element` is the event that fires (a boundary event, for one), else the token's own element.
    `due` is the moment or ClockMark of a timer; `cycle` is (firings left or None, months, microseconds).
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
            "s": [_scope_row(scope) for scope in state.scopes.values()],
            "t": [_token_row(token) for token in state.tokens.values()],
            "w": [_wait_row(wait) for wait in state.waits.values()],
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
    if version < VERSION:  # an upgrader from each earlier version will stand here
        raise StateInvalid(f"state version {version} was never written")
    if zlib.crc32(match[3]) != int(match[2], 16):
        raise StateInvalid("the checksum of the state does not fit")
    try:
        return _read(orjson.loads(match[3]))
    except (orjson.JSONDecodeError, TypeError, ValueError, KeyError, IndexError) as damage:
        raise StateInvalid(f"the state cannot be read: {damage}") from damage


def _scope_row(scope: Scope) -> list[Any]:
    loop = None if scope.loop is None else encode(scope.loop)
    return [scope.id, scope.kind, scope.process, scope.element, scope.parent, scope.token,
            encode_variables(scope.variables), loop]  # fmt: skip


def _token_row(token: Token) -> list[Any]:
    return [token.id, token.scope, token.element, token.phase, token.flow,
            encode_variables(token.locals), encode_variables(token.result)]  # fmt: skip


def _wait_row(wait: Wait) -> list[Any]:
    cycle = None if wait.cycle is None else list(wait.cycle)
    row = [
        wait.id,
        wait.kind,
        wait.scope,
        wait.token,
        wait.element,
        wait.name,
        wait.key,
        encode(wait.due),
        cycle,
    ]
    while row[-1] is None:  # most waits are tasks without name, key, time or cycle
        row.pop()
    return row


def _read(body: dict[str, Any]) -> State:
    state = State(next_id=int(body["n"]))
    for id_, kind, process, element, parent, token, variables, loop in body["s"]:
        decoded = None if loop is None else decode_variables(loop)
        state.scopes[id_] = Scope(id_, kind, process, element, parent, token, decode_variables(variables), decoded)
    for id_, scope, element, phase, flow, local, result in body["t"]:
        state.tokens[id_] = Token(id_, scope, element, phase, flow, decode_variables(local), decode_variables(result))
    for row in body["w"]:
        wait = Wait(*row)
        wait.due = decode(wait.due)
        wait.cycle = None if wait.cycle is None else (wait.cycle[0], wait.cycle[1], wait.cycle[2])
        state.waits[wait.id] = wait
    for row in body["i"]:
        state.failures[row[0]] = Failure(*row)
    return state
