"""What is doubtful in decisions and in FEEL expressions: types, names, functions, rules of tables.

Read once more for these checks alone; nothing here is needed to run a diagram.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace

from engine.bpmn.checks.inspected import Inspected
from engine.bpmn.checks.writers import written_by
from engine.bpmn.library import Library, is_decision
from engine.bpmn.program import Flow, Node, Slot
from engine.dmn.analysis import (
    Effort,
    GaveUp,
    Inference,
    Telling,
    Type,
    check_tree,
    common,
    doubts_in,
    like_words,
    nearest,
    result_types,
)
from engine.errors import ExpressionInvalid
from engine.expressions.feel import nodes as n
from engine.expressions.feel.parser import parse_expression
from engine.findings import Finding, errors_in

#: Steps for the expressions of an upload, besides those for its tables.
_EXPRESSION_STEPS = 300_000
#: Names that may be compared with one another, over all processes.
_MOST_COMPARED = 200_000
#: Shorter names differ by one sign too easily.
_SHORTEST = 4
#: So short a name of Chinese characters differs by a whole word's half: it is asked about nonetheless, see `names`.
_SHORTEST_CHINESE = 2
#: Layouts of a decision's result in which its one value stays what it is.
_AS_DECIDED = ("", "singleEntry")
_BOOLEAN = Type("boolean")
_ANYTHING = Type()
#: Fields of a node's parts that hold conditions.
_ASKED = ("condition", "completion")


def check_decisions(files: Mapping[str, bytes], library: Library) -> list[Finding]:
    """The doubts about each decision file that can be read."""
    effort = Effort()
    found: list[Finding] = []
    for path, content in _readable(files, library):
        found += doubts_in(content, path, effort)
    return found


def _readable(files: Mapping[str, bytes], library: Library) -> Iterator[tuple[str, bytes]]:
    broken = {finding.file for finding in errors_in(list(library.decision_findings))}
    return ((path, content) for path, content in files.items() if is_decision(path) and path not in broken)


def check_expressions(
    inspected: Sequence[Inspected], given: Mapping[str, str], files: Mapping[str, bytes], library: Library
) -> list[Finding]:
    """The doubts about the FEEL expressions of all processes.

    `given`: the variables that come from outside, with their FEEL type, "" where it is not known. `files` and
    `library` hold the decisions whose results the processes read.
    """
    results: dict[str, Type] = {}
    if any(node.decision is not None for checked in inspected for node in checked.nodes):
        effort = Effort()
        for _, content in _readable(files, library):
            results |= result_types(content, effort)
    written: dict[str, list[Type]] = {}
    for checked in inspected:
        for node in checked.nodes:
            for name, kind in _written(node, results, library):
                written.setdefault(name, []).append(kind)
    for name, kind_named in given.items():
        written.setdefault(name, []).append(Type(kind_named))
    types = {name: common(kinds) for name, kinds in written.items()}
    check = _Expressions(types, types.keys())
    for checked in inspected:
        check.process(checked)
    check.names()
    return [finding for telling in check.told.values() for finding in telling.findings]


def _written(node: Node, results: Mapping[str, Type], library: Library) -> Iterator[tuple[str, Type]]:
    """The variables that an element gives a value, with the type of what a decision gives."""
    said = node.decision
    told = said is not None and said.slot.is_text
    for name in written_by(node):
        decided = told and said is not None and name == said.variable and said.shape in _AS_DECIDED
        yield name, results.get(said.slot.text, _ANYTHING) if decided and said is not None else _ANYTHING
    if told and said is not None and said.shape == "outputs" and said.slot.text in library.decisions:
        for name in library.decisions[said.slot.text].decision(said.slot.text).columns:
            yield name, _ANYTHING


@dataclass(frozen=True, slots=True)
class _Reading:
    """Where a name was read: the first time. `beside`: the names of the same expression."""

    file: str
    element: str
    line: int
    times: int
    beside: frozenset[str]


class _Expressions:
    def __init__(self, types: Mapping[str, Type], known: Collection[str]) -> None:
        self.types = types
        self.known = known
        self.told: dict[str, Telling] = {}
        self.effort = Effort(_EXPRESSION_STEPS)
        self.read: dict[str, _Reading] = {}
        self.gave_up = False

    def process(self, checked: Inspected) -> None:
        """All expressions of a process, each once at its element."""
        telling = self.told.setdefault(checked.source.file, Telling(checked.source.file))
        for node in checked.nodes:
            seen: set[tuple[str, bool]] = set()
            for element, slot, is_condition in slots_of(node):
                if slot.expression is None or slot.expression.language != "feel":
                    continue
                source = slot.expression.source
                if (source, is_condition) in seen or self.gave_up:
                    continue
                seen.add((source, is_condition))
                written = checked.source.nodes.get(element) or checked.source.flows.get(element)
                line = checked.source.line if written is None else written.line
                try:
                    self._expression(source, is_condition, element, line or 0, telling)
                except GaveUp:
                    self.gave_up = True
                    telling("expressions-not-all-checked", checked.source.id, checked.source.line or 0)

    def _expression(self, source: str, is_condition: bool, element: str, line: int, telling: Telling) -> None:
        self.effort.take(20 + len(source))
        try:
            tree = parse_expression(source)
        except ExpressionInvalid:
            return  # read with other names: reported where it was compiled
        here = Inference(self.types, comparing=self.effort.comparing)
        check_tree(tree, source, here, _BOOLEAN if is_condition else _ANYTHING, telling, element, line)
        beside = _names_in(tree) if here.free else frozenset()
        for name in here.free:
            first = self.read.get(name)
            times = 1 if first is None else first.times + 1
            at = _Reading(telling.file, element, line, times, beside) if first is None else first
            self.read[name] = replace(at, times=times)

    def names(self) -> None:
        """Names that are read at one place alone, that nothing writes, and that look like one that is written."""
        left = _MOST_COMPARED
        for name, reading in self.read.items():
            if reading.times > 1 or name in self.known or len(name) < _shortest(name) or "." in name:
                continue
            left -= len(self.known)
            if left < 0:
                self.told[reading.file]("expressions-not-all-checked", "", 0)
                return
            # Beside the known name in one expression, or with another length where each sign is a word, it is another.
            short = len(name) < _SHORTEST
            known = [
                each for each in self.known if not short or (len(each) == len(name) and each not in reading.beside)
            ]
            like = nearest(name, known, self.effort.comparing, most=1)
            if like:
                said = {"name": name, "like": like_words(like)}
                self.told[reading.file]("misspelt-name", reading.element, reading.line, **said)


def _names_in(tree: n.Node) -> frozenset[str]:
    found: set[str] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, n.Name):
            found.add(node.name)
        waiting.extend(node.children())
    return frozenset(found)


def _shortest(name: str) -> int:
    return _SHORTEST_CHINESE if all("\u4e00" <= sign <= "\u9fff" for sign in name) else _SHORTEST


def slots_of(node: Node) -> Iterator[tuple[str, Slot, bool]]:
    """(element, slot, whether it is a condition) of everything that a node works out."""
    for flow in node.outgoing:
        if flow.condition is not None:
            yield flow.id, flow.condition, True
    for condition in _conditions(node):
        yield node.id, condition, True
    waiting: list[object] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Slot):
            yield node.id, part, False
            waiting.extend(part.parts)
        elif isinstance(part, tuple):
            waiting.extend(part)
        elif is_dataclass(part) and not isinstance(part, Flow):
            waiting.extend(getattr(part, each.name) for each in fields(part) if each.name not in _ASKED)


def _conditions(node: Node) -> Iterator[Slot]:
    for event in node.events:
        if event.condition is not None:
            yield event.condition
    found = (node.loop.condition, node.loop.completion) if node.loop is not None else ()
    ended = (node.ad_hoc.completion,) if node.ad_hoc is not None else ()
    yield from (slot for slot in (*found, *ended) if slot is not None)
