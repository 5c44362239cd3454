"""The cells of a table as sets of parts: for each input, which of its values each rule takes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.dmn.analysis.constants import compares_order, points_of
from engine.dmn.analysis.domains import NOTHING_KNOWN, Domain, Part, domain_of, order_key
from engine.dmn.analysis.effort import Effort
from engine.dmn.analysis.source import Cell, InputSource, TableSource
from engine.dmn.analysis.types import Type, texts_of
from engine.expressions.feel import nodes as n
from engine.expressions.feel.builtins import BUILTINS
from engine.expressions.feel.compiler import Compiler
from engine.expressions.feel.operations import kind
from engine.expressions.feel.run import Run, Scope
from engine.expressions.feel.unary import Test, compile_tests
from engine.values import Value

#: Functions that count: their values are 0, 1, 2 …
_COUNTS = frozenset(("count", "string length"))


@dataclass(slots=True)
class Dimension:
    """What a table asks of one value: the columns with the same input expression together.

    `takes` gives for each rule the parts that all its cells surely take, `may_take` those that they may take; a cell
    that asks for more than its input surely takes nothing and may take all. `texts` are the cells of each rule as
    written. `sure`: the values are given as they are, not computed from others.
    """

    label: str
    columns: tuple[int, ...]
    domain: Domain
    sure: bool
    takes: list[int]
    may_take: list[int]
    texts: list[tuple[str, ...]]


@dataclass(slots=True)
class _Column:
    source: InputSource
    cells: list[Cell]
    points: dict[str, list[Value] | None] = field(default_factory=dict)  # by the text of the cell


def dimensions_of(table: TableSource, types: Callable[[InputSource], Type], effort: Effort) -> list[Dimension]:
    """What the table asks, in the order of its columns. Raises GaveUp."""
    groups: dict[str, list[int]] = {}
    for index, column in enumerate(table.inputs):
        groups.setdefault(" ".join(column.expression.text.split()), []).append(index)
    made = [_dimension(table, columns, types, effort) for columns in groups.values()]
    _doubt_those_that_share(made, table)
    return made


def _dimension(
    table: TableSource, columns: list[int], types: Callable[[InputSource], Type], effort: Effort
) -> Dimension:
    first = table.inputs[columns[0]]
    read = [_Column(table.inputs[index], [rule.cells[index] for rule in table.rules]) for index in columns]
    points: list[Value] = []
    for column in read:
        points += _points_of_column(column, effort)
    domain = _domain(first, types(first), points, effort)
    answers = _Answers(domain, effort)
    takes, may_take = [domain.all] * len(table.rules), [domain.all] * len(table.rules)
    for column in read:
        known: dict[str, tuple[int, int]] = {}
        for rule, cell in enumerate(column.cells):
            if cell.text not in known:
                known[cell.text] = answers.of(cell.tests, column.points[cell.text])
            surely, maybe = known[cell.text]
            takes[rule] &= surely
            may_take[rule] &= maybe
    texts = [tuple(table_rule.cells[index].text for index in columns) for table_rule in table.rules]
    return Dimension(first.label, tuple(columns), domain, _is_given(first.expression.tree), takes, may_take, texts)


def _domain(column: InputSource, type_: Type, points: list[Value], effort: Effort) -> Domain:
    """The values that can come: of the declared type, within what is allowed."""
    if type_.composed:
        return NOTHING_KNOWN
    limits = list(type_.limits) if column.allowed is None else [*type_.limits, column.allowed]
    known = [(tests, asked) for tests in limits if (asked := points_of(tests)) is not None]
    for _, asked in known:
        points = [*points, *asked]
    closed = type_.texts if column.allowed is None else texts_of(column.allowed) or type_.texts
    if closed is not None:  # what is not allowed cannot come
        points = [point for point in points if type(point) is not str or point in closed]
    scalar = type_.scalar
    if scalar == "date" and {kind(point) for point in points if point is not None} == {"date and time"}:
        scalar = "date and time"  # what other modellers call a date
    domain = domain_of(points, scalar, whole=_counts(column.expression.tree), closed=closed) or NOTHING_KNOWN
    return _within(domain, known, _Answers(domain, effort))


def _points_of_column(column: _Column, effort: Effort) -> list[Value]:
    """The points of all cells, and of each by its text; a comparison of texts counts as asking for more."""
    found: list[Value] = []
    for cell in column.cells:
        effort.take()
        if cell.text in column.points:
            continue
        points = None if cell.tests is None else points_of(cell.tests)
        if points and cell.tests is not None and any(type(each) is str for each in points):
            points = None if compares_order(cell.tests) else points
        column.points[cell.text] = points
        effort.take(5 * len(points or ()) + 5)
        found += points or []
    return found


def _within(domain: Domain, limits: list[tuple[n.Tests, list[Value]]], answers: _Answers) -> Domain:
    """The domain without the parts that are not allowed."""
    if domain.opaque or not limits:
        return domain
    kept = domain.all
    for tests, points in limits:
        kept &= answers.of(tests, points)[0]
    parts: list[Part] = []
    spans: list[tuple[str, int, int]] = []
    for name, start, end in domain.spans:
        inside = [domain.parts[index] for index in range(start, end) if kept >> index & 1]
        spans.append((name, len(parts), len(parts) + len(inside)))
        parts += inside
    return Domain((*parts, domain.parts[-1]), tuple(spans)) if parts else domain


class _Answers:
    """Asks cells for the parts of one domain."""

    def __init__(self, domain: Domain, effort: Effort) -> None:
        self.domain = domain
        self.effort = effort
        self.keys = {name: [order_key(part.value) for part in domain.parts[a:b]] for name, a, b in domain.spans}

    def of(self, tests: n.Tests | None, points: list[Value] | None) -> tuple[int, int]:
        """The parts that the cell surely takes, and those that it may take. Raises GaveUp."""
        everything = self.domain.all
        if tests is not None and not tests.tests:
            return everything, everything
        if tests is None or points is None or self.domain.opaque:
            return 0, everything
        asked = compile_tests(Compiler(), tests)
        taken = 0
        for name, start, end in self.domain.spans:
            taken |= self._of_kind(name, start, end, asked, points)
        null = len(self.domain.parts) - 1
        if self._passes(asked, null):
            taken |= 1 << null
        return taken, taken

    def _of_kind(self, name: str, start: int, end: int, asked: Test, points: list[Value]) -> int:
        """Between two points of its own the cell answers alike: one question for each stretch."""
        keys = self.keys[name]
        cuts = sorted({cut for point in points if kind(point) == name for cut in _around(keys, order_key(point))})
        taken, before = 0, start
        for cut in [*(start + each for each in cuts), end]:
            if cut > before and self._passes(asked, before):
                taken |= (1 << cut) - (1 << before)
            before = cut
        return taken

    def _passes(self, asked: Test, part: int) -> bool:
        self.effort.take(2)
        value = self.domain.parts[part].value
        return asked(value, Scope({"?": value}, None, Run(None, ""))) is True


def _around(keys: list[Value], key: Value) -> tuple[int, int]:
    """The places before and behind a value among those of its kind."""
    return bisect_left(keys, key), bisect_right(keys, key)


def _counts(tree: n.Node | None) -> bool:
    return isinstance(tree, n.Call) and isinstance(tree.function, n.Name) and tree.function.name in _COUNTS


def _is_given(tree: n.Node | None) -> bool:
    """Whether the input is a variable or a part of one, a count, or a yes-or-no question, not computed freely."""
    while isinstance(tree, n.Path):
        tree = tree.value
    return isinstance(tree, n.Name | n.Comparison | n.Between | n.Membership) or _counts(tree)


def _doubt_those_that_share(dimensions: list[Dimension], table: TableSource) -> None:
    """Two inputs that read the same variable are not free of each other: not every pair of values can come."""
    read = [_variables(table.inputs[each.columns[0]].expression.tree) for each in dimensions]
    for at, dimension in enumerate(dimensions):
        others = [name for other, names in enumerate(read) if other != at for name in names]
        if any(_overlap(name, other) for name in read[at] for other in others):
            dimension.sure = False


def _variables(tree: n.Node | None) -> set[str]:
    """The variables that an expression reads, each with its path ("applicant.age")."""
    found: set[str] = set()
    waiting = [] if tree is None else [tree]
    while waiting:
        node = waiting.pop()
        path: list[str] = []
        here = node
        while isinstance(here, n.Path):
            path.append(here.name)
            here = here.value
        if not isinstance(here, n.Name):
            waiting.extend(node.children())
        elif here.name not in BUILTINS:
            found.add(".".join([here.name, *reversed(path)]))
    return found


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
