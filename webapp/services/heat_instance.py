"""What the history of one instance adds to the sums: waits that ended, waits that began, the ways that it went.

A user task is told by its row, from its opening to its end. Everything else waits from the step in which it was
entered to the later one in which it was left; what was left at once did not wait. How long is told in the opening
hours of the case's place where people work on it (tasks, and the processes and subprocesses around them); jobs of
machines, messages and times go around the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import orjson

from webapp import moments
from webapp.catalogue import Published
from webapp.services.activity import OWN_SCOPE, decode_lines

#: Kinds of element at which people work, or inside which they do.
OFFICE_KINDS = frozenset({"userTask", "manualTask", "callActivity", "subProcess", "adHocSubProcess", "transaction"})
WHOLE_INSTANCE = "*"
#: An element entered (or a flow taken) more often counts as this often: a loop has so many ways and not one a turn.
MOST_TURNS = 3


class Place(NamedTuple):
    """Where a wait counts: element of a process, whose work it was, in which release."""

    process: str
    element: str
    department: str
    release_id: int


class Waiting(NamedTuple):
    """Something that waits: a task of this id, or (0) what was entered in `scope`. `began` in seconds since 1970."""

    task: int
    scope: int
    place: Place
    began: float

    @property
    def month(self) -> date:
        return month_of(self.began)


class Wait(NamedTuple):
    """A wait that has ended."""

    place: Place
    began: float
    ended: float
    in_office: bool


class Way(NamedTuple):
    """One run of a process that has ended: how often each element was entered and each flow taken, at most so often."""

    process: str
    elements: Mapping[str, int]
    flows: Mapping[str, int]
    began: float
    ended: float

    @property
    def digest(self) -> str:
        """The same for every run that took the same flows as often, whichever of its branches came first."""
        told = orjson.dumps([self.elements, self.flows], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(told).hexdigest()


class TaskRow(NamedTuple):
    """A user task. `department` is that of its first post."""

    id: int
    process: str
    element: str
    state: str
    department: str
    opened: float
    closed: float | None


@dataclass(frozen=True, slots=True)
class InstanceRows:
    """An instance as it stands, what was counted of it, and what has come since (if it has ended: all its history).

    `items`: id of an item case -> (its key, its department).
    """

    id: int
    release: Published
    process: str
    steps: int
    has_ended: bool
    scopes: Mapping[str, int]
    profile_key: str
    counted_steps: int
    counted_task: int
    waits: Sequence[Waiting]
    counted_end: bool
    history: Sequence[tuple[int, float, str]]  # step, moment, lines
    tasks: Sequence[TaskRow]
    items: Mapping[int, tuple[str, str]]


@dataclass(slots=True)
class Counted:
    """What it adds, and how far it has been counted then."""

    steps: int
    last_task: int
    waits: list[Waiting] = field(default_factory=list)
    ended: list[Wait] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)


def month_of(moment: float) -> date:
    """The first day of the month, in the office's zone."""
    return moments.local(datetime.fromtimestamp(moment, UTC)).date().replace(day=1)


def count(rows: InstanceRows) -> Counted:
    """What has come since it was counted last."""
    last = max([rows.steps, *(step for step, _, _ in rows.history)])
    counted = Counted(last, max([rows.counted_task, *(task.id for task in rows.tasks)]))
    _count_tasks(rows, counted)
    _count_others(rows, counted)
    if rows.has_ended:
        counted.waits.clear()  # what ended with it
        if not rows.counted_end:
            counted.ways += ways_of(rows)
    return counted


def _count_tasks(rows: InstanceRows, counted: Counted) -> None:
    known = {task.id for task in rows.tasks}
    counted.waits += [one for one in rows.waits if one.task and one.task not in known]
    for task in rows.tasks:
        place = Place(task.process, task.element, task.department, rows.release.id)
        if task.state == "open":
            counted.waits.append(Waiting(task.id, 0, place, task.opened))
        elif task.closed is not None:
            counted.ended.append(Wait(place, task.opened, task.closed, in_office=True))


def _count_others(rows: InstanceRows, counted: Counted) -> None:
    """Of several in one scope, what was entered last is left first: the instances before their activity as a whole."""
    open_: dict[tuple[int, str, str], list[tuple[Waiting, int]]] = {}
    for one in rows.waits:
        if not one.task:
            key = (one.scope, one.place.process, one.place.element)
            open_.setdefault(key, []).append((one, 0))
    for step, at, text in rows.history:
        if step <= rows.counted_steps:
            continue
        for scope, process, element, what in decode_lines(text, rows.process):
            if what == "taken":
                continue
            kind = _kind(rows.release, process, element)
            inside = open_.setdefault((scope, process, element), [])
            if what == "entered":
                if kind in ("", "userTask"):
                    continue
                place = Place(process, element, _department(rows, scope, element), rows.release.id)
                inside.append((Waiting(0, scope, place, at), step))
            elif inside:
                waiting, since = inside.pop()
                if kind and since != step:  # without one, a migration took the token away: it waits elsewhere now
                    counted.ended.append(Wait(waiting.place, waiting.began, at, kind in OFFICE_KINDS))
    counted.waits += [waiting for inside in open_.values() for waiting, _ in inside]


def _kind(release: Published, process: str, element: str) -> str:
    """ "" for what the release does not have: the case came from another one."""
    known = release.program.processes.get(process)
    node = known.nodes.get(element) if known else None
    return node.type if node else ""


def _department(rows: InstanceRows, scope: int, element: str) -> str:
    """That of the item which the element calls, or in whose process it stands; none for the case as a whole."""
    called = next((item.key for item in rows.release.bundle.items if item.call_activity == element), None)
    for key, department in rows.items.values():
        if called is not None and key == called:
            return department
    found = rows.scopes.get(str(scope), rows.scopes.get(WHOLE_INSTANCE))
    return rows.items[found][1] if found is not None and found in rows.items else ""


@dataclass(slots=True)
class _Run:
    """A process in the making: the scope's history."""

    process: str
    began: float
    ended: float
    elements: dict[str, int] = field(default_factory=dict)
    flows: dict[str, int] = field(default_factory=dict)


def ways_of(rows: InstanceRows) -> Iterator[Way]:
    """Of each process of the instance, its own and those that it called."""
    runs: dict[int, _Run] = {}
    for _, at, text in rows.history:
        for scope, process, element, what in decode_lines(text, rows.process):
            run = runs.setdefault(scope, _Run(process, at, at))
            run.ended = at
            told = run.flows if what == "taken" else run.elements
            if what in ("taken", "entered"):
                told[element] = min(MOST_TURNS, told.get(element, 0) + 1)
    for scope, run in sorted(runs.items()):
        process = rows.process if scope == OWN_SCOPE else run.process
        yield Way(process, run.elements, run.flows, run.began, run.ended)


def waits_from(told: Sequence[Sequence[Any]]) -> list[Waiting]:
    """What waits, out of the list that `walk` keeps."""
    return [Waiting(task, scope, Place(*place), began) for task, scope, place, began in told]
