"""The stored form of a state, to be kept as bytes: `{"v": version, "c": checksum, "b": body}`.

The body has one JSON value a line: a head of numbers first (which rows there are, who holds each, what every step
must know), then the rows of scopes, tokens and waits. So a step reads the few rows that it touches, and the others
go out as they came in.
"""

from __future__ import annotations

import re
import zlib
from operator import itemgetter
from typing import Any

import orjson

from engine.errors import StateFromNewerVersion, StateInvalid
from engine.runtime.codec import decode, decode_variables, encode, writable
from engine.runtime.rows import DAMAGE, Rows
from engine.runtime.state import ROOT, Done, Failure, Scope, State, Token, Undo, Wait

VERSION = 3
#: Versions that this release reads; each is upgraded as it is loaded.
READABLE = frozenset({1, 2, 3})
#: Entries of the head that are always there.
COLUMNS = 4
_ID = itemgetter(0)
_ENVELOPE = re.compile(rb'\{"v":(\d{1,9}),"c":"([0-9a-f]{8})","b":(.*)\}\Z', re.DOTALL)


def empty() -> State:
    """A state in which nothing has begun."""
    return State(
        ROOT,
        Rows(_holder_of_scope, _scope, [], [], []),
        Rows(_holder_of_token, _token, [], [], []),
        Rows(_holder_of_wait, _wait, [], [], []),
    )


def dump(state: State) -> bytes:
    """The stored form. Raises ValueInvalid if a variable holds what is no FEEL value."""
    scopes, tokens, waits = state.scopes, state.tokens, state.waits
    lines = [*scopes.written(_scope_row), *tokens.written(_token_row), *waits.written(_wait_row)]
    head: dict[str, Any] = {
        "n": state.next_id,
        "s": [scopes.ids, scopes.holders],
        "t": [tokens.ids, tokens.holders],
        "w": [waits.ids, waits.holders],
    }
    if state.failures:
        head["i"] = [[f.id, f.token, f.phase, f.code] for f in state.failures.values()]
    if state.joining:
        head["j"] = [[scope, element, [*tokens]] for (scope, element), tokens in state.joining.items()]
    if state.undoing:
        head["u"] = [[thrower, [*tokens]] for thrower, tokens in state.undoing.items()]
    if state.conditions:
        head["c"] = [*state.conditions]
    if state.gated:
        head["g"] = [*state.gated]
    body = b"\n".join([orjson.dumps(head), *lines])
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
        return _read(body) if version == VERSION else _read_older(orjson.loads(body))
    except DAMAGE as damage:
        raise StateInvalid(f"the state cannot be read: {damage}") from damage


def _read(body: bytes) -> State:
    lines = body.split(b"\n")
    head = orjson.loads(lines[0])
    (scopes, around), (tokens, inside), (waits, waiting) = head["s"], head["t"], head["w"]
    tokens_from = 1 + len(scopes)
    waits_from = tokens_from + len(tokens)
    state = State(
        head["n"],
        Rows(_holder_of_scope, _scope, scopes, around, lines[1:tokens_from]),
        Rows(_holder_of_token, _token, tokens, inside, lines[tokens_from:waits_from]),
        Rows(_holder_of_wait, _wait, waits, waiting, lines[waits_from:]),
    )
    if len(head) > COLUMNS:
        _read_rest(state, head)
    return state


def _read_rest(state: State, head: dict[str, Any]) -> None:
    """What most states have nothing of."""
    state.failures = {row[0]: Failure(*row) for row in head.get("i", ())}
    state.joining = {(scope, element): dict.fromkeys(tokens) for scope, element, tokens in head.get("j", ())}
    state.undoing = {thrower: dict.fromkeys(tokens) for thrower, tokens in head.get("u", ())}
    state.conditions = dict.fromkeys(head.get("c", ()))
    state.gated = dict.fromkeys(head.get("g", ()))


def _read_older(body: dict[str, Any]) -> State:
    """Rows of versions 1 and 2 have their id and holder in them; those of version 1 lack the last columns of 2."""
    state = empty()
    state.next_id = int(body["n"])
    for id_, kind, process, element, parent, token, *rest in sorted(body["s"], key=_ID):
        state.scopes[id_] = _scope(id_, token or 0, kind, process, element, parent, *rest)
    for id_, scope, *token in sorted(body["t"], key=_ID):
        state.tokens[id_] = _token(id_, scope, *token)
    for id_, kind, scope, token, *wait in sorted(body["w"], key=_ID):
        state.waits[id_] = _wait(id_, -scope if token is None else token, kind, scope, *wait)
    state.failures = {row[0]: Failure(*row) for row in body["i"]}
    state.told_anew()
    return state


def _trimmed(row: list[Any], least: int) -> list[Any]:
    """Without what is empty at the end: most tokens and waits have only their first columns."""
    while len(row) > least and not row[-1]:
        row.pop()
    return row


# -- scopes --------------------------------------------------------------------------------------


def _holder_of_scope(scope: Scope) -> int:
    return scope.token or 0


def _scope_row(scope: Scope) -> list[Any]:
    row = [scope.kind, scope.process, scope.element, scope.parent]
    if scope.loop is None and not scope.done and not scope.gates:
        return [*row, writable(scope.variables)] if scope.variables else row
    loop = None if scope.loop is None else encode(scope.loop)
    done = [_done_row(each) for each in scope.done]
    return _trimmed([*row, writable(scope.variables), loop, done, scope.gates], 4)


def _done_row(done: Done) -> list[Any]:
    """Nested as deep as subprocesses are, which the reader of the diagram bounds."""
    inner = None if done.inner is None else [_done_row(each) for each in done.inner]
    return [done.element, writable(done.variables), inner]


def _scope(
    id_: int,
    holder: int,
    kind: str,
    process: str,
    element: str,
    parent: int | None,
    variables: Any = None,
    loop: Any = None,
    done: Any = None,
    gates: Any = None,
) -> Scope:
    return Scope(
        id_,
        kind,
        process,
        element,
        parent,
        holder or None,
        decode_variables(variables) if variables else {},
        None if loop is None else decode_variables(loop),
        [_done(each) for each in done] if done else [],
        gates or {},
    )


def _done(row: list[Any]) -> Done:
    element, variables, inner = row
    return Done(element, decode_variables(variables), None if inner is None else [_done(each) for each in inner])


# -- tokens --------------------------------------------------------------------------------------


def _holder_of_token(token: Token) -> int:
    return token.scope


def _token_row(token: Token) -> list[Any]:
    row: list[Any] = [token.element, token.phase]
    if not (token.locals or token.result or token.thrower or token.undo):
        return [*row, token.flow] if token.flow else row
    undo = token.undo and [token.undo.scope, token.undo.then, [_done_row(each) for each in token.undo.left]]
    own, result = writable(token.locals), writable(token.result)
    return _trimmed([*row, token.flow, own, result, token.thrower, token.undoes, undo], 2)


def _token(
    id_: int,
    holder: int,
    element: str,
    phase: str,
    flow: str | None = None,
    own: Any = None,
    result: Any = None,
    thrower: int | None = None,
    undoes: str | None = None,
    undo: Any = None,
) -> Token:
    return Token(
        id_,
        holder,
        element,
        phase,
        flow,
        decode_variables(own) if own else {},
        decode_variables(result) if result else {},
        thrower,
        undoes,
        Undo(undo[0], [_done(each) for each in undo[2]], undo[1]) if undo else None,
    )


# -- waits ---------------------------------------------------------------------------------------


def _holder_of_wait(wait: Wait) -> int:
    return -wait.scope if wait.token is None else wait.token


def _wait_row(wait: Wait) -> list[Any]:
    row: list[Any] = [wait.kind, wait.scope, wait.element]
    if wait.kind == "task":
        return row
    cycle = None if wait.cycle is None else list(wait.cycle)
    times = [encode(wait.due), cycle, encode(wait.since)]
    rest = [wait.index, writable(wait.payload), wait.holds]
    return _trimmed([*row, wait.name, wait.key, *times, *rest], 3)


def _wait(
    id_: int,
    holder: int,
    kind: str,
    scope: int,
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
        None if holder < 0 else holder,
        element,
        name,
        key,
        decode(due),
        None if cycle is None else (cycle[0], cycle[1], cycle[2]),
        decode(since),
        index,
        decode_variables(payload) if payload else {},
        holds,
    )
