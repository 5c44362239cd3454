"""`modify`: tokens of a running instance moved, added and removed by hand, to repair a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.bpmn.program import Node, Program
from engine.errors import ChangeRefused
from engine.runtime import loops
from engine.runtime.commands import loaded, settled
from engine.runtime.run import Run
from engine.runtime.scopes import around, cancel_scope_waits, cancel_token, container_of
from engine.runtime.state import ROOT, Scope, Token
from engine.runtime.step import Context, Step
from engine.runtime.variables import plain
from engine.words import Words


@dataclass(frozen=True, slots=True)
class Move:
    """Takes the token off its element (what it does or waits for is cancelled) and lets it enter `element`: in its
    own scope, else in the nearest one around it, else in the only open one that holds such an element."""

    token: int
    element: str


@dataclass(frozen=True, slots=True)
class Add:
    """Lets a new token enter `element`, in `scope`; None where only one open scope holds such an element."""

    element: str
    scope: int | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """Takes the token out. A subprocess or called process that is empty then is cancelled, and so on outwards."""

    token: int


Change = Move | Add | Remove


def modify(program: Program, stored: bytes, changes: Sequence[Change], context: Context) -> Step:
    """Does all the changes, in order, then runs on. Tokens are those of `snapshot(stored).tokens`.

    Raises ChangeRefused with every change that cannot be done; then nothing is changed.
    """
    run = loaded(program, stored, context)
    refusals = [refusal for change in changes if (refusal := _refusal(run, change)) is not None]
    if refusals:
        raise ChangeRefused(refusals)
    for change in changes:
        refusal = _refusal(run, change)  # an earlier one may have closed what this one needs
        if refusal is not None:
            raise ChangeRefused([refusal])
        if isinstance(change, Remove):
            _remove(run, change.token)
        elif isinstance(change, Add):
            _enter(run, _home(run, change.element, change.scope), change.element)
        else:
            _move(run, change)
    return settled(run)


def _refusal(run: Run, change: Change) -> tuple[str, Words] | None:
    """Why a change cannot be done: (element or token, words)."""
    if isinstance(change, (Move, Remove)):
        token = run.state.tokens.get(change.token)
        if token is None:
            return str(change.token), Words("该令牌已不存在", "This token is there no longer")
        if run.state.scopes[token.scope].kind == "multi":
            return token.element, Words("循环中的单个实例不能移动", "One instance of a loop cannot be moved by itself")
    if isinstance(change, Remove):
        return None
    scope = None if isinstance(change, Move) else change.scope
    homes = _homes(run, change.element)
    if not homes:
        return change.element, Words(
            "没有运行中的范围包含该元素", "No process or subprocess that is running holds this element"
        )
    if scope is not None and scope not in homes:
        return change.element, Words("该元素不在所选范围内", "The element does not stand in the scope that was chosen")
    if scope is None and len(homes) > 1 and _nearest(run, change, homes) is None:
        return change.element, Words(
            "有多个范围包含该元素，请指明", "Several running scopes hold it: say which is meant"
        )
    if isinstance(change, Move) and _lies_inside(run, _target(run, change, homes), change.token):
        return change.element, Words(
            "该元素在所移动令牌自身的子流程之内，移动后将一并取消",
            "It stands inside what the token itself does, which moving the token would cancel",
        )
    return _cannot_hold(run.element(homes[0], change.element))


def _lies_inside(run: Run, scope_id: int, token_id: int) -> bool:
    return any(scope.token == token_id for scope in around(run, scope_id))


def _cannot_hold(node: Node) -> tuple[str, Words] | None:
    if node.type in ("boundaryEvent", "startEvent") or node.by_event:
        return node.id, Words(
            "令牌不能进入开始事件、边界事件或事件子流程", "No token can be put on a start or boundary event"
        )
    return None


def _homes(run: Run, element: str) -> list[int]:
    """The open scopes whose container holds the element."""
    return [scope.id for scope in run.state.scopes.values() if _holds(run, scope, element)]


def _holds(run: Run, scope: Scope, element: str) -> bool:
    node = run.process_of(scope.id).nodes.get(element)
    return scope.kind != "multi" and node is not None and node.container == container_of(scope)


def _nearest(run: Run, change: Change, homes: list[int]) -> int | None:
    """The innermost of these scopes that is around the token to be moved."""
    if not isinstance(change, Move):
        return None
    scope = run.state.tokens[change.token].scope
    return next((each.id for each in around(run, scope) if each.id in homes), None)


def _home(run: Run, element: str, scope: int | None) -> int:
    return _homes(run, element)[0] if scope is None else scope


def _target(run: Run, change: Move, homes: list[int]) -> int:
    nearest = _nearest(run, change, homes)
    return homes[0] if nearest is None else nearest


def _move(run: Run, change: Move) -> None:
    _enter(run, _target(run, change, _homes(run, change.element)), change.element)
    _remove(run, change.token)


def _enter(run: Run, scope: int, element: str) -> Token:
    token = run.add_token(scope, element)
    run.schedule(token, "enter")
    return token


def _remove(run: Run, token_id: int) -> None:
    """Outwards as long as what is around has become empty; a loop goes on without the instance."""
    token: Token | None = run.state.tokens[token_id]
    while token is not None:
        scope = run.state.scopes[token.scope]
        cancel_token(run, token)
        if run.tokens_in(scope.id):
            return
        if scope.kind == "multi":
            loops.instance_gone(run, scope)
            return
        if scope.id == ROOT:
            cancel_scope_waits(run, ROOT)
            run.result = plain(scope.variables)
            run.remove_scope(scope)
            return
        assert scope.token is not None
        token = run.state.tokens[scope.token]
