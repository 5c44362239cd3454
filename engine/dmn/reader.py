"""DMN files to decisions: the requirements graph (DMN 1.5, chapter 6) and what is wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from engine.dmn.boxed import EXPRESSIONS, BoxedReader
from engine.dmn.graph import acyclic_requirements
from engine.dmn.imports import ModelFile, model_files
from engine.dmn.model import Decision, Decisions, Frames, InputData, Knowledge, Node, Outcome, Place
from engine.dmn.service import DecisionService
from engine.dmn.table import Table
from engine.dmn.types import Conform, ItemDefinition, Types, of_declared_type
from engine.dmn.xml import Element, Findings, child, children, local, parse, text_under
from engine.expressions.feel import nodes as n
from engine.expressions.feel.compiler import Compiler
from engine.expressions.feel.objects import Function
from engine.expressions.feel.run import Scope
from engine.expressions.feel.unary import Test, compile_tests
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


def read_decisions(
    content: bytes, file: str, others: Mapping[str, bytes] | None = None
) -> tuple[Decisions, list[Finding]]:
    """All decisions of a DMN file, and everything wrong in it. With an error, do not evaluate them.

    `others` are the files given together with it, by name: models that it imports are found there by their
    namespace. What is wrong in an imported file is told with that file's name.
    """
    findings = Findings(file)
    root = parse(content, findings)
    if root is None:
        return Decisions(file, {}), findings
    models = model_files(root, findings, others or {})
    nodes = _read(models)
    return Decisions(file, nodes), [each for model in models for each in model.findings]


def _read(models: list[ModelFile]) -> Mapping[str, Node]:
    """The nodes of all files, in the order of the files."""
    nodes: dict[str, Node] = {}
    readers = {model.home: _Reader(model, nodes) for model in models}
    for reader in readers.values():
        for name, imported in reader.model.imports.items():
            readers[imported.home].importers.append((reader.model.home, name))
            reader.types.imports[name] = readers[imported.home].types
    known = frozenset(key for reader in readers.values() for key in reader.elements)
    for reader in readers.values():
        reader.read_types()
    required = {key: each for reader in readers.values() for key, each in reader.requirements(known).items()}
    owners = {key: reader for reader in readers.values() for key in reader.elements}
    direct = acyclic_requirements(required, lambda keys: owners[keys[0]].report_cycle(keys, owners))
    for reader in readers.values():
        reader.read_nodes(direct)
    return nodes


class _Reader:
    """One reading of one file. `nodes` are those of all files, filled file by file."""

    def __init__(self, model: ModelFile, nodes: dict[str, Node]) -> None:
        self.model = model
        self.root = model.root
        self.findings = model.findings
        self.types = Types()
        names = sorted({name for each in (model, *model.imports.values()) for name in _names_in(each.root)})
        self.boxed = BoxedReader(self.findings, tuple(names), model.root.get("expressionLanguage"), self.types)
        self.elements = {model.key(_key(each)): each for each in children(model.root, *_NODES) if each.get("name")}
        self.importers: list[tuple[str, str]] = []
        self.known: Container[str] = frozenset()
        self.nodes = nodes

    def read_types(self) -> None:
        """The item definitions, and what is wrong with the names of the file."""
        self._unnamed()
        self._doubled()
        for element in children(self.root, "itemDefinition"):
            definition = self._type(element)
            self.types.definitions[definition.name] = definition

    def requirements(self, known: Container[str]) -> dict[str, list[str]]:
        """For each of its elements the ids of what it requires directly; `known` are those of all files."""
        self.known = known
        return {key: self._required(element) for key, element in self.elements.items()}

    def read_nodes(self, required: Mapping[str, tuple[str, ...]]) -> None:
        place = Place(self.model.home, tuple(self.importers))
        for key, element in self.elements.items():
            self.nodes[key] = self._node(key, element, required[key], place)

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

    def report_cycle(self, keys: tuple[str, ...], owners: Mapping[str, _Reader]) -> None:
        """The first of the keys is one of this file."""
        names = " → ".join(owners[key].elements[key].get("name", key) for key in keys)
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
            key = self.model.target(part.get("href", ""))
            if key in self.known:
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

    def _node(self, key: str, element: Element, requires: tuple[str, ...], place: Place) -> Node:
        kind, name = local(element), element.get("name", "")
        if kind == "inputData":
            return InputData(key, name, self._conform(element), place)
        before = len(self.boxed.shapes)
        if kind == "businessKnowledgeModel":
            build = self._knowledge(element, place.home)
            return Knowledge(key, name, requires, build, place, tuple(self.boxed.shapes[before:]))
        if kind == "decisionService":
            return Knowledge(key, name, (), self._service(element), place)
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
            place,
            tuple(self.boxed.shapes[before:]),
            self.findings.file,
        )

    def _conform(self, element: Element) -> Conform:
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

    def _knowledge(self, element: Element, home: str) -> Callable[[Frames], Value]:
        logic = child(element, "encapsulatedLogic")
        function = n.Literal(0, 0, None) if logic is None else self.boxed.function(logic)
        closure, conform = self._compiler().compile(function), self._conform(element)
        key, name = _key(element), element.get("name", "")

        def build(frames: Frames) -> Value:
            made = closure(frames.scope(home))
            if type(made) is not Function:
                return None
            return Function(
                made.name,
                lambda run, *given: of_declared_type(made.apply(run, *given), conform, run, key, name),
                made.signatures,
            )

        return build

    def _compiler(self) -> Compiler:
        return Compiler(self.types.tests(), self.types.lists())

    def _service(self, element: Element) -> Callable[[Frames], Value]:
        inputs, outputs = self._parts(element, "inputData", "inputDecision"), self._parts(element, "outputDecision")
        name, conform = element.get("name", ""), self._conform(element)
        return DecisionService(_key(element), name, tuple(inputs), tuple(outputs), conform, self.nodes).build

    def _parts(self, service: Element, *kinds: str) -> list[str]:
        """The ids of parts of a decision service, kind by kind; those that are missing are findings already."""
        parts = [each for kind in kinds for each in children(service, kind)]
        found = [self.model.target(each.get("href", "")) for each in parts]
        return [key for key in found if key in self.known]

    # --- types

    def _type(self, element: Element, depth: int = 0) -> ItemDefinition:
        components = children(element, "itemComponent") if depth < 40 else []
        return ItemDefinition(
            element.get("name", ""),
            text_under(element, "typeRef"),
            element.get("isCollection") == "true",
            tuple((part.get("name", ""), self._type(part, depth + 1)) for part in components),
            self._tests(child(element, "allowedValues")),
            child(element, "functionItem") is not None,
            self._tests(child(element, "typeConstraint")),
        )

    def _tests(self, element: Element | None) -> Test | None:
        return None if element is None else compile_tests(Compiler(), self.boxed.tests(element))


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
