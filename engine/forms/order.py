"""The order in which hide expressions and computed values are evaluated: what one reads is settled before it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.expressions import Expression
from engine.findings import Report
from engine.forms.computed import SPECIAL_NAMES
from engine.forms.model import LIST, Field, Section
from engine.words import Words

#: The keys of the lists around a component, outermost first.
Lists = tuple[str, ...]
_Node = tuple[Lists, str]
_SPECIAL = re.compile(r"_?(this|parent|data)_?")
#: What follows a name: the keys that lead on from it.
_WAY = r"(?<![\w.])%s((?:\s*\.\s*[A-Za-z_]\w*)*)(?!\w)"


@dataclass(frozen=True, slots=True)
class Settling:
    """What is worked out of one component: whether it is hidden, the value that it computes, what it offers."""

    lists: Lists
    key: str
    hides: tuple[Expression, ...]
    value: Expression | None = None
    options: Expression | None = None

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return (*self.hides, *(one for one in (self.value, self.options) if one is not None))


def components(sections: Sequence[Section], lists: Lists = ()) -> Iterator[tuple[Lists, Section, Field | None]]:
    """Every section (with None) and field of a form, those in rows of lists after the list."""
    for section in sections:
        yield lists, section, None
        for one in section.fields:
            yield lists, section, one
            if one.type == LIST:
                yield from components(one.sections, (*lists, one.key))


def order_of(sections: Sequence[Section], report: Report) -> tuple[Settling, ...]:
    """Every component that can be hidden or is computed, in an order that settles each after what it reads.

    One pass in this order is the fixed point. Where expressions wait for each other in a circle there is
    none: a finding names the fields, and they come last.
    """
    steps = {(step.lists, step.key): step for step in _steps(sections)}
    reading = _Reading(sections, frozenset(steps))
    waits_for = {node: reading.nodes_read(step) for node, step in steps.items()}
    awaited_by: dict[_Node, list[_Node]] = {node: [] for node in steps}
    for node, read in waits_for.items():
        for one in read:
            awaited_by[one].append(node)
    open_count = {node: len(read) for node, read in waits_for.items()}
    ready = deque(node for node, count in open_count.items() if count == 0)
    order: list[_Node] = []
    while ready:
        node = ready.popleft()
        order.append(node)
        for waiting in awaited_by[node]:
            open_count[waiting] -= 1
            if open_count[waiting] == 0:
                ready.append(waiting)
    circle = [node for node in steps if open_count[node] > 0]
    if circle:
        _name_circle(circle, report)
    return tuple(steps[node] for node in (*order, *circle))


def _steps(sections: Sequence[Section]) -> Iterator[Settling]:
    for lists, section, one in components(sections):
        if one is None:
            if section.hides:
                yield Settling(lists, section.key, section.hides)
            continue
        hides = section.hides + ((one.hide,) if one.hide else ())
        computed = {part.attribute: part.expression for part in one.computed}
        step = Settling(lists, one.key, hides, computed.get("value"), computed.get("options"))
        if step.expressions:
            yield step


class _Reading:
    """Which of the components that are settled an expression reads, by the names it reads and where it stands."""

    def __init__(self, sections: Sequence[Section], settled: frozenset[_Node]) -> None:
        self.settled = settled
        #: Lists -> first part of a key -> the keys of the fields with it.
        self.declared: dict[Lists, dict[str, list[str]]] = {(): {}}
        for lists, _, one in components(sections):
            if one is not None and one.carries_answer:
                self.declared.setdefault(lists, {}).setdefault(one.root, []).append(one.key)

    def nodes_read(self, step: Settling) -> set[_Node]:
        found: set[_Node] = set()
        for expression in step.expressions:
            for name in expression.names - {"i", "_i_"}:
                found |= self._named(name, step, expression.source)
        return found

    def _named(self, name: str, step: Settling, source: str) -> set[_Node]:
        ways = {re.sub(r"\s", "", way).strip(".") for way in re.findall(_WAY % re.escape(name), source)}
        for depth in range(len(step.lists), -1, -1):
            if name in self.declared.get(step.lists[:depth], {}):
                paths = {f"{name}.{way}" if way else name for way in ways} or {name}
                return {node for path in paths for node in self._under(step.lists[:depth], path)}
        special = _SPECIAL.fullmatch(name)
        if special is None:
            return set()
        lists = {"this": step.lists, "parent": step.lists[:-1], "data": ()}[special[1]]
        if ways and "" not in ways:
            return {node for way in ways for node in self._under(lists, way)}
        everything = {node for root in self.declared.get(lists, {}) for node in self._under(lists, root)}
        return everything - {(step.lists, step.key)}

    def _under(self, lists: Lists, path: str) -> set[_Node]:
        """The settled components on one path: on the way, at its end or after it, and in the rows of a list there."""
        declared = self.declared.get(lists, {}).get(path.partition(".")[0], [])
        keys = {key for key in declared if f"{key}.".startswith(f"{path}.") or f"{path}.".startswith(f"{key}.")}
        rows = {(*lists, key) for key in keys}
        return {
            (at, key)
            for at, key in self.settled
            if (at == lists and key in keys) or any(at[: len(row)] == row for row in rows)
        }


def _name_circle(circle: Sequence[_Node], report: Report) -> None:
    listed = ", ".join(".".join((*lists, key)) for lists, key in circle)
    report.error(
        "hide-cycle",
        ".".join((*circle[0][0], circle[0][1])),
        Words(
            f"隐藏条件或者计算互相依赖：{listed}。",
            f"Hide expressions or computed values depend on each other in a circle: {listed}.",
        ),
        Words("去掉其中一个对其他字段的引用。", "Let one of them no longer read the others."),
    )


def names_read(sections: Sequence[Section], *, own: bool = False) -> frozenset[str]:
    """Names that anything in the form reads and the form itself does not hold; `own`: those that it does hold."""
    known: dict[Lists, set[str]] = {}
    for lists, _, one in components(sections):
        known.setdefault(lists, set())
        if one is not None and one.carries_answer:
            known[lists].add(one.root)
    # A name in a filter may be a key of the filtered rows: staff[licensed = true].
    in_rows = {name for lists, names in known.items() if lists for name in names}
    found: set[str] = set()
    for lists, section, one in components(sections):
        around = {name for depth in range(len(lists) + 1) for name in known.get(lists[:depth], ())}
        names = _names_in(section if one is None else one)
        if own:
            found |= names & around
            for special, at in (("this", lists), ("parent", lists[:-1]), ("data", ())):
                if special in names or f"_{special}_" in names:
                    found |= known.get(at, set())
        else:
            found |= names - around - in_rows - SPECIAL_NAMES
    return frozenset(found)


def reader_of(sections: Sequence[Section], name: str) -> str:
    """The first component whose expressions read a name, by its key with all that stands before it; "" if none."""
    for lists, section, one in components(sections):
        part = section if one is None else one
        if name in _names_in(part):
            return ".".join((*lists, part.key))
    return ""


def _names_in(part: Section | Field) -> set[str]:
    names: set[str] = {name for one in part.computed for name in one.names}
    hides = part.hides if isinstance(part, Section) else (part.hide,) if part.hide else ()
    return names | {name for hide in hides for name in hide.names}
