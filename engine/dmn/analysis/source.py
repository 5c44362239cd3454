"""Decision tables as written: the columns and cells of a DMN file as syntax trees, for checks only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.dmn.analysis.effort import Effort
from engine.dmn.xml import Element, child, children, line_of, local, nearest_id, text_under
from engine.errors import ExpressionInvalid
from engine.expressions.feel import nodes as n
from engine.expressions.feel.parser import parse_expression, parse_unary_tests

#: Where the first word of a name ends.
_START = re.compile(r"[^\w]", re.UNICODE)
_NAMED = frozenset(
    ("inputData", "decision", "businessKnowledgeModel", "decisionService", "variable", "itemComponent")
) | {"formalParameter", "parameter", "column"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `tests` is None where it cannot be read: then nothing is said of it."""

    id: str
    line: int
    text: str
    tests: n.Tests | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An expression as written; `tree` is None where it is missing or cannot be read."""

    id: str
    line: int
    text: str
    tree: n.Node | None


@dataclass(frozen=True, slots=True)
class InputSource:
    """An input column, counted from 0. `allowed` are the values that it may have, None where that is not said."""

    index: int
    id: str
    line: int
    label: str
    expression: Entry
    type: str
    allowed: n.Tests | None
    allowed_text: str


@dataclass(frozen=True, slots=True)
class OutputSource:
    id: str
    line: int
    label: str
    type: str
    allowed: n.Tests | None
    has_default: bool


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A row; `index` counts from 1."""

    index: int
    id: str
    line: int
    cells: tuple[Cell, ...]
    outputs: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class TableSource:
    """A decision table, with the name of the decision (or business knowledge model) that holds it."""

    id: str
    line: int
    decision: str
    policy: str
    aggregation: str
    inputs: tuple[InputSource, ...]
    outputs: tuple[OutputSource, ...]
    rules: tuple[RuleSource, ...]


@dataclass(slots=True)
class SourceReader:
    """Reads the tables and expressions of one file. Equal texts are read once."""

    root: Element
    effort: Effort
    names: tuple[str, ...] = ()
    _starts: tuple[tuple[str, str], ...] = ()
    _tests: dict[str, n.Tests | None] = field(default_factory=dict)
    _trees: dict[str, n.Node | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        named = (each for each in self.root.iter() if isinstance(each.tag, str) and local(each) in _NAMED)
        names = {str(each.get("name")) for each in named if each.get("name")}
        self.names = tuple(sorted(name for name in names if not name.isalnum()))
        self._starts = tuple((_START.split(name, maxsplit=1)[0], name) for name in self.names)

    def _names_for(self, text: str) -> list[str]:
        """The names of several words that may stand in a text: knowing all of them takes longer than reading it."""
        self.effort.take(20 + len(text) + len(self._starts) // 8)
        return [name for start, name in self._starts if start in text]

    def tests(self, text: str) -> n.Tests | None:
        """Unary tests; None where they cannot be read, which is a finding of the reader. Raises GaveUp."""
        if text not in self._tests:
            names = self._names_for(text)
            try:
                self._tests[text] = parse_unary_tests(text, names)
            except ExpressionInvalid:
                self._tests[text] = None
        return self._tests[text]

    def tree(self, text: str) -> n.Node | None:
        """An expression; None where there is none or it cannot be read. Raises GaveUp."""
        if text not in self._trees:
            names = self._names_for(text)
            try:
                self._trees[text] = parse_expression(text, names) if text else None
            except ExpressionInvalid:
                self._trees[text] = None
        return self._trees[text]

    def entry(self, element: Element | None) -> Entry:
        """The expression with a `text` under the element."""
        if element is None:
            return Entry("", 0, "", None)
        text = text_under(element)
        return Entry(element.get("id", ""), line_of(element), text, self.tree(text))

    def table(self, element: Element) -> TableSource:
        """A decision table. Raises GaveUp."""
        return TableSource(
            nearest_id(element),
            line_of(element),
            _holder(element),
            element.get("hitPolicy", "UNIQUE"),
            element.get("aggregation", ""),
            tuple(self._input(index, each) for index, each in enumerate(children(element, "input"))),
            tuple(self._output(each) for each in children(element, "output")),
            tuple(self._rule(index, row) for index, row in enumerate(children(element, "rule"), 1)),
        )

    def _input(self, index: int, element: Element) -> InputSource:
        source = child(element, "inputExpression")
        expression = self.entry(source)
        values = text_under(child(element, "inputValues"))
        return InputSource(
            index,
            nearest_id(element),
            line_of(element),
            element.get("label", "").strip() or expression.text,
            expression,
            "" if source is None else source.get("typeRef", ""),
            self.tests(values) if values else None,
            values,
        )

    def _output(self, element: Element) -> OutputSource:
        values = text_under(child(element, "outputValues"))
        default = child(element, "defaultOutputEntry")
        return OutputSource(
            nearest_id(element),
            line_of(element),
            element.get("label", "").strip() or element.get("name", ""),
            element.get("typeRef", ""),
            self.tests(values) if values else None,
            default is not None and bool(text_under(default)),
        )

    def _rule(self, index: int, row: Element) -> RuleSource:
        cells = tuple(self._cell(each) for each in children(row, "inputEntry"))
        outputs = tuple(self.entry(each) for each in children(row, "outputEntry"))
        return RuleSource(index, row.get("id", ""), line_of(row), cells, outputs)

    def _cell(self, element: Element) -> Cell:
        self.effort.take()
        text = text_under(element)
        return Cell(element.get("id", ""), line_of(element), text, self.tests(text))


def _holder(element: Element) -> str:
    """The name of the decision or function around the table."""
    here = element.getparent()
    while here is not None:
        if name := here.get("name"):
            return str(name)
        here = here.getparent()
    return ""
