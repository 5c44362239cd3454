"""Where a case's processes stand, token by token, and where each token could be put."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import StateInvalid, Words, runtime
from engine.values import ClockMark
from webapp import moments
from webapp.catalogue import Published, published
from webapp.errors import NotFound
from webapp.services.failures import failure_of
from webapp.services.repair import state_mark
from webapp.unit_of_work import sql

#: What no token can be put on.
NOT_ENTERED = ("startEvent", "boundaryEvent")
INSIDE = Words("其中的步骤正在办理", "what is inside it is under way")
PHASES = {
    "active": Words("办理中", "under way"),
    "joining": Words("等待其他分支汇合", "waits for the other branches"),
    "failed": Words("发生异常", "failed: see the incident"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """An element on which a token can be put; `value` is what the form posts."""

    value: str
    name: Words
    element: str


@dataclass(frozen=True, slots=True)
class Scope:
    """A process or subprocess that is open, with the elements in it; `name` says which."""

    id: int
    name: Words
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token: where it stands, in what, and what it waits for. `scopes`: where it could be moved, its own
    first; empty for one instance of a loop, which cannot be moved by itself. `drawn_in`: the id of its `Drawn`."""

    token: int
    element: str
    name: Words
    scope: Words
    state: Words
    scopes: tuple[Scope, ...]
    depth: int
    drawn_in: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A process that is open, the instance's own or a called one: its diagram shows the tokens in it.

    `id` is its scope; `inner` are the scopes in the same diagram in which a token can be added, by the subprocess that
    opened them ("" its own).
    """

    id: int
    name: Words
    process: str
    inner: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class InstanceLine:
    """A process instance of the case that has not ended."""

    id: int
    name: Words
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """One instance. `unreadable` says why its state cannot be shown; then nothing can be changed."""

    instance: InstanceLine
    instances: tuple[InstanceLine, ...]
    mark: str
    tokens: tuple[TokenRow, ...]
    scopes: tuple[Scope, ...]
    drawn: tuple[Drawn, ...]
    unreadable: Words | None


INSTANCES = """
select id, process, release_id, started_at, state from process_instance
where case_id = %s and ended_at is null order by id
"""


def standing(case_id: int, instance_id: int | None) -> Standing | None:
    """The instance, or the case's oldest; None where nothing of the case runs. Raises NotFound."""
    rows = sql().execute(INSTANCES, (case_id,)).fetchall()
    if not rows and instance_id is None:
        return None
    chosen = next((row for row in rows if instance_id in (None, row[0])), None)
    if chosen is None:
        raise NotFound()
    lines = tuple(InstanceLine(row[0], process_name(published(row[2]), row[1]), row[3]) for row in rows)
    line = next(one for one in lines if one.id == chosen[0])
    state = bytes(chosen[4])
    try:
        view = _View(published(chosen[2]), runtime.snapshot(state))
    except StateInvalid as damaged:
        said = failure_of(damaged, "", Words("", "")).words
        return Standing(line, lines, state_mark(state), (), (), (), said)
    scopes, drawn = tuple(view.scopes()), tuple(view.drawn())
    return Standing(line, lines, state_mark(state), tuple(view.tokens()), scopes, drawn, None)


def process_name(release: Published, process: str) -> Words:
    """The name of a process, its id where it has none."""
    known = release.program.processes.get(process)
    name = known.name if known else ""
    return release.element_words(process, process, name) if known and name else Words(process, process)


@dataclass(frozen=True, slots=True)
class _View:
    release: Published
    snapshot: runtime.Snapshot

    def tokens(self) -> Iterator[TokenRow]:
        """In the order of the scopes, each token followed by what is inside its element."""
        by_home: dict[int, list[Any]] = {}
        for one in self.snapshot.active:
            by_home.setdefault(one.home, []).append(one)
        roots = [scope.id for scope in self.snapshot.scopes.values() if scope.parent is None]
        pending = [(one, 0) for root in roots for one in reversed(by_home.pop(root, ()))]
        while pending or by_home:
            if not pending:  # whatever stands in a scope that no token opened
                pending = [(one, 0) for one in reversed(by_home.pop(next(iter(by_home))))]
            one, depth = pending.pop()
            inside = [scope for scope in self.snapshot.scopes.values() if scope.parent == one.home]
            below = [scope for scope in inside if scope.element == one.element]
            yield self._row(one, depth, opened=bool(below))
            # Of several tokens on one element (a loop) the first shows what is inside: the state does not tell more.
            for scope in reversed(below):
                pending += [(each, depth + 1) for each in reversed(by_home.pop(scope.id, ()))]

    def _row(self, one: Any, depth: int, *, opened: bool) -> TokenRow:
        moveable = self.snapshot.scopes[one.home].kind != "multi"
        return TokenRow(
            one.token,
            one.element,
            self._element(one.process, one.element),
            self._scope_name(one.home),
            self._state(one, opened=opened),
            tuple(self._outwards(one.home)) if moveable else (),
            depth,
            one.scope,
        )

    def drawn(self) -> Iterator[Drawn]:
        """Every open process whose diagram the release has."""
        for scope in self.snapshot.scopes.values():
            if scope.kind in ("process", "call") and scope.process in self.release.program.processes:
                yield Drawn(scope.id, self._scope_name(scope.id), scope.process, tuple(self._inner(scope.id)))

    def _inner(self, home: int) -> Iterator[tuple[str, int]]:
        yield "", home
        for scope in self.snapshot.scopes.values():
            if scope.kind == "subprocess" and self._process_scope(scope.id) == home:
                yield scope.element, scope.id

    def _process_scope(self, scope_id: int) -> int:
        scope = self.snapshot.scopes[scope_id]
        while scope.kind in ("subprocess", "multi") and scope.parent is not None:
            scope = self.snapshot.scopes[scope.parent]
        return int(scope.id)

    def scopes(self) -> Iterator[Scope]:
        """Every scope in which a token can be added."""
        for scope in self.snapshot.scopes.values():
            if scope.kind != "multi":
                yield Scope(scope.id, self._scope_name(scope.id), self._places(scope.id, f"{scope.id}:"))

    def _outwards(self, scope_id: int | None) -> Iterator[Scope]:
        while scope_id is not None:
            scope = self.snapshot.scopes[scope_id]
            if scope.kind != "multi":
                yield Scope(scope_id, self._scope_name(scope_id), self._places(scope_id, ""))
            scope_id = scope.parent

    def _places(self, scope_id: int, prefix: str) -> tuple[Place, ...]:
        scope = self.snapshot.scopes[scope_id]
        container = scope.element if scope.kind == "subprocess" else None
        process = self.release.program.processes.get(scope.process)
        return tuple(
            Place(f"{prefix}{node.id}", self._element(scope.process, node.id), node.id)
            for node in (process.nodes.values() if process else ())
            if node.container == container and node.type not in NOT_ENTERED and not node.by_event
        )

    def _element(self, process: str, element: str) -> Words:
        return self.release.element_name(process, element)

    def _scope_name(self, scope_id: int) -> Words:
        scope = self.snapshot.scopes[scope_id]
        if scope.kind == "process":
            return process_name(self.release, scope.process)
        holder = self.snapshot.scopes[scope.parent] if scope.parent is not None else scope
        return self._element(holder.process, scope.element)

    def _state(self, one: Any, *, opened: bool) -> Words:
        if opened:
            return INSIDE
        waits = [
            _waits_for(each)
            for each in self.snapshot.waiting
            if each.scope == one.scope and each.element == one.element
        ]
        if one.phase != "active" or not waits:
            return PHASES.get(one.phase, PHASES["active"])
        return Words("、".join(each.zh for each in waits), ", ".join(each.en for each in waits))


def _waits_for(waiting: Any) -> Words:
    if waiting.kind == "task":
        return Words("等待人工办理", "waits for a person")
    if waiting.kind == "job":
        return Words("等待后台作业", "waits for a background job")
    if waiting.kind == "timer":
        due = waiting.due
        shown = f"{due.clock} {due.mark}" if isinstance(due, ClockMark) else moments.shown(due)
        return Words(f"等待至 {shown}", f"waits until {shown}")
    said = f"{waiting.name} {waiting.key}" if waiting.key else waiting.name
    return {
        "message": Words(f"等待消息 {said}", f"waits for the message {said}"),
        "conditional": Words("等待条件成立", "waits for its condition"),
        "signal": Words(f"等待信号 {said}", f"waits for the signal {said}"),
    }.get(waiting.kind, Words(f"等待 {said}", f"waits for {said}"))


def elements_of(release: Published, process: str, kind: str) -> tuple[Place, ...]:
    """The elements of this kind (BPMN's name of it) in a process: what an old element can be mapped to."""
    known = release.program.processes.get(process)
    return tuple(
        Place(node.id, release.element_name(process, node.id), "")
        for node in (known.nodes.values() if known else ())
        if node.type == kind
    )
