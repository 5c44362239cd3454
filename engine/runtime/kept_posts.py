"""Which open user tasks keep their posts in a migration although the new version gives them to others.

Who may take a task is computed from variables, and these are what the old version made them: what a call activity
handed to its process stays as it was handed over. So the inputs are computed once more, as both versions map them, and
what comes out otherwise is followed to the open tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from engine.bpmn.program import CallWork, Node, Program
from engine.runtime.fitting import NewIds, new_id, said
from engine.runtime.migration import rename
from engine.runtime.renewal import CANNOT_BEGIN
from engine.runtime.run import Run
from engine.runtime.scopes import given
from engine.runtime.state import Scope, Token, Wait
from engine.runtime.step import Context
from engine.runtime.stored import load
from engine.runtime.tasks import describe_user_task
from engine.runtime.variables import apply_inputs
from engine.values import Value

#: What the process's own variables would be, had the case begun with the new version; only the others are named.
Renewed = Callable[[Mapping[str, Value]], Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class KeptPosts:
    """Open tasks of one element, as the old version names it, that stay with `kept`. `given`: the candidate groups
    that the new version would give them, None where that cannot be computed."""

    process: str
    element: str
    kept: tuple[str, ...]
    given: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class OtherInputs:
    """A call activity, as the old version names it, whose inputs are mapped otherwise in the new one: those of these
    names, which the new version's posts are computed from."""

    process: str
    element: str
    names: tuple[str, ...]


def kept_posts(
    old: Program, new: Program, stored: bytes, mapping: NewIds, context: Context, renewed: Renewed
) -> list[KeptPosts]:
    """Each once. The instance fits `new` (see `migrate`), which leaves the posts as they are. Raises StateInvalid."""
    then = Run(old, load(stored), context)
    moved, anew = (Run(new, load(stored), context) for _ in range(2))
    for run in (moved, anew):
        rename(run.state, mapping)
    unknown: set[int] = set()
    for scope in sorted(anew.state.scopes.values(), key=lambda one: one.id):
        if scope.parent is None:
            scope.variables.update(renewed(scope.variables))
        elif scope.kind != "multi" and not _renew(then, anew, scope):
            unknown.add(scope.id)
    tasks = [each for each in then.state.waits.values() if each.kind == "task"]
    found = (_compared(then, moved, anew, wait, unknown) for wait in tasks)
    return list(dict.fromkeys(each for each in found if each is not None))


def other_inputs(old: Program, new: Program, mapping: NewIds) -> Iterator[OtherInputs]:
    """Where cases of the new version may be given to other posts than those that are moved to it."""
    for process in old.processes.values():
        there = new.processes.get(mapping.get(process.id, process.id))
        for node in process.nodes.values():
            after = there.nodes.get(new_id(mapping, process.id, node.id)) if there else None
            if node.call is not None and after is not None and after.call is not None:
                was, now = _inputs(node), _inputs(after)
                names = [name for name in sorted(was.keys() | now.keys()) if was.get(name) != now.get(name)]
                read = _read_for_posts(new, after.call) if names else frozenset[str]()
                if told := tuple(name for name in names if name in read):
                    yield OtherInputs(process.id, node.id, told)


def _read_for_posts(program: Program, call: CallWork) -> frozenset[str]:
    """The variables from which posts are computed in the process that is called, and in those that it calls."""
    found: set[str] = set()
    pending, seen = [call], set[str]()
    while pending:
        each = pending.pop()
        called = program.called(each.process.text, each.version) if each.process.is_text else None
        processes = list(program.processes.values()) if called is None else [called]  # which one, the case decides
        for process in processes:
            if process.id in seen:
                continue
            seen.add(process.id)
            for node in process.nodes.values():
                posts = node.assigned.candidate_groups if node.assigned is not None else None
                found |= (posts.reads or frozenset()) if posts is not None else frozenset()
                pending += [node.call] if node.call is not None else []
    return frozenset(found)


def _inputs(node: Node) -> dict[str, object]:
    found: dict[str, list[object]] = {}
    for mapped in node.inputs:
        found.setdefault(mapped.path[0], []).append((mapped.path, said(mapped.slot)))
    return {name: tuple(each) for name, each in found.items()}


def _renew(then: Run, anew: Run, scope: Scope) -> bool:
    """What the activity around the scope is given anew, and gives the process that it calls. False where it cannot be
    told what that is."""
    assert scope.token is not None
    before, after = then.state.tokens[scope.token], anew.state.tokens[scope.token]
    old, new = then.node(before), anew.node(after)
    try:
        _renew_inputs(then, anew, before, after)
        if old.call is None or new.call is None:
            return True
        was, now = given(then, before, old.call), given(anew, after, new.call)
    except CANNOT_BEGIN:
        return _inputs(old) == _inputs(new)
    scope.variables.update({name: value for name, value in now.items() if name not in was or was[name] != value})
    return True


def _renew_inputs(then: Run, anew: Run, before: Token, after: Token) -> None:
    old, new = then.node(before), anew.node(after)
    names = {mapped.path[0] for mapped in (*old.inputs, *new.inputs)}
    was, now = _mapped(then, before, old, names), _mapped(anew, after, new, names)
    after.locals.update({name: value for name, value in now.items() if name not in was or was[name] != value})


def _mapped(run: Run, token: Token, node: Node, names: set[str]) -> dict[str, Value]:
    """These inputs as they would be mapped now. Raises CANNOT_BEGIN."""
    bare = replace(token, locals={name: value for name, value in token.locals.items() if name not in names})
    apply_inputs(run, bare, node)
    return {name: value for name, value in bare.locals.items() if name in names}


def _compared(then: Run, moved: Run, anew: Run, wait: Wait, unknown: set[int]) -> KeptPosts | None:
    assert wait.token is not None
    before = then.state.tokens[wait.token]
    process = then.process_of(before.scope).id
    node = anew.node(anew.state.tokens[before.id])
    posts = node.assigned.candidate_groups if node.assigned else None
    try:
        kept = _groups(moved, wait)
    except CANNOT_BEGIN:  # the migration itself tells of it
        return None
    would_be: tuple[str, ...] | None = None
    if not _is_inside(then, before.scope, unknown) or posts is None or posts.is_text:
        try:
            _renew_inputs(then, anew, before, anew.state.tokens[before.id])
            would_be = _groups(anew, wait)
        except CANNOT_BEGIN:
            would_be = None
    if would_be is not None and set(kept) == set(would_be):
        return None
    return KeptPosts(process, before.element, kept, would_be)


def _groups(run: Run, wait: Wait) -> tuple[str, ...]:
    assert wait.token is not None
    token = run.state.tokens[wait.token]
    return describe_user_task(run, token, run.node(token), wait.id).candidate_groups


def _is_inside(run: Run, scope_id: int, scopes: set[int]) -> bool:
    here: int | None = scope_id
    while here is not None:
        if here in scopes:
            return True
        here = run.state.scopes[here].parent
    return False
