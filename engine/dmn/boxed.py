"""Boxed expressions (DMN 1.5, 10.2.2): XML to the syntax tree of FEEL, so that one compiler runs all."""

from __future__ import annotations

from collections.abc import Callable

from engine.dmn.table import AGGREGATIONS, POLICIES, Output, Rule, Table
from engine.dmn.trace import InputColumn, MatchedRule, OutputColumn, TableShape
from engine.dmn.types import Types, of_declared_type
from engine.dmn.xml import Element, Findings, child, children, line_of, local, nearest_id, text_under
from engine.errors import ExpressionInvalid
from engine.expressions.feel import nodes as n
from engine.expressions.feel.compiler import Compiler
from engine.expressions.feel.parser import parse_expression, parse_unary_tests
from engine.expressions.feel.run import Closure
from engine.expressions.feel.unary import compile_tests
from engine.words import Words

EXPRESSIONS = (
    *(
        "literalExpression",
        "decisionTable",
        "context",
        "list",
        "relation",
        "invocation",
        "functionDefinition",
    ),
    *("conditional", "for", "some", "every", "filter"),
)
_FEEL = ("", "feel")
_DEPTH = 50
_RESULT = ""  # the key of a boxed context's result: no name can be empty


def is_feel(language: str | None) -> bool:
    """Whether an expressionLanguage attribute names FEEL, by any of its URIs."""
    name = (language or "").strip().rstrip("/").lower()
    return name in _FEEL or name.endswith("/feel")


class BoxedReader:
    """Reads expressions of one file. `names` are all names of the file: those of several words need it."""

    def __init__(self, findings: Findings, names: tuple[str, ...], language: str | None, types: Types) -> None:
        self.findings = findings
        self.types = types
        self.names = names
        self.language = language
        self.depth = 0
        self.shapes: list[TableShape] = []  # of all tables read so far
        self._cells: dict[str, n.Tests] = {}  # a table says the same in many cells

    def expression_in(self, element: Element | None) -> n.Node | None:
        """The expression directly under `element`, None where there is none."""
        found = None if element is None else child(element, *EXPRESSIONS)
        return None if found is None else self.expression(found)

    def expression(self, element: Element) -> n.Node:
        """Any boxed expression. What cannot be read becomes a finding, and null here."""
        self.depth += 1
        try:
            if self.depth > _DEPTH:
                self._invalid(element, Words(f"嵌套超过 {_DEPTH} 层", f"Nested deeper than {_DEPTH} levels"))
                return _null(element)
            return self._typed(element, _READERS[local(element)](self, element))
        finally:
            self.depth -= 1

    def _typed(self, element: Element, node: n.Node) -> n.Node:
        """The expression, its value made one of the type that is declared for it.

        Of a function some modellers declare the type of what it gives: that says nothing about the function.
        """
        declared = element.get("typeRef", "")
        conform = None if local(element) == "functionDefinition" else self.types.declared(declared)
        if conform is None:
            return node
        fits, place = conform, nearest_id(element)
        shown = text_under(element)[:80] or place

        def build(compiler: Compiler) -> Closure:
            closure = compiler.compile(node)
            return lambda scope: of_declared_type(closure(scope), fits, scope.run, place, shown)

        return n.Computed(*_where(element), (node,), build)

    def needed(self, element: Element | None, inside: Element) -> n.Node:
        """The expression under `element`; a finding on `inside` where it is missing."""
        found = self.expression_in(element)
        if found is None:
            self._invalid(inside, Words("缺少表达式", "An expression is missing"))
            return _null(inside)
        return found

    def literal(self, element: Element) -> n.Node:
        source = text_under(element)
        if not self._is_feel(element) or not source:
            return _null(element)
        try:
            return parse_expression(source, self.names)
        except ExpressionInvalid as invalid:
            self._refused(element, source, invalid)
            return _null(element)

    def tests(self, element: Element) -> n.Tests:
        """An input cell, or the list of allowed values."""
        source = text_under(element)
        if self._is_feel(element):
            if source in self._cells:
                return self._cells[source]
            try:
                return self._cells.setdefault(source, parse_unary_tests(source, self.names))
            except ExpressionInvalid as invalid:
                self._refused(element, source, invalid)
        return n.Tests(line_of(element), 1, (), False)

    def _is_feel(self, element: Element) -> bool:
        language = element.get("expressionLanguage", self.language)
        if is_feel(language):
            return True
        self.findings.error(
            "unsupported-expression-language",
            element,
            Words(
                f"决策中不支持表达式语言“{language}”",
                f"The expression language {language!r} is not run in decisions",
            ),
            Words("改用 FEEL", "Write it in FEEL"),
        )
        return False

    def _refused(self, element: Element, source: str, invalid: ExpressionInvalid) -> None:
        place = f"{invalid.line}:{invalid.column}"
        self.findings.error(
            "expression-invalid",
            element,
            Words(
                f"表达式“{source[:200]}”有误（{place}）：{invalid.expected.zh}",
                f"Error in the expression {source[:200]!r} at {place}, expected: {invalid.expected.en}",
            ),
            Words("修改该表达式", "Correct the expression"),
        )

    def _invalid(self, element: Element, message: Words) -> None:
        self.findings.error(
            "boxed-expression-invalid", element, message, Words("修改该表达式", "Correct the expression")
        )

    # --- the kinds

    def context(self, element: Element) -> n.Node:
        entries: list[tuple[str, n.Node]] = []
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            name = _RESULT if variable is None else variable.get("name", "")
            entries.append((name, self.needed(entry, entry)))
        made = n.ContextOf(*_where(element), tuple(entries))
        return n.Path(*_where(element), made, _RESULT) if any(key == _RESULT for key, _ in entries) else made

    def items(self, element: Element) -> n.Node:
        return n.ListOf(*_where(element), tuple(self.expression(each) for each in children(element, *EXPRESSIONS)))

    def relation(self, element: Element) -> n.Node:
        names = [column.get("name", "") for column in children(element, "column")]
        rows = []
        for row in children(element, "row"):
            cells = [self.expression(cell) for cell in children(row, *EXPRESSIONS)]
            rows.append(n.ContextOf(*_where(row), tuple(zip(names, cells, strict=False))))
        return n.ListOf(*_where(element), tuple(rows))

    def invocation(self, element: Element) -> n.Node:
        named = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            name = "" if parameter is None else parameter.get("name", "")
            named.append((name, self.expression_in(binding) or _null(binding)))
        return n.Call(*_where(element), self.needed(element, element), (), tuple(named))

    def function(self, element: Element) -> n.Node:
        if element.get("kind", "FEEL") != "FEEL":
            self.findings.error(
                "unsupported-function",
                element,
                Words("只支持 FEEL 函数", "Only functions written in FEEL are run"),
                Words("用 FEEL 重写该函数", "Write the function in FEEL"),
            )
            return _null(element)
        formal = children(element, "formalParameter")
        parameters = tuple(each.get("name", "") for each in formal)
        types = tuple(n.TypeName(each.get("typeRef", "").removeprefix("feel:")) for each in formal)
        body = self.expression_in(element) or _null(element)
        return n.FunctionOf(*_where(element), parameters, types, body)

    def conditional(self, element: Element) -> n.Node:
        parts = [self.needed(child(element, name), element) for name in ("if", "then", "else")]
        return n.Conditional(*_where(element), *parts)

    def iteration(self, element: Element) -> n.Node:
        name = element.get("iteratorVariable", "item")
        source = self.needed(child(element, "in"), element)
        bindings = (n.Binding(*_where(element), name, source, None),)
        body = self.needed(child(element, "return", "satisfies"), element)
        if local(element) == "for":
            return n.For(*_where(element), bindings, body)
        return n.Quantified(*_where(element), local(element), bindings, body, strict=True)

    def filter(self, element: Element) -> n.Node:
        parts = [self.needed(child(element, name), element) for name in ("in", "match")]
        return n.Filter(*_where(element), *parts)

    # --- decision tables

    def table(self, element: Element) -> n.Node:
        build = self.table_builder(element)

        def closure(compiler: Compiler) -> Closure:
            table = build(compiler)
            return lambda scope: table.decide(scope)[0]

        return n.Computed(*_where(element), (), closure)

    def table_builder(self, element: Element) -> Callable[[Compiler], Table]:
        """What compiles the table; everything wrong in it is a finding now."""
        policy, aggregation = self._policy(element)
        columns = children(element, "input")
        inputs = [self._input(each) for each in columns]
        outputs = children(element, "output")
        allowed = [self._allowed(each) for each in outputs]
        defaults = [self.expression_or_none(child(each, "defaultOutputEntry")) for each in outputs]
        names = [
            each.get("name") or each.get("label") or each.get("id") or f"output{i}" for i, each in enumerate(outputs, 1)
        ]
        rows = children(element, "rule")
        rules = [self._rule(row, len(inputs), len(outputs)) for row in rows]
        shape = TableShape(
            nearest_id(element),
            policy,
            aggregation,
            tuple(_column(each) for each in columns),
            tuple(_result(each, name) for each, name in zip(outputs, names, strict=True)),
            tuple(_row(index, row) for index, row in enumerate(rows, 1)),
        )
        self.shapes.append(shape)

        def build(compiler: Compiler) -> Table:
            return Table(
                shape.id,
                policy,
                aggregation,
                tuple(compiler.compile(node) for node in inputs),
                tuple(
                    Output(name, _compiled(compiler, values), _compiled(compiler, default))
                    for name, values, default in zip(names, allowed, defaults, strict=True)
                ),
                tuple(
                    Rule(
                        written,
                        tuple((i, compile_tests(compiler, cell)) for i, cell in enumerate(cells) if cell.tests),
                        tuple(compiler.compile(value) for value in values),
                    )
                    for written, (cells, values) in zip(shape.rules, rules, strict=True)
                ),
                shape,
            )

        return build

    def _policy(self, element: Element) -> tuple[str, str]:
        policy = element.get("hitPolicy", "UNIQUE")
        aggregation = element.get("aggregation", "")
        if policy not in POLICIES or (aggregation and aggregation not in AGGREGATIONS):
            self.findings.error(
                "unsupported-hit-policy",
                element,
                Words(
                    f"不支持命中策略“{policy} {aggregation}”",
                    f"The hit policy {policy} {aggregation} is not run",
                ),
                Words("改用 UNIQUE 或 FIRST", "Use UNIQUE or FIRST"),
            )
            return "UNIQUE", ""
        return policy, aggregation

    def _input(self, element: Element) -> n.Node:
        source = child(element, "inputExpression")
        if source is None or not text_under(source):
            self._invalid(element, Words("输入列缺少表达式", "The input column has no expression"))
            return _null(element)
        return self.literal(source)

    def expression_or_none(self, element: Element | None) -> n.Node | None:
        return None if element is None or not text_under(element) else self.literal(element)

    def _allowed(self, output: Element) -> n.Node | None:
        """The allowed values of an output, as a list in order of priority."""
        values = child(output, "outputValues")
        if values is None or not text_under(values):
            return None
        tests = self.tests(values)
        return n.ListOf(*_where(values), tuple(test.operand for test in tests.tests if not test.operator))

    def _rule(self, row: Element, inputs: int, outputs: int) -> tuple[list[n.Tests], list[n.Node]]:
        cells = [self.tests(cell) for cell in children(row, "inputEntry")]
        values = [self.literal(cell) for cell in children(row, "outputEntry")]
        if len(cells) != inputs or len(values) != outputs:
            self._invalid(row, Words("该行的单元格数与列数不符", "The rule has not one cell for each column"))
            values = [_null(row)] * outputs
            cells = []
        return cells, values


def _result(element: Element, name: str) -> OutputColumn:
    return OutputColumn(element.get("id", ""), element.get("label") or name, name)


def _column(element: Element) -> InputColumn:
    expression = text_under(child(element, "inputExpression"))
    return InputColumn(element.get("id", ""), element.get("label", "").strip() or expression, expression)


def _row(index: int, row: Element) -> MatchedRule:
    notes = [text_under(each) for each in children(row, "annotationEntry")] or [text_under(row, "description")]
    return MatchedRule(
        index,
        row.get("id", ""),
        tuple(notes) if any(notes) else (),
        tuple(text_under(each) for each in children(row, "inputEntry")),
        tuple(text_under(each) for each in children(row, "outputEntry")),
    )


def _where(element: Element) -> tuple[int, int]:
    return line_of(element), 1


def _compiled(compiler: Compiler, node: n.Node | None) -> Closure | None:
    return None if node is None else compiler.compile(node)


def _null(element: Element) -> n.Node:
    return n.Literal(*_where(element), None)


_READERS: dict[str, Callable[[BoxedReader, Element], n.Node]] = {
    "literalExpression": BoxedReader.literal,
    "decisionTable": BoxedReader.table,
    "context": BoxedReader.context,
    "list": BoxedReader.items,
    "relation": BoxedReader.relation,
    "invocation": BoxedReader.invocation,
    "functionDefinition": BoxedReader.function,
    "conditional": BoxedReader.conditional,
    "for": BoxedReader.iteration,
    "some": BoxedReader.iteration,
    "every": BoxedReader.iteration,
    "filter": BoxedReader.filter,
}
