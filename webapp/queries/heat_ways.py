"""The ways that ended runs of a process took, most frequent first, from the sums that the worker keeps up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine import Words
from engine.bpmn import Node, Process
from webapp import histograms
from webapp.catalogue import Published
from webapp.queries.heat import MEDIAN, Asked
from webapp.unit_of_work import sql

SHOWN_WAYS = 20
TASKS = frozenset(
    {
        *("userTask", "serviceTask", "sendTask", "receiveTask", "manualTask", "businessRuleTask", "scriptTask"),
        *("task", "callActivity"),
    }
)


@dataclass(frozen=True, slots=True)
class Stop:
    """An element of a way: how often it was entered (`MOST_TURNS` of them: so often or more)."""

    name: Words
    times: int


@dataclass(frozen=True, slots=True)
class WayRow:
    """One way. `digest` "": all that are not kept apart."""

    digest: str
    stops: tuple[Stop, ...]
    flows: Mapping[str, int]
    times: int
    median: float | None


@dataclass(frozen=True, slots=True)
class Ways:
    """The most frequent ways; how many ways and how many runs there are altogether."""

    rows: tuple[WayRow, ...]
    kinds: int
    times: int


#: The times of every way, of which the first are read.
WAYS = """
select p.id, p.digest, p.elements, p.flows, s.times, s.kinds, s.every
from (
    select m.path_id, sum(m.times) as times, count(*) over () as kinds, sum(sum(m.times)) over () as every
    from path_month m
    where m.path_id = any(array(select id from path where bundle_key = %(bundle)s and process = %(process)s))
        and m.month between %(first)s and %(last)s and (%(release)s = 0 or m.release_id = %(release)s)
    group by m.path_id order by times desc, m.path_id limit %(most)s
) s join path p on p.id = s.path_id
order by p.digest = '', s.times desc, p.digest
"""
COUNTS = """
select path_id, counts from path_month
where path_id = any(%(paths)s) and month between %(first)s and %(last)s
    and (%(release)s = 0 or release_id = %(release)s)
"""
WAY = "select flows from path where bundle_key = %s and process = %s and digest = %s"


def ways_of(asked: Asked, release: Published) -> Ways:
    """The ways that ended in these months; elements have the names of `release`. Departments make no difference."""
    values: dict[str, Any] = {
        "bundle": asked.bundle,
        "process": asked.process,
        "first": asked.first,
        "last": asked.last,
        "release": asked.release_id,
        "most": SHOWN_WAYS,
    }
    found = sql().execute(WAYS, values).fetchall()
    counts: dict[int, list[int]] = {}
    for path, of_month in sql().execute(COUNTS, {**values, "paths": [row[0] for row in found]}):
        counts[path] = histograms.added(counts.get(path, []), of_month)
    known = release.program.processes.get(asked.process)
    order = {element: place for place, element in enumerate(in_order(known))} if known else {}
    rows = tuple(
        WayRow(
            digest,
            tuple(_stops(elements, order, asked.process, release)),
            flows,
            int(times),
            histograms.percentile(counts.get(path, []), MEDIAN),
        )
        for path, digest, elements, flows, times, _, _ in found
    )
    kinds, times = (int(found[0][5]), int(found[0][6])) if found else (0, 0)
    return Ways(rows, kinds, times)


def flows_of_way(bundle: str, process: str, digest: str) -> Mapping[str, int] | None:
    """Sequence flow -> how often this way takes it; None where there is no such way."""
    row = sql().execute(WAY, (bundle, process, digest)).fetchone() if digest else None
    return dict(row[0]) if row else None


def in_order(process: Process) -> list[str]:
    """The elements as one comes to them: each behind all that lead to it, but for loops back.

    A boundary event follows its activity, what is inside a subprocess the subprocess.
    """
    inside: dict[str | None, list[str]] = {}
    for node in process.nodes.values():
        inside.setdefault(node.container, []).append(node.id)
    order: list[str] = []
    seen: set[str] = set()
    for begin in (*process.starts.get(None, ()), *process.handlers.get(None, ()), *process.nodes):
        if begin not in seen:
            order += _from(process, begin, inside, seen)
    return order


def _from(process: Process, begin: str, inside: Mapping[str | None, list[str]], seen: set[str]) -> list[str]:
    """What is reached from an element and was not seen: what the walk leaves last comes first."""
    left: list[str] = []
    seen.add(begin)
    walk = [(begin, iter(_next(process, process.nodes[begin], inside)))]
    while walk:
        element, following = walk[-1]
        further = next((one for one in following if one not in seen), None)
        if further is None:
            left.append(element)
            walk.pop()
        else:
            seen.add(further)
            walk.append((further, iter(_next(process, process.nodes[further], inside))))
    return left[::-1]


def _next(process: Process, node: Node, inside: Mapping[str | None, list[str]]) -> list[str]:
    """What comes behind an element; what is to come first stands last."""
    within = [*process.starts.get(node.id, ()), *process.handlers.get(node.id, ())] or inside.get(node.id, [])
    return [*process.after.get(node.id, ()), *node.boundaries, *within]


def _stops(elements: Mapping[str, int], order: Mapping[str, int], process: str, release: Published) -> Iterator[Stop]:
    """Where something is done, and whatever else has a name, but for gateways: those say nothing to a reader."""
    known = release.program.processes.get(process)
    nodes = known.nodes if known else {}
    for element in sorted(elements, key=lambda one: (order.get(one, len(order)), one)):
        node = nodes.get(element)
        if node is None:
            yield Stop(Words(element, element), elements[element])
        elif node.type in TASKS or (node.name.strip() and not node.type.endswith("Gateway")):
            yield Stop(release.element_name(process, element), elements[element])
