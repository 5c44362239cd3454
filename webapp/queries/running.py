"""Which processes run on which release, and how many things wait at each element of their diagrams.

Nothing here reads an instance's state: a small office is counted from what is open, a large one as the worker kept it
(`services/waiting_counts`). Tokens that wait for other branches at a join wait for nothing of their own: they are
counted where those branches are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine import Words
from engine.bpmn import Node
from engine.bundles import Item
from webapp.catalogue import Published, published
from webapp.errors import NotFound
from webapp.queries.release_names import bundle_name
from webapp.queries.standing import process_name
from webapp.services.waiting_counts import COLUMNS, COUNTED, are_many
from webapp.unit_of_work import sql

#: Elements at which no token stands: what waits there waits beside an activity, or for a process to begin.
BESIDE = ("boundaryEvent", "startEvent")
EVENTS = ("message", "signal")
#: Elements at which a process waits for a message: others throw one, or hear it beside an activity.
HEARING = ("intermediateCatchEvent", "receiveTask")
ONE_OF = Words("等其中之一的消息：{names}", "Waits for a message of one of: {names}")


@dataclass(frozen=True, slots=True)
class Counted:
    """One row of what was counted, as `WaitingCount` has it."""

    release_id: int
    process: str
    kind: str
    item_key: str
    within: str
    element: str
    waiting: int


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A release on which processes run, or that is in force. `suspended`: cases."""

    id: int
    number: int
    state: str
    running: int
    incidents: int
    suspended: int


@dataclass(frozen=True, slots=True)
class BundleLine:
    """A bundle with the releases on which it runs, the newest first."""

    key: str
    name: Words
    releases: tuple[ReleaseLine, ...]

    @property
    def running(self) -> int:
        return sum(one.running for one in self.releases)

    @property
    def incidents(self) -> int:
        return sum(one.incidents for one in self.releases)

    @property
    def suspended(self) -> int:
        return sum(one.suspended for one in self.releases)


@dataclass(frozen=True, slots=True)
class Place:
    """An element at which something waits. `kinds`: task | timer | job | message; `item`: of a call activity, the item
    whose cases are counted below it. `id` is "" where one of `several` elements is meant, which are named together."""

    process: str
    id: str
    name: Words
    type: str
    waiting: int
    incidents: int
    kinds: tuple[str, ...] = ()
    item: str = ""
    several: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessLine:
    """A process of the release: how many instances of its own run, how many things wait in it, called or not."""

    id: str
    name: Words
    running: int
    waiting: int
    incidents: int


@dataclass(frozen=True, slots=True)
class Running:
    """What runs on one release. `counted_at` None: just now."""

    release: Published
    processes: tuple[ProcessLine, ...]
    places: tuple[Place, ...]
    counted_at: datetime | None


KEPT = f"""
select {COLUMNS}, at from waiting_count where (%(releases)s::bigint[] is null or release_id = any(%(releases)s))
    and (%(kind)s = '' or kind = %(kind)s)
"""
NOW = f"select {COLUMNS}, null from ({COUNTED}) counted where %(kind)s = '' or kind = %(kind)s"
FAILED = """
select i.release_id, i.process, coalesce(c.item_key, ''), n.element, count(*)
from incident n join process_instance i on i.id = n.instance_id left join item_case c on c.id = n.item_case_id
where n.resolved_at is null and (%(releases)s::bigint[] is null or i.release_id = any(%(releases)s))
group by 1, 2, 3, 4
"""
SUSPENDED = "select release_id, count(*) from cases where suspended_at is not null group by release_id"
RELEASES = """
select id, digest, bundle_key, number, state from release where published_at is not null and {which}
order by number desc
"""


def counts(releases: Sequence[int] | None, kind: str = "") -> tuple[list[Counted], datetime | None]:
    """What was counted of these releases (None: of all), of one `kind` or of each; and when, None: just now."""
    only = list(releases) if releases is not None else None
    values = {"releases": only, "kind": kind}
    rows = sql().execute(KEPT if are_many(only) else NOW, values).fetchall()
    return [Counted(*row[:-1]) for row in rows], next((row[-1] for row in rows), None)


def bundles() -> tuple[list[BundleLine], datetime | None]:
    """Every bundle that is in force or of which processes run; and when it was counted."""
    found, at = _lines(sql().execute(RELEASES.format(which="true")).fetchall(), None)
    return sorted(found, key=lambda one: (-one.incidents, -one.running, one.key)), at


def bundle(key: str, asked: int = 0) -> BundleLine:
    """One of them, with the release `asked` for even where nothing runs on it any more. Raises NotFound."""
    releases = sql().execute(RELEASES.format(which="bundle_key = %(key)s"), {"key": key}).fetchall()
    found, _ = _lines(releases, [row[0] for row in releases], asked)
    if not found:
        raise NotFound()
    return found[0]


def _lines(releases: Sequence[Any], only: list[int] | None, asked: int = 0) -> tuple[list[BundleLine], datetime | None]:
    """The releases that matter, by bundle; `only` these are counted (None: all)."""
    counted, at = counts(only, "instance")
    running: dict[int, int] = defaultdict(int)
    for one in counted:
        running[one.release_id] += one.waiting
    failed: dict[int, int] = defaultdict(int)
    for release, _, _, _, count in sql().execute(FAILED, {"releases": only}):
        failed[release] += count
    still: dict[int, int] = dict(sql().execute(SUSPENDED).fetchall())
    names: dict[str, Words] = {}
    by_bundle: dict[str, list[ReleaseLine]] = defaultdict(list)
    for id_, digest, key, number, state in releases:
        line = ReleaseLine(id_, number, state, running[id_], failed[id_], still.get(id_, 0))
        if line.running or line.incidents or state == "published" or id_ == asked:
            by_bundle[key].append(line)
            names.setdefault(key, bundle_name(id_, digest, key))
    return [BundleLine(key, names[key], tuple(lines)) for key, lines in by_bundle.items()], at


def of_release(release_id: int, item: str = "") -> Running:
    """What runs on the release; `item`: in item processes, only cases of this item. Raises NotFound."""
    release = published(release_id)
    counted, at = counts([release_id])
    places = _Places(release, item)
    for one in counted:
        places.add(one)
    for _, process, item_key, element, count in sql().execute(FAILED, {"releases": [release_id]}).fetchall():
        places.fail(process, item_key, element, count)
    return Running(release, tuple(places.processes()), tuple(places.found()), at)


def node_of(release: Published, at: str) -> Node:
    """The element of "process:element". Raises NotFound."""
    process, _, element = at.partition(":")
    known = release.program.processes.get(process)
    node = known.nodes.get(element) if known else None
    if node is None:
        raise NotFound()
    return node


def item_of(release: Published, key: str) -> Item | None:
    """The item of this key; None where the release has none: the case may have begun on another one."""
    return next((item for item in release.bundle.items if item.key == key), None)


def called_of(release: Published, item_key: str) -> str:
    """The process that the item's call activity calls, "" where the diagram does not say it outright."""
    item = item_of(release, item_key)
    if item is None:
        return ""
    facts = release.program.elements(release.bundle.entry_process)
    return next((fact.called or "" for fact in facts if fact.id == item.call_activity), "")


@lru_cache(maxsize=64)
def _reached(release: Published, process: str) -> tuple[str, ...]:
    """The process and what it calls, the nearest first."""
    found = [process] if process in release.program.processes else []
    for one in found:
        called = {fact.called for fact in release.program.elements(one) if fact.called in release.program.processes}
        found += sorted(str(each) for each in called if each not in found)
    return tuple(found)


def _home(release: Published, process: str, item_key: str, element: str) -> str:
    """The process in which an element stands of which only the id is known; "" where none has it."""
    for start in (called_of(release, item_key), process) if item_key else (process,):
        for one in _reached(release, start):
            if element in release.program.processes[one].nodes:
                return one
    return ""


@lru_cache(maxsize=1024)
def _call_of(release: Published, item_key: str, within: str) -> str:
    """The element of the bundle's own diagram below which what waits `within` a process for an item stands: the item's
    call activity, or another call that is made for this item, as a pre-review is; "" for an unknown item."""
    item = item_of(release, item_key)
    if item is None:
        return ""
    if within in _reached(release, called_of(release, item_key)):
        return item.call_activity
    nodes = release.program.processes[release.bundle.entry_process].nodes.values()
    made_for = [
        node.id
        for node in nodes
        if node.call is not None and _is_for(node, item_key) and within in _reached(release, node.call.process.text)
    ]
    return next(iter(made_for), item.call_activity)


def _is_for(call: Node, item_key: str) -> bool:
    """Whether the call names the item outright, in its input `item`."""
    slots = [mapped.slot for mapped in call.inputs if mapped.path == ("item",)]
    return any(slot.reads == frozenset() and slot.value({}, None) == item_key for slot in slots)


def _hears(node: Node, name: str) -> bool:
    return node.type in HEARING and any(
        event.kind in EVENTS and event.name.is_text and event.name.text == name for event in node.events
    )


def _awaiting(release: Published, process: str, name: str) -> list[tuple[str, str]]:
    """Each (process, element) that waits for a message of this name."""
    return [
        (one, node.id)
        for one in _reached(release, process)
        for node in release.program.processes[one].nodes.values()
        if _hears(node, name)
    ]


def _named_together(release: Published, several: Sequence[tuple[str, str]]) -> Words:
    """That one of these elements waits, each name once."""
    names = {one.zh: one for one in (release.element_name(*each) for each in several)}.values()
    zh, en = "、".join(one.zh for one in names), ", ".join(one.en or one.zh for one in names)
    return Words(ONE_OF.zh.format(names=zh), ONE_OF.en.format(names=en))


def place_name(shown: Running, at: str) -> Words:
    """What "process:element" is called, as in the list of what waits there: an element that waits for a message
    together with those that wait for the same, since only the instance knows which of them it is. Where nothing waits,
    those of the bundle's own process. Raises NotFound."""
    release = shown.release
    node = node_of(release, at)
    listed = [one for one in shown.places if one.process == node.process and node.id in one.several]
    if listed:
        return max(listed, key=lambda one: len(one.several)).name
    heard = [event.name.text for event in node.events if _hears(node, event.name.text)]
    entry = release.bundle.entry_process
    several = next((found for name in heard if len(found := _awaiting(release, entry, name)) > 1), [])
    if (node.process, node.id) in several:
        return _named_together(release, several)
    return release.element_name(node.process, node.id)


@dataclass(slots=True)
class _Places:
    """Gathers what waits by (process, element)."""

    release: Published
    item: str
    running: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    waiting: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    failed: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    kinds: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    one_of: dict[tuple[tuple[str, str], ...], int] = field(default_factory=lambda: defaultdict(int))
    calls: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, one: Counted) -> None:
        if one.kind == "instance":
            self.running[one.process] += one.waiting
        elif one.kind == "item":
            self._of_item(one)
        elif one.kind == "message":
            self._of_message(one)
        elif self._is_wanted(one.item_key):
            home = one.within or _home(self.release, one.process, one.item_key, one.element)
            self._wait(home, one.element, one)

    def fail(self, process: str, item_key: str, element: str, count: int) -> None:
        home = _home(self.release, process, item_key, element)
        if self._is_wanted(item_key):
            self.failed[home, element] += count
        if call := _call_of(self.release, item_key, home):
            self.failed[self._told(call, item_key)] += count

    def _is_wanted(self, item_key: str) -> bool:
        return not self.item or item_key in ("", self.item)

    def _of_item(self, one: Counted) -> None:
        """What waits in an item's process is counted at its call activity too, once for each case."""
        call = _call_of(self.release, one.item_key, one.within)
        if call and one.process == self.release.bundle.entry_process:
            self._wait(*self._told(call, one.item_key), one)

    def _told(self, call: str, item_key: str) -> tuple[str, str]:
        """The place of a call at which an item is counted."""
        place = self.release.bundle.entry_process, call
        self.calls[place] = item_key
        return place

    def _of_message(self, one: Counted) -> None:
        """Which of several elements waits for it, only the instance knows. What stands beside an activity, or begins
        an event subprocess, is no place where a process waits."""
        found = _awaiting(self.release, one.process, one.element)
        if len(found) == 1:
            self._wait(*found[0], one)
        elif found:
            self.one_of[tuple(found)] += one.waiting

    def _wait(self, process: str, element: str, one: Counted) -> None:
        known = self.release.program.processes.get(process)
        node = known.nodes.get(element) if known else None
        if node is None or node.type not in BESIDE:
            self.waiting[process, element] += one.waiting
            if one.kind != "item":
                self.kinds[process, element].add(one.kind)

    def found(self) -> Iterator[Place]:
        """The places in the order of their diagrams; what the release does not know any more last."""
        keys = {key for key in (*self.waiting, *self.failed) if self.waiting[key] or self.failed[key]}
        for process, known in self.release.program.processes.items():
            for node in known.nodes.values():
                if (key := (process, node.id)) in keys:
                    keys.discard(key)
                    yield self._place(key, node.type, self.calls.get(key, ""))
        for key in sorted(keys):
            yield self._place(key, "", "")
        for several, count in self.one_of.items():
            yield self._one_of(several, count)

    def _one_of(self, several: tuple[tuple[str, str], ...], count: int) -> Place:
        process, element = several[0]
        types = {self.release.program.processes[one].nodes[id_].type for one, id_ in several}
        kind = self.release.program.processes[process].nodes[element].type if len(types) == 1 else ""
        name = _named_together(self.release, several)
        return Place(process, "", name, kind, count, 0, ("message",), several=tuple(id_ for _, id_ in several))

    def _place(self, key: tuple[str, str], kind: str, item: str) -> Place:
        name = self.release.element_name(key[0] or self.release.bundle.entry_process, key[1])
        kinds = tuple(sorted(self.kinds[key]))
        return Place(*key, name, kind, self.waiting[key], self.failed[key], kinds, item)

    def processes(self) -> Iterator[ProcessLine]:
        """Those of which something runs, or in which something waits; the bundle's own first."""
        entry = self.release.bundle.entry_process
        in_it = self._sums(self.waiting)
        failed = self._sums(self.failed)
        known = [entry, *(one for one in self.release.program.processes if one != entry)]
        for process in known:
            line = ProcessLine(
                process,
                process_name(self.release, process),
                self.running[process],
                in_it.get(process, 0),
                failed.get(process, 0),
            )
            if process == entry or line.running or line.waiting or line.incidents:
                yield line

    def _sums(self, by_place: Mapping[tuple[str, str], int]) -> dict[str, int]:
        """By process, without what is counted at the calls made for items: it is counted where it waits."""
        sums: dict[str, int] = defaultdict(int)
        for (process, element), count in by_place.items():
            if (process, element) not in self.calls:
                sums[process] += count
        return sums
