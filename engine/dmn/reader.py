"""DMN files to decisions: the requirements graph (DMN 1.5, chapter 6) and what is wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.dmn.boxed import EXPRESSIONS, BoxedReader
from engine.dmn.graph import ordered_requirements
from engine.dmn.model import Decision, Decisions, InputData, Knowledge, Node, Outcome
from engine.dmn.service import DecisionService
from engine.dmn.table import Table
from engine.dmn.types import ItemDefinition, Types
from engine.dmn.xml import Element, Findings, child, children, local, parse, text_under
from engine.expressions.feel import nodes as n
from engine.expressions.feel.compiler import Compiler
from engine.expressions.feel.objects import Function
from engine.expressions.feel.run import Scope
from engine.expressions.feel.unary import compile_tests
from engine.findings import Finding
from engine.values import Value
from engine.words import Words

_NAMED = frozenset(
    ("inputData", "decision", "businessKnowledgeModel", "decisionService", "variable", "itemComponent")
) | {"formalParameter", "parameter", "column"}
_NODES = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
_REQUIREMENTS = {
    "informationRequirement": ("requiredDecision", "requiredInput"),
    "knowledgeRequirement": ("requiredKnowledge",),
}


def read_decisions(content: bytes, file: str) -> tuple[Decisions, list[Finding]]:
    """All decisions of a DMN file, and everything wrong in it. With an error, do not evaluate them."""
    findings = Findings(file)
    root = parse(content, findings)
    if root is None:
        return Decisions(file, {}), findings
    reader = _Reader(root, findings)
    return Decisions(file, reader.read()), findings


class _Reader:
    """One reading of one file."""

    def __init__(self, root: Element, findings: Findings) -> None:
        self.root = root
        self.findings = findings
        self.types = Types()
        self.boxed = BoxedReader(findings, _names_in(root), root.get("expressionLanguage"))
        self.elements = {_key(each): each for each in children(root, *_NODES) if each.get("name")}
        self.nodes: dict[str, Node] = {}

    def read(self) -> Mapping[str, Node]:
        self._imports()
        self._unnamed()
        self._doubled()
        for element in children(self.root, "itemDefinition"):
            definition = self._type(element)
            self.types.definitions[definition.name] = definition
        required = {key: self._required(element) for key, element in self.elements.items()}
        order = ordered_requirements(required, self._cycle)
        for key, element in self.elements.items():
            self.nodes[key] = self._node(local(element), element, order[key])
        return self.nodes

    def _imports(self) -> None:
        for element in children(self.root, "import"):
            self.findings.error(
                "unsupported-import",
                element,
                Words(f"不支持引入其他文件“{element.get('name', '')}”", "Imports of other files are not run"),
                Words("把所需的决策放进同一个文件", "Put the decisions into this file"),
            )

    def _unnamed(self) -> None:
        for element in children(self.root, *_NODES):
            if not element.get("name"):
                self.findings.error(
                    "missing-name",
                    element,
                    Words("缺少名称", "The name is missing"),
                    Words("填写名称", "Give it a name"),
                )

    def _doubled(self) -> None:
        seen: set[str] = set()
        for element in children(self.root, *_NODES):
            key = _key(element)
            if key in seen:
                self.findings.error(
                    "duplicate-id",
                    element,
                    Words(f"标识“{key}”重复", f"The id {key!r} is used twice"),
                    Words("改用不同的标识", "Give each its own id"),
                )
            seen.add(key)

    def _cycle(self, keys: tuple[str, ...]) -> None:
        names = " → ".join(self.elements[key].get("name", key) for key in keys)
        self.findings.error(
            "decision-cycle",
            self.elements[keys[0]],
            Words(f"决策相互依赖：{names}", f"Decisions that need each other: {names}"),
            Words("去掉其中一条依赖", "Remove one of the requirements"),
        )

    def _required(self, element: Element) -> list[str]:
        """The ids of what this one requires directly."""
        if local(element) == "decisionService":
            wanted = children(element, "inputDecision", "inputData", "outputDecision", "encapsulatedDecision")
        else:
            wanted = [
                part
                for requirement in children(element, *_REQUIREMENTS)
                for part in children(requirement, *_REQUIREMENTS[local(requirement)])
            ]
        found: list[str] = []
        for part in wanted:
            key = part.get("href", "").rpartition("#")[2]
            if key in self.elements:
                found.append(key)
            else:
                self.findings.error(
                    "missing-reference",
                    part,
                    Words(f"找不到所引用的“{key}”", f"There is no {key!r} to be required"),
                    Words("修正该依赖", "Correct the requirement"),
                )
        return [] if local(element) == "decisionService" else found

    # --- nodes

    def _node(self, kind: str, element: Element, requires: tuple[str, ...]) -> Node:
        key, name = _key(element), element.get("name", "")
        if kind == "inputData":
            return InputData(key, name, self._conform(element))
        if kind == "businessKnowledgeModel":
            return Knowledge(key, name, requires, self._knowledge(element))
        if kind == "decisionService":
            return Knowledge(key, name, (), self._service(element))
        variable = child(element, "variable")
        decide, names, table = self._logic(element)
        logic = child(element, *EXPRESSIONS)
        return Decision(
            key,
            name,
            name if variable is None else variable.get("name", name),
            text_under(element, "question"),
            requires,
            names,
            self._conform(element),
            decide,
            () if table is None else tuple(output.name for output in table.outputs),
            table is not None and table.gives_list,
            tuple(sorted(names)),
            "" if logic is None else local(logic),
            None if table is None else table.shape,
        )

    def _conform(self, element: Element) -> Callable[[Value], Value]:
        variable = child(element, "variable")
        return self.types.conform("" if variable is None else variable.get("typeRef", ""))

    def _logic(self, element: Element) -> tuple[Callable[[Scope], Outcome], frozenset[str], Table | None]:
        compiler = self._compiler()
        found = child(element, "decisionTable")
        if found is not None:
            table = self.boxed.table_builder(found)(compiler)
            return table.decide, frozenset(compiler.free), table
        logic = self.boxed.expression_in(element)
        if logic is None:
            self.findings.warning(
                "no-decision-logic",
                element,
                Words(
                    f"决策“{element.get('name', '')}”没有内容，结果总是空",
                    "The decision has no logic: it gives null",
                ),
                Words("补充决策表或表达式", "Add a decision table or an expression"),
            )
        closure = compiler.compile(logic or n.Literal(0, 0, None))
        size = compiler.size

        def decide(scope: Scope) -> Outcome:
            scope.run.spend(size)
            return closure(scope), ()

        return decide, frozenset(compiler.free), None

    def _knowledge(self, element: Element) -> Callable[[Scope], Value]:
        logic = child(element, "encapsulatedLogic")
        function = n.Literal(0, 0, None) if logic is None else self.boxed.function(logic)
        closure, conform = self._compiler().compile(function), self._conform(element)

        def build(scope: Scope) -> Value:
            made = closure(scope)
            if type(made) is not Function:
                return None
            return Function(made.name, lambda run, *given: conform(made.apply(run, *given)), made.signatures)

        return build

    def _compiler(self) -> Compiler:
        return Compiler(self.types.tests(), self.types.lists())

    def _service(self, element: Element) -> Callable[[Scope], Value]:
        parts = {
            kind: [each.get("href", "").rpartition("#")[2] for each in children(element, kind)]
            for kind in ("inputData", "inputDecision", "outputDecision")
        }
        inputs = [key for key in (*parts["inputData"], *parts["inputDecision"]) if key in self.elements]
        outputs = [key for key in parts["outputDecision"] if key in self.elements]
        name, conform = element.get("name", ""), self._conform(element)
        return DecisionService(name, tuple(inputs), tuple(outputs), conform, self.nodes).build

    # --- types

    def _type(self, element: Element, depth: int = 0) -> ItemDefinition:
        components = children(element, "itemComponent") if depth < 40 else []
        allowed = child(element, "allowedValues")
        tests = None if allowed is None else compile_tests(Compiler(), self.boxed.tests(allowed))
        return ItemDefinition(
            element.get("name", ""),
            text_under(element, "typeRef"),
            element.get("isCollection") == "true",
            tuple((part.get("name", ""), self._type(part, depth + 1)) for part in components),
            tests,
            child(element, "functionItem") is not None,
        )


def _key(element: Element) -> str:
    """The id, which DMN leaves optional, else the name."""
    return str(element.get("id") or element.get("name", ""))


def _names_in(root: Element) -> tuple[str, ...]:
    """All names of the file that the parser has to know: those that are more than one word."""
    names = {
        str(each.get("name"))
        for each in root.iter()
        if isinstance(each.tag, str) and local(each) in _NAMED and each.get("name")
    }
    return tuple(sorted(name for name in names if not name.isalnum()))
